"""Reading the figures of a period: all of them, one over time, one split. From `figure_days`, so that what a look costs
follows the days that are looked at, not what happened on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.insight.definitions import OF_CUSTOMERS, Dimension, Figure, Group, Unit, figures, words
from care.insight.periods import Step, a_year_before, days_between, last_of, start_in, starts_of
from care.insight.tables import CountedDay, FigureDay
from care.insight.titles import titles_of
from care.insight.told import newest, told_between
from care.settings import settings
from care.sla.policy import policy

#: figures that are another one, told otherwise
SAME_AS = {"appeals_per_million": "appeals", "appeals_change": "appeals"}
_IS_DEMO = text("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'demo_operator')")
_SPREAD = text(
    """
    SELECT figure, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) AS shares
    FROM figure_days, unnest(spread) AS seconds
    WHERE dimension = '' AND spread IS NOT NULL AND day BETWEEN :since AND :until
    GROUP BY figure
    """
)


@dataclass(frozen=True)
class Value:
    """One figure of a period. `value` is in its unit; None: there is nothing to tell, and `missing` says why."""

    key: str
    numerator: int
    denominator: int
    value: float | None
    #: of the period of the same length before
    before: float | None = None
    #: of figures in seconds
    median: float | None = None
    p90: float | None = None
    missing: str | None = None
    #: of what the operator tells: where it comes from, and of which period
    told_by: str | None = None
    period: str | None = None


@dataclass(frozen=True)
class Point:
    since: date
    numerator: int
    denominator: int
    value: float | None


@dataclass(frozen=True)
class Part:
    """Of one value of a dimension; `value` `-`: not known."""

    value: str
    title: str
    numerator: int
    denominator: int
    rate: float | None


@dataclass(frozen=True)
class Sums:
    numerator: int = 0
    denominator: int = 0


def board(session: Session, since: date, until: date, now: datetime) -> list[Value]:
    """Every figure, in the order of the file, of the days from `since` to `until`, both among them.

    Raises InvalidInput (reason `period`): not more than 366 days, and the last one is not before the first.
    """
    length = days_between(since, until)
    earlier = since - timedelta(days=length), since - timedelta(days=1)
    this, last = _of_period(session, since, until), _of_period(session, *earlier)
    spread = _spread(session, since, until)
    found = []
    for key, figure in figures().items():
        if figure.group is Group.TOLD:
            found.append(_told(session, figure, until))
            continue
        sums = _counted(session, figure, this)
        value = value_of(figure, sums, this.is_counted)
        median, p90 = spread.get(key, (None, None))
        found.append(
            Value(
                key,
                sums.numerator,
                sums.denominator,
                value,
                before=value_of(figure, _counted(session, figure, last), last.is_counted),
                median=median,
                p90=p90,
                missing=None if value is not None else _why_missing(figure, this),
            )
        )
    return found


def trend(session: Session, key: str, step: Step, since: date, until: date) -> list[Point]:
    """One point for each day, week (from Monday) or month that the period touches; of those at its ends, the days that
    lie in it. What the operator tells stands where its period ends. Raises InvalidInput (`period`, `figure`)."""
    figure = figure_of(key)
    days_between(since, until)
    by_start = _by_step(session, figure, step, since, until)
    past = _by_day(session, figure, a_year_before(since), a_year_before(until)) if figure.unit is Unit.CHANGE else {}
    counted = _counted_steps(session, figure, step, since, until) | set(by_start)
    points = []
    for start in starts_of(step, since, until):
        sums = by_start.get(start, Sums())
        if figure.unit is Unit.CHANGE:
            first, last = max(start, since), min(last_of(step, start), until)
            year_before = sum(n for day, n in past.items() if a_year_before(first) <= day <= a_year_before(last))
            sums = Sums(sums.numerator - year_before, year_before)
        elif figure.unit in OF_CUSTOMERS:
            sums = Sums(sums.numerator, policy().operator.users or 0)
        points.append(Point(start, sums.numerator, sums.denominator, value_of(figure, sums, start in counted)))
    return points


def split(session: Session, key: str, by: str, since: date, until: date) -> list[Part]:
    """By the values of a dimension, the largest first. Raises InvalidInput (`period`, `figure`, `by`)."""
    figure = figure_of(key)
    days_between(since, until)
    if by not in figure.by:
        raise InvalidInput("by", f"{key} cannot be split by {by}")
    rows = session.execute(
        select(FigureDay.value, func.sum(FigureDay.numerator), func.sum(FigureDay.denominator))
        .where(FigureDay.figure == key, FigureDay.dimension == by, FigureDay.day.between(since, until))
        .group_by(FigureDay.value)
    ).all()
    titles = titles_of(session, Dimension(by), [value for value, _, _ in rows])
    parts = [
        Part(value, titles[value], int(part), int(whole), value_of(figure, Sums(int(part), int(whole))))
        for value, part, whole in rows
    ]
    return sorted(parts, key=lambda each: (-each.denominator, each.value))


def figure_of(key: str) -> Figure:
    """Raises InvalidInput (reason `figure`)."""
    figure = figures().get(key)
    if figure is None:
        raise InvalidInput("figure", "there is no such figure")
    return figure


def value_of(figure: Figure, sums: Sums, is_counted: bool = True) -> float | None:
    """In the unit of the figure; None: nothing to divide by, or nobody counted: that is not 0."""
    if not is_counted:
        return None
    if figure.unit is Unit.COUNT:
        return float(sums.numerator)
    if not sums.denominator:
        return None
    return sums.numerator / sums.denominator * OF_CUSTOMERS.get(figure.unit, 1)


def counted_at(session: Session, until: date) -> datetime | None:
    """When the newest day of the period was counted last; None: no day of it or before it ever was."""
    newest_day = select(CountedDay.counted_at).where(CountedDay.day <= until).order_by(CountedDay.day.desc())
    return session.scalars(newest_day.limit(1)).first()


def is_demo(session: Session) -> bool:
    """Are these the figures of made-up customers? In demo mode, and in a database in which the demo operator was ever
    set up: whatever was tried out there is no service that anybody had, and is never published."""
    return settings().mode == "demo" or bool(session.scalar(_IS_DEMO))


@dataclass(frozen=True)
class _Period:
    since: date
    until: date
    #: by figure
    sums: Mapping[str, Sums]
    is_counted: bool


def _of_period(session: Session, since: date, until: date) -> _Period:
    sums = _sums(session, since, until)
    day = select(CountedDay.day).where(CountedDay.day.between(since, until)).limit(1)
    return _Period(since, until, sums, bool(sums) or session.scalar(day) is not None)


def _counted(session: Session, figure: Figure, period: _Period) -> Sums:
    """What the value of `figure` is worked out from."""
    own = period.sums.get(SAME_AS.get(figure.key, figure.key), Sums())
    if figure.unit in OF_CUSTOMERS:
        return Sums(own.numerator, policy().operator.users or 0)
    if figure.unit is Unit.CHANGE:
        past = _by_day(session, figure, a_year_before(period.since), a_year_before(period.until))
        year_before = sum(past.values())
        return Sums(own.numerator - year_before, year_before)
    return own


def _why_missing(figure: Figure, period: _Period) -> str:
    if not period.is_counted:
        return words().missing["not_counted"]
    if figure.unit in OF_CUSTOMERS:
        return words().missing["users"]
    return words().missing["year_before" if figure.unit is Unit.CHANGE else "nothing"]


def _told(session: Session, figure: Figure, until: date) -> Value:
    told = newest(session, figure.key, until)
    if not told:
        return Value(figure.key, 0, 0, None, missing=words().missing["not_told"])
    values = [value_of(figure, Sums(each.numerator, each.denominator)) for each in told]
    last = told[0]
    return Value(
        figure.key,
        last.numerator,
        last.denominator,
        values[0],
        before=values[1] if len(values) > 1 else None,
        told_by=last.source,
        period=last.period,
    )


def _sums(session: Session, since: date, until: date) -> dict[str, Sums]:
    """Of each figure, for all; of one that is a state, its newest day."""
    states = {each.key for each in figures().values() if each.is_state}
    wanted = [FigureDay.dimension == "", FigureDay.day.between(since, until)]
    rows = session.execute(
        select(FigureDay.figure, func.sum(FigureDay.numerator), func.sum(FigureDay.denominator))
        .where(*wanted, FigureDay.figure.not_in(states))
        .group_by(FigureDay.figure)
    )
    found = {figure: Sums(int(part), int(whole)) for figure, part, whole in rows}
    newest_days = (
        select(FigureDay.figure, FigureDay.numerator, FigureDay.denominator)
        .ext(distinct_on(FigureDay.figure))
        .where(*wanted, FigureDay.figure.in_(states))
        .order_by(FigureDay.figure, FigureDay.day.desc())
    )
    return found | {figure: Sums(part, whole) for figure, part, whole in session.execute(newest_days)}


def _spread(session: Session, since: date, until: date) -> dict[str, tuple[float, float]]:
    """Median and 90th percentile, exact, of the figures in seconds."""
    # Sorted in memory: a year of a busy operator is a million numbers.
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    rows = session.execute(_SPREAD, {"since": since, "until": until})
    return {row.figure: (row.shares[0], row.shares[1]) for row in rows}


def _by_step(session: Session, figure: Figure, step: Step, since: date, until: date) -> dict[date, Sums]:
    if figure.group is Group.TOLD:
        ended = told_between(session, figure.key, since, until)
        return {start_in(step, each.until): Sums(each.numerator, each.denominator) for each in ended}
    start = cast(func.date_trunc(step, FigureDay.day), Date).label("start")
    wanted = _of(figure, since, until)
    rows: Any
    if figure.is_state:
        rows = (
            select(start, FigureDay.numerator, FigureDay.denominator)
            .ext(distinct_on(start))
            .where(*wanted)
            .order_by(start, FigureDay.day.desc())
        )
    else:
        sums = func.sum(FigureDay.numerator), func.sum(FigureDay.denominator)
        rows = select(start, *sums).where(*wanted).group_by(start)
    return {at: Sums(int(part), int(whole)) for at, part, whole in session.execute(rows)}


def _by_day(session: Session, figure: Figure, since: date, until: date) -> dict[date, int]:
    rows = session.execute(select(FigureDay.day, FigureDay.numerator).where(*_of(figure, since, until)))
    return {row.day: row.numerator for row in rows}


def _of(figure: Figure, since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    key = SAME_AS.get(figure.key, figure.key)
    return FigureDay.figure == key, FigureDay.dimension == "", FigureDay.day.between(since, until)


def _counted_steps(session: Session, figure: Figure, step: Step, since: date, until: date) -> set[date]:
    if figure.group is Group.TOLD:
        return set()
    start = cast(func.date_trunc(step, CountedDay.day), Date)
    return set(session.scalars(select(start).where(CountedDay.day.between(since, until)).distinct()))
