"""Surveys: who agreed to be asked, waves, invitations and answers; visits to a counter; segments of customers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class PanelMember(Base):
    """A number whose holder agreed to be asked (C9: opt-in)."""

    __tablename__ = "panel_members"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    #: None: has left, and only that is kept
    phone: Mapped[str | None] = mapped_column(Sealed("panel_members.phone"))
    #: short name of a province, and key | business | public; both None: not known
    region: Mapped[str | None] = mapped_column(String(16))
    segment: Mapped[str | None] = mapped_column(String(8))
    agreed_at: Mapped[datetime]
    #: does not want to be asked any more
    ended_at: Mapped[datetime | None]


class Wave(Base):
    """A survey of a quarter."""

    __tablename__ = "survey_waves"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: `2026Q4`
    quarter: Mapped[str] = mapped_column(String(6), unique=True)
    #: planned | open | closed
    status: Mapped[str] = mapped_column(String(8))
    #: how many are to be asked
    sample: Mapped[int]
    #: what the drawing began with: the same seed and the same panel draw the same people
    seed: Mapped[int] = mapped_column(BigInteger)
    #: how many of the panel were in each stratum when it was drawn
    frame: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    planned_at: Mapped[datetime]
    planned_by: Mapped[str] = mapped_column(String(16))
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]


class CounterVisit(Base):
    """A visit to a counter of the operator, which its own system told."""

    __tablename__ = "counter_visits"
    __table_args__ = (Index("ix_counter_visits_visited_at", "visited_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: what the operator's system calls it
    external_id: Mapped[str] = mapped_column(String(64), unique=True)
    shop: Mapped[str] = mapped_column(String(60))
    region: Mapped[str | None] = mapped_column(String(16))
    visited_at: Mapped[datetime]
    phone: Mapped[str | None] = mapped_column(Sealed("counter_visits.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    #: the day on which it was drawn
    drawn_on: Mapped[date | None]


class Invite(Base):
    """Somebody was asked, in a wave or about a visit; once each."""

    __tablename__ = "survey_invites"
    __table_args__ = (
        CheckConstraint("(wave_id IS NULL) <> (visit_id IS NULL)", name="of_one"),
        Index("uq_survey_invites_wave_id_phone_index", "wave_id", "phone_index", unique=True),
        # What is to be sent, and whom to remind.
        Index("ix_survey_invites_waiting", "id", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("survey_waves.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("counter_visits.id", ondelete="CASCADE"), unique=True)
    #: gone once nobody is asked any more; an answer then belongs to nobody
    phone: Mapped[str | None] = mapped_column(Sealed("survey_invites.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    #: of the wave's frame
    stratum: Mapped[str | None] = mapped_column(String(32))
    drawn_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]


class SurveyAnswer(Base):
    """What somebody answered; saved once."""

    __tablename__ = "survey_answers"

    invite_id: Mapped[int] = mapped_column(ForeignKey("survey_invites.id", ondelete="CASCADE"), primary_key=True)
    #: 1 to 10
    overall: Mapped[int]
    #: {factor: 1 to 10}, those that were answered
    factors: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    words: Mapped[str | None] = mapped_column(Sealed("survey_answers.words"))
    #: a word of surveys.yml; told by themselves
    age_band: Mapped[str | None] = mapped_column(String(8))
    at: Mapped[datetime]
