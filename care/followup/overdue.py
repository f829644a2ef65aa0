"""What was promised and not kept: of a customer, and of a ticket before a step ends its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.sla.service import clocks_of, miss_clock
from care.sla.tables import Clock
from care.tickets.rules import OPEN, EventKind, Level
from care.tickets.service import accessible_tickets, add_event
from care.tickets.tables import Ticket

_MOST = 10


@dataclass(frozen=True)
class Overdue:
    number: str
    #: name of the clock
    clock: str


def overdue(session: Session, conversation_id: str, now: datetime) -> Overdue | None:
    """The first promise that is over on an open ticket of theirs; None: all are kept, or still run."""
    tickets = {
        ticket.id: ticket.number
        for ticket, _ in accessible_tickets(session, conversation_id, Level.DIGITS, _MOST)
        if ticket.status in OPEN
    }
    if not tickets:
        return None
    row = session.execute(
        select(Clock.ticket_id, Clock.name)
        .where(
            Clock.ticket_id.in_(tickets),
            Clock.kind == "promise",
            Clock.due_at <= now,
            Clock.met_at.is_(None),
            Clock.ended_at.is_(None),
        )
        .order_by(Clock.due_at, Clock.id)
        .limit(1)
    ).first()
    return None if row is None else Overdue(tickets[row.ticket_id], row.name)


def record_misses(session: Session, ticket: Ticket, now: datetime) -> None:
    """What is over by now counts as missed, each once, also where the job that looks for it has not come by yet.

    Whatever ends clocks calls this first: an ended clock that was not missed looks as if it had been in time. `ticket`
    is locked by the caller.
    """
    for clock in clocks_of(session, [ticket.id])[ticket.id]:
        if miss_clock(session, ticket.id, clock.name, now) is not None:
            add_event(session, ticket, EventKind.DELAY, "system", now, note=clock.name)
    session.flush()
