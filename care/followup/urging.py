"""催办: somebody asks again. Recorded every time; raises the priority by one at most every two hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.followup import rules
from care.tickets.rules import EventKind
from care.tickets.service import add_event, raise_priority
from care.tickets.tables import Ticket, TicketEvent


@dataclass(frozen=True)
class Urged:
    number: str
    #: how often the ticket was urged, with this time
    times: int
    #: 1 urgent to 4 low
    priority: int
    #: whether this urge raised it
    is_raised: bool


def record_urge(session: Session, ticket: Ticket, actor: str, note: str | None, now: datetime) -> Urged:
    """`ticket` is open, and locked by the caller."""
    add_event(session, ticket, EventKind.URGED, actor, now, note=note)
    before = ticket.priority
    of_kind = (TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.PRIORITY)
    if rules.may_raise(session.scalar(select(func.max(TicketEvent.at)).where(*of_kind)), now):
        raise_priority(session, ticket, "system", now)
    session.flush()
    urged = (TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.URGED)
    times = session.scalar(select(func.count()).where(*urged)) or 0
    return Urged(ticket.number, times, ticket.priority, ticket.priority < before)
