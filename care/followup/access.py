"""Which ticket a customer means, and whether they may do with it what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.errors import InvalidInput, NotAllowed
from care.tickets.rules import EventKind, Kind, Level, Status, read_number
from care.tickets.service import accessible_tickets, level_of, ticket_by_number
from care.tickets.tables import Ticket, TicketEvent

#: Why a step does not fit a ticket (a reason of InvalidInput), or None when it does.
Refusal = Callable[[Ticket], str | None]


def chosen_ticket(
    session: Session,
    conversation_id: str,
    number: str | None,
    least: Level,
    refused: Refusal,
    without_proof: Callable[[Ticket], bool] = lambda ticket: False,
) -> tuple[Ticket, Level]:
    """The ticket of that number, or without one the newest that the step fits; its row is locked.

    `without_proof`: a ticket of that number that needs none for this step. Raises NotAllowed (reason `needs_proof`, the
    same whether the ticket exists or not), InvalidInput (reason `no_ticket` when the conversation has none, or the
    reason of `refused`).
    """
    if number is not None:
        ticket = customers_ticket(session, number)
        level = level_of(session, conversation_id, ticket) if ticket else Level.NONE
        if ticket is None or (level < least and not without_proof(ticket)):
            raise NotAllowed("needs_proof", "not a ticket of this conversation, or not proved well enough")
        candidates = [(ticket, level)]
    else:
        candidates = list(accessible_tickets(session, conversation_id, least))
        if not candidates:
            raise InvalidInput("no_ticket", "this conversation has no ticket")
    reasons = []
    for ticket, level in candidates:
        if reason := refused(ticket):
            reasons.append(reason)
            continue
        locked = ticket_by_number(session, ticket.number, lock=True)
        assert locked is not None  # a ticket is never deleted
        if reason := refused(locked):  # somebody was faster
            reasons.append(reason)
            continue
        return locked, level
    raise InvalidInput(reasons[0], "the ticket is not in a state for this step")


def customers_ticket(session: Session, number: str) -> Ticket | None:
    """The ticket whose number a customer wrote. Never an appeal: that is between us and its authority, and whoever
    appealed asks there how it stands and takes it back there."""
    read = read_number(number)
    ticket = ticket_by_number(session, read) if read else None
    return ticket if ticket is None or ticket.kind != Kind.APPEAL else None


def resolved_at(session: Session, ticket: Ticket) -> datetime | None:
    """When the latest result was recorded."""
    return session.scalar(
        select(func.max(TicketEvent.at)).where(
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == EventKind.STATUS,
            TicketEvent.status == Status.RESOLVED,
        )
    )
