from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Answer(Base):
    """Feedback or a result that a named person gave; its words are those of the event."""

    __tablename__ = "answers"
    __table_args__ = (
        Index("ix_answers_ticket_id", "ticket_id"),
        Index("ix_answers_not_reached", "at", postgresql_where=text("reached_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("ticket_events.id"), unique=True)
    #: feedback | result
    kind: Mapped[str] = mapped_column(String(8))
    #: number of who gave it
    staff: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    #: what makes it no answer (names of care/answers/rules.py); empty: it says something about the matter
    lacks: Mapped[list[str]] = mapped_column(JSONB)
    #: the message that carries its words, where the ticket was filed in a conversation
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    #: when the customer had it; None: not yet, and no clock is met
    reached_at: Mapped[datetime | None]
    #: a word of care.answers.rules.Way
    reached_by: Mapped[str | None] = mapped_column(String(12))
