"""Marks from 1 to 10: of a conversation, a ticket, a visit; and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Rating(Base):
    """A question for a mark, asked once for what it is about."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'handoff') = (handoff_id IS NOT NULL) AND (kind = 'visit') = (task_id IS NOT NULL)"
            " AND (kind <> 'ticket' OR ticket_id IS NOT NULL)",
            name="about",
        ),
        # One for a ticket, and one for a matter that the bot settled alone.
        Index(
            "uq_ratings_ticket_id",
            "ticket_id",
            unique=True,
            postgresql_where=text("kind IN ('ticket', 'bot') AND ticket_id IS NOT NULL"),
        ),
        # The marks of a period.
        Index("ix_ratings_answered_at", "answered_at", postgresql_where=text("answered_at IS NOT NULL")),
        # What is to be asked at a better hour.
        Index("ix_ratings_waiting", "ask_at", postgresql_where=text("asked_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: a word of care.satisfaction.rules.Kind
    kind: Mapped[str] = mapped_column(String(8), default="handoff", server_default="handoff")
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoffs.id"), unique=True)
    #: what it is about, or what the conversation was about
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    #: whose ticket it is, where that is known: nobody is asked twice in a few days, wherever they write
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    #: number of the agent who closed the conversation, had the ticket or made the visit
    staff: Mapped[str | None] = mapped_column(String(16), index=True)

    # What the figures are split by, as it was when it was asked
    channel: Mapped[str | None] = mapped_column(String(16))
    #: short name of a province
    region: Mapped[str | None] = mapped_column(String(16))
    category: Mapped[str | None] = mapped_column(String(40))
    department: Mapped[str | None] = mapped_column(String(40))
    #: 65 or older by what the channel signed; None: no channel vouches for anybody
    is_senior: Mapped[bool | None]

    #: when the ticket was closed or the visit made
    over_at: Mapped[datetime | None]
    #: not before: nobody is asked at night; None with `asked_at` None: never
    ask_at: Mapped[datetime | None]
    #: None: not asked (yet)
    asked_at: Mapped[datetime | None]
    #: 1 (bad) to 10 (good)
    score: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    #: when they were asked why
    why_asked_at: Mapped[datetime | None]
    #: words of satisfaction.yml
    reasons: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    #: and theirs
    words: Mapped[str | None] = mapped_column(Sealed("ratings.words"))


class RatingOptOut(Base):
    """Whoever asked not to be asked, in this conversation; and under their number, where it is known."""

    __tablename__ = "rating_opt_outs"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    at: Mapped[datetime]
