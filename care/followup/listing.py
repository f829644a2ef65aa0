"""Lists of tickets: their cost follows what is open, or what is shown, never what was ever filed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session, load_only

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.service import phone_index
from care.errors import InvalidInput
from care.followup.filters import FAR, USUAL, Cursor, Filters, Sort
from care.sla.tables import Clock
from care.tickets.rules import OPEN
from care.tickets.tables import Ticket

#: more are not counted
MOST_COUNTED = 1_000
_AT_ONCE = 1_000

# Written out in the statement: with parameters PostgreSQL cannot know that an index of what is open is enough.
_IS_OPEN = Ticket.status.in_(bindparam("open", sorted(OPEN), expanding=True, literal_execute=True))
#: promised and not done, whether it is late or not
_OWED = and_(Clock.kind != literal("alarm", literal_execute=True), Clock.met_at.is_(None), Clock.ended_at.is_(None))
#: of a ticket, what a list shows; what customers said stays closed
_SHOWN = (
    Ticket.number, Ticket.kind, Ticket.status, Ticket.category, Ticket.department, Ticket.priority, Ticket.complexity,
    Ticket.assignee, Ticket.channel, Ticket.partner, Ticket.created_at, Ticket.line, Ticket.repeat_of,
    Ticket.merged_into, Ticket.conversation_id,
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    tickets: list[Ticket]
    #: of the page behind it
    next: Cursor | None
    #: up to MOST_COUNTED
    total: int


@dataclass(frozen=True)
class Counts:
    mine: int
    unassigned: int
    missed: int
    due_1h: int
    due_4h: int
    open: int


def find_tickets(session: Session, filters: Filters, cursor: Cursor | None = None, limit: int = USUAL) -> Page:
    """One page. Of each ticket only what a list shows is loaded."""
    query, keys = _ordered(filters)
    if cursor is not None:
        query = query.where(_behind(cursor, filters.sort, keys))
    rows = session.execute(query.options(load_only(*_SHOWN)).limit(limit + 1)).all()
    tickets = [row[0] for row in rows[:limit]]
    following = _cursor(rows[limit - 1], filters.sort) if len(rows) > limit else None
    counted = select(func.count()).select_from(_matching(filters).limit(MOST_COUNTED).subquery())
    return Page(tickets, following, session.scalar(counted) or 0)


def all_tickets(session: Session, filters: Filters, most: int) -> Iterator[Ticket]:
    """In the order of the list, as `find_tickets` loads them; not more than `most`."""
    query, _ = _ordered(filters)
    shown = query.options(load_only(*_SHOWN)).limit(most).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(shown):
        yield row[0]


def count_tickets(session: Session, number: str, now: datetime) -> Counts:
    """What an agent of that number is told beside the list; all of it of open tickets."""

    def how_many(*which: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(Ticket).where(_IS_OPEN, *which)) or 0

    return Counts(
        mine=how_many(Ticket.assignee == number),
        unassigned=how_many(Ticket.assignee.is_(None)),
        missed=how_many(_is_due(None, now)),
        due_1h=how_many(_is_due(now, now + timedelta(hours=1))),
        due_4h=how_many(_is_due(now, now + timedelta(hours=4))),
        open=how_many(),
    )


def note_search(session: Session, line: str, staff: str, now: datetime) -> None:
    """Somebody looked for the tickets of a number (normalised)."""
    note_access(session, Reader.AGENT, Use.TICKET, "tickets", now, phone=line, who=staff)


def _matching(filters: Filters) -> Select[*tuple[Any, ...]]:
    return select(Ticket.id).where(*_conditions(filters))


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.is_open_only:
        yield _IS_OPEN
    several: list[tuple[Any, frozenset[Any] | None]] = [
        (Ticket.status, filters.statuses if filters.statuses != OPEN else frozenset()),
        (Ticket.kind, filters.kinds),
        (Ticket.category, filters.categories),
        (Ticket.department, filters.departments),
        (Ticket.channel, filters.channels),
    ]
    for column, wanted in several:
        if wanted:
            yield column.in_(sorted(wanted))
    if filters.titled is not None:
        yield Ticket.category.in_(sorted(filters.titled))
    one: list[tuple[Any, Any]] = [
        (Ticket.assignee, filters.assignee),
        (Ticket.partner, filters.partner),
        (Ticket.number, filters.number),
        (Ticket.line_index, phone_index(filters.line) if filters.line else None),
    ]
    for column, value in one:
        if value is not None:
            yield column == value
    if filters.is_unassigned:
        yield Ticket.assignee.is_(None)
    if filters.due is not None:
        yield _is_due(*filters.due)
    first, end = filters.created
    if first is not None:
        yield Ticket.created_at >= first
    if end is not None:
        yield Ticket.created_at < end


def _is_due(after: datetime | None, until: datetime) -> ColumnElement[bool]:
    # One that stands still is due later, by what passes meanwhile.
    due = select(Clock.ticket_id).where(_OWED, Clock.due_at <= until, Clock.paused_at.is_(None))
    return Ticket.id.in_(due if after is None else due.where(Clock.due_at > after))


def _owed() -> Subquery:
    """By ticket, when the first of what is owed is due."""
    return (
        select(Clock.ticket_id, func.min(Clock.due_at).label("due"))
        .where(_OWED)
        .group_by(Clock.ticket_id)
        .subquery("owed")
    )


def _ordered(filters: Filters) -> tuple[Select[*tuple[Any, ...]], list[Any]]:
    """The statement, and what it is ordered by before the id."""
    query: Select[*tuple[Any, ...]]
    if filters.sort is Sort.DUE:
        owed = _owed()
        due = func.coalesce(owed.c.due, FAR)
        conditions = list(_conditions(filters))
        if filters.due is not None and filters.due[0] is None:
            # Says no more than the condition on the clocks does, and tells PostgreSQL where to begin.
            conditions.append(owed.c.due <= filters.due[1])
        query = select(Ticket, due).outerjoin(owed, owed.c.ticket_id == Ticket.id)
        return query.where(*conditions).order_by(due, Ticket.id), [due]
    query = select(Ticket).where(*_conditions(filters))
    if filters.sort is Sort.PRIORITY:
        return query.order_by(Ticket.priority, Ticket.id), [Ticket.priority]
    return query.order_by(Ticket.id if filters.sort is Sort.OLDEST else Ticket.id.desc()), []


def _behind(cursor: Cursor, sort: Sort, keys: Sequence[Any]) -> ColumnElement[bool]:
    if len(cursor.keys) != len(keys):
        raise InvalidInput("cursor", "of a list in another order")
    if sort is Sort.NEWEST:
        return Ticket.id < cursor.id
    if not keys:
        return Ticket.id > cursor.id
    try:
        values = [int(each) if sort is Sort.PRIORITY else datetime.fromisoformat(each) for each in cursor.keys]
    except ValueError as error:
        raise InvalidInput("cursor", "take it from `next` of the page before") from error
    return or_(keys[0] > values[0], and_(keys[0] == values[0], Ticket.id > cursor.id))


def _cursor(row: Any, sort: Sort) -> Cursor:
    ticket = row[0]
    keys: tuple[str, ...] = ()
    if sort is Sort.DUE:
        keys = (row[1].isoformat(),)
    elif sort is Sort.PRIORITY:
        keys = (str(ticket.priority),)
    return Cursor(ticket.id, keys)
