"""What a named person says to the customer by phone or at the counter: an answer, a question, a later time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.answers.service import reach_by_word
from care.errors import Conflict, InvalidInput
from care.followup.telling import tell_by_sms, tell_in_conversation
from care.followup.working import (
    actor_of,
    check_answers_customer,
    check_open,
    held_ticket,
    leave_traces,
    was_done,
    written,
)
from care.sla import pauses
from care.sla.policy import Policy
from care.sla.service import renew_clock
from care.sla.tables import Clock
from care.tickets.rules import EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket
from care.wording import spoken_time


def told_by_word(session: Session, number: str, answer_id: int, staff: str, now: datetime) -> None:
    """This answer was said to the customer, who had not seen it; meets what it counts towards.

    Raises InvalidInput `ticket`, `answer`; Conflict `appeal`.
    """
    ticket = held_ticket(session, number)
    check_answers_customer(ticket)
    reach_by_word(session, number, answer_id, staff, now)
    leave_traces(session, ticket, staff, "told", now)


def asked_by_word(session: Session, number: str, staff: str, now: datetime) -> None:
    """What the customer is asked was said to them; promises stand still from now on.

    Raises InvalidInput `ticket`; Conflict `ticket_status`, `appeal`.
    """
    ticket = held_ticket(session, number)
    check_open(ticket)
    check_answers_customer(ticket)
    if pauses.deliver_by_word(session, ticket.id, now):
        leave_traces(session, ticket, staff, "asked", now)


def renew(session: Session, number: str, due: datetime, reason: str, staff: str, now: datetime, policy: Policy) -> None:
    """A later, honest time for the result, which the customer is told. What was promised is missed all the same.

    Raises InvalidInput `ticket`, `reason_missing`, `renew_not_later`, `renew_too_late` (later than the law allows);
    Conflict `ticket_status`, `appeal`, `nothing_promised`.
    """
    note = written(reason, "reason_missing")
    ticket, actor = held_ticket(session, number), actor_of(staff)
    until = spoken_time(due, now)
    said = f"{until}: {note}"
    if was_done(session, ticket, EventKind.RENEWED, actor, said, now):
        return
    check_open(ticket)
    check_answers_customer(ticket)
    promised = _promised(session, ticket, policy)
    if promised is None:
        raise Conflict("nothing_promised", "no result is promised on this ticket")
    if due <= max(now, promised.due_at):
        raise InvalidInput("renew_not_later", "a new time is later than now, and than the one that was promised")
    renew_clock(session, promised, due, now)
    event = add_event(session, ticket, EventKind.RENEWED, actor, now, note=said)
    tell_by_sms(session, ticket, "feedback", event, now)
    tell_in_conversation(session, ticket, "renewed", now, until=until)
    leave_traces(session, ticket, staff, "renew", now, reason=note)


def _promised(session: Session, ticket: Ticket, policy: Policy) -> Clock | None:
    """The newest promise of a result that is still owed, late or not."""
    return session.scalar(
        select(Clock)
        .where(
            Clock.ticket_id == ticket.id,
            Clock.name == policy.solution_of(ticket.category, ticket.complexity),
            Clock.kind == "promise",
            Clock.met_at.is_(None),
            Clock.ended_at.is_(None),
        )
        .order_by(Clock.id.desc())
        .limit(1)
    )
