"""Asking for a person, taking that back, and what was raised in the conversation before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import raise_alarm, settle_alarm
from care.conversations.service import owner_of, set_owner
from care.handoff.choosing import choose_queue
from care.handoff.policy import handoff_policy
from care.handoff.routing import route
from care.handoff.rules import EndedBy, Reason, Status, Step, reason_for
from care.handoff.steps import lock_conversation, note_step
from care.handoff.steps import open_handoff as open_handoff
from care.handoff.tables import Concern, Handoff
from care.staff.announcing import tell_desk

#: what a trigger may say: names of ours
_WORD = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")


@dataclass(frozen=True)
class Raised:
    """Concerns of a conversation: those that a message is the first to raise, and those of messages before it."""

    now: frozenset[Reason] = frozenset()
    before: frozenset[Reason] = frozenset()


def request_handoff(
    session: Session,
    conversation_id: str,
    reason: Reason,
    now: datetime,
    *,
    trigger: Mapping[str, Any] | None = None,
) -> None:
    """Put the conversation into the queue that its reason asks for. A repeated request changes nothing, unless its
    reason is more pressing; the place in the queue stays.

    What was raised in the conversation (`raise_concerns`) is the reason where the customer just asks for a person.
    `trigger`: what made it a reason: `{"confidence": 0.31}`, `{"message": 123}`, `{"clock": "solution_simple"}`;
    `label`, what the customer talks of, chooses the queue where the reason leaves it open. Numbers and names of ours,
    never words of the customer's; raises ValueError for those.
    """
    triggered = _checked(trigger or {})
    lock_conversation(session, conversation_id)
    concerns = _concerns(session, conversation_id)
    told = reason_for(reason, concerns)
    if told is not reason:
        triggered |= {"asked_as": reason.value, "message": concerns[told]}
    handoff = open_handoff(session, conversation_id)
    if handoff is None and owner_of(session, conversation_id) == "agent":
        return  # somebody serves them in WeCom (care.handoff.outside)
    if handoff is None:
        handoff = Handoff(
            conversation_id=conversation_id, status=Status.WAITING, requested_at=now, changed_at=now, served_from=now
        )
        _choose(handoff, told, concerns, triggered, now)
        ahead = _ahead(session, handoff)
        session.add(handoff)
        session.flush()
        note_step(session, handoff.id, Step.REQUESTED, now, queue=handoff.queue, reason=told.value, position=ahead + 1)
    elif handoff.status == Status.WAITING and _is_more_pressing(told, Reason(handoff.reason)):
        before = handoff.reason
        _choose(handoff, told, concerns, triggered, now)
        note_step(session, handoff.id, Step.MOVED, now, queue=handoff.queue, reason=told.value, before=before)
    if handoff.status == Status.WAITING:
        warn(session, handoff, now)
        set_owner(session, conversation_id, "queue")
        tell_desk(session, "queue")
        route(session, now)


def _checked(trigger: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in trigger.items():
        is_name = isinstance(value, str) and _WORD.fullmatch(value) is not None
        if not _WORD.fullmatch(name) or not (is_name or isinstance(value, int | float) or value is None):
            raise ValueError("a trigger holds numbers and names of ours only")
    return dict(trigger)


def _choose(
    handoff: Handoff, reason: Reason, concerns: Iterable[str], trigger: Mapping[str, Any], now: datetime
) -> None:
    policy = handoff_policy()
    at_any_hour = any(policy.reasons[Reason(each)].around_the_clock for each in (reason, *concerns))
    chosen = choose_queue(policy, reason, trigger, now, at_any_hour=at_any_hour)
    handoff.reason, handoff.queue, handoff.priority = reason, chosen.queue, chosen.priority
    handoff.served_from = chosen.served_from
    handoff.trigger = {**trigger, "policy": policy.version} | ({"at_any_hour": True} if at_any_hour else {})


def _ahead(session: Session, handoff: Handoff) -> int:
    """How many are before somebody who comes now."""
    before = select(func.count()).where(
        Handoff.status == Status.WAITING, Handoff.queue == handoff.queue, Handoff.priority <= handoff.priority
    )
    return session.scalars(before).one()


def _is_more_pressing(reason: Reason, before: Reason) -> bool:
    """The customer's own wish takes the place of the bot's failure: its answer must not withdraw that any more."""
    if Reason.BOT_FAILURE in (reason, before):
        return reason is not before and before is Reason.BOT_FAILURE
    reasons = handoff_policy().reasons
    return reasons[reason].priority < reasons[before].priority


def warn(session: Session, handoff: Handoff, now: datetime) -> None:
    """Supervisors are told at once of who waits for one of the reasons that the policy names for it."""
    if handoff_policy().reasons[Reason(handoff.reason)].alarm and raise_alarm(
        session, Kind.URGENT, f"handoff:{handoff.id}", now, {"queue": handoff.queue, "reason": handoff.reason}
    ):
        tell_desk(session, "alarm")


def settle(session: Session, handoff: Handoff, now: datetime) -> None:
    """It does not wait any more: neither do its alarms."""
    settled = [settle_alarm(session, kind, f"handoff:{handoff.id}", now) for kind in (Kind.QUEUE_LATE, Kind.URGENT)]
    if any(settled):
        tell_desk(session, "alarm")


def raise_concerns(
    session: Session, conversation_id: str, concerns: Collection[Reason], message_id: int, now: datetime
) -> Raised:
    """Note at least one concern of a message. A repeated call tells the same."""
    rows = [
        {"conversation_id": conversation_id, "reason": each, "message_id": message_id, "raised_at": now}
        for each in concerns
    ]
    raised = insert(Concern).values(rows)
    session.execute(
        raised.on_conflict_do_update(
            index_elements=[Concern.conversation_id, Concern.reason], set_={"raised_at": raised.excluded.raised_at}
        )
    )
    known = session.execute(
        select(Concern.reason, Concern.message_id).where(Concern.conversation_id == conversation_id)
    ).all()
    now_first = frozenset(Reason(reason) for reason, first in known if first == message_id)
    return Raised(now_first, frozenset(Reason(reason) for reason, _ in known) - now_first)


def _concerns(session: Session, conversation_id: str) -> dict[str, int]:
    """Those that were raised since a person last closed the conversation's matter, each with its first message."""
    closed = select(func.max(Handoff.changed_at)).where(
        Handoff.conversation_id == conversation_id, Handoff.status == Status.CLOSED
    )
    since = session.scalar(closed)
    raised = select(Concern.reason, Concern.message_id).where(Concern.conversation_id == conversation_id)
    rows = session.execute(raised if since is None else raised.where(Concern.raised_at > since))
    return {row.reason: row.message_id for row in rows}


