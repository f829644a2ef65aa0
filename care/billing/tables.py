"""Orders with their steps, disputes over a line of a bill, and reminders of what is used and what ends."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed
from care.retries import Retried


class Order(Retried, Base):
    """Something that changes what a customer pays for: shown first, confirmed by a code, then placed."""

    __tablename__ = "orders"
    __table_args__ = (
        # One order for a message, however often its turn is run again.
        UniqueConstraint("conversation_id", "message_id"),
        # The sweep's cost follows what waits, not what was ever ordered.
        Index("ix_orders_confirmed", "next_attempt_at", postgresql_where=text("status = 'confirmed'")),
        Index("ix_orders_shown", "created_at", postgresql_where=text("status = 'shown'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    phone: Mapped[str] = mapped_column(Sealed("orders.phone"))
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    #: a word of care.billing.values.OrderKind
    kind: Mapped[str] = mapped_column(String(24))
    #: id of the subscription or the offer
    subject: Mapped[str | None] = mapped_column(String(64))
    #: what the customer was shown before confirming: what changes, from when, at what price
    shown: Mapped[str] = mapped_column(Sealed("orders.shown"))
    #: shown | confirmed (by the code; not placed yet) | placed | refused | cancelled | expired
    status: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    placed_at: Mapped[datetime | None]
    #: the billing system's number for it
    reference: Mapped[str | None] = mapped_column(String(64))
    effective_on: Mapped[date | None]


class OrderStep(Base):
    """Evidence, only ever added to: how an order came about."""

    __tablename__ = "order_steps"
    __table_args__ = (Index("ix_order_steps_order_id_id", "order_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    at: Mapped[datetime]
    #: shown | code_sent | code_wrong | confirmed | placed | refused | failed | cancelled | expired | told
    step: Mapped[str] = mapped_column(String(12))
    #: the words shown, or why
    note: Mapped[str | None] = mapped_column(Sealed("order_steps.note"))


class Dispute(Base):
    """A line of a bill that the customer does not accept; `ticket_id` once the complaint is filed."""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), unique=True)
    phone: Mapped[str] = mapped_column(Sealed("disputes.phone"))
    #: `2026-10`; None for a subscription that is on no bill yet
    month: Mapped[str | None] = mapped_column(String(7))
    #: of the item within the bill, or of the subscription
    subject: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Sealed("disputes.name"))
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    #: item | no_consent (no evidence that it was ordered)
    reason: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]


class ReminderSwitch(Base):
    """A customer's own choice; a kind without a row is on."""

    __tablename__ = "reminder_switches"

    phone_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    #: a word of care.billing.reminders.Kind
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    is_on: Mapped[bool]
    changed_at: Mapped[datetime]


class Reminder(Base):
    """That somebody was told something, so that nobody is told it twice."""

    __tablename__ = "reminders"

    phone_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    #: what must not be told twice: `usage:<allowance>:2026-11:80`
    about: Mapped[str] = mapped_column(String(96), primary_key=True)
    sent_at: Mapped[datetime]


class ReminderCursor(Base):
    """How far the changes of a billing system were read."""

    __tablename__ = "reminder_cursors"

    system: Mapped[str] = mapped_column(String(16), primary_key=True)
    cursor: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime]
