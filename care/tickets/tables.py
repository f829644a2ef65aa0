"""Tickets and their events. An event is only ever added; words of the customer are sealed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_conversation_id_id", "conversation_id", "id"),
        # What an agent has to do, and what nobody has taken.
        Index(
            "ix_tickets_open_assignee",
            "assignee",
            "id",
            postgresql_where=text("status IN ('acknowledged', 'inProgress', 'pending', 'held')"),
        ),
        # What was answered and is to be closed.
        Index("ix_tickets_resolved", "id", postgresql_where=text("status = 'resolved'")),
        Index("ix_tickets_created_at", "created_at"),
        # The last cases like one, and the lists of a category.
        Index("ix_tickets_category_id", "category", "id"),
    )

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
    #: minor | major | critical (TMF621), by the priority that it was filed with
    severity: Mapped[str] = mapped_column(String(8), default="minor", server_default="minor")
    #: key (大客) | business (商客) | public (公客), as it was known at filing
    segment: Mapped[str | None] = mapped_column(String(8))
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
    #: where it came in: a word of care.tickets.rules.Channel
    channel: Mapped[str] = mapped_column(String(12), default="chat", server_default="chat")
    #: number of the agent who entered it for the customer
    entered_by: Mapped[str | None] = mapped_column(String(16))
    #: number of the agent who works on it
    assignee: Mapped[str | None] = mapped_column(String(16))
    #: the dealer or partner company concerned
    partner: Mapped[str | None] = mapped_column(String(80))
    #: the ticket that it was merged into; nothing happens on this one any more
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    #: what was done about it, in words for the customer; a ticket cannot be resolved without
    outcome: Mapped[str | None] = mapped_column(Sealed("tickets.outcome"))
    #: found on closing: was the customer right, what caused it (data/desk/causes.yml), what is done against it
    justified: Mapped[bool | None]
    cause: Mapped[str | None] = mapped_column(String(40))
    prevention: Mapped[str | None] = mapped_column(Sealed("tickets.prevention"))
    created_at: Mapped[datetime]


class TicketEvent(Base):
    __tablename__ = "ticket_events"
    __table_args__ = (
        Index("ix_ticket_events_ticket_id_id", "ticket_id", "id"),
        # What was closed lately, and may be asked about.
        Index("ix_ticket_events_closed", "at", postgresql_where=text("kind = 'status' AND status = 'closed'")),
    )

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


class TicketLink(Base):
    """Two tickets that belong together."""

    __tablename__ = "ticket_links"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)
    #: related | duplicate | appeal (the first is an appeal about the other)
    kind: Mapped[str] = mapped_column(String(12))
    staff: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
