"""One ticket on a screen: everything that happened to it, what belongs to it, and what can be done with it now.

As it is stored; whoever shows it masks it (web/desk/ticket_json.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from care.appeals.service import Offered, offered_complaints
from care.appeals.tables import Appeal
from care.attachments.service import Evidence, evidence_of
from care.callbacks.tables import Callback
from care.desk.ticket_promises import Promises, promises_of
from care.errors import InvalidInput
from care.followup.reopening import reopening_refused
from care.followup.telling import can_be_asked
from care.followup.working import note_use
from care.staff.rules import Permission
from care.tickets.rules import OPEN, Kind, Status
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket, TicketEvent, TicketLink


@dataclass(frozen=True)
class Linked:
    number: str
    #: related | duplicate | appeal
    kind: str
    status: str


@dataclass(frozen=True)
class TicketPage:
    ticket: Ticket
    #: numbers
    merged_into: str | None
    repeat_of: str | None
    links: list[Linked]
    evidence: list[Evidence]
    #: the oldest first
    events: list[TicketEvent]
    appeal: Appeal | None
    #: number of the complaint that the appeal goes back to
    complaint: str | None
    #: complaints that it may go back to, while none is named
    offered: list[Offered]
    callback: Callback | None
    promises: Promises
    #: steps that are possible for this person now
    can: list[str]


def open_page(
    session: Session, number: str, staff: str, may: Callable[[Permission], bool], now: datetime
) -> TicketPage:
    """`may`: the permissions of who looks. It is noted that they did. Raises InvalidInput `ticket`."""
    ticket = ticket_by_number(session, number)
    if ticket is None:
        raise InvalidInput("ticket", "there is no ticket of this number")
    session.flush()
    events = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    ).all()
    appeal = session.get(Appeal, ticket.id) if ticket.kind == Kind.APPEAL else None
    complaint = _number_of(session, appeal.complaint_id) if appeal else None
    promises = promises_of(session, ticket)
    page = TicketPage(
        ticket=ticket,
        merged_into=_number_of(session, ticket.merged_into),
        repeat_of=_number_of(session, ticket.repeat_of),
        links=_links(session, ticket.id),
        evidence=evidence_of(session, ticket.id, staff, now),
        events=list(events),
        appeal=appeal,
        complaint=complaint,
        offered=offered_complaints(session, ticket, appeal.received_on) if appeal and complaint is None else [],
        callback=session.get(Callback, ticket.id) if ticket.kind == Kind.CALLBACK else None,
        promises=promises,
        can=possible_steps(ticket, appeal, promises, may, reopening_refused(session, ticket, now) is None),
    )
    note_use(session, ticket, staff, now)
    return page


def possible_steps(
    ticket: Ticket,
    appeal: Appeal | None,
    promises: Promises,
    may: Callable[[Permission], bool],
    may_reopen: bool,
) -> list[str]:
    """Names of the steps of `/api/desk/tickets/{number}/…`. None of them takes a ticket back for its customer."""
    is_open, is_appeal = ticket.status in OPEN, appeal is not None
    decides = may(Permission.DECIDE)
    is_for_customer = is_open and not is_appeal
    is_complaint = ticket.kind in (Kind.COMPLAINT, Kind.FAULT)
    steps: list[tuple[str, bool]] = [
        ("take", is_open and ticket.assignee is None),
        ("assign", is_open),
        ("feedback", is_for_customer),
        ("result", is_for_customer),
        ("told", not is_appeal and promises.has_unread_answer),
        ("note", True),
        ("pause", is_for_customer and ticket.status != Status.PENDING and can_be_asked(ticket)),
        ("asked", is_for_customer and promises.has_unread_question),
        ("resume", ticket.status in (Status.PENDING, Status.HELD)),
        ("reopen", may_reopen),
        ("renew", is_for_customer and promises.promises_result),
        ("close", ticket.status == Status.RESOLVED and not is_appeal and not promises.owes_answer),
        ("complexity", is_open and is_complaint and decides),
        ("department", is_open),
        ("priority", is_open and decides),
        ("urge", is_for_customer),
        ("link", True),
        ("merge", is_open and (is_complaint or ticket.kind == Kind.FEEDBACK) and decides),
        ("reveal", may(Permission.REVEAL)),
        ("reply", appeal is not None and is_open and appeal.replied_at is None),
        ("outcome", appeal is not None and appeal.outcome is None),
    ]
    return [name for name, is_possible in steps if is_possible]


def _number_of(session: Session, ticket_id: int | None) -> str | None:
    return session.scalar(select(Ticket.number).where(Ticket.id == ticket_id)) if ticket_id is not None else None


def _links(session: Session, ticket_id: int) -> list[Linked]:
    one, other = aliased(Ticket), aliased(Ticket)
    rows = session.execute(
        select(TicketLink.kind, one.id, one.number, one.status, other.number, other.status)
        .join(one, one.id == TicketLink.ticket_id)
        .join(other, other.id == TicketLink.other_id)
        .where(or_(TicketLink.ticket_id == ticket_id, TicketLink.other_id == ticket_id))
        .order_by(TicketLink.at, TicketLink.other_id)
    )
    return [
        Linked(second, kind, second_status) if id == ticket_id else Linked(first, kind, first_status)
        for kind, id, first, first_status, second, second_status in rows
    ]
