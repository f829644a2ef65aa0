"""Incidents, and where each complaint is and what it says: for some weeks, the place longer where it is of one."""

from __future__ import annotations

from datetime import datetime

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base
from care.surges.phrases import MAX_TITLE
from care.surges.rules import Area
from care.surges.vectors import SIZE, Vector


class Surge(Base):
    """Many report the same."""

    __tablename__ = "surges"
    __table_args__ = (
        Index(
            "uq_surges_open",
            "category",
            "province",
            "district",
            unique=True,
            postgresql_where=text("status IN ('suspected', 'confirmed') AND category <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: count | text | feed: what found it
    kind: Mapped[str] = mapped_column(String(8))
    #: a word of care.surges.rules.Status
    status: Mapped[str] = mapped_column(String(12))
    #: empty: it was found by its words, whatever the categories
    category: Mapped[str] = mapped_column(String(40))
    #: words that several of its customers used; empty where the category says it
    title: Mapped[str] = mapped_column(String(MAX_TITLE), default="", server_default="")
    #: of those that were found by their words, the middle of their vectors (care/surges/vectors.py)
    centre: Mapped[Vector | None] = mapped_column(HALFVEC(SIZE))
    #: empty: all of the province, of the country
    province: Mapped[str] = mapped_column(String(16))
    district: Mapped[str] = mapped_column(String(16))
    #: how many customers when it was found, and how many are usual; null: told by the feed
    count: Mapped[int | None]
    usual: Mapped[float | None]
    found_at: Mapped[datetime]
    #: of the newest complaint that belongs to it
    grew_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    #: number of the supervisor, or `feed`
    confirmed_by: Mapped[str | None] = mapped_column(String(16))
    over_at: Mapped[datetime | None]
    #: number of the supervisor who looks after it
    owner: Mapped[str | None] = mapped_column(String(16))
    #: for customers, nobody's personal data: what it is, and in the end how it ended
    words: Mapped[str | None] = mapped_column(String(200))
    repaired_by: Mapped[datetime | None]
    #: of the network's fault feed
    feed_id: Mapped[str | None] = mapped_column(String(64), unique=True)

    @property
    def area(self) -> Area:
        return Area(self.province, self.district)


class SurgeTicket(Base):
    """Where and when one complaint was, and the incident that it belongs to."""

    __tablename__ = "surge_tickets"
    __table_args__ = (
        Index("ix_surge_tickets_category_at", "category", "at"),
        Index("ix_surge_tickets_at", "at", postgresql_where=text("surge_id IS NULL")),
        Index("ix_surge_tickets_surge_id", "surge_id", "ticket_id", postgresql_where=text("surge_id IS NOT NULL")),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    category: Mapped[str] = mapped_column(String(40))
    province: Mapped[str] = mapped_column(String(16))
    district: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    surge_id: Mapped[int | None] = mapped_column(ForeignKey("surges.id"))
    #: the customer was told that it is over
    told_clear_at: Mapped[datetime | None]

    @property
    def area(self) -> Area:
        return Area(self.province, self.district)


class TicketVector(Base):
    """What one complaint says; nobody can read it in there, but it is near to others that say the same."""

    __tablename__ = "ticket_vectors"

    # with where it was counted, which goes with the ticket and as soon as it becomes a line of statistics
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("surge_tickets.ticket_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: of the complaint
    at: Mapped[datetime] = mapped_column(index=True)
    #: less the mean of all, length 1; null: it says too little
    vector: Mapped[Vector | None] = mapped_column(HALFVEC(SIZE))
