"""Asking for a person, and taking that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.conversations.service import set_owner
from care.handoff.rules import OPEN, Reason, Status
from care.handoff.tables import Handoff


def request_handoff(session: Session, conversation_id: str, reason: Reason, now: datetime) -> None:
    """Put the conversation into the queue. One that is open stays as it is, so a repeated request changes nothing."""
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
