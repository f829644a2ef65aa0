"""Nights in which the golden questions were asked. Questions and answers are our own: nobody's data are here."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class GoldenNight(Base):
    __tablename__ = "golden_nights"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: in China
    day: Mapped[date] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    #: every question was answered in every channel
    ended_at: Mapped[datetime | None]


class GoldenAnswer(Base):
    __tablename__ = "golden_answers"
    __table_args__ = (UniqueConstraint("night_id", "question", "channel"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    night_id: Mapped[int] = mapped_column(ForeignKey("golden_nights.id", ondelete="CASCADE"))
    #: as it was asked: the bank may have changed since
    question: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(16))
    #: a label with its sub-label, or an article
    expected: Mapped[str] = mapped_column(String(130))
    got: Mapped[str] = mapped_column(String(130))
    is_right: Mapped[bool]
    #: what the first channel shows and this one does not, as `rules.missing`; None: both show the same
    differs: Mapped[str | None] = mapped_column(String(200))
