from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Alarm(Base):
    __tablename__ = "alarms"
    __table_args__ = (
        Index("uq_alarms_open", "kind", "subject", unique=True, postgresql_where=text("over_at IS NULL")),
        Index("ix_alarms_raised_at", "raised_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: a word of care.alarms.rules.Kind
    kind: Mapped[str] = mapped_column(String(24))
    #: `handoff:<id>`, `ticket:<number>`, `queue:<name>`
    subject: Mapped[str] = mapped_column(String(64))
    #: numbers and words for whoever reads it, nobody's personal data
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    #: number of the supervisor who saw it first
    seen_by: Mapped[str | None] = mapped_column(String(16))
    #: what it was about is over
    over_at: Mapped[datetime | None]
