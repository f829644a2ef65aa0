"""What happened to a hand-off, written down; and the locks that every change of one begins with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.handoff.rules import OPEN, Step
from care.handoff.tables import Handoff, HandoffEvent


def note_step(
    session: Session, handoff_id: int, step: Step, now: datetime, staff: str | None = None, **detail: Any
) -> None:
    """`detail`: words of ours and numbers, nobody's personal data."""
    session.add(HandoffEvent(handoff_id=handoff_id, at=now, kind=step, staff=staff, detail=detail))
    session.flush()


def lock_conversation(session: Session, conversation_id: str) -> None:
    """First of all: then two who change who talks in it come one after the other, and never wait for each other.

    New messages are not held up: they lock the key only.
    """
    session.execute(
        select(Conversation.id).where(Conversation.id == conversation_id).with_for_update(key_share=True)
    ).all()


def open_handoff(session: Session, conversation_id: str) -> Handoff | None:
    """The one that waits or is picked up, locked."""
    return session.scalar(
        select(Handoff)
        .where(Handoff.conversation_id == conversation_id, Handoff.status.in_(OPEN))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def locked(session: Session, handoff_id: int) -> Handoff | None:
    """With its conversation, in that order. None: there is none of that id."""
    conversation_id = session.scalar(select(Handoff.conversation_id).where(Handoff.id == handoff_id))
    if conversation_id is None:
        return None
    lock_conversation(session, conversation_id)
    return session.scalar(
        select(Handoff)
        .where(Handoff.id == handoff_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
