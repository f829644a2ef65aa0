"""Asking for a person, taking that back, and what was raised in the conversation before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.conversations.service import set_owner
from care.handoff.rules import OPEN, Reason, Status, reason_for
from care.handoff.tables import Concern, Handoff


@dataclass(frozen=True)
class Raised:
    """Concerns of a conversation: those that a message is the first to raise, and those of messages before it."""

    now: frozenset[Reason] = frozenset()
    before: frozenset[Reason] = frozenset()


def request_handoff(session: Session, conversation_id: str, reason: Reason, now: datetime) -> None:
    """Put the conversation into the queue. One that is open stays as it is, so a repeated request changes nothing.

    What was raised in the conversation (`raise_concerns`) is the reason where the customer just asks for a person.
    """
    reason = reason_for(reason, _concerns(session, conversation_id))
    session.execute(
        insert(Handoff)
        .values(
            conversation_id=conversation_id,
            reason=reason,
            status=Status.WAITING,
            requested_at=now,
            changed_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=[Handoff.conversation_id], index_where=text("status IN ('waiting', 'picked')")
        )
    )
    handoff = open_handoff(session, conversation_id)
    if handoff is not None and handoff.status == Status.WAITING:
        if reason != Reason.BOT_FAILURE and handoff.reason == Reason.BOT_FAILURE:
            # Asked for by the customer now: an answer of the bot must not withdraw it any more.
            handoff.reason = reason
        set_owner(session, conversation_id, "queue")


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


def _concerns(session: Session, conversation_id: str) -> list[str]:
    """Those that were raised since a person last closed the conversation's matter."""
    closed = select(func.max(Handoff.changed_at)).where(
        Handoff.conversation_id == conversation_id, Handoff.status == Status.CLOSED
    )
    since = session.scalar(closed)
    raised = select(Concern.reason).where(Concern.conversation_id == conversation_id)
    return list(session.scalars(raised if since is None else raised.where(Concern.raised_at > since)))


def open_handoff(session: Session, conversation_id: str) -> Handoff | None:
    return session.scalar(
        select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.status.in_(OPEN)).with_for_update()
    )


def withdraw(session: Session, conversation_id: str, now: datetime, *, reason: Reason | None = None) -> bool:
    """Give the conversation back to the bot while nobody has picked it up; False when there was nothing to withdraw.

    With `reason`, only a hand-off that was opened for it.
    """
    changed = session.execute(
        update(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.status == Status.WAITING,
            *([Handoff.reason == reason] if reason else []),
        )
        .values(status=Status.WITHDRAWN, changed_at=now)
        .returning(Handoff.id)
    ).scalar()
    if changed is None:
        return False
    set_owner(session, conversation_id, "bot")
    return True
