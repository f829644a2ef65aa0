"""Clocks as stored rows: what was promised at filing stays what was promised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Clock(Base):
    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_ticket_id", "ticket_id"),
        # What is due is found without reading what is not.
        Index(
            "ix_clocks_running",
            "due_at",
            postgresql_where=text("met_at IS NULL AND missed_at IS NULL AND ended_at IS NULL"),
        ),
        # What is promised and not done, late or not: the lists of the desk.
        Index(
            "ix_clocks_owed",
            "due_at",
            "ticket_id",
            postgresql_where=text("kind <> 'alarm' AND met_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    #: a name under `clocks` of the policy file
    name: Mapped[str] = mapped_column(String(32))
    #: promise | statutory | alarm (internal, before the clock of the same name)
    kind: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    #: neither met nor missed any more: the ticket was withdrawn, or another clock took its place
    ended_at: Mapped[datetime | None]
    #: counted beyond the last published holiday calendar; computed again when it arrives
    provisional: Mapped[bool] = mapped_column(default=False)
