"""What every step of staff has in common: the ticket, held; whether it is the same step sent again; and its traces.

A browser that lost its connection sends a step again. One that sets something (take, assign, department, priority,
link, merge) finds it set and does nothing. One that says something is the same when the same agent said the same words
on the same ticket within SAME_STEP.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.audit.service import note
from care.errors import Conflict, InvalidInput
from care.followup.rules import added_words
from care.staff.announcing import tell_desk
from care.tickets.rules import OPEN, EventKind, Kind
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket, TicketEvent

#: a browser that has not come back by then sends nothing again by itself
SAME_STEP = timedelta(minutes=10)


def held_ticket(session: Session, number: str) -> Ticket:
    """Locked until the transaction ends. Raises InvalidInput `ticket`."""
    ticket = ticket_by_number(session, number, lock=True)
    if ticket is None:
        raise InvalidInput("ticket", "there is no ticket of this number")
    return ticket


def check_open(ticket: Ticket) -> None:
    """Raises Conflict `ticket_status`."""
    if ticket.status not in OPEN:
        raise Conflict("ticket_status", f"the ticket is {ticket.status}")


def check_answers_customer(ticket: Ticket) -> None:
    """What is told to the customer is no step of an appeal, which is answered to its authority (care/appeals).

    Raises Conflict `appeal`.
    """
    if ticket.kind == Kind.APPEAL:
        raise Conflict("appeal", "an appeal is answered in writing to its authority")


def actor_of(staff: str | None) -> str:
    """As it stands in events; None: the system."""
    return f"staff:{staff}" if staff else "system"


def written(words: str, reason: str) -> str:
    """Raises InvalidInput with this reason where there are no words."""
    try:
        return added_words(words)
    except InvalidInput as error:
        raise InvalidInput(reason, "it has to be given in words") from error


def was_done(
    session: Session, ticket: Ticket, kind: EventKind, actor: str, words: str | None, now: datetime, *, status: str = ""
) -> bool:
    """This very step, a moment ago: the same that is sent again."""
    lately = select(TicketEvent).where(
        TicketEvent.ticket_id == ticket.id,
        TicketEvent.kind == kind,
        TicketEvent.actor == actor,
        TicketEvent.at > now - SAME_STEP,
    )
    if status:
        lately = lately.where(TicketEvent.status == status)
    return any(event.note == words for event in session.scalars(lately))


def leave_traces(
    session: Session,
    ticket: Ticket,
    staff: str | None,
    step: str,
    now: datetime,
    *,
    detail: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """At the end of a step: whose data were used for it, who did what, and that other desks look again.

    `step`: in a word, as in the audit (`ticket_<step>`). `detail`: as `care.audit.service.note`. `staff` None: the
    system, which reads nothing.
    """
    tell_desk(session, f"ticket:{ticket.number}")
    if staff is None:
        return
    note(session, actor_of(staff), f"ticket_{step}", f"ticket:{ticket.number}", detail=detail, reason=reason)
    note_use(session, ticket, staff, now)


def note_use(session: Session, ticket: Ticket, staff: str, now: datetime) -> None:
    """Somebody read the ticket. Of several in `in_one_order`."""
    note_access(
        session,
        Reader.AGENT,
        Use.TICKET,
        "ticket",
        now,
        phone=ticket.line,
        conversation_id=ticket.conversation_id,
        who=staff,
    )


def in_one_order(tickets: list[Ticket]) -> list[Ticket]:
    """The order in which several are locked and noted: two who need the same never wait for each other."""
    return sorted(tickets, key=lambda ticket: (ticket.line or "", ticket.conversation_id or "", ticket.id))


def held_tickets(session: Session, numbers: list[str]) -> dict[str, Ticket]:
    """As `held_ticket`, several at once. Raises InvalidInput `ticket` where one does not exist."""
    found = session.scalars(select(Ticket).where(Ticket.number.in_(numbers))).all()
    if len(found) < len(set(numbers)):
        raise InvalidInput("ticket", "there is no ticket of this number")
    return {ticket.number: held_ticket(session, ticket.number) for ticket in in_one_order(list(found))}
