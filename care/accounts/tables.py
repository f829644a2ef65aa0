"""Customers and the codes sent to them: everything personal is sealed; a number is found through its blind index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, String
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
