"""From a figure to the tickets behind it: those that missed, or all, the newest first, page by page.

`figure_days` tells on which days there is something to show; only those are searched, each through an index. So a value
that is rare in a year costs the few days on which it occurs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, literal, null, select, tuple_
from sqlalchemy.orm import Session

from care.appeals.tables import Appeal
from care.errors import InvalidInput
from care.insight.board import SAME_AS, figure_of
from care.insight.definitions import Figure
from care.insight.facts import (
    COMPLAINTS,
    OF_TICKET,
    SOLUTIONS,
    clock_figures,
    decided,
    decided_between,
    is_customers,
    is_promise,
)
from care.insight.periods import days_between, start_of
from care.insight.tables import FigureDay
from care.insight.titles import UNKNOWN
from care.sla.tables import Clock
from care.tickets.rules import Status
from care.tickets.tables import Ticket
from care.timezone import CHINA

PAGE = 50
#: days that one page looks at; the next page goes on from there
_DAYS_AT_ONCE = 62


_TOLD = (Ticket.number, Ticket.category, Ticket.department, Ticket.status)
#: when each counts, in which order those of one moment stand, and the rows themselves
_Rows = tuple[ColumnElement[Any], ColumnElement[Any], Any]


@dataclass(frozen=True)
class Behind:
    """A ticket behind a figure, without anything that is somebody's."""

    number: str
    category: str
    department: str
    status: str
    #: when it was decided, met, filed or received, as the figure counts
    at: datetime
    missed: bool
    #: how much too late the answer was, where there is one; None: in time, or still owed
    late_minutes: int | None
    after: str


@dataclass(frozen=True)
class Page:
    items: Sequence[Behind]
    #: what to ask for next; None: that was all
    next: str | None


def tickets(
    session: Session,
    key: str,
    since: date,
    until: date,
    by: str = "",
    value: str = "",
    missed: bool | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """`missed`: only those that are not in the numerator; None and False: all. `after`: the `next` of the page before.

    Raises InvalidInput: `figure` (none, or no tickets are behind it), `period`, `by`, `after`.
    """
    figure = figure_of(key)
    if not figure.has_tickets:
        raise InvalidInput("figure", f"{key} is not counted from single tickets")
    days_between(since, until)
    if by and by not in figure.by:
        raise InvalidInput("by", f"{key} cannot be split by {by}")
    start = _read_after(after)
    upto = min(until, start[0].astimezone(CHINA).date()) if start else until
    days = _days(session, figure, since, upto, by, value, missed)
    found: list[Behind] = []
    for day in days[:_DAYS_AT_ONCE]:
        found += _of_day(session, figure, day, by, value, missed, start, limit + 1 - len(found))
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].after)
    if len(days) > _DAYS_AT_ONCE:
        return Page(found, _after(start_of(days[_DAYS_AT_ONCE] + timedelta(days=1)), 0))
    return Page(found, None)


def _days(
    session: Session, figure: Figure, since: date, until: date, by: str, value: str, missed: bool | None
) -> Sequence[date]:
    """On which there is something to show, the newest first."""
    some = FigureDay.denominator > FigureDay.numerator if missed and _has_outcome(figure) else FigureDay.denominator > 0
    return session.scalars(
        select(FigureDay.day)
        .where(
            FigureDay.figure == SAME_AS.get(figure.key, figure.key),
            FigureDay.dimension == by,
            FigureDay.value == (value if by else ""),
            FigureDay.day.between(since, until),
            some,
        )
        .order_by(FigureDay.day.desc())
    ).all()


def _of_day(
    session: Session,
    figure: Figure,
    day: date,
    by: str,
    value: str,
    missed: bool | None,
    start: tuple[datetime, int] | None,
    limit: int,
) -> list[Behind]:
    begins, ends = start_of(day), start_of(day + timedelta(days=1))
    at, order, rows = _rows(figure, begins, ends)
    if by:
        rows = rows.where(func.coalesce(OF_TICKET[by], UNKNOWN) == value)
    if missed and _has_outcome(figure):
        rows = rows.where(Clock.missed_at.is_not(None))
    if start is not None:
        rows = rows.where(tuple_(at, order) < tuple_(literal(start[0]), literal(start[1])))
    found = session.execute(rows.order_by(at.desc(), order.desc()).limit(limit))
    return [
        Behind(number, category, department, status, when, bool(is_missed), late, _after(when, id))
        for number, category, department, status, when, id, is_missed, late in found
    ]


def _rows(figure: Figure, begins: datetime, ends: datetime) -> _Rows:
    """Those of a day."""
    none = null()
    if _has_outcome(figure) or figure.key == "handling_time":
        at: ColumnElement[Any] = decided()
        named = [Clock.name.in_(SOLUTIONS), Ticket.kind.in_(COMPLAINTS)]
        when = decided_between(begins, ends)
        if _has_outcome(figure):
            pairs = [(name, kind) for key, name, kind in clock_figures() if key == figure.key]
            named = [tuple_(Clock.name, Ticket.kind).in_(pairs)]
        else:
            at = Clock.met_at.expression
            when = and_(Clock.met_at.is_not(None), Clock.met_at >= begins, Clock.met_at < ends)
        late = cast(func.ceil(func.extract("epoch", Clock.met_at - Clock.due_at) / 60), Integer)
        is_late = Clock.missed_at.is_not(None)
        of_clock = (
            select(*_TOLD, at, Clock.id, is_late, func.nullif(func.greatest(late, 0), 0))
            .join(Ticket, Ticket.id == Clock.ticket_id)
            .where(is_promise(), *named, when, is_customers())
        )
        return at, Clock.id.expression, of_clock
    if figure.key == "appeals":
        # The day alone: a letter may be entered later than another one that came after it.
        received = literal(begins)
        of_appeal = (
            select(*_TOLD, received, Ticket.id, literal(False), cast(none, Integer))
            .join(Appeal, Appeal.ticket_id == Ticket.id)
            .where(Appeal.received_on == begins.date())
        )
        return received, Ticket.id.expression, of_appeal
    filed = Ticket.created_at.expression
    of_ticket = select(*_TOLD, filed, Ticket.id, literal(False), cast(none, Integer)).where(
        Ticket.created_at >= begins,
        Ticket.created_at < ends,
        Ticket.kind.in_(COMPLAINTS),
        Ticket.status != Status.CANCELLED,
        is_customers(),
    )
    return filed, Ticket.id.expression, of_ticket


def _has_outcome(figure: Figure) -> bool:
    """A promise or a time of the law that was kept or not."""
    return any(key == figure.key for key, _, _ in clock_figures())


def _after(at: datetime, order: int) -> str:
    return f"{at.isoformat()}~{order}"


def _read_after(after: str) -> tuple[datetime, int] | None:
    if not after:
        return None
    at, _, order = after.partition("~")
    try:
        found = datetime.fromisoformat(at), int(order)
    except ValueError as error:
        raise InvalidInput("after", "the `next` of the page before") from error
    if found[0].tzinfo is None or not 0 <= found[1] < 2**63:
        raise InvalidInput("after", "the `next` of the page before")
    return found
