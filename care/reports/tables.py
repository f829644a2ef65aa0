"""Reports as they were made, signed and withdrawn. What is shown is frozen in `content`; the figures move on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Report(Base):
    __tablename__ = "reports"
    __table_args__ = (
        # A period has one that counts; those that were withdrawn stay beside it.
        Index("uq_reports_current", "kind", "period", unique=True, postgresql_where=text("status <> 'withdrawn'")),
        Index("ix_reports_until_id", "until", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: a word of care.reports.rules.Kind
    kind: Mapped[str] = mapped_column(String(12))
    #: `2026-10` or `2026Q3`, and its last day
    period: Mapped[str] = mapped_column(String(7))
    until: Mapped[date]
    #: a word of care.reports.rules.Status
    status: Mapped[str] = mapped_column(String(12))
    #: care.reports.content.Content
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: made from figures of made-up customers: never signed
    is_demo: Mapped[bool]
    made_at: Mapped[datetime]
    #: `system`, or the number of who asked for it
    made_by: Mapped[str] = mapped_column(String(16))
    signed_by: Mapped[str | None] = mapped_column(String(16))
    #: as they were called then; stands on the report
    signed_name: Mapped[str | None] = mapped_column(Sealed("reports.signed_name"))
    signed_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(16))
    withdrawn_at: Mapped[datetime | None]
    #: published: nobody's personal data
    withdrawn_reason: Mapped[str | None] = mapped_column(String(200))
