"""Tickets that belong together: linked, or merged where they are one matter of one customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.attachments.tables import TicketEvidence
from care.errors import Conflict, InvalidInput
from care.followup.telling import tell_by_sms, tell_in_conversation
from care.followup.working import actor_of, check_open, held_tickets, in_one_order, leave_traces, written
from care.sla import pauses
from care.sla.misses import record_misses
from care.sla.policy import FIRST_FEEDBACK, Policy
from care.sla.rules import PauseEnd
from care.sla.service import clocks_of, end_clocks, end_running, start_clock_until
from care.sla.tables import Clock
from care.sla.versions import policy_of
from care.tickets.rules import EventKind, Kind, Status
from care.tickets.service import add_event
from care.tickets.tables import Ticket, TicketLink

_MERGEABLE = frozenset({Kind.COMPLAINT, Kind.FAULT, Kind.FEEDBACK})


def link(
    session: Session, number: str, other: str, kind: Literal["related", "duplicate"], staff: str, now: datetime
) -> None:
    """Both are worked on as before; each shows the other. Raises InvalidInput `ticket`, `same_ticket`."""
    if number == other:
        raise InvalidInput("same_ticket", "a ticket is not linked with itself")
    tickets = held_tickets(session, [number, other])
    ticket, linked = tickets[number], tickets[other]
    if not note_link(session, ticket, linked, kind, staff, now):
        return
    for each, another in _both(ticket, linked):
        leave_traces(session, each, staff, "link", now, detail={"other": another.number, "kind": kind})


def note_link(session: Session, ticket: Ticket, other: Ticket, kind: str, staff: str, now: datetime) -> bool:
    """Store the link, with an event on each; False: they are linked already, in either direction."""
    both = (TicketLink.ticket_id == other.id) & (TicketLink.other_id == ticket.id)
    if session.scalar(select(TicketLink.kind).where(both)) is not None:
        return False
    values = {"ticket_id": ticket.id, "other_id": other.id, "kind": kind, "staff": staff, "at": now}
    stored = insert(TicketLink).values(values).on_conflict_do_nothing().returning(TicketLink.kind)
    if session.scalar(stored) is None:
        return False
    for one, another in ((ticket, other), (other, ticket)):
        add_event(session, one, EventKind.LINKED, actor_of(staff), now, note=another.number)
    return True


def merge(session: Session, number: str, into: str, reason: str, staff: str, now: datetime, policy: Policy) -> None:
    """The same matter of the same customer, filed twice: it goes on under `into`.

    That one gets the files, the more urgent priority, the marks (repeat, threat of an appeal), and every promise that
    would have been due earlier. What is over by now counts as missed, stays recorded on the ticket where it was, and
    is owed on the survivor from then on: the matter is late until it is answered, whichever was merged into which. The
    merged one is closed, without a result; its customer is told the number.

    Raises InvalidInput `ticket`, `same_ticket`, `reason_missing`; Conflict `ticket_status` unless both are open,
    `not_one_matter` for kinds that are not merged, and where neither line nor conversation is the same.
    """
    said = written(reason, "reason_missing")
    if number == into:
        raise InvalidInput("same_ticket", "a ticket is not merged into itself")
    tickets = held_tickets(session, [number, into])
    ticket, survivor = tickets[number], tickets[into]
    if ticket.merged_into == survivor.id:
        return
    check_open(ticket)
    check_open(survivor)
    if not _is_one_matter(ticket, survivor):
        raise Conflict("not_one_matter", "of two customers, or no complaints: link them instead")
    _keep_promises(session, ticket, survivor, policy, now)
    _take_over(session, ticket, survivor)
    ticket.merged_into = survivor.id
    # No step of FOLLOWS: a close without a result is only this one.
    ticket.status = Status.CLOSED
    actor = actor_of(staff)
    event = add_event(session, ticket, EventKind.MERGED, actor, now, note=f"→ {into}: {said}", status=Status.CLOSED)
    add_event(session, survivor, EventKind.MERGED, actor, now, note=f"← {number}: {said}")
    session.flush()
    tell_by_sms(session, ticket, "merged", event, now, other=into)
    tell_in_conversation(session, ticket, "merged", now, other=into)
    for each, another in _both(ticket, survivor):
        detail = {"into" if each is ticket else "from": another.number}
        leave_traces(session, each, staff, "merge", now, detail=detail, reason=said)


def _both(ticket: Ticket, other: Ticket) -> list[tuple[Ticket, Ticket]]:
    """Each with the other one, in one order."""
    return [(each, other if each is ticket else ticket) for each in in_one_order([ticket, other])]


def _is_one_matter(ticket: Ticket, other: Ticket) -> bool:
    is_same_line = ticket.line_index is not None and ticket.line_index == other.line_index
    is_same_talk = ticket.conversation_id is not None and ticket.conversation_id == other.conversation_id
    kinds = {Kind(ticket.kind), Kind(other.kind)}
    # A suggestion has no clocks: merged into one, a complaint would lose its own.
    return kinds <= _MERGEABLE and (Kind.FEEDBACK not in kinds or len(kinds) == 1) and (is_same_line or is_same_talk)


def _keep_promises(session: Session, ticket: Ticket, survivor: Ticket, policy: Policy, now: datetime) -> None:
    # What was asked about either is asked again where it still matters; nothing that stands still hides a promise.
    for each in in_one_order([ticket, survivor]):
        pauses.end(session, each.id, PauseEnd.CLOSED if each is ticket else PauseEnd.STAFF, now)
    record_misses(session, ticket, now)
    for clock in clocks_of(session, [ticket.id])[ticket.id]:
        if _is_owed(clock):
            _no_later_than(session, survivor, _name_on(session, clock, ticket, survivor, policy), clock, now)
    session.flush()
    end_clocks(session, ticket.id, None, now)


def _name_on(session: Session, clock: Clock, ticket: Ticket, survivor: Ticket, policy: Policy) -> str:
    """What counts towards the same on the survivor: its own promise of a result may have another name."""
    if clock.name == policy_of(session, ticket, policy).solution_of(ticket.category, ticket.complexity):
        return policy_of(session, survivor, policy).solution_of(survivor.category, survivor.complexity)
    return clock.name


def _no_later_than(session: Session, survivor: Ticket, name: str, promised: Clock, now: datetime) -> None:
    """What was promised on one of them is kept on the other: the earlier time replaces the later one."""
    own = [each for each in clocks_of(session, [survivor.id])[survivor.id] if each.name == name]
    if name == FIRST_FEEDBACK and any(each.met_at is not None for each in own):
        return  # the customer has heard of the matter
    # One that was missed is no reason to forget a promise that still runs.
    rivals = [each for each in own if _is_owed(each) and (promised.missed_at is not None or each.missed_at is None)]
    if any(each.due_at <= promised.due_at for each in rivals):
        return
    end_running(session, survivor.id, name, now)
    if promised.missed_at is not None:
        missed = {each: getattr(promised, each) for each in ("kind", "starts_at", "due_at", "missed_at")}
        session.add(Clock(ticket_id=survivor.id, name=name, **missed))
        alarm = {"kind": "alarm", "starts_at": promised.starts_at}
        session.add_all(
            Clock(ticket_id=survivor.id, name=name, due_at=at, **alarm) for at in _alarms(session, promised) if at > now
        )
        return
    kind: Literal["promise", "statutory"] = "statutory" if promised.kind == "statutory" else "promise"
    alarms = _alarms(session, promised)
    start_clock_until(session, survivor.id, name, kind, promised.starts_at, promised.due_at, alarms, alarms)


def _alarms(session: Session, promised: Clock) -> Sequence[datetime]:
    """Of its name, that have not ended."""
    alarms = select(Clock.due_at).where(
        Clock.ticket_id == promised.ticket_id,
        Clock.name == promised.name,
        Clock.kind == "alarm",
        Clock.ended_at.is_(None),
    )
    return session.scalars(alarms).all()


def _take_over(session: Session, ticket: Ticket, survivor: Ticket) -> None:
    files = select(TicketEvidence.attachment_id).where(TicketEvidence.ticket_id == ticket.id)
    rows = [{"ticket_id": survivor.id, "attachment_id": each} for each in session.scalars(files)]
    if rows:
        session.execute(insert(TicketEvidence).on_conflict_do_nothing(), rows)
    survivor.priority = min(survivor.priority, ticket.priority)
    survivor.threatens_appeal = survivor.threatens_appeal or ticket.threatens_appeal
    if survivor.repeat_of is None and ticket.repeat_of != survivor.id:
        survivor.repeat_of = ticket.repeat_of
    survivor.partner = survivor.partner or ticket.partner
    if ticket.conversation_id is not None and ticket.conversation_id == survivor.conversation_id:
        # Only there: who hears of a ticket by SMS can also take it back with a code.
        survivor.notify_phone = survivor.notify_phone or ticket.notify_phone


def _is_owed(clock: Clock) -> bool:
    """Late or not."""
    return clock.met_at is None and clock.ended_at is None
