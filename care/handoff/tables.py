"""Requests for a person, at most one open in a conversation; and what customers' words let fear."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Handoff(Base):
    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "uq_handoffs_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("status IN ('waiting', 'picked')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), default="waiting")
    requested_at: Mapped[datetime]
    #: when it was picked up, closed or withdrawn, the last of these
    changed_at: Mapped[datetime]


class Concern(Base):
    """A concern that was raised in a conversation."""

    __tablename__ = "concerns"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    #: one of care.handoff.rules.CONCERNS
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: of the first message that raised it
    message_id: Mapped[int] = mapped_column(BigInteger)
    #: the last time
    raised_at: Mapped[datetime]
