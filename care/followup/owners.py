"""Every open ticket has somebody by name (B9 of the requirements): what nobody took is given out in its department.

To whoever of the department has the fewest open tickets, those who are there before those who are not. Not to whoever
handled the ticket that it repeats (B14: another person looks at it), and for a day not at all where somebody gave it to
nobody. Staff without a department are given nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from care.followup.working import leave_traces
from care.handoff.routing import is_there
from care.staff.rules import Permission, Presence, Role, permissions_of
from care.staff.tables import Staff, StaffPresence
from care.tickets.rules import OPEN, EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket, TicketEvent

#: so long a ticket that was taken off somebody stays nobody's
LEFT_ALONE = timedelta(days=1)
_ROLES = sorted(role for role in Role if Permission.TICKETS in permissions_of(role))


def assign_due(session: Session, now: datetime, limit: int = 50) -> dict[str, str]:
    """Ticket numbers and whom they were given to, the most urgent and oldest first. Any number of workers may."""
    tickets = _waiting(session, now, limit)
    if not tickets:
        return {}
    members = _members(session, {ticket.department for ticket in tickets}, now)
    loads = _loads(session, [number for number, _, _ in members])
    handlers = _handlers(session, [ticket.repeat_of for ticket in tickets if ticket.repeat_of is not None])
    given: dict[str, str] = {}
    for ticket in tickets:
        before = handlers.get(ticket.repeat_of) if ticket.repeat_of is not None else None
        free = [
            (not is_present, loads.get(number, 0), number)
            for number, department, is_present in members
            if department == ticket.department and number != before
        ]
        if not free:
            continue
        *_, number = min(free)
        ticket.assignee = number
        loads[number] = loads.get(number, 0) + 1
        add_event(session, ticket, EventKind.ASSIGNED, "system", now, note=number)
        leave_traces(session, ticket, None, "assign", now)
        given[ticket.number] = number
    return given


def _waiting(session: Session, now: datetime, limit: int) -> Sequence[Ticket]:
    """Locked. Only those for whom there is somebody: the others would stand before them for ever."""
    earlier, event = aliased(Ticket), aliased(TicketEvent)
    handler = select(earlier.assignee).where(earlier.id == Ticket.repeat_of).scalar_subquery()
    another = Staff.number.is_distinct_from(handler)
    somebody = exists().where(*_working(), Staff.department == Ticket.department, another)
    taken_off = exists().where(
        event.ticket_id == Ticket.id,
        event.kind == EventKind.ASSIGNED,
        event.note.is_(None),
        event.at > now - LEFT_ALONE,
    )
    return session.scalars(
        select(Ticket)
        .where(Ticket.assignee.is_(None), Ticket.status.in_(sorted(OPEN)), somebody, ~taken_off)
        .order_by(Ticket.priority, Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    ).all()


def _working() -> list[ColumnElement[bool]]:
    return [Staff.left_at.is_(None), Staff.role.in_(_ROLES)]


def _members(session: Session, departments: set[str], now: datetime) -> list[tuple[str, str | None, bool]]:
    """Number, department, and whether they are there."""
    present = exists().where(StaffPresence.staff_id == Staff.id, StaffPresence.state == Presence.READY, is_there(now))
    rows = session.execute(
        select(Staff.number, Staff.department, present).where(*_working(), Staff.department.in_(sorted(departments)))
    )
    return [(number, department, is_present) for number, department, is_present in rows]


def _loads(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(Ticket.assignee, func.count())
        .where(Ticket.status.in_(sorted(OPEN)), Ticket.assignee.in_(numbers))
        .group_by(Ticket.assignee)
    )
    return {number: load for number, load in rows if number is not None}


def _handlers(session: Session, ids: Sequence[int]) -> dict[int, str | None]:
    rows = session.execute(select(Ticket.id, Ticket.assignee).where(Ticket.id.in_(ids)))
    return {row.id: row.assignee for row in rows}
