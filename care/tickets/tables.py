"""Tickets and their events. An event is only ever added; words of the customer are sealed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_conversation_id_id", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(40))
    department: Mapped[str] = mapped_column(String(40))
    #: 1 urgent to 4 low
    priority: Mapped[int]
    #: simple | complex, as the policy file had it when the ticket was filed
    complexity: Mapped[str] = mapped_column(String(8))
    policy_version: Mapped[str] = mapped_column(String(32))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)

    #: the affected line: a telephone number or a broadband account
    line: Mapped[str | None] = mapped_column(Sealed("tickets.line"))
    line_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    description: Mapped[str] = mapped_column(Sealed("tickets.description"))
    since: Mapped[str | None] = mapped_column(Sealed("tickets.since"))
    since_date: Mapped[date | None]
    wish: Mapped[str | None] = mapped_column(Sealed("tickets.wish"))
    contact: Mapped[str | None] = mapped_column(Sealed("tickets.contact"))
    #: where a network or broadband fault is, and whether that is town or country: the law gives each its own time
    address: Mapped[str | None] = mapped_column(Sealed("tickets.address"))
    #: town | country
    area: Mapped[str | None] = mapped_column(String(8))
    #: a slow line, measured: time, device, plan speed, result, in the customer's words
    speed_test: Mapped[str | None] = mapped_column(Sealed("tickets.speed_test"))
    #: whose number it is and where from, as far as that was known at filing (care/accounts/origin.py)
    carrier: Mapped[str | None] = mapped_column(String(16))
    province: Mapped[str | None] = mapped_column(String(16))
    #: the customer spoke of an appeal to the authorities, 12315 or a court
    threatens_appeal: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: filed although this one, of the same matter, was open
    repeat_of: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    #: mobile number, proved by a code, that hears of every step
    notify_phone: Mapped[str | None] = mapped_column(Sealed("tickets.notify_phone"))
    #: what was done about it, in words for the customer; a ticket cannot be resolved without
    outcome: Mapped[str | None] = mapped_column(Sealed("tickets.outcome"))
    created_at: Mapped[datetime]


class TicketEvent(Base):
    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_ticket_id_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime]
    #: `customer`, `caller` (knew no more than the line), `bot`, `system`, or `staff:<number>`
    actor: Mapped[str] = mapped_column(String(40))
    #: a word of care.tickets.rules.EventKind
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Sealed("ticket_events.note"))


class TicketGrant(Base):
    """A conversation that may ask about a ticket filed elsewhere."""

    __tablename__ = "ticket_grants"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)
    #: digits | code; what each allows: care.tickets.rules.Level
    level: Mapped[str] = mapped_column(String(8))
    granted_at: Mapped[datetime]
