"""What every figure counts: care/insight/figures.yml, read and checked, with the targets from where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.files import read_model
from care.handoff.metrics import DROP_RATE, PICK_UP_RATE
from care.sla.policy import policy

FILE = Path(__file__).with_name("figures.yml")


class Dimension(StrEnum):
    DEPARTMENT = "department"
    CATEGORY = "category"
    CHANNEL = "channel"
    REGION = "region"
    AGENT = "agent"
    REASON = "reason"


class Group(StrEnum):
    PROMISES = "promises"
    PEOPLE = "people"
    MARKS = "marks"
    BOT = "bot"
    APPEALS = "appeals"
    TOLD = "told"


class Unit(StrEnum):
    SHARE = "share"
    SECONDS = "seconds"
    SCORE = "score"
    COUNT = "count"
    CHANGE = "change"
    PER_MILLION = "per_million"
    PER_10000 = "per_10000"


#: of how many customers a rate is told
OF_CUSTOMERS = {Unit.PER_MILLION: 1_000_000, Unit.PER_10000: 10_000}

_TARGETS: Mapping[str, Callable[[], float]] = {
    "in_time": lambda: policy().targets.in_time_percent / 100,
    "satisfaction": lambda: policy().targets.satisfaction_percent / 100,
    "wait": lambda: policy().targets.wait_seconds,
    "pick_up": lambda: PICK_UP_RATE,
    "drop": lambda: DROP_RATE,
}

_Text = Annotated[str, Field(min_length=2, max_length=200)]
_Title = Annotated[str, Field(min_length=2, max_length=20)]
_Label = Annotated[str, Field(min_length=1, max_length=64)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Written(_Strict):
    """One entry of the file."""

    group: Group
    title: _Title
    definition: _Text
    numerator: _Text
    denominator: _Text
    unit: Unit
    target: float | Literal["in_time", "satisfaction", "wait", "pick_up", "drop"] | None = None
    better: Literal["up", "down"]
    source: _Text
    by: list[Dimension]
    adds: Literal["sum", "last"] = "sum"
    tickets: bool = False


class Words(_Strict):
    """care/insight/figures.yml"""

    groups: dict[Group, _Title] = Field(min_length=len(Group))
    answer_seconds: Annotated[int, Field(gt=0)]
    no_matter: list[_Label]
    not_answered: list[_Label]
    channels: dict[_Label, _Title]
    unknown: _Title
    figures: dict[Annotated[str, Field(max_length=32)], Written]
    missing: dict[Literal["users", "nothing", "not_counted", "year_before", "not_told"], _Text] = Field(min_length=5)

    @model_validator(mode="after")
    def _goes_together(self) -> Words:
        for key, each in self.figures.items():
            if each.group is Group.TOLD and (each.by or each.tickets):
                raise ValueError(f"figures.{key}: what the operator tells has no tickets and cannot be split")
        return self


@dataclass(frozen=True)
class Figure:
    key: str
    group: Group
    title: str
    definition: str
    #: what is counted, in words for staff and the public report
    numerator: str
    denominator: str
    unit: Unit
    #: in its unit; None: nothing is promised
    target: float | None
    better: Literal["up", "down"]
    #: whose word it is: the promise or the law, as it is cited
    source: str
    by: tuple[Dimension, ...]
    #: True: a state, of which the newest day of a period counts; else its days are added
    is_state: bool
    has_tickets: bool


@lru_cache(maxsize=1)
def words() -> Words:
    """Raises InvalidInput (reason `figures`) naming file and place."""
    return read_model(FILE, Words, "figures")


def figures() -> Mapping[str, Figure]:
    """By key, in the order in which they are shown."""
    return {key: _figure(key, each) for key, each in words().figures.items()}


def _figure(key: str, written: Written) -> Figure:
    target = _TARGETS[written.target]() if isinstance(written.target, str) else written.target
    return Figure(
        key=key,
        group=written.group,
        title=written.title,
        definition=written.definition,
        numerator=written.numerator,
        denominator=written.denominator,
        unit=written.unit,
        target=target,
        better=written.better,
        source=written.source,
        by=tuple(written.by),
        is_state=written.adds == "last",
        has_tickets=written.tickets,
    )
