"""Clocks as stored rows: what was promised at filing stays what was promised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
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
            postgresql_where=text("met_at IS NULL AND missed_at IS NULL AND ended_at IS NULL AND paused_at IS NULL"),
        ),
        # What is promised and not done, late or not: the lists of the desk.
        Index(
            "ix_clocks_owed",
            "due_at",
            "ticket_id",
            postgresql_where=text("kind <> 'alarm' AND met_at IS NULL AND ended_at IS NULL"),
        ),
        # What was missed lately, and how much.
        Index("ix_clocks_missed", "missed_at", postgresql_where=text("kind <> 'alarm' AND missed_at IS NOT NULL")),
        # What was done in time, by day (care/insight).
        Index("ix_clocks_met", "met_at", postgresql_where=text("kind <> 'alarm' AND met_at IS NOT NULL")),
        Index("ix_clocks_renews", "renews", postgresql_where=text("renews IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    #: a name under `clocks` of the policy file
    name: Mapped[str] = mapped_column(String(32))
    #: promise | statutory | alarm (internal, before the clock of the same name or, while it is still owed, after it)
    kind: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: stands still since then: something was asked of the customer (`Pause`); it is due later by what passes
    paused_at: Mapped[datetime | None]
    #: the promise that will not be kept and that this one was told instead of; that one still counts as missed
    renews: Mapped[int | None] = mapped_column(ForeignKey("clocks.id"))
    met_at: Mapped[datetime | None]
    #: of an alarm: when it rang
    missed_at: Mapped[datetime | None]
    #: neither met nor missed any more: the ticket was withdrawn, or another clock took its place
    ended_at: Mapped[datetime | None]
    #: counted beyond the last published holiday calendar; computed again when it arrives
    provisional: Mapped[bool] = mapped_column(default=False)


class Pause(Base):
    """The promises of a ticket stand still: something was asked of its customer. Never a statutory clock."""

    __tablename__ = "pauses"
    __table_args__ = (
        Index("ix_pauses_ticket_id", "ticket_id"),
        Index("ix_pauses_running", "until", postgresql_where=text("began_at IS NOT NULL AND ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    #: the question, an event of the ticket
    event_id: Mapped[int] = mapped_column(ForeignKey("ticket_events.id"), unique=True)
    #: the message that carries it, where the ticket was filed in a conversation
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    asked_at: Mapped[datetime]
    #: when the question was delivered; until then nothing stands still
    began_at: Mapped[datetime | None]
    #: the longest that it lasts
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: a word of care.sla.rules.PauseEnd
    ended_by: Mapped[str | None] = mapped_column(String(12))


class PolicyVersion(Base):
    """A policy file as it stood when tickets were filed under it."""

    __tablename__ = "policy_versions"

    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: SHA-256 of `content`: the same version with other rules is refused
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    first_seen_at: Mapped[datetime]
