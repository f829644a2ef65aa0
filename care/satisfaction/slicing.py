"""How satisfied customers were, for the figures: by when they were asked, how old they are, where, and through what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session

from care.satisfaction.rules import satisfaction
from care.satisfaction.tables import Rating

By = Literal["busy", "age", "region", "channel"]
#: as a value: not known
UNKNOWN = "-"


@dataclass(frozen=True)
class Share:
    """Marks of a period, and those of satisfied customers among them (`satisfied_from` of satisfaction.yml)."""

    marks: int
    satisfied: int

    @property
    def rate(self) -> float | None:
        return self.satisfied / self.marks if self.marks else None


@dataclass(frozen=True)
class Slice:
    value: str
    title: str
    marks: int
    #: None where so few gave a mark that it would tell what somebody said
    mean: float | None
    #: share of satisfied customers
    satisfied: float | None


def marks_between(session: Session, since: datetime, until: datetime) -> Share:
    """Given from `since` to before `until`."""
    count, satisfied = session.execute(select(func.count(), _satisfied()).where(_between(since, until))).one()
    return Share(count, satisfied or 0)


def slices(session: Session, by: By, since: datetime, until: datetime) -> list[Slice]:
    """Marks given from `since` to before `until`, the largest slice first, the unknown last."""
    value = func.coalesce(_value(by), UNKNOWN).label("value")
    rows = session.execute(
        select(
            value, func.count().label("marks"), func.avg(Rating.score).label("mean"), _satisfied().label("satisfied")
        )
        .where(_between(since, until))
        .group_by(value)
    ).all()
    return [_slice(by, row) for row in sorted(rows, key=lambda row: (row.value == UNKNOWN, -row.marks, row.value))]


def _slice(by: By, row: Any) -> Slice:
    is_told = row.marks >= satisfaction().least_shown
    return Slice(
        row.value,
        _title(by, row.value),
        row.marks,
        float(row.mean) if is_told else None,
        row.satisfied / row.marks if is_told else None,
    )


def _title(by: By, value: str) -> str:
    """Channels and provinces are called as they are."""
    titles = satisfaction().titles
    if value == UNKNOWN:
        return titles.unknown
    named = {"busy": titles.busy, "age": titles.age}.get(by, {})
    return named.get(value, value)


def _value(by: By) -> ColumnElement[Any]:
    if by == "busy":
        hour = cast(func.extract("hour", func.timezone("Asia/Shanghai", Rating.asked_at)), Integer)
        return case((hour.in_(satisfaction().busy_hours), literal("yes")), else_=literal("no"))
    if by == "age":
        return case((Rating.is_senior.is_(True), literal("senior")), (Rating.is_senior.is_(False), literal("other")))
    return cast(Rating.region if by == "region" else Rating.channel, Rating.region.type)


def _satisfied() -> ColumnElement[Any]:
    return func.count().filter(Rating.score >= satisfaction().satisfied_from)


def _between(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(Rating.answered_at >= since, Rating.answered_at < until, Rating.score.is_not(None))
