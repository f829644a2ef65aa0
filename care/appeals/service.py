"""Appeals: entered from a letter, answered in writing by its day, and what came of them.

The written reply is sent outside this system; what was written, and when, is recorded here. Whoever appealed hears from
the authority, so nothing of an appeal is told to a customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.appeals.rules import Authority, Letter, Outcome, check_days, due_at, start_of
from care.appeals.tables import Appeal
from care.complaints.entering import Entered, Entry, enter_ticket
from care.errors import Conflict, InvalidInput, NotAllowed
from care.followup.linking import note_link
from care.followup.working import actor_of, check_open, held_ticket, leave_traces, written
from care.sla.misses import record_misses
from care.sla.policy import APPEAL_REPLY, Policy
from care.sla.service import end_clocks, meet_clocks, start_clock_until
from care.tickets.rules import EventKind, Kind, Status
from care.tickets.service import add_event, change_status
from care.tickets.tables import Ticket
from care.timezone import CHINA

#: complaints of a line that are offered as the one that an appeal goes back to
_MOST_OFFERED = 5
#: 《电信用户申诉处理办法》第十一条: nobody appeals later than two years after it happened
_BACK = timedelta(days=730)


@dataclass(frozen=True)
class Offered:
    """A complaint that an appeal may go back to."""

    number: str
    category: str
    status: str
    created_at: datetime


def enter_appeal(
    session: Session, entry: Entry, letter: Letter, complaint: str | None, staff: str, now: datetime, policy: Policy
) -> Entered:
    """A ticket of kind appeal for this letter, with its clock; once for the entry, as `enter_ticket`.

    `complaint`: number of the complaint that it goes back to. Raises as `enter_ticket`; InvalidInput as `check_days`,
    `complaint` where there is no such one; Conflict `appeal_known` where this authority's number was entered before.
    """
    entered = enter_ticket(session, entry, staff, now, policy)
    if entered.is_new:
        ticket = held_ticket(session, entered.number)
        _add_letter(session, ticket, letter, complaint, staff, now, policy)
    return entered


def _add_letter(
    session: Session, ticket: Ticket, letter: Letter, complaint: str | None, staff: str, now: datetime, policy: Policy
) -> None:
    check_days(letter, now.astimezone(CHINA).date())
    # Two who enter the same letter at once: the second one waits here for the first.
    is_new = session.scalar(
        insert(Appeal)
        .values(
            ticket_id=ticket.id,
            authority=letter.authority,
            external_number=letter.external_number,
            dated=letter.dated,
            received_on=letter.received_on,
            due_on=letter.due_on,
        )
        .on_conflict_do_nothing(index_elements=[Appeal.authority, Appeal.external_number])
        .returning(Appeal.ticket_id)
    )
    if is_new is None:
        known = appeal_of(session, letter.authority, letter.external_number)
        raise Conflict("appeal_known", f"it is entered already, as {known}")
    appeal = session.get_one(Appeal, ticket.id)
    due = due_at(letter)
    alarms = [due - timedelta(hours=hours) for hours in policy.appeals.alarms_before]
    begins = min(start_of(letter.received_on), due - timedelta(hours=1))
    later = [each for each in alarms if each > now]
    start_clock_until(session, ticket.id, APPEAL_REPLY, "statutory", begins, due, later)
    if complaint is not None:
        _go_back_to(session, ticket, appeal, complaint, staff, now)


def appeal_of(session: Session, authority: Authority, external_number: str) -> str | None:
    """Number of the ticket under which it was entered."""
    return session.scalar(
        select(Ticket.number)
        .join(Appeal, Appeal.ticket_id == Ticket.id)
        .where(Appeal.authority == authority, Appeal.external_number == external_number)
    )


def go_back_to(session: Session, number: str, complaint: str, staff: str, now: datetime) -> None:
    """Name the complaint that an appeal goes back to; again, another one takes its place.

    Raises InvalidInput `ticket`, `appeal` for a ticket that is none, `complaint`.
    """
    ticket, appeal = _held_appeal(session, number)
    if _go_back_to(session, ticket, appeal, complaint, staff, now):
        leave_traces(session, ticket, staff, "appeal_link", now, detail={"complaint": complaint})


def write_reply(session: Session, number: str, words: str, staff: str, now: datetime) -> None:
    """The written answer to the authority was sent, with these words; it meets the clock.

    Raises InvalidInput `ticket`, `appeal`, `field_empty`; Conflict `replied` for another one, `ticket_status`.
    """
    said = written(words, "field_empty")
    ticket, appeal = _held_appeal(session, number)
    if appeal.replied_at is not None:
        if appeal.reply == said:
            return
        raise Conflict("replied", "the answer was sent already; what is added later is a note")
    check_open(ticket)
    appeal.reply, appeal.replied_at = said, now
    actor = actor_of(staff)
    ticket.assignee = ticket.assignee or staff
    if ticket.status in (Status.ACKNOWLEDGED, Status.HELD):
        change_status(session, ticket.id, Status.IN_PROGRESS, actor, now)
    add_event(session, ticket, EventKind.REPLIED, actor, now)
    change_status(session, ticket.id, Status.RESOLVED, actor, now)
    meet_clocks(session, ticket.id, None, now)
    leave_traces(session, ticket, staff, "appeal_reply", now)


def record_outcome(
    session: Session,
    number: str,
    outcome: Outcome,
    staff: str,
    now: datetime,
    *,
    reason: str | None = None,
    is_supervisor: bool = False,
) -> None:
    """The authority told how it ended; the ticket is closed.

    Without a reply only what the customer took back there; a reply is then owed no more. That is said by nobody but the
    authority, so a supervisor records it, with the reason (who told it, how) in the audit; a day that was missed by
    then stays missed. Raises InvalidInput `ticket`, `appeal`, `reason_missing`; NotAllowed `permission`; Conflict
    `not_replied`, `outcome_known` for another outcome.
    """
    ticket, appeal = _held_appeal(session, number)
    if appeal.outcome is not None:
        if appeal.outcome == outcome:
            return
        raise Conflict("outcome_known", "the outcome was recorded already")
    actor, why = actor_of(staff), None
    if appeal.replied_at is None:
        if outcome is not Outcome.WITHDRAWN:
            raise Conflict("not_replied", "the written answer comes first")
        if not is_supervisor:
            raise NotAllowed("permission", "only a supervisor ends an appeal that was not answered")
        why = written(reason or "", "reason_missing")
        record_misses(session, ticket, now)
        end_clocks(session, ticket.id, None, now)
        if ticket.status in (Status.ACKNOWLEDGED, Status.HELD):
            change_status(session, ticket.id, Status.IN_PROGRESS, actor, now)
        change_status(session, ticket.id, Status.RESOLVED, actor, now)
    appeal.outcome, appeal.outcome_at = outcome, now
    change_status(session, ticket.id, Status.CLOSED, actor, now, outcome.value)
    leave_traces(session, ticket, staff, "appeal_outcome", now, detail={"outcome": outcome.value}, reason=why)


def offered_complaints(session: Session, ticket: Ticket, received_on: date) -> list[Offered]:
    """Complaints about the same line that the appeal may go back to, the newest first; none where no line is known."""
    if ticket.line is None:
        return []
    rows = session.scalars(
        select(Ticket)
        .where(
            Ticket.line_index == phone_index(ticket.line),
            Ticket.kind.in_([Kind.COMPLAINT, Kind.FAULT]),
            Ticket.created_at >= start_of(received_on) - _BACK,
        )
        .order_by(Ticket.id.desc())
        .limit(_MOST_OFFERED)
    )
    return [Offered(row.number, row.category, row.status, row.created_at) for row in rows]


def _held_appeal(session: Session, number: str) -> tuple[Ticket, Appeal]:
    ticket = held_ticket(session, number)
    appeal = session.get(Appeal, ticket.id)
    if appeal is None:
        raise InvalidInput("appeal", "the ticket is no appeal")
    return ticket, appeal


def _go_back_to(session: Session, ticket: Ticket, appeal: Appeal, complaint: str, staff: str, now: datetime) -> bool:
    found = session.scalar(select(Ticket).where(Ticket.number == complaint))
    if found is None or found.kind not in (Kind.COMPLAINT, Kind.FAULT, Kind.PRIVACY):
        raise InvalidInput("complaint", "there is no complaint of this number")
    if appeal.complaint_id == found.id:
        return False
    appeal.complaint_id = found.id
    note_link(session, ticket, found, "appeal", staff, now)
    return True
