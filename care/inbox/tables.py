"""Messages for trainers, masked before they are stored; opinions on them; and labels that trainers wish for."""

from __future__ import annotations

from datetime import datetime

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, String
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base
from care.surges.vectors import SIZE, Vector


class InboxGroup(Base):
    """Messages that say much the same; goes when the last of them is decided."""

    __tablename__ = "inbox_groups"
    __table_args__ = (
        Index(
            "ix_inbox_groups_centre",
            "centre",
            postgresql_using="hnsw",
            postgresql_ops={"centre": "halfvec_cosine_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: middle of the vectors of all messages that were ever put into it, of length 1
    centre: Mapped[Vector] = mapped_column(HALFVEC(SIZE))
    #: how many those were
    weight: Mapped[int]


class InboxEntry(Base):
    """A message of a customer who agreed to it, as trainers see it, until it is decided."""

    __tablename__ = "inbox_entries"
    __table_args__ = (
        Index("ix_inbox_entries_label_message_id", "label", "message_id"),
        Index("ix_inbox_entries_group_id_message_id", "group_id", "message_id"),
        Index("ix_inbox_entries_conversation_id", "conversation_id"),
        Index("ix_inbox_entries_at", "at"),
        Index("ix_inbox_entries_unread", "message_id", postgresql_where=sql("NOT is_read")),
    )

    message_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    #: masked, in one line
    text: Mapped[str]
    #: when it was said
    at: Mapped[datetime]
    #: bits of care.inbox.rules.Why
    why: Mapped[int] = mapped_column(SmallInteger)
    #: what it is taken for: as somebody corrected it, else as the bot read it
    label: Mapped[str | None] = mapped_column(String(64))
    sub: Mapped[str | None] = mapped_column(String(64))
    #: of the bot's reading, 0 to 1
    confidence: Mapped[float | None]
    #: a second trainer's opinion is waited for
    is_waiting: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    #: the encoder was asked about it
    is_read: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    #: of the masked words, for the nearest examples
    vector: Mapped[Vector | None] = mapped_column(HALFVEC(SIZE), deferred=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_groups.id", ondelete="SET NULL"))


class InboxOpinion(Base):
    """What a trainer takes a message for, where one alone does not decide it."""

    __tablename__ = "inbox_opinions"
    __table_args__ = (Index("ix_inbox_opinions_message_id", "message_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("messages.id", ondelete="CASCADE"))
    #: of the trainer who asks; the others answer
    is_first: Mapped[bool]
    #: what that one wrote for it and waits here: [{"words", "label", "sub"}]; null: nothing was written yet
    sentences: Mapped[list[dict[str, str | None]] | None] = mapped_column(JSONB(none_as_null=True))
    label: Mapped[str] = mapped_column(String(64))
    sub: Mapped[str | None] = mapped_column(String(64))
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class LabelProposal(Base):
    """A label that a trainer misses. Accepted, it is for a developer to add: domain.yml, rules, examples."""

    __tablename__ = "label_proposals"
    __table_args__ = (Index("uq_label_proposals_open", "label", unique=True, postgresql_where=sql("state = 'open'")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    label: Mapped[str] = mapped_column(String(64))
    #: what is meant by it
    about: Mapped[str]
    #: the trainer's own sentences
    examples: Mapped[list[str]] = mapped_column(JSONB)
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    #: open | accepted | rejected
    state: Mapped[str] = mapped_column(String(8))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class InboxCursor(Base):
    """How far the filling has come. One row."""

    __tablename__ = "inbox_cursor"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: what was said, and what was done with it, up to this time was looked at
    seen_until: Mapped[datetime]
