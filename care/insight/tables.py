"""Figures by day, counted from what happened; and the few that only the operator can tell. Numbers, nobody's data."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class FigureDay(Base):
    """A figure of one day of China, for all (`dimension` empty) or for one value of a dimension."""

    __tablename__ = "figure_days"
    __table_args__ = (
        # A period of one figure, split or not.
        Index("ix_figure_days_figure", "figure", "dimension", "day"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    #: a key of care/insight/figures.yml
    figure: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: a word of care.insight.definitions.Dimension, or empty
    dimension: Mapped[str] = mapped_column(String(12), primary_key=True)
    #: `-`: not known
    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    numerator: Mapped[int] = mapped_column(BigInteger)
    denominator: Mapped[int] = mapped_column(BigInteger)
    #: of figures in seconds, for all: each one, sorted, so that medians are exact
    spread: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))


class CountedDay(Base):
    """When a day was counted last, whether or not anything happened on it."""

    __tablename__ = "counted_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]


class ToldFigure(Base):
    """What the operator's own systems told of a period; telling it again corrects it."""

    __tablename__ = "told_figures"
    __table_args__ = (Index("ix_told_figures_key_until", "key", text("until DESC")),)

    #: a key of care/insight/figures.yml in the group `told`
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: `2026`, `2026Q4` or `2026-11`
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    #: its first and last day
    since: Mapped[date]
    until: Mapped[date]
    numerator: Mapped[int] = mapped_column(BigInteger)
    denominator: Mapped[int] = mapped_column(BigInteger)
    #: where it comes from, as it is published beside it
    source: Mapped[str] = mapped_column(String(200))
    told_at: Mapped[datetime]
