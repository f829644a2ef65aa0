"""What staff answer: feedback, result, closing, telling of a delay, changing the complexity.

Every step meets its clocks, writes an event with the number of the agent, is told to the proved contact and in the
conversation that the ticket was filed in, and leaves its traces (`working.leave_traces`): who works on a ticket reads
it. Nobody of the staff takes a ticket back for the customer: there is no such step.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from care.errors import Conflict, InvalidInput, NotAllowed
from care.followup.rules import added_words
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
from care.sla.policy import FIRST_FEEDBACK, Policy
from care.sla.service import end_clocks, meet_clocks, miss_clock, running_clock, start_clock
from care.staff.announcing import tell_desk
from care.tickets.rules import EventKind, Kind, Status
from care.tickets.service import add_event, change_status


def give_feedback(session: Session, number: str, words: str, staff: str, now: datetime) -> None:
    """首次反馈 (and later ones): what was found so far. Meets that promise; takes a ticket that nobody had taken.

    Raises InvalidInput `ticket`, `field_empty`; Conflict `ticket_status` when it is not open, `appeal`.
    """
    said = added_words(words)
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.FEEDBACK, actor, said, now):
        return
    check_open(ticket)
    check_answers_customer(ticket)
    ticket.assignee = ticket.assignee or staff
    if ticket.status == Status.ACKNOWLEDGED:
        change_status(session, ticket.id, Status.IN_PROGRESS, actor, now)
    event = add_event(session, ticket, EventKind.FEEDBACK, actor, now, note=said)
    meet_clocks(session, ticket.id, [FIRST_FEEDBACK], now)
    tell_by_sms(session, ticket, "feedback", event, now)
    tell_in_conversation(session, ticket, "feedback", now, words=said)
    leave_traces(session, ticket, staff, "feedback", now)


def record_result(session: Session, number: str, outcome: str, staff: str | None, now: datetime) -> None:
    """The answer to the customer, in writing; meets every clock that runs, the law's too.

    `staff` None: the system, which tells it in the conversation in its own way. Raises InvalidInput `ticket`,
    `outcome_missing`; Conflict `ticket_status` when it is not open, `appeal`.
    """
    said = written(outcome, "outcome_missing")
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.STATUS, actor, said, now, status=Status.RESOLVED):
        return
    check_open(ticket)
    check_answers_customer(ticket)
    ticket.assignee = ticket.assignee or staff
    if ticket.status in (Status.ACKNOWLEDGED, Status.HELD):
        change_status(session, ticket.id, Status.IN_PROGRESS, actor, now)
    ticket.outcome = said
    event = change_status(session, ticket.id, Status.RESOLVED, actor, now, said)
    meet_clocks(session, ticket.id, None, now)
    tell_by_sms(session, ticket, "result", event, now)
    if staff is not None:
        tell_in_conversation(session, ticket, "result", now, words=said)
    leave_traces(session, ticket, staff, "result", now)


def close_ticket(session: Session, number: str, staff: str | None, now: datetime) -> None:
    """After the result; `staff` None: the system, when the customer did not object.

    Raises InvalidInput `ticket`; Conflict `ticket_status`, `appeal`.
    """
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.STATUS, actor, None, now, status=Status.CLOSED):
        return
    check_answers_customer(ticket)
    event = change_status(session, ticket.id, Status.CLOSED, actor, now)
    tell_by_sms(session, ticket, "closed", event, now)
    leave_traces(session, ticket, staff, "close", now)


def record_delay(session: Session, number: str, clock: str, now: datetime) -> bool:
    """A clock was missed: recorded and told once; False when it is not due yet, or was met, missed or ended before."""
    ticket = held_ticket(session, number)
    missed = miss_clock(session, ticket.id, clock, now)
    if missed is None:
        return False
    event = add_event(session, ticket, EventKind.DELAY, "system", now, note=clock)
    if ticket.kind != Kind.APPEAL:
        tell_by_sms(session, ticket, "delay", event, now)
    tell_desk(session, f"ticket:{number}")
    return True


def change_complexity(
    session: Session,
    number: str,
    complexity: Literal["simple", "complex"],
    reason: str,
    staff: str,
    is_supervisor: bool,
    now: datetime,
    policy: Policy,
) -> datetime:
    """Another promise for the solution, counted from the same start as the one it replaces; returns when it is due.

    Only a supervisor, with a reason, before either time is over: a promise is not changed after it was broken.
    Raises NotAllowed `supervisor_only`; InvalidInput `ticket`, `reason_missing`, `complexity_same`; Conflict
    `ticket_status`, `too_late`.
    """
    if not is_supervisor:
        raise NotAllowed("supervisor_only", "only a supervisor changes the complexity of a ticket")
    note = written(reason, "reason_missing")
    ticket, actor = held_ticket(session, number), actor_of(staff)
    check_open(ticket)
    check_answers_customer(ticket)
    if ticket.complexity == complexity:
        raise InvalidInput("complexity_same", f"the ticket is {complexity} already")
    before, after = (policy.solution_of(ticket.category, each) for each in (ticket.complexity, complexity))
    if before == after:
        raise InvalidInput("complexity_same", f"the promise is the same for {complexity}")
    old = running_clock(session, ticket.id, before)
    if old is None or old.due_at <= now:
        raise Conflict("too_late", "the promised time for the solution is over")
    due = start_clock(session, ticket.id, after, policy, old.starts_at)
    if due <= now:
        raise Conflict("too_late", "counted from the same start, the new time is over already")
    end_clocks(session, ticket.id, [old.name], now)
    was, ticket.complexity = ticket.complexity, complexity
    add_event(session, ticket, EventKind.COMPLEXITY, actor, now, note=f"{was} → {complexity}: {note}")
    leave_traces(session, ticket, staff, "complexity", now, detail={"from": was, "to": complexity}, reason=note)
    return due
