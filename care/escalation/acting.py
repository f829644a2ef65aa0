"""What one ticket's clocks ask for now: alarms ring, misses are recorded, each once, and whom it concerns is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import raise_alarm
from care.escalation.renewing import is_told, tell_later
from care.escalation.rules import Level, levels_of_alarm
from care.escalation.tables import Escalation
from care.notices.service import notify
from care.redress.service import propose_for_miss
from care.sla.service import lock_tickets
from care.sla.tables import Clock
from care.staff.announcing import tell_desk
from care.tickets.rules import OPEN, EventKind, Kind
from care.tickets.service import add_event, raise_priority
from care.tickets.tables import Ticket

RUNNING = (Clock.met_at.is_(None), Clock.missed_at.is_(None), Clock.ended_at.is_(None), Clock.paused_at.is_(None))


def act(session: Session, ticket_id: int, now: datetime) -> dict[str, int]:
    """All that is due on this ticket, in the order in which it came due; how many `rang` and were `missed`.

    Nothing when somebody else works on it: the next round looks again.
    """
    done: Counter[str] = Counter()
    for ticket in lock_tickets(session, [ticket_id], skips=True):
        for row in _due(session, ticket.id, now):
            if row.kind == "alarm":
                done["rang"] += _ring(session, ticket, row, now)
            else:
                row.missed_at = now
                add_event(session, ticket, EventKind.DELAY, "system", now, note=row.name)
                done["missed"] += 1
        for clock in _unfollowed(session, ticket.id):
            _follow(session, ticket, clock, now)
        if done:
            tell_desk(session, f"ticket:{ticket.number}")
    return dict(done)


def _due(session: Session, ticket_id: int, now: datetime) -> Sequence[Clock]:
    due = select(Clock).where(Clock.ticket_id == ticket_id, Clock.due_at <= now, *RUNNING)
    # An alarm at the same time comes before what it warns of.
    return session.scalars(due.order_by(Clock.due_at, (Clock.kind != "alarm"), Clock.id)).all()


def _ring(session: Session, ticket: Ticket, alarm: Clock, now: datetime) -> bool:
    clock = session.scalar(
        select(Clock)
        .where(
            Clock.ticket_id == ticket.id,
            Clock.name == alarm.name,
            Clock.kind != "alarm",
            Clock.starts_at == alarm.starts_at,
        )
        .order_by(Clock.id.desc())
        .limit(1)
    )
    if clock is None or clock.met_at is not None or clock.ended_at is not None:
        alarm.ended_at = now
        return False
    alarm.missed_at = now
    session.flush()
    for level in levels_of_alarm(alarm.due_at, clock.due_at, now, is_last=_is_last(session, alarm, clock)):
        if level is Level.CUSTOMER and not is_told(session, ticket, clock, now):
            continue
        if not _escalate(session, ticket, clock, level, now):
            continue
        if level is Level.CUSTOMER:
            raise_priority(session, ticket, "system", now)
            tell_later(session, ticket, clock, now)
        elif level is Level.HEAD:
            _alarm(session, ticket, AlarmKind.PROMISE_OWED, clock, now)
    return True


def _is_last(session: Session, alarm: Clock, clock: Clock) -> bool:
    later = select(Clock.id).where(
        Clock.ticket_id == alarm.ticket_id,
        Clock.name == alarm.name,
        Clock.kind == "alarm",
        Clock.starts_at == alarm.starts_at,
        Clock.due_at > alarm.due_at,
        Clock.due_at < clock.due_at,
    )
    return session.scalar(later.limit(1)) is None


def _unfollowed(session: Session, ticket_id: int) -> Sequence[Clock]:
    """What was missed, here or in a step of somebody's (care/sla/misses.py), and nobody was told of."""
    session.flush()
    followed = exists().where(Escalation.clock_id == Clock.id, Escalation.level == Level.SUPERVISOR)
    missed = select(Clock).where(
        Clock.ticket_id == ticket_id, Clock.kind != "alarm", Clock.missed_at.is_not(None), ~followed
    )
    return session.scalars(missed.order_by(Clock.due_at, Clock.id)).all()


def _follow(session: Session, ticket: Ticket, clock: Clock, now: datetime) -> None:
    """A promise or a time of the law is over: what follows from that, also where the answer came meanwhile."""
    _escalate(session, ticket, clock, Level.SUPERVISOR, now)
    propose_for_miss(session, ticket, clock, now)
    if clock.met_at is not None or clock.ended_at is not None:
        return
    _alarm(session, ticket, AlarmKind.PROMISE_MISSED, clock, now)
    if ticket.kind == Kind.APPEAL or clock.kind != "promise" or _was_told(session, clock):
        return
    if ticket.status not in OPEN or ticket.kind == Kind.CALLBACK:
        notify(session, ticket, "delay", f"delay:clock:{clock.id}", now)
    elif is_told(session, ticket, clock, now):
        # Nobody woke up in time to tell them before.
        _escalate(session, ticket, clock, Level.CUSTOMER, now)
        tell_later(session, ticket, clock, now)


def _was_told(session: Session, clock: Clock) -> bool:
    told = select(Escalation.id).where(Escalation.clock_id == clock.id, Escalation.level == Level.CUSTOMER)
    return session.scalar(told) is not None


def _escalate(session: Session, ticket: Ticket, clock: Clock, level: Level, now: datetime) -> bool:
    """False: they were told of this clock before."""
    written = session.scalar(
        insert(Escalation)
        .values(ticket_id=ticket.id, clock_id=clock.id, level=level, at=now)
        .on_conflict_do_nothing(index_elements=[Escalation.clock_id, Escalation.level])
        .returning(Escalation.id)
    )
    if written is None:
        return False
    add_event(session, ticket, EventKind.ESCALATED, "system", now, note=f"{level}: {clock.name}")
    return True


def _alarm(session: Session, ticket: Ticket, kind: AlarmKind, clock: Clock, now: datetime) -> None:
    detail = {"clock": clock.name, "department": ticket.department, "owner": ticket.assignee}
    if raise_alarm(session, kind, f"ticket:{ticket.number}", now, detail):
        tell_desk(session, "alarm")
