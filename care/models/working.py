"""A training as its worker sees it: taken, kept alive, told line by line, ended. Short transactions, each committed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from care.dataset.current import data_version
from care.models.rules import LEASE_SECONDS, UNDER_WAY, Gate, State, Step
from care.models.tables import Publication, TrainingLine, TrainingRun

_LEASE = timedelta(seconds=LEASE_SECONDS)
#: characters of a line of the log, and lines of one training: what is more is cut
_LONGEST_LINE = 500
_MOST_LINES = 5000
_LONGEST_ERROR = 4000
#: publications and trainings whose models stay on disk, to go back to
_KEPT = 5
#: a training whose worker died so often is at fault itself: it would take the next one with it
_MOST_DEATHS = 3
_GONE = "— the worker that did this is gone; another one begins anew —"


class Lost(Exception):
    """Another worker has this training, or it was ended: let go of it."""


def take(session: Session, holder: str, now: datetime) -> TrainingRun | None:
    """The run that waits, for this worker. One whose worker died begins anew, but not for ever; one that was cancelled
    meanwhile ends."""
    dead = (TrainingRun.state.in_((State.TRAINING, State.JUDGING))) & (TrainingRun.leased_until < now)
    query = select(TrainingRun).where(or_(TrainingRun.state == State.WAITING, dead))
    run = session.scalar(query.limit(1).with_for_update(skip_locked=True))
    if run is None:
        return None
    if run.cancel_asked:
        _end(run, State.CANCELLED, now)
        return None
    if run.state != State.WAITING:
        if _deaths(session, run.id) + 1 >= _MOST_DEATHS:
            run.error = f"its worker died {_MOST_DEATHS} times; is there memory enough?"
            _end(run, State.FAILED, now)
            return None
        say(session, run.id, [_GONE])
    run.state, run.step, run.share = State.TRAINING, Step.PREPARE, None
    run.holder, run.leased_until = holder, now + _LEASE
    run.data_version = data_version(session)
    return run


def beat(
    session: Session,
    run_id: int,
    holder: str,
    now: datetime,
    step: Step,
    share: float | None = None,
    lines: Sequence[str] = (),
) -> bool:
    """It goes on. True: somebody asked to cancel it. Raises Lost."""
    run = _own(session, run_id, holder)
    run.state = State.TRAINING if step in (Step.PREPARE, Step.TRAIN) else State.JUDGING
    run.step, run.share, run.leased_until = step, share, now + _LEASE
    say(session, run_id, lines)
    return run.cancel_asked


def note_model(session: Session, run_id: int, holder: str, base: str, model: str) -> None:
    """What it is trained on, and what it makes. Raises Lost."""
    run = _own(session, run_id, holder)
    run.base, run.model = base, model


def done(session: Session, run_id: int, holder: str, report: dict[str, Any], gate: Gate, now: datetime) -> None:
    """Trained and judged. Raises Lost."""
    run = _own(session, run_id, holder)
    run.report, run.gate = report, gate
    _end(run, State.DONE, now)


def failed(session: Session, run_id: int, holder: str, error: str, now: datetime) -> None:
    """`error`: for trainers; no customer's words. Raises Lost."""
    run = _own(session, run_id, holder)
    run.error = error[:_LONGEST_ERROR]
    _end(run, State.FAILED, now)


def cancelled(session: Session, run_id: int, holder: str, now: datetime) -> None:
    """Raises Lost."""
    _end(_own(session, run_id, holder), State.CANCELLED, now)


def give_back(session: Session, run_id: int, holder: str) -> None:
    """The worker stops: the next one begins anew. Raises Lost."""
    run = _own(session, run_id, holder)
    run.state, run.holder, run.leased_until, run.step = State.WAITING, None, None, None


def say(session: Session, run_id: int, lines: Sequence[str]) -> None:
    if not lines:
        return
    last = session.scalar(select(func.max(TrainingLine.n)).where(TrainingLine.run_id == run_id)) or 0
    room = max(_MOST_LINES - last, 0)
    session.add_all(
        TrainingLine(run_id=run_id, n=last + at, line=line[:_LONGEST_LINE].replace("\0", ""))
        for at, line in enumerate(lines[:room], 1)
    )


def in_use(session: Session, base: str) -> str:
    """What is served where the files make the model `base`: what was published over them, else that."""
    newest = session.scalar(select(Publication).order_by(Publication.id.desc()).limit(1))
    return newest.model if newest is not None and newest.base == base else base


def kept_models(session: Session) -> set[str]:
    """Models that must stay on disk: what is served, what could be gone back to, what could be published."""
    published = select(Publication).order_by(Publication.id.desc()).limit(_KEPT)
    found = {name for each in session.scalars(published) for name in (each.model, each.base)}
    done_runs = select(TrainingRun.model, TrainingRun.base).where(TrainingRun.state == State.DONE)
    runs = done_runs.order_by(TrainingRun.id.desc()).limit(_KEPT)
    return found | {name for row in session.execute(runs) for name in row if name}


def forget_lines(session: Session, before: datetime) -> int:
    """The logs of trainings that ended before that; how many lines."""
    old = select(TrainingRun.id).where(TrainingRun.ended_at < before)
    gone = delete(TrainingLine).where(TrainingLine.run_id.in_(old)).returning(TrainingLine.n)
    return len(session.execute(gone).all())


def _deaths(session: Session, run_id: int) -> int:
    """How often it began anew: its log says so each time."""
    said = select(func.count()).where(TrainingLine.run_id == run_id, TrainingLine.line == _GONE)
    return session.scalar(said) or 0


def _own(session: Session, run_id: int, holder: str) -> TrainingRun:
    run = session.get(TrainingRun, run_id, with_for_update=True)
    if run is None or run.holder != holder or run.state not in UNDER_WAY:
        raise Lost
    return run


def _end(run: TrainingRun, state: State, now: datetime) -> None:
    run.state, run.ended_at, run.step, run.share, run.leased_until = state, now, None, None, None
