"""The lease on a conversation: who may run its turn now. And what the bot took each message for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class TurnLease(Base):
    __tablename__ = "turn_leases"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    #: grows with every lease; a holder whose number is no longer the newest writes nothing
    fence: Mapped[int]
    holder: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]


class MessageReading(Base):
    """`care.turns.rules.Reading` of a customer's message, written with its answer and never changed."""

    __tablename__ = "readings"

    message_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    label: Mapped[str] = mapped_column(String(64))
    sub: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float]
    #: [[label, confidence], …], best first
    ranking: Mapped[list[Any]] = mapped_column(JSONB)
    #: the rights article that is nearest to the words, and how likely it answers them
    article: Mapped[str | None] = mapped_column(String(40))
    article_score: Mapped[float | None]
