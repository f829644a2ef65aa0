"""What staff write down on a ticket, ask its customer, and do for somebody who calls about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from care.errors import Conflict
from care.followup.reopening import reopening_refused, take_up_again
from care.followup.rules import added_words
from care.followup.telling import can_be_asked, tell_by_sms, tell_in_conversation
from care.followup.urging import record_urge
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
from care.sla.rules import PauseEnd
from care.tickets.rules import Channel, EventKind, Status
from care.tickets.service import add_event, change_status


def add_note(session: Session, number: str, words: str, staff: str, now: datetime) -> None:
    """For those who work on it; no customer reads it. Also on one that is closed.

    Raises InvalidInput `ticket`, `field_empty`.
    """
    said = added_words(words)
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.NOTE, actor, said, now):
        return
    add_event(session, ticket, EventKind.NOTE, actor, now, note=said)
    leave_traces(session, ticket, staff, "note", now)


def ask_customer(session: Session, number: str, question: str, staff: str, now: datetime) -> None:
    """The ticket waits for its customer (`pending`), who is asked in the conversation, and told so by SMS.

    Promises stand still from when the question was delivered: shown in the conversation, or said by phone
    (`care.followup.reaching.asked_by_word`); what the law sets never does. Raises InvalidInput `ticket`,
    `field_empty`; Conflict `ticket_status`, `appeal`, `no_way` where no question reaches the customer in writing: then
    somebody has to call.
    """
    said = added_words(question)
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.STATUS, actor, said, now, status=Status.PENDING):
        return
    check_open(ticket)
    check_answers_customer(ticket)
    if not can_be_asked(ticket):
        raise Conflict("no_way", "filed without a conversation or a proved contact: call, and write down what was said")
    if ticket.status == Status.HELD:
        change_status(session, ticket.id, Status.IN_PROGRESS, actor, now)
    ticket.assignee = ticket.assignee or staff
    event = change_status(session, ticket.id, Status.PENDING, actor, now, said)
    message_id = tell_in_conversation(session, ticket, "question", now, words=said)
    pauses.ask(session, ticket, event, message_id, now)
    tell_by_sms(session, ticket, "question", event, now)
    leave_traces(session, ticket, staff, "pause", now)


def resume(session: Session, number: str, staff: str, now: datetime) -> None:
    """It waits no longer, whether the customer answered or not.

    Raises InvalidInput `ticket`; Conflict `ticket_status`.
    """
    ticket = held_ticket(session, number)
    if ticket.status == Status.IN_PROGRESS:
        return
    if ticket.status not in (Status.PENDING, Status.HELD):
        raise Conflict("ticket_status", f"the ticket is {ticket.status}")
    change_status(session, ticket.id, Status.IN_PROGRESS, actor_of(staff), now)
    session.flush()
    pauses.end(session, ticket.id, PauseEnd.STAFF, now)
    leave_traces(session, ticket, staff, "resume", now)


def urge_for_caller(
    session: Session, number: str, words: str, staff: str, now: datetime, channel: Channel = Channel.HOTLINE
) -> None:
    """催办 by somebody who calls: as the customer's own (`care.followup.service.urge`), with the channel in the note.

    Raises InvalidInput `ticket`, `field_empty`; Conflict `ticket_status`, `appeal`.
    """
    said = f"{channel}: {added_words(words)}"
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.URGED, actor, said, now):
        return
    check_open(ticket)
    check_answers_customer(ticket)
    record_urge(session, ticket, actor, said, now)
    leave_traces(session, ticket, staff, "urge", now, detail={"channel": channel.value})


def reopen_for_customer(session: Session, number: str, reason: str, staff: str, now: datetime, policy: Policy) -> None:
    """The customer, or whoever looked at it again, is not satisfied with the result: by the same rules as when the
    customer asks for it (`care.followup.service.reopen`). The customer is told.

    Raises InvalidInput `ticket`, `reason_missing`; Conflict `not_resolved`, `reopen_too_late`.
    """
    said = written(reason, "reason_missing")
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.REOPENED, actor, said, now):
        return
    if refused := reopening_refused(session, ticket, now):
        raise Conflict(refused, "nothing that can be worked on again")
    take_up_again(session, ticket, said, actor, now, policy)
    tell_in_conversation(session, ticket, "reopened", now)
    leave_traces(session, ticket, staff, "reopen", now, reason=said)
