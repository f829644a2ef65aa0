"""What was promised to a customer and not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.sla.tables import Clock
from care.tickets.rules import OPEN, Level
from care.tickets.service import accessible_tickets

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
            Clock.paused_at.is_(None),
        )
        .order_by(Clock.due_at, Clock.id)
        .limit(1)
    ).first()
    return None if row is None else Overdue(tickets[row.ticket_id], row.name)
