"""Survey waves: planned by staff, drawn and opened, closed when their time is over; and their answers."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from care.audit.service import note
from care.errors import Conflict, InvalidInput
from care.satisfaction.drawing import draw_wave
from care.satisfaction.factors import surveys
from care.satisfaction.quadrants import Answered
from care.satisfaction.sampling import weights
from care.satisfaction.survey_tables import Invite, SurveyAnswer, Wave
from care.tasks.rules import is_quarter

MOST_ASKED = 100_000


class Status(StrEnum):
    """`survey_waves.status`."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Stratum:
    """People who live in one region and are of one segment."""

    name: str
    #: how many agreed to be asked, were asked, and answered
    frame: int
    sample: int
    answered: int


@dataclass(frozen=True)
class WaveNow:
    id: int
    quarter: str
    status: Status
    opens_at: datetime | None
    closes_at: datetime | None
    #: as it was planned
    sample: int
    invited: int
    answered: int
    declined: int
    strata: tuple[Stratum, ...]

    @property
    def frame(self) -> int:
        return sum(each.frame for each in self.strata)


def plan_wave(session: Session, quarter: str, sample: int, staff: str, now: datetime) -> WaveNow:
    """A wave of this quarter (`2026Q4`), which asks so many people. The same again: the same.

    Raises InvalidInput `quarter`, `sample`; Conflict `wave_exists` with another sample.
    """
    if not is_quarter(quarter):
        raise InvalidInput("quarter", "write a quarter as 2026Q4")
    if not 1 <= sample <= MOST_ASKED:
        raise InvalidInput("sample", f"ask 1 to {MOST_ASKED} people")
    known = session.scalar(select(Wave).where(Wave.quarter == quarter).with_for_update())
    if known is not None and known.sample != sample:
        raise Conflict("wave_exists", "the quarter has a wave with another sample")
    if known is None:
        known = Wave(
            quarter=quarter,
            status=Status.PLANNED,
            sample=sample,
            seed=secrets.randbits(32),
            planned_at=now,
            planned_by=staff,
        )
        session.add(known)
        session.flush()
        note(session, f"staff:{staff}", "survey_plan", f"wave:{known.id}", detail={"sample": sample})
    return wave(session, known.id)


def open_wave(session: Session, wave_id: int, staff: str, now: datetime) -> WaveNow:
    """Draw whom to ask, and begin to ask them; again: nothing.

    Whoever was asked in the last waves is drawn only where a stratum has too few others. Raises InvalidInput `wave`;
    Conflict `wave_status`, `panel_empty` where nobody has agreed to be asked.
    """
    held = _held(session, wave_id)
    if held.status == Status.CLOSED:
        raise Conflict("wave_status", "the wave is over")
    if held.status == Status.PLANNED:
        draw_wave(session, held, now)
        held.status, held.opens_at = Status.OPEN, now
        held.closes_at = now + timedelta(days=surveys().waves.days)
        note(session, f"staff:{staff}", "survey_open", f"wave:{held.id}")
    return wave(session, wave_id)


def close_wave(session: Session, wave_id: int, staff: str, now: datetime) -> WaveNow:
    """Nobody is asked any more, and answers are not taken; again: nothing. Raises InvalidInput `wave`, Conflict
    `wave_status` where it was never open."""
    held = _held(session, wave_id)
    if held.status == Status.PLANNED:
        raise Conflict("wave_status", "the wave has not begun")
    if held.status == Status.OPEN:
        _close(session, held, now)
        note(session, f"staff:{staff}", "survey_close", f"wave:{held.id}")
    return wave(session, wave_id)


def close_due(session: Session, now: datetime) -> int:
    """Waves whose time is over; how many."""
    over = select(Wave).where(Wave.status == Status.OPEN, Wave.closes_at <= now).with_for_update(skip_locked=True)
    waves = session.scalars(over).all()
    for each in waves:
        _close(session, each, now)
    return len(waves)


def _close(session: Session, held: Wave, now: datetime) -> None:
    """Nobody is written to any more: numbers go, and whoever was not asked yet was not asked. The blind index stays,
    for whom the next waves leave alone."""
    held.status, held.closes_at = Status.CLOSED, now
    session.execute(delete(Invite).where(Invite.wave_id == held.id, Invite.sent_at.is_(None)))
    session.execute(update(Invite).where(Invite.wave_id == held.id).values(phone=None))


def _held(session: Session, wave_id: int) -> Wave:
    held = session.get(Wave, wave_id, with_for_update=True, populate_existing=True)
    if held is None:
        raise InvalidInput("wave", "there is no such wave")
    return held


def wave(session: Session, wave_id: int) -> WaveNow:
    """Raises InvalidInput `wave`."""
    found = session.get(Wave, wave_id)
    if found is None:
        raise InvalidInput("wave", "there is no such wave")
    return _now(session, found)


def waves(session: Session) -> list[WaveNow]:
    """The newest first."""
    return [_now(session, each) for each in session.scalars(select(Wave).order_by(Wave.quarter.desc()))]


def _now(session: Session, found: Wave) -> WaveNow:
    rows = session.execute(
        select(
            Invite.stratum,
            func.count().label("drawn"),
            func.count(Invite.sent_at).label("sent"),
            func.count(Invite.answered_at).label("answered"),
            func.count(Invite.declined_at).label("declined"),
        )
        .where(Invite.wave_id == found.id)
        .group_by(Invite.stratum)
    ).all()
    by_name = {row.stratum: row for row in rows}
    strata = [
        Stratum(name, size, by_name[name].drawn if name in by_name else 0, _answered(by_name.get(name)))
        for name, size in sorted(found.frame.items())
    ]
    return WaveNow(
        found.id,
        found.quarter,
        Status(found.status),
        found.opens_at,
        found.closes_at,
        found.sample,
        invited=sum(row.sent for row in rows),
        answered=sum(row.answered for row in rows),
        declined=sum(row.declined for row in rows),
        strata=tuple(strata),
    )


def _answered(row: object) -> int:
    return int(getattr(row, "answered", 0))


def answers_of(session: Session, wave_id: int) -> list[Answered]:
    """Each stands for as many people of its stratum as there are to one who answered."""
    frame = session.scalar(select(Wave.frame).where(Wave.id == wave_id)) or {}
    rows = session.execute(
        select(Invite.stratum, SurveyAnswer.overall, SurveyAnswer.factors)
        .join(SurveyAnswer, SurveyAnswer.invite_id == Invite.id)
        .where(Invite.wave_id == wave_id)
        .order_by(Invite.id)
    ).all()
    stands_for = weights(frame, Counter(row.stratum for row in rows))
    return [Answered(row.overall, row.factors, stands_for.get(row.stratum, 1.0)) for row in rows]
