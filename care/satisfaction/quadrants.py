"""Which service factors matter most to customers, and which of these they are content with: 四分图.

Importance–performance analysis (Martilla and James 1977) with derived importance: a factor is as important as it moves
the overall mark, which a regression over a survey tells, not the customers themselves (REQUIREMENTS C2, C3, C6).
How it is computed, and what it cannot tell: docs/operate/quadrants.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from statistics import fmean, median
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from care.files import read_model

FILE = Path(__file__).with_name("quadrants.yml")

#: nothing is derived from fewer, and not from fewer than so many for each factor that is weighed
LEAST, LEAST_A_FACTOR = 50, 10
#: who answered for this factor; with fewer it is not weighed
LEAST_OF_FACTOR = 30
#: means of fewer are never shown: they would tell what somebody said
LEAST_SHOWN = 5
#: variance inflation above this: the factor cannot be told apart from others (the usual rule of thumb)
TANGLED_FROM = 10.0


class Group(StrEnum):
    """As the seed names them (its last piece, 「電信服務績效分析」)."""

    URGENT = "urgent"  # 急需改进: important, low satisfaction
    KEEP = "keep"  # 继续保持: important, high satisfaction
    LATER = "later"  # 不占优先地位: not important, low satisfaction
    IRRELEVANT = "irrelevant"  # 无关紧要: not important, high satisfaction


@dataclass(frozen=True)
class Answered:
    """One customer's answers of one survey, marks from 1 (bad) to 10 (good)."""

    overall: float
    #: by key of the factor; None or missing: never used it, or did not say
    scores: Mapping[str, float | None]
    #: for how many customers this one stands; only the proportions count
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.overall) and math.isfinite(self.weight) and self.weight > 0):
            raise ValueError("an overall mark is a number, and a weight is one above 0")


@dataclass(frozen=True)
class Placed:
    """A factor. What cannot be told is None; intervals are of 95 %."""

    key: str
    #: who answered for it
    answers: int
    #: by how many standard deviations the overall mark moves when this factor moves by one and the others stay
    importance: float | None = None
    low: float | None = None
    high: float | None = None
    #: of what all factors explain together (relative weight, Johnson 2000): 0 to 1
    share: float | None = None
    #: mean mark, 1 to 10
    satisfaction: float | None = None
    satisfaction_low: float | None = None
    satisfaction_high: float | None = None
    #: moves so much with other factors that their importances cannot be told apart
    is_tangled: bool = False
    group: Group | None = None
    #: an interval reaches over a cut, or it is tangled: another survey might place it elsewhere
    is_unsure: bool = False


@dataclass(frozen=True)
class Quadrants:
    #: that were used
    answers: int
    factors: tuple[Placed, ...]
    #: nothing is derived then, and no group is named
    too_few: bool
    #: of the overall mark's variance, what the factors explain
    r_squared: float | None = None
    importance_cut: float | None = None
    satisfaction_cut: float | None = None


Cuts = Literal["mean", "median"]
_Text = Annotated[str, Field(min_length=1, max_length=40)]


class ChartWords(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: _Text
    desc: str
    #: of `desc`: one group, and what stands between its factors
    group: _Text
    between: str
    across: _Text
    upwards: _Text
    unsure: _Text
    empty: _Text


class Words(BaseModel):
    """quadrants.yml"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cuts: Cuts
    groups: dict[Group, _Text] = Field(min_length=len(Group))
    chart: ChartWords


@lru_cache
def words() -> Words:
    """Names of the groups, and how the cuts are made. Raises InvalidInput (`quadrants`)."""
    return read_model(FILE, Words, "quadrants")


def quadrants(answers: Sequence[Answered], factors: Sequence[str], cuts: Cuts = "mean") -> Quadrants:
    """Place each factor by what it does to the overall mark and by how content customers are with it.

    `factors`: keys, in the order they come back in. Pure; 10,000 answers take well under a second.
    """
    from care.satisfaction import importance  # numpy: not in a process that draws no quadrants

    table = importance.table_of(answers, factors)
    placed = [_satisfaction(key, importance.mean_of(table, column)) for column, key in enumerate(factors)]
    weighed = [column for column in range(len(factors)) if table.is_told(column, LEAST_OF_FACTOR, LEAST_A_FACTOR)]
    least = max(LEAST, LEAST_A_FACTOR * len(weighed))
    if not weighed or not table.varies(LEAST_A_FACTOR) or table.effective < least:
        return Quadrants(table.answers, tuple(placed), too_few=True)
    derived = importance.derive(table, weighed, LEAST_A_FACTOR)
    for at, column in enumerate(weighed):
        placed[column] = replace(
            placed[column],
            importance=derived.beta[at],
            low=derived.low[at],
            high=derived.high[at],
            share=derived.share[at],
            is_tangled=derived.inflation[at] > TANGLED_FROM,
        )
    middle = fmean if cuts == "mean" else median
    important_from = middle(derived.beta)
    content_from = middle([each.satisfaction for each in placed if each.importance is not None and each.satisfaction])
    return Quadrants(
        table.answers,
        tuple(grouped(each, important_from, content_from) for each in placed),
        too_few=False,
        r_squared=derived.r_squared,
        importance_cut=important_from,
        satisfaction_cut=content_from,
    )


def _satisfaction(key: str, mean: tuple[int, float, float]) -> Placed:
    """`mean`: how many, the mean, half of its interval."""
    answers, value, half = mean
    if answers < LEAST_SHOWN:
        return Placed(key, answers)
    return Placed(key, answers, satisfaction=value, satisfaction_low=value - half, satisfaction_high=value + half)


def grouped(factor: Placed, important_from: float, content_from: float) -> Placed:
    """Where the cuts put it; on a cut is not below it. A factor without importance or mean is put nowhere."""
    if factor.importance is None or factor.satisfaction is None:
        return factor
    is_content = factor.satisfaction >= content_from
    if factor.importance >= important_from:
        group = Group.KEEP if is_content else Group.URGENT
    else:
        group = Group.IRRELEVANT if is_content else Group.LATER
    is_unsure = (
        factor.is_tangled
        or _is_within(important_from, factor.low, factor.high)
        or _is_within(content_from, factor.satisfaction_low, factor.satisfaction_high)
    )
    return replace(factor, group=group, is_unsure=is_unsure)


def _is_within(cut: float, low: float | None, high: float | None) -> bool:
    return low is None or high is None or low <= cut <= high
