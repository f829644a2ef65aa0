from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed, SealedJson


class Redress(Base):
    __tablename__ = "redresses"
    __table_args__ = (
        UniqueConstraint("ticket_id", "law"),
        Index("ix_redresses_open", "proposed_at", postgresql_where=text("told_at IS NULL AND declined_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    #: a name under `laws` of care/redress/redress.yml
    law: Mapped[str] = mapped_column(String(24))
    #: the miss that it is owed for
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("clocks.id"), index=True)
    #: fen; None: the facts that it is worked out from are missing
    amount: Mapped[int | None]
    #: what it was worked out from: {"days": 3, "monthly_fee": 9900}
    basis: Mapped[dict[str, Any]] = mapped_column(SealedJson("redresses.basis"))
    proposed_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    #: number of the supervisor
    decided_by: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Sealed("redresses.reason"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    told_at: Mapped[datetime | None]
