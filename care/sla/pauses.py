"""Promises that stand still while the customer is asked something: from the moment at which the question was
delivered, for as long as the policy allows. What the law sets never stands still.

A pause saves no promise that is over, and one that is over only ends once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.sla.counting import moved
from care.sla.policy import Policy
from care.sla.rules import PauseEnd
from care.sla.service import lock_tickets, traits_of
from care.sla.specs import ClockSpec
from care.sla.tables import Clock, Pause
from care.sla.versions import policy_of
from care.tickets.rules import OPEN, EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket, TicketEvent

_OWED = (Clock.met_at.is_(None), Clock.missed_at.is_(None), Clock.ended_at.is_(None))
_NOT_DELIVERED = (Pause.began_at.is_(None), Pause.ended_at.is_(None))
_RUNNING = (Pause.began_at.is_not(None), Pause.ended_at.is_(None))


def ask(session: Session, ticket: Ticket, event: TicketEvent, message_id: int | None, now: datetime) -> Pause:
    """Something was asked of the customer, in this message (None: it has to be told by word). Nothing stands still
    before it was delivered. `ticket` is locked by the caller."""
    session.flush()
    pause = Pause(ticket_id=ticket.id, event_id=event.id, message_id=message_id, asked_at=now)
    session.add(pause)
    session.flush()
    return pause


def deliver(session: Session, message_ids: Collection[int], now: datetime) -> list[int]:
    """These messages were delivered; returns the ids of the tickets whose promises stand still since."""
    asked = select(Pause.ticket_id).where(Pause.message_id.in_(message_ids), *_NOT_DELIVERED).distinct()
    delivered = []
    for ticket in lock_tickets(session, session.scalars(asked).all()):
        waiting = select(Pause).where(Pause.ticket_id == ticket.id, Pause.message_id.in_(message_ids), *_NOT_DELIVERED)
        if _begin(session, ticket, session.scalars(waiting).all(), now):
            delivered.append(ticket.id)
    return delivered


def deliver_by_word(session: Session, ticket_id: int, now: datetime) -> bool:
    """Somebody told the customer what was asked; False: nothing was waiting to be told."""
    for ticket in lock_tickets(session, [ticket_id]):
        waiting = select(Pause).where(Pause.ticket_id == ticket_id, *_NOT_DELIVERED)
        return _begin(session, ticket, session.scalars(waiting).all(), now)
    return False


def end(session: Session, ticket_id: int, by: PauseEnd, now: datetime) -> bool:
    """The promises of the ticket run again, later by what passed; also a question that was not delivered is over.
    False: nothing stood still."""
    tickets = lock_tickets(session, [ticket_id])
    return bool(tickets) and _end(session, tickets[0], by, now, now)


def end_long(session: Session, now: datetime, limit: int) -> list[int]:
    """Pauses that have lasted as long as they may are over, and from that moment on: ids of their tickets."""
    long = select(Pause.ticket_id).where(Pause.until <= now, *_RUNNING).order_by(Pause.until).limit(limit)
    ended = []
    # What somebody else works on is left to the next run.
    for ticket in lock_tickets(session, session.scalars(long).all(), skips=True):
        until = _until(session, ticket.id)
        if until is not None and until <= now:
            _end(session, ticket, PauseEnd.LIMIT, until, now)
            ended.append(ticket.id)
    return ended


def _begin(session: Session, ticket: Ticket, waiting: Sequence[Pause], now: datetime) -> bool:
    if not waiting or ticket.status not in OPEN:
        return False
    # A second question while the first one is open does not make the wait longer.
    until = _until(session, ticket.id)
    stands = until is not None or _stop_clocks(session, ticket.id, now)
    if stands and until is None:
        add_event(session, ticket, EventKind.PAUSED, "system", now)
    for pause in waiting:
        pause.began_at = now
        pause.until = until or now + timedelta(hours=policy_of(session, ticket).pauses.most_hours)
    session.flush()
    return stands


def _until(session: Session, ticket_id: int) -> datetime | None:
    """The end of the pause that runs."""
    return session.scalar(select(Pause.until).where(Pause.ticket_id == ticket_id, *_RUNNING).limit(1))


def _stop_clocks(session: Session, ticket_id: int, now: datetime) -> bool:
    owed = (Clock.ticket_id == ticket_id, Clock.due_at > now, *_OWED)
    promises = session.scalars(select(Clock.name).where(Clock.kind == "promise", *owed)).all()
    session.execute(
        update(Clock)
        .where(*owed, Clock.kind.in_(("promise", "alarm")), Clock.name.in_(promises))
        .values(paused_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return bool(promises)


def _end(session: Session, ticket: Ticket, by: PauseEnd, at: datetime, now: datetime) -> bool:
    """`at`: from when on the clocks run again."""
    pauses = session.scalars(select(Pause).where(Pause.ticket_id == ticket.id, Pause.ended_at.is_(None))).all()
    for pause in pauses:
        if by is not PauseEnd.LIMIT or pause.began_at is not None:
            pause.ended_at, pause.ended_by = at, by
    stood = session.scalars(
        select(Clock)
        .where(Clock.ticket_id == ticket.id, Clock.paused_at.is_not(None))
        .order_by(Clock.due_at)
        .execution_options(populate_existing=True)
    ).all()
    rules = policy_of(session, ticket)
    later: dict[str, timedelta] = {}
    for clock in stood:
        if clock.kind != "alarm" and clock.paused_at is not None:
            due = moved(_spec_of(clock, ticket, rules), clock.due_at, clock.paused_at, at, rules)
            later[clock.name] = due - clock.due_at
    for clock in stood:
        # What was met or ended meanwhile stays as it was.
        if clock.met_at is None and clock.ended_at is None:
            clock.due_at += later.get(clock.name, timedelta())
        clock.paused_at = None
    if stood:
        add_event(session, ticket, EventKind.RESUMED, "system", now, note=by.value)
    session.flush()
    return bool(stood)


def _spec_of(clock: Clock, ticket: Ticket, rules: Policy) -> ClockSpec | None:
    """None: its end was given, or the policy has lost it."""
    if clock.renews is not None or clock.name not in rules.clocks:
        return None
    return rules.spec_of(clock.name, traits_of(ticket))
