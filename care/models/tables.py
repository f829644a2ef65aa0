"""Trainings and what came of them; what was published, by whom; and which model each Rasa process serves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed
from care.models.rules import UNDER_WAY

_UNDER_WAY = f"state IN ({', '.join(repr(str(state)) for state in UNDER_WAY)})"


class TrainingRun(Base):
    """One training, and its judgement."""

    __tablename__ = "training_runs"
    __table_args__ = (
        # One at a time.
        Index("uq_training_runs_under_way", text("(true)"), unique=True, postgresql_where=text(_UNDER_WAY)),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: a word of care.models.rules.State
    state: Mapped[str] = mapped_column(String(10))
    #: staff number
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: the newest change of examples that it learns
    data_version: Mapped[int | None] = mapped_column(BigInteger)
    #: the model that the worker's own files make, on which the changes are laid
    base: Mapped[str | None] = mapped_column(String(64))
    #: file name of what was trained
    model: Mapped[str | None] = mapped_column(String(64))
    #: what is done now: a word of care.models.rules.Step
    step: Mapped[str | None] = mapped_column(String(16))
    #: 0 to 1, of the step; null: it cannot be told
    share: Mapped[float | None]
    #: why it failed, for trainers
    error: Mapped[str | None]
    #: `care.models.rules.Report` as JSON
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    #: passed | failed | not_judged
    gate: Mapped[str | None] = mapped_column(String(10))
    #: the worker that trains, and until when it must have said that it lives
    holder: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class TrainingLine(Base):
    """What a training said, line by line."""

    __tablename__ = "training_lines"

    run_id: Mapped[int] = mapped_column(ForeignKey("training_runs.id", ondelete="CASCADE"), primary_key=True)
    #: from 1
    n: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str]


class Publication(Base):
    """What every Rasa process is to serve, from its time on; the newest one counts."""

    __tablename__ = "publications"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: null: back to the model of the files
    run_id: Mapped[int | None] = mapped_column(ForeignKey("training_runs.id"))
    model: Mapped[str] = mapped_column(String(64))
    #: of the run: where the files make another model now, this publication is over
    base: Mapped[str] = mapped_column(String(64))
    #: below it a message counts as not understood; null: as config.yml says
    threshold: Mapped[float | None]
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    #: a supervisor published it though it did not pass
    override: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Sealed("publications.reason"))


class ServingProcess(Base):
    """A Rasa process as it was last seen, and what was tried with it."""

    __tablename__ = "serving_processes"

    #: host:port
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    #: what it serves; null: it could not be asked yet
    model: Mapped[str | None] = mapped_column(String(64))
    threshold: Mapped[float | None]
    #: serving | loading | failed | away
    state: Mapped[str] = mapped_column(String(8))
    #: the publication that it was last told
    publication_id: Mapped[int | None] = mapped_column(BigInteger)
    #: kind of what went wrong
    error: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    next_attempt_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
