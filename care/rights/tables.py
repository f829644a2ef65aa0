"""Papers for an appeal that were made here, and what was answered in the lessons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, SealedJson


class AppealPacket(Base):
    """申诉材料 of one matter. Whoever has its address sees it until it expires; a new one can be made at any time."""

    __tablename__ = "appeal_packets"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    #: that it was made in
    message_id: Mapped[int] = mapped_column(BigInteger)
    #: None: complained by telephone, in a shop or elsewhere
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    #: a word of care.rights.appeals.Matter
    matter: Mapped[str] = mapped_column(String(12))
    #: a word of care.rights.appeals.Ground: why it may be appealed now
    ground: Mapped[str] = mapped_column(String(16))
    #: what was told for it (care.rights.appeals.Told), as JSON
    told: Mapped[dict[str, Any]] = mapped_column(SealedJson("appeal_packets.told"))
    #: blind index of the address's token
    token_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LessonAnswer(Base):
    """An answer to a question of a lesson; the last one to a step counts."""

    __tablename__ = "lesson_answers"
    __table_args__ = (
        # One for a message, however often its turn is run again.
        UniqueConstraint("conversation_id", "message_id"),
        Index("ix_lesson_answers_lesson", "conversation_id", "lesson"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    #: name of its file in data/lessons
    lesson: Mapped[str] = mapped_column(String(20))
    #: id of the step
    step: Mapped[str] = mapped_column(String(40))
    is_right: Mapped[bool]
    answered_at: Mapped[datetime]
