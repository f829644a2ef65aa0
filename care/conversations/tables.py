"""Conversations and messages. Message text is sealed; what was received is never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed, SealedJson


class Conversation(Base):
    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "opening_key"),
        # Whose last matter was settled lately.
        Index("ix_conversations_closed_by", "closed_by", postgresql_where=text("closed_by IS NOT NULL")),
    )

    #: opaque and impossible to guess; the only name of a customer that Rasa sees
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    #: id of the message that opened it, where that id cannot be guessed: a repeated opening finds it again
    opening_key: Mapped[str | None] = mapped_column(String(128))
    #: bot | queue | agent: who answers the next message
    owner: Mapped[str] = mapped_column(String(8), default="bot")
    #: id of the message whose turn closed the last matter; the first one after it begins a new Rasa session. Not a
    #: flag: the closing turn itself may have to run again, and then needs the session that it had.
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    #: has the customer been told that a robot answers and how to get a person?
    introduced: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: when somebody in it said that they are under 14; None again when a parent or guardian goes on
    minor_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "channel_message_id"),
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        Index("ix_messages_in_reply_to", "in_reply_to", postgresql_where=text("in_reply_to IS NOT NULL")),
        # What customers said on a day (care/insight).
        Index("ix_messages_customer_at", "created_at", postgresql_where=text("author = 'customer'")),
        # What a channel has still to send.
        Index("ix_messages_delivery", "conversation_id", "id", postgresql_where=text("delivery = 'waiting'")),
        Index("ix_messages_held", "conversation_id", "id", postgresql_where=text("delivery = 'held'")),
        # The sweep's cost follows what waits, not what was ever said.
        Index("ix_messages_pending", "next_attempt_at", postgresql_where=text("status = 'pending'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    #: customer | bot | system | agent
    author: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Sealed("messages.text"))
    buttons: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    #: what a channel may show instead of the text (`Reply.card`)
    card: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("messages.card"))
    #: number of the agent who wrote it
    staff: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]

    # A customer's message
    channel_message_id: Mapped[str | None] = mapped_column(String(128))
    #: a button's payload that we sent in this conversation, to be read as a command
    is_payload: Mapped[bool] = mapped_column(default=False)
    #: pending (waits for the bot) | answered | held (for a human)
    status: Mapped[str | None] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    # A message to the customer
    #: where we send: waiting | held (until the customer writes again) | sent | given_up; None: they come and read
    delivery: Mapped[str | None] = mapped_column(String(8))
    delivered_at: Mapped[datetime | None]

    # An answer
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
