"""Who agreed that trainers learn from their words, and what trainers did with each message. Both only grow.

No row holds a customer's words: the inbox reads them where they are, and its rows go when the message goes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class TrainingConsent(Base):
    """One time that a customer agreed or withdrew; the newest of a conversation counts."""

    __tablename__ = "training_consents"
    __table_args__ = (
        Index("ix_training_consents_conversation_id_id", "conversation_id", "id"),
        # Who withdrew since the inbox was last swept.
        Index("ix_training_consents_withdrawn_at", "at", postgresql_where=text("NOT agreed")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    agreed: Mapped[bool]
    #: `care.training.rules.CONSENT_VERSION` of the text that was shown
    version: Mapped[str] = mapped_column(String(16))
    #: socketio | rest | wechat | staff:NAME: where it was said, or who wrote it down
    channel: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class TrainingStep(Base):
    """Something that an agent or trainer did with a message of a customer."""

    __tablename__ = "training_steps"
    __table_args__ = (
        Index("ix_training_steps_message_id_id", "message_id", "id"),
        # What agents and auditors said since the inbox was last filled.
        Index("ix_training_steps_pointed_at", "at", postgresql_where=text("kind IN ('correct', 'audit')")),
        # Two trainers at once: one of them decides.
        Index(
            "uq_training_steps_decided",
            "message_id",
            unique=True,
            postgresql_where=text("kind IN ('accept', 'reject')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("messages.id", ondelete="CASCADE"))
    #: correct (it means this label) | draft | accept | reject | audit (the answer to it was found wrong)
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str | None] = mapped_column(String(64))
    sub: Mapped[str | None] = mapped_column(String(64))
    #: the trainer's own words, annotated as Rasa writes them; of a rejection its reason
    words: Mapped[str | None]
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