def withdraw(
    session: Session, conversation_id: str, now: datetime, *, by: EndedBy, reason: Reason | None = None
) -> bool:
    """Give the conversation back to the bot while nobody has picked it up; False when there was nothing to withdraw.

    `by`: the customer, who does not want to wait or is called back; the bot, which answered after all; the system.
    With `reason`, only a hand-off that was opened for it.
    """
    lock_conversation(session, conversation_id)
    handoff = open_handoff(session, conversation_id)
    if handoff is None or handoff.status != Status.WAITING or (reason and handoff.reason != reason):
        return False
    finish(session, handoff, Status.WITHDRAWN, by, now)
    return True


def finish(
    session: Session,
    handoff: Handoff,
    status: Status,
    by: EndedBy,
    now: datetime,
    staff: str | None = None,
    **detail: Any,
) -> None:
    """Close or withdraw one that is locked with its conversation, which is the bot's again."""
    handoff.status, handoff.changed_at = status, now
    handoff.ended_at, handoff.ended_by = now, by
    handoff.offered_to = handoff.offered_until = None
    note_step(session, handoff.id, Step.ENDED, now, staff, by=by.value, **detail)
    settle(session, handoff, now)
    set_owner(session, handoff.conversation_id, "bot")
    tell_desk(session, "queue")
