"""The ticket of a request: its number and clocks, its end, and what is left of it after a deletion."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.followup.staff import record_result
from care.privacy.rules import Kind
from care.privacy.tables import PrivacyRequest
from care.sla.policy import policy
from care.sla.sections import BY_PERSON, PRIVACY
from care.sla.service import meet_clocks, start_clocks
from care.sla.tables import Clock
from care.tasks.closing import close_ticket
from care.tickets.rules import OPEN, Status
from care.tickets.rules import Kind as TicketKind
from care.tickets.service import change_status, open_ticket
from care.tickets.tables import Ticket, TicketEvent
from care.wording import say


def file_ticket(
    session: Session, request: PrivacyRequest, words: str | None, now: datetime, *, by_person: bool = False
) -> Ticket:
    """`words`: what is asked, for whoever reads the ticket. `by_person`: somebody has to look into it."""
    kind = Kind(request.kind)
    category = PRIVACY + kind
    ticket = Ticket(
        category=category,
        department=policy().privacy.department,
        priority=policy().privacy.priority_of(kind.value),
        complexity=BY_PERSON if by_person else "simple",
        policy_version=policy().version,
        conversation_id=request.conversation_id,
        description=words or policy().title_of(category),
    )
    if request.phone is not None:
        ticket.line, ticket.line_index = request.phone, phone_index(request.phone)
    ticket.severity = policy().severity_of(ticket.priority)
    open_ticket(session, ticket, TicketKind.PRIVACY, "customer", now)
    start_clocks(session, ticket, policy(), now)
    request.ticket_id = ticket.id
    return ticket


def due_of(session: Session, ticket: Ticket) -> datetime | None:
    """By when we said that it is done, also when that is met or over."""
    name = policy().solution_of(ticket.category, ticket.complexity)
    newest = select(Clock.due_at).where(Clock.ticket_id == ticket.id, Clock.name == name, Clock.kind != "alarm")
    return session.scalar(newest.order_by(Clock.id.desc()).limit(1))


def resolve(session: Session, ticket: Ticket, outcome: str, now: datetime) -> None:
    """Answered and closed by the system. One that its customer took back meanwhile stays so."""
    if ticket.status in OPEN:
        record_result(session, ticket.number, outcome, None, now)
        close_ticket(session, ticket.number, None, now)


def reject(session: Session, ticket: Ticket, outcome: str, now: datetime) -> None:
    if ticket.status in OPEN:
        ticket.outcome = outcome
        change_status(session, ticket.id, Status.REJECTED, "system", now, outcome)
        meet_clocks(session, ticket.id, None, now)


def forget(session: Session, ticket: Ticket, outcome: str) -> None:
    """After a deletion: what happened when stays; whose it was, what they said and what was written to them goes.

    `outcome`: the same that stands on the receipt.
    """
    ticket.line = ticket.line_index = ticket.customer_id = None
    ticket.contact = ticket.notify_phone = ticket.address = ticket.since = ticket.wish = None
    ticket.description, ticket.outcome = say("privacy_ticket_forgotten"), outcome
    session.execute(update(TicketEvent).where(TicketEvent.ticket_id == ticket.id).values(note=None))
