from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Escalation(Base):
    """Somebody was told of a clock: each level once."""

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("clock_id", "level"),
        Index("ix_escalations_ticket_id", "ticket_id"),
        Index("ix_escalations_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    #: the promise or statutory clock
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    #: a word of care.escalation.rules.Level
    level: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
