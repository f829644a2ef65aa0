from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Appeal(Base):
    """What a ticket of kind appeal has besides. The only source of figures about appeals."""

    __tablename__ = "appeals"
    __table_args__ = (UniqueConstraint("authority", "external_number"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    #: a word of care.appeals.rules.Authority
    authority: Mapped[str] = mapped_column(String(16))
    #: what the authority calls it
    external_number: Mapped[str] = mapped_column(String(40))
    #: on the letter, and when it reached us
    dated: Mapped[date | None]
    received_on: Mapped[date] = mapped_column(index=True)
    #: the last day for the written answer, from the letter
    due_on: Mapped[date]
    #: the complaint that it goes back to, where we have one
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    #: what was written to the authority
    reply: Mapped[str | None] = mapped_column(Sealed("appeals.reply"))
    replied_at: Mapped[datetime | None]
    #: a word of care.appeals.rules.Outcome, once the authority has told it
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_at: Mapped[datetime | None]
