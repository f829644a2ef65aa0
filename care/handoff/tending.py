"""What nobody's click begins: rings that ran out, agents who are gone, customers who wait too long, queues that close.

Each thing is a transaction of its own, looks again at what it changes, and is safe to repeat; any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from care import db
from care.alarms.rules import Kind
from care.alarms.service import open_alarms, raise_alarm, settle_alarm
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.conversations.telling import tell
from care.handoff.assigning import decline, give_back, leave
from care.handoff.choosing import served_from
from care.handoff.policy import handoff_policy
from care.handoff.routing import AT_ONCE, is_there, present, route, skill_of
from care.handoff.rules import Status, Step
from care.handoff.steps import locked, note_step
from care.handoff.tables import Handoff, HandoffEvent
from care.staff.announcing import tell_desk
from care.staff.tables import Staff, StaffPresence
from care.wording import spoken_time

#: rings in a row that somebody leaves unanswered; then they are away
_UNANSWERED = 2
_ANSWERS = (Step.TAKEN, Step.REFUSED, Step.UNANSWERED)
#: rings that one round begins at most, in portions of AT_ONCE
_PORTIONS = 20


def tend(now: datetime, target: timedelta) -> dict[str, int]:
    """One round; how many of each. `target`: in which somebody is to come (care.sla.policy, which lies above)."""
    done: dict[str, int] = {}

    def each(what: str, find: Callable[[Session], list[int]], work: Callable[[Session, int], bool]) -> None:
        done[what] = 0
        for one in db.run(find):
            done[what] += db.run(lambda session: work(session, one))  # noqa: B023

    each("unanswered", lambda session: _ran_out(session, now), lambda session, one: _note_unanswered(session, one, now))
    each("gone", lambda session: _gone(session, now), lambda session, one: _give_back(session, one, now))
    each(
        "closed", lambda session: _untold_of_closing(session, now), lambda session, one: _tell_closed(session, one, now)
    )
    done["offered"] = 0
    for _ in range(_PORTIONS):
        rings = db.run(lambda session: route(session, now))
        done["offered"] += rings
        if rings < AT_ONCE:
            break
    each(
        "late", lambda session: _late(session, now, target), lambda session, one: _tell_late(session, one, now, target)
    )
    db.run(lambda session: _watch_queues(session, now))
    return done


def _ran_out(session: Session, now: datetime) -> list[int]:
    waiting = (Handoff.status == Status.WAITING, Handoff.offered_until <= now)
    return list(session.scalars(select(Handoff.id).where(*waiting).order_by(Handoff.requested_at)))


def _note_unanswered(session: Session, handoff_id: int, now: datetime) -> bool:
    handoff = locked(session, handoff_id)
    if handoff is None or handoff.offered_to is None or handoff.offered_until is None or handoff.offered_until > now:
        return False
    staff_id = handoff.offered_to
    if _is_the_second(session, staff_id):
        leave(session, staff_id, now)
    return decline(session, handoff_id, staff_id, Step.UNANSWERED, now)


def _is_the_second(session: Session, staff_id: int) -> bool:
    """Was the ring before this one left unanswered as well, since they said that they are ready?"""
    before = session.scalars(
        select(HandoffEvent.kind)
        .join(Staff, Staff.number == HandoffEvent.staff)
        .join(StaffPresence, StaffPresence.staff_id == Staff.id)
        .where(Staff.id == staff_id, HandoffEvent.kind.in_(_ANSWERS), HandoffEvent.at >= StaffPresence.since)
        .order_by(HandoffEvent.at.desc(), HandoffEvent.id.desc())
        .limit(_UNANSWERED - 1)
    ).all()
    return list(before) == [Step.UNANSWERED] * (_UNANSWERED - 1)


def _gone(session: Session, now: datetime) -> list[int]:
    """Who has customers, or is rung at, and gave no sign of life for a minute."""
    there = select(StaffPresence.staff_id).where(is_there(now))
    picked = select(Handoff.staff_id).where(Handoff.status == Status.PICKED, Handoff.staff_id.not_in(there))
    ringing = select(Handoff.offered_to).where(
        Handoff.status == Status.WAITING, Handoff.offered_to.is_not(None), Handoff.offered_to.not_in(there)
    )
    return [staff for staff in session.scalars(picked.union(ringing)) if staff is not None]


def _give_back(session: Session, staff_id: int, now: datetime) -> bool:
    if staff_id not in _gone(session, now):
        return False
    give_back(session, staff_id, now)
    return True


def _is_real() -> ColumnElement[bool]:
    """Not one of our own checks, in which nobody is to be told anything."""
    return exists().where(Conversation.id == Handoff.conversation_id, Conversation.channel != AUDIT_CHANNEL)


def _was_told_of_closing() -> ColumnElement[bool]:
    return exists().where(HandoffEvent.handoff_id == Handoff.id, HandoffEvent.kind == Step.TOLD_CLOSED)


def _closed_queues(now: datetime) -> list[str]:
    return [name for name, queue in handoff_policy().queues.items() if not queue.hours.is_open(now)]


def _untold_of_closing(session: Session, now: datetime) -> list[int]:
    waiting = (Handoff.status == Status.WAITING, Handoff.queue.in_(_closed_queues(now)))
    return list(session.scalars(select(Handoff.id).where(*waiting, _is_real(), ~_was_told_of_closing())))


def _tell_closed(session: Session, handoff_id: int, now: datetime) -> bool:
    """Who must have a person at any hour waits with those on duty from now on; the others are told when it opens."""
    handoff = locked(session, handoff_id)
    if handoff is None or handoff.status != Status.WAITING or handoff.queue not in _closed_queues(now):
        return False
    policy = handoff_policy()
    if handoff.trigger.get("at_any_hour"):
        note_step(session, handoff.id, Step.MOVED, now, queue=policy.duty, before=handoff.queue)
        handoff.queue = policy.duty
        handoff.served_from = min(handoff.served_from, now)
        tell_desk(session, "queue")
        return True
    if session.scalar(select(Handoff.id).where(Handoff.id == handoff.id, _was_told_of_closing())) is not None:
        return False
    opens = served_from(policy, handoff.queue, now)
    note_step(session, handoff.id, Step.TOLD_CLOSED, now)
    tell(session, handoff.conversation_id, "utter_queue_closed", now, opens=spoken_time(opens, now))
    return True


def _is_late(now: datetime, target: timedelta) -> tuple[ColumnElement[bool], ...]:
    """Of those who were talked with before, the wait since then counts."""
    return (
        Handoff.status == Status.WAITING,
        Handoff.told_late_at.is_(None),
        func.greatest(Handoff.served_from, Handoff.changed_at) <= now - target,
        Handoff.queue.not_in(_closed_queues(now)),
    )


def _late(session: Session, now: datetime, target: timedelta) -> list[int]:
    late = select(Handoff.id).where(*_is_late(now, target), _is_real())
    return list(session.scalars(late.order_by(Handoff.requested_at)))


def _tell_late(session: Session, handoff_id: int, now: datetime, target: timedelta) -> bool:
    handoff = locked(session, handoff_id)
    is_still = select(Handoff.id).where(Handoff.id == handoff_id, *_is_late(now, target))
    if handoff is None or session.scalar(is_still) is None:
        return False
    handoff.told_late_at = now
    note_step(session, handoff.id, Step.TOLD_LATE, now)
    tell(session, handoff.conversation_id, "utter_queue_late", now)
    raise_alarm(
        session, Kind.QUEUE_LATE, f"handoff:{handoff.id}", now, {"queue": handoff.queue, "reason": handoff.reason}
    )
    tell_desk(session, "alarm")
    return True


def _watch_queues(session: Session, now: datetime) -> None:
    """Alarms that come and go with who is there."""
    policy = handoff_policy()
    agents = present(session, now)
    waiting = select(Handoff.queue, func.count().label("waiting")).where(Handoff.status == Status.WAITING, _is_real())
    waits = {row.queue: row.waiting for row in session.execute(waiting.group_by(Handoff.queue))}
    changed = []
    for name, queue in policy.queues.items():
        skill = skill_of(policy, name)
        if name in waits and queue.hours.is_open(now) and not any(skill in agent.skills for agent in agents):
            changed.append(raise_alarm(session, Kind.NOBODY_READY, f"queue:{name}", now, {"waiting": waits[name]}))
        else:
            changed.append(settle_alarm(session, Kind.NOBODY_READY, f"queue:{name}", now))
    for alarm in open_alarms(session, Kind.AGENT_GONE):
        still = select(Handoff.id).join(Staff, Staff.id == Handoff.staff_id)
        number = alarm.subject.removeprefix("staff:")
        if session.scalar(still.where(Handoff.status == Status.WAITING, Staff.number == number).limit(1)) is None:
            changed.append(settle_alarm(session, Kind.AGENT_GONE, alarm.subject, now))
    if any(changed):
        tell_desk(session, "alarm")
