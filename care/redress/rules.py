"""What the law gives for a failure of ours, and how much. Pure but for reading the file (care/redress/redress.yml).

Money is in fen (whole numbers); days are China's. Fractions are exact, and what is left of a fen is rounded up: in the
customer's favour.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from care.errors import InvalidInput
from care.files import read_model
from care.plain import plain
from care.rights.facts import cited, facts
from care.sla.specs import Strict

FILE = Path(__file__).with_name("redress.yml")
#: of one fact, in fen: a typing mistake otherwise
MOST_MONEY = 10_000_000
#: what is older is a typing mistake
MOST_DAYS = 3660

FactKind = Literal["day", "money"]
#: as it is stored: a day as `2026-11-21`, money in fen
Value = str | int
_Name = Annotated[str, Field(max_length=24)]
_Title = Annotated[str, Field(min_length=1, max_length=30)]


class Status(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    TOLD = "told"


@dataclass(frozen=True)
class Worth:
    first: date
    last: date
    #: fen
    amount: int


def rent(known: Mapping[str, Value]) -> Worth:
    """免收障碍期间的月租费 (电信条例第三十二条): the monthly fee of every day on which it did not work, the first and
    the last included. A day is worth its own month's part, so that a whole month is exactly the fee.

    Raises InvalidInput `period`.
    """
    first, last = _day(known["began_on"]), _day(known["ended_on"])
    months = Fraction(0)
    for day in _days(first, last):
        months += Fraction(1, monthrange(day.year, day.month)[1])
    return Worth(first, last, math.ceil(months * int(known["monthly_fee"])))


def late_installation(known: Mapping[str, Value]) -> Worth:
    """每日按已收安装费、移装费或者其他费用的 1% 付违约金 (电信条例第三十一条): of every day after the published
    limit, that of the installation included. The article names no upper limit.

    Raises InvalidInput `period`.
    """
    first, last = _day(known["due_on"]) + timedelta(days=1), _day(known["ended_on"])
    return Worth(first, last, math.ceil(Fraction(len(_days(first, last)), 100) * int(known["paid_fee"])))


#: closed: a law that is worked out in another way is written here first; what each needs
FORMULAS: dict[str, tuple[Callable[[Mapping[str, Value]], Worth], dict[str, FactKind]]] = {
    "rent": (rent, {"began_on": "day", "ended_on": "day", "monthly_fee": "money"}),
    "late_installation": (late_installation, {"due_on": "day", "ended_on": "day", "paid_fee": "money"}),
}


class FactSpec(Strict):
    title: _Title
    kind: FactKind
    known: Literal["start", "end", "billing"] | None = None


class Law(Strict):
    title: _Title
    basis: str
    formula: str
    clocks: Annotated[list[_Name], Field(min_length=1)]
    categories: Annotated[list[str], Field(min_length=1)]
    words: list[str] = Field(default=[])
    facts: dict[_Name, FactSpec]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.formula not in FORMULAS:
            raise ValueError(f"formula: {self.formula} is none of {', '.join(FORMULAS)}")
        if {name: fact.kind for name, fact in self.facts.items()} != FORMULAS[self.formula][1]:
            raise ValueError(f"facts: {self.formula} needs {FORMULAS[self.formula][1]}")
        try:
            found = cited(facts(), self.basis)
        except KeyError:
            raise ValueError(f"basis: {self.basis} is no row of data/facts") from None
        if any(citation.grade != "A" for citation in found.citations):
            raise ValueError(f"basis: {self.basis} is not of grade A, so that it is not told as law")
        return self

    @property
    def citation(self) -> str:
        """《电信条例》第三十二条"""
        (first, *_) = cited(facts(), self.basis).citations
        return f"《{first.title}》{first.article}"

    @property
    def says(self) -> str:
        return cited(facts(), self.basis).says

    def is_about(self, clock: str, category: str, story: str) -> bool:
        if clock not in self.clocks or category not in self.categories:
            return False
        return not self.words or any(plain(word) in plain(story) for word in self.words)

    def missing(self, known: Mapping[str, Value]) -> list[str]:
        return [name for name in self.facts if name not in known]

    def check(self, known: Mapping[str, Value]) -> None:
        """Do the days fit together, also while an amount is missing? Raises InvalidInput `period`."""
        self.worth({name: 1 for name, fact in self.facts.items() if fact.kind == "money"} | dict(known))

    def worth(self, known: Mapping[str, Value]) -> Worth | None:
        """None: something is missing. Raises InvalidInput `period`."""
        return None if self.missing(known) else FORMULAS[self.formula][0](known)


class Notes(Strict):
    proposed: str
    approved: str
    declined: str
    told: str


class RedressFile(Strict):
    paid: Literal["account", "person"]
    laws: dict[_Name, Law]
    statuses: dict[Status, _Title]
    units: dict[FactKind, _Title]
    notes: Notes


@lru_cache(maxsize=1)
def redress_file() -> RedressFile:
    """Raises InvalidInput (reason `redress`) naming file and place."""
    return read_model(FILE, RedressFile, "redress")


def read_value(kind: FactKind, text: str, today: date) -> Value:
    """What somebody typed: a day that is not to come, or 元 with at most two digits behind the point, above zero.

    Raises InvalidInput `fact_value`.
    """
    wrong = InvalidInput("fact_value", "a day like 2026-11-21 that is not to come, or an amount like 99.00")
    try:
        if kind == "day":
            day = date.fromisoformat(text.strip())
            if not today - timedelta(days=MOST_DAYS) <= day <= today:
                raise wrong
            return day.isoformat()
        fen = Decimal(text.strip()) * 100
    except (ValueError, InvalidOperation) as error:
        raise wrong from error
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen <= MOST_MONEY:
        raise wrong
    return int(fen)


def yuan(fen: int) -> str:
    """`12.30`"""
    return f"{Decimal(fen) / 100:.2f}"


def shown(kind: FactKind, value: Value) -> str:
    return yuan(int(value)) if kind == "money" else str(value)


def _day(value: Value) -> date:
    return date.fromisoformat(str(value))


def _days(first: date, last: date) -> list[date]:
    """Both included. Raises InvalidInput `period`."""
    if last < first:
        raise InvalidInput("period", "it ends before it begins")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
