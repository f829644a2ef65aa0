"""Somebody in a conversation said that they are under 14: nothing more is collected until a parent or guardian goes on.

Source: 个人信息保护法第三十一条 (below 14 the parents or other guardians consent).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation


def is_minor(session: Session, conversation_id: str) -> bool:
    return session.scalar(select(Conversation.minor_at).where(Conversation.id == conversation_id)) is not None


def note_minor(session: Session, conversation_id: str, now: datetime) -> str | None:
    """The conversation's channel; the first time that it was said stays. None: there is no such conversation."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.minor_at.is_(None))
        .values(minor_at=now)
    )
    return session.scalar(select(Conversation.channel).where(Conversation.id == conversation_id))


def forget_minor(session: Session, conversation_id: str) -> None:
    """A parent or guardian goes on."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(minor_at=None))
