"""Customers and the codes sent to them: everything personal is sealed; a number is found through its blind index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    phone: Mapped[str] = mapped_column(Sealed("customers.phone"))
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str | None] = mapped_column(Sealed("customers.name"))
    #: where our own records place the number; they win over what the number itself seems to say
    province: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]


class Segment(Base):
    """Which kind of customer a number belongs to, as the operator's system told it: 大客, 商客, 公客."""

    __tablename__ = "segments"

    #: the number itself is nowhere
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    #: key | business | public
    segment: Mapped[str] = mapped_column(String(8))
    told_at: Mapped[datetime]


class SmsCode(Base):
    """A one-time code that was sent. The code itself is nowhere: only its keyed hash."""

    __tablename__ = "sms_codes"
    # A number and a conversation are each asked for their last 24 hours only.
    __table_args__ = (
        Index("ix_sms_codes_phone_index_sent_at", "phone_index", "sent_at"),
        Index("ix_sms_codes_conversation_id_sent_at", "conversation_id", "sent_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: only this conversation can use it
    conversation_id: Mapped[str] = mapped_column(String(40))
    #: id of the customer's message that asked for it: the same turn, run again, sends no second one
    message_id: Mapped[int] = mapped_column(BigInteger)
    #: what it is good for, e.g. `contact:<ticket id>`; a code for one purpose proves nothing for another
    purpose: Mapped[str] = mapped_column(String(40))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: wrong tries
    failures: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Proof(Base):
    """Whoever writes in a conversation may see the data of a number, for a while. Never prolonged, only made anew."""

    __tablename__ = "proofs"
    __table_args__ = (
        # Looked up at each use: a conversation's own, newest first.
        Index("ix_proofs_conversation_id_expires_at", "conversation_id", "expires_at"),
        # Whose conversations they are, for requests about personal data.
        Index("ix_proofs_phone_index", "phone_index"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: of a conversation that may not be stored here: `conversations` lies above `accounts`
    conversation_id: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(Sealed("proofs.phone"))
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: what it is good for: a word of care.accounts.rules.Purpose
    purpose: Mapped[str] = mapped_column(String(40))
    #: sms | agent (saw the papers) | holder (told an agent so)
    method: Mapped[str] = mapped_column(String(8))
    #: number of the agent, for the last two
    staff: Mapped[str | None] = mapped_column(String(16))
    #: False: somebody else's number, whose holder's code was for that time; it is never bound from this conversation
    binds: Mapped[bool] = mapped_column(default=True)
    proved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ChannelUser(Base):
    """Somebody whom a channel knows by a signed name (an openid, a login of the operator's own page)."""

    __tablename__ = "channel_users"
    __table_args__ = (UniqueConstraint("channel", "user_index"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    #: HMAC of the name; the name itself is nowhere
    user_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: old enough for a person first, by the year of birth that the channel signed; the year itself is nowhere
    is_senior: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime]


class KnownConversation(Base):
    """Whose conversation it is, where the channel knows."""

    __tablename__ = "known_conversations"

    conversation_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    channel_user_id: Mapped[int] = mapped_column(ForeignKey("channel_users.id"), index=True)
    since: Mapped[datetime]
    #: what the channel signed is good until then, and level 1 ends with it
    until: Mapped[datetime]


class Binding(Base):
    """A number that a channel user proved once by a code: level 1 for it, until it ends or the number changes hands."""

    __tablename__ = "bindings"
    __table_args__ = (UniqueConstraint("channel_user_id", "phone_index"),)

    #: names it in a button, which must not name the number
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel_user_id: Mapped[int] = mapped_column(ForeignKey("channel_users.id"))
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    phone: Mapped[str] = mapped_column(Sealed("bindings.phone"))
    bound_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
