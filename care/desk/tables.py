"""Internal notes, which no customer ever reads, and the lists that somebody wants to see again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class ConversationNote(Base):
    __tablename__ = "conversation_notes"
    __table_args__ = (
        # The same note, sent again after a lost connection, is one.
        UniqueConstraint("conversation_id", "note_id"),
        Index("ix_conversation_notes_conversation_id_id", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    #: chosen by the browser
    note_id: Mapped[str] = mapped_column(String(64))
    staff: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Sealed("conversation_notes.text"))
    created_at: Mapped[datetime]


class SavedView(Base):
    """A list of tickets that somebody named: its filters, and no ticket."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("staff_id", "name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(40))
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
