"""What staff answer: feedback, result, changing the complexity.

No step of staff meets a promise by itself: an answer does when it reached the customer (care/answers), said on the
phone just now, or shown in the conversation later. Every step writes an event with the number of the agent, is told to
the proved contact and in the conversation that the ticket was filed in, and leaves its traces (`working.leave_traces`):
who works on a ticket reads it. Nobody of the staff takes a ticket back for the customer: there is no such step.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from care.answers.rules import Way, What
from care.answers.service import reach_now, record
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
from care.sla import pauses
from care.sla.misses import record_misses
from care.sla.policy import Policy
from care.sla.rules import PauseEnd
from care.sla.service import end_clocks, meet_clocks, replace_clock, running_clock
from care.sla.versions import policy_of
from care.tickets.rules import EventKind, Kind, Status
from care.tickets.service import add_event, change_status


def give_feedback(session: Session, number: str, words: str, staff: str, now: datetime, *, told: bool = False) -> None:
    """首次反馈 (and later ones): what was found so far. Meets that promise when it reached the customer and says
    anything about the matter; takes a ticket that nobody had taken.

    `told`: it is being said to the customer on the phone or at the counter. Raises InvalidInput `ticket`,
    `field_empty`; Conflict `ticket_status` when it is not open, `appeal`.
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
    tell_by_sms(session, ticket, "feedback", event, now)
    message_id = tell_in_conversation(session, ticket, "feedback", now, words=said)
    answer = record(session, ticket, event, What.FEEDBACK, staff, message_id, said, now)
    if told:
        reach_now(session, ticket, answer, Way.WORD, actor, now)
    leave_traces(session, ticket, staff, "feedback", now)


def record_result(
    session: Session, number: str, outcome: str, staff: str | None, now: datetime, *, told: bool = False
) -> None:
    """The answer to the customer, in writing. The work is done with it; every clock, the law's too, runs on until it
    reached the customer. What is promised by doing is met here: what the system carried out (`staff` None, which tells
    it in its own way), and a call that somebody made.

    `told`: as `give_feedback`. Raises InvalidInput `ticket`, `outcome_missing`; Conflict `ticket_status` when it is not
    open, `appeal`.
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
    session.flush()
    pauses.end(session, ticket.id, PauseEnd.CLOSED, now)
    if staff is None or ticket.kind == Kind.CALLBACK:
        record_misses(session, ticket, now)
        meet_clocks(session, ticket.id, None, now)
    tell_by_sms(session, ticket, "result", event, now)
    if staff is not None:
        message_id = tell_in_conversation(session, ticket, "result", now, words=said)
        answer = record(session, ticket, event, What.RESULT, staff, message_id, said, now)
        if told or ticket.kind == Kind.CALLBACK:
            reach_now(session, ticket, answer, Way.WORD, actor, now)
    leave_traces(session, ticket, staff, "result", now)


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

    By the rules that it was filed under (`policy`: today's). Only a supervisor, with a reason, before either time is
    over: a promise is not changed after it was broken. Raises NotAllowed `supervisor_only`; InvalidInput `ticket`,
    `reason_missing`, `complexity_same`; Conflict `ticket_status`, `too_late`.
    """
    if not is_supervisor:
        raise NotAllowed("supervisor_only", "only a supervisor changes the complexity of a ticket")
    note = written(reason, "reason_missing")
    ticket, actor = held_ticket(session, number), actor_of(staff)
    check_open(ticket)
    check_answers_customer(ticket)
    if ticket.complexity == complexity:
        raise InvalidInput("complexity_same", f"the ticket is {complexity} already")
    rules = policy_of(session, ticket, policy)
    before, after = (rules.solution_of(ticket.category, each) for each in (ticket.complexity, complexity))
    if before == after:
        raise InvalidInput("complexity_same", f"the promise is the same for {complexity}")
    old = running_clock(session, ticket.id, before)
    # Where it stands still, what is left counts from the moment at which it was stopped.
    # A later time that was told instead of a promise (`renews`) is none that could be changed once more.
    if old is None or old.renews is not None or old.due_at <= (old.paused_at or now):
        raise Conflict("too_late", "the promised time for the solution is over")
    due = replace_clock(session, ticket, old, after, rules)
    if due <= (old.paused_at or now):
        raise Conflict("too_late", "counted from the same start, the new time is over already")
    end_clocks(session, ticket.id, [old.name], now)
    was, ticket.complexity = ticket.complexity, complexity
    add_event(session, ticket, EventKind.COMPLEXITY, actor, now, note=f"{was} → {complexity}: {note}")
    leave_traces(session, ticket, staff, "complexity", now, detail={"from": was, "to": complexity}, reason=note)
    return due
