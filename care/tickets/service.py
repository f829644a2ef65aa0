"""Writing tickets and reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import Conflict, InvalidInput
from care.tickets.rules import Kind, Status, may_follow, ticket_number
from care.tickets.tables import Ticket, TicketEvent

_TRIES_FOR_A_FREE_NUMBER = 5


def open_ticket(session: Session, ticket: Ticket, kind: Kind, actor: str, now: datetime) -> Ticket:
    """Give `ticket` its number, first status and first event. Its other fields are the caller's."""
    ticket.kind = kind
    ticket.status = Status.ACKNOWLEDGED
    ticket.created_at = now
    for _ in range(_TRIES_FOR_A_FREE_NUMBER):
        ticket.number = ticket_number(kind, now)
        if session.scalar(select(Ticket.id).where(Ticket.number == ticket.number)) is None:
            break
    session.add(ticket)
    session.flush()
    session.add(TicketEvent(ticket_id=ticket.id, at=now, actor=actor, kind="filed", status=ticket.status))
    return ticket


def change_status(
    session: Session, ticket_id: int, status: Status, actor: str, now: datetime, note: str | None = None
) -> None:
    """Move a ticket on and record who did it. Raises Conflict (reason `ticket_status`) for a step not in FOLLOWS."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None:
        raise InvalidInput("ticket", f"there is no ticket {ticket_id}")
    if not may_follow(Status(ticket.status), status):
        raise Conflict("ticket_status", f"a ticket that is {ticket.status} cannot become {status}")
    ticket.status = status
    session.add(TicketEvent(ticket_id=ticket_id, at=now, actor=actor, kind="status", status=status, note=note))


def tickets_of_conversation(session: Session, conversation_id: str, limit: int = 3) -> Sequence[Ticket]:
    """The newest first."""
    return session.scalars(
        select(Ticket).where(Ticket.conversation_id == conversation_id).order_by(Ticket.id.desc()).limit(limit)
    ).all()
