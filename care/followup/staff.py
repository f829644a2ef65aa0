"""What staff do with a ticket: feedback, result, closing, telling of a delay, changing the complexity.

Every step meets its clocks, writes an event with the number of the agent, is told to the proved contact, and leaves a
row in the log of uses: who works on a ticket reads it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.errors import Conflict, InvalidInput, NotAllowed
from care.followup.rules import added_words
from care.notices.service import notify
from care.sla.policy import FIRST_FEEDBACK, Policy
from care.sla.service import end_clocks, meet_clocks, miss_clock, running_clock, start_clock
from care.tickets.rules import OPEN, EventKind, Status
from care.tickets.service import add_event, change_status, ticket_by_number
from care.tickets.tables import Ticket, TicketEvent


def give_feedback(session: Session, number: str, words: str, staff: str, now: datetime) -> None:
    """首次反馈 (and later ones): what was found so far. Meets that promise; takes a ticket that nobody had taken.

    Raises InvalidInput `ticket`, `field_empty`; Conflict `ticket_status` when it is not open.
    """
    said = added_words(words)
    ticket = _open_ticket(session, number)
    actor = _actor(staff)
    if ticket.status == Status.ACKNOWLEDGED:
        change_status(session, ticket.id, Status.IN_PROGRESS, actor, now)
    event = add_event(session, ticket, EventKind.FEEDBACK, actor, now, note=said)
    meet_clocks(session, ticket.id, [FIRST_FEEDBACK], now)
    _tell(session, ticket, "feedback", event, now)
    _note_use(session, ticket, staff, now)


def record_result(session: Session, number: str, outcome: str, staff: str | None, now: datetime) -> None:
    """The answer to the customer, in writing; meets every clock that runs, the law's too. `staff` None: the system.

    Raises InvalidInput `ticket`, `outcome_missing`; Conflict `ticket_status` when it is not open.
    """
    written = _written(outcome, "outcome_missing")
    ticket = _open_ticket(session, number)
    actor = _actor(staff)
    if ticket.status in (Status.ACKNOWLEDGED, Status.HELD):
        change_status(session, ticket.id, Status.IN_PROGRESS, actor, now)
    ticket.outcome = written
    event = change_status(session, ticket.id, Status.RESOLVED, actor, now, written)
    meet_clocks(session, ticket.id, None, now)
    _tell(session, ticket, "result", event, now)
    _note_use(session, ticket, staff, now)


def close_ticket(session: Session, number: str, staff: str | None, now: datetime) -> None:
    """After the result; `staff` None: the system, when the customer did not object. Raises Conflict `ticket_status`."""
    ticket = _ticket(session, number)
    event = change_status(session, ticket.id, Status.CLOSED, _actor(staff), now)
    _tell(session, ticket, "closed", event, now)
    _note_use(session, ticket, staff, now)


def record_delay(session: Session, number: str, clock: str, now: datetime) -> bool:
    """A clock was missed: recorded and told once; False when it is not due yet, or was met, missed or ended before."""
    ticket = _ticket(session, number)
    missed = miss_clock(session, ticket.id, clock, now)
    if missed is None:
        return False
    event = add_event(session, ticket, EventKind.DELAY, "system", now, note=clock)
    _tell(session, ticket, "delay", event, now)
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
    note = _written(reason, "reason_missing")
    ticket = _open_ticket(session, number)
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
    add_event(session, ticket, EventKind.COMPLEXITY, _actor(staff), now, note=f"{was} → {complexity}: {note}")
    _note_use(session, ticket, staff, now)
    return due


def _ticket(session: Session, number: str) -> Ticket:
    ticket = ticket_by_number(session, number, lock=True)
    if ticket is None:
        raise InvalidInput("ticket", "there is no ticket of this number")
    return ticket


def _open_ticket(session: Session, number: str) -> Ticket:
    ticket = _ticket(session, number)
    if ticket.status not in OPEN:
        raise Conflict("ticket_status", f"the ticket is {ticket.status}")
    return ticket


def _actor(staff: str | None) -> str:
    return f"staff:{staff}" if staff else "system"


def _written(words: str, reason: str) -> str:
    try:
        return added_words(words)
    except InvalidInput as error:
        raise InvalidInput(reason, "it has to be given in words") from error


def _note_use(session: Session, ticket: Ticket, staff: str | None, now: datetime) -> None:
    if staff:
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


def _tell(session: Session, ticket: Ticket, kind: str, event: TicketEvent, now: datetime) -> None:
    session.flush()
    notify(session, ticket, kind, f"{kind}:{event.id}", now)
