"""Starting, following, cancelling a training; publishing what it made, and going back. The caller commits.

The worker's side is `working`; what brings a publication to each Rasa process is `publishing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.dataset.tables import ExampleChange
from care.errors import Conflict, InvalidInput, NotAllowed
from care.models.rules import LONGEST_REASON, UNDER_WAY, Gate, State
from care.models.tables import Publication, ServingProcess, TrainingLine, TrainingRun
from care.models.working import in_use, kept_models
from care.training.masking import kinds_in

_LINES = 500
#: of PostgreSQL's advisory locks: one publication at a time, so that each is judged beside the one before
_LOCK = 0x71_75_61_6E_79_69_12


def start(session: Session, staff: str, now: datetime) -> TrainingRun:
    """Ask for a training with everything that trainers changed so far. Raises Conflict (`running`)."""
    run = TrainingRun(state=State.WAITING, staff=staff, at=now, cancel_asked=False)
    try:
        with session.begin_nested():
            session.add(run)
            session.flush()
    except IntegrityError:
        raise Conflict("running", "a training is under way; wait for it, or cancel it") from None
    return run


def cancel(session: Session, run_id: int, now: datetime) -> TrainingRun:
    """Its worker stops it within seconds. Raises NotAllowed (`run`), Conflict (`over`)."""
    run = session.get(TrainingRun, run_id, with_for_update=True)
    if run is None:
        raise NotAllowed("run", f"there is no training {run_id}")
    if run.state not in UNDER_WAY:
        raise Conflict("over", f"training {run_id} is over: {run.state}")
    run.cancel_asked = True
    if run.state == State.WAITING:
        run.state, run.ended_at = State.CANCELLED, now
    return run


def run_of(session: Session, run_id: int) -> TrainingRun:
    """Raises NotAllowed (`run`)."""
    run = session.get(TrainingRun, run_id)
    if run is None:
        raise NotAllowed("run", f"there is no training {run_id}")
    return run


def runs(session: Session, limit: int = 30) -> Sequence[TrainingRun]:
    """Newest first."""
    return session.scalars(select(TrainingRun).order_by(TrainingRun.id.desc()).limit(limit)).all()


def lines(session: Session, run_id: int, after: int) -> Sequence[TrainingLine]:
    """What it said behind its line `after`, at most 500 lines."""
    query = select(TrainingLine).where(TrainingLine.run_id == run_id, TrainingLine.n > after)
    return session.scalars(query.order_by(TrainingLine.n).limit(_LINES)).all()


def report_of(session: Session, run_id: int) -> dict[str, Any]:
    """`care.models.rules.Report` as JSON; its gate as it is now. Raises NotAllowed (`run`), Conflict (`no_report`: not
    judged yet)."""
    run = run_of(session, run_id)
    if run.report is None:
        raise Conflict("no_report", f"training {run_id} has no report: it is {run.state}")
    if run.gate != Gate.PASSED or (why := _outdated(session, run)) is None:
        return run.report
    return run.report | {"gate": {"state": Gate.NOT_JUDGED, "reasons": [{"reason": "outdated", "text": why}]}}


def latest_figures(session: Session) -> dict[str, Any] | None:
    """Of the newest report: `labels` ({label: {"f1", "support"}}), `confused`, `model`, `at`."""
    query = select(TrainingRun).where(TrainingRun.report.is_not(None)).order_by(TrainingRun.id.desc()).limit(1)
    run = session.scalar(query)
    if run is None or run.report is None:
        return None
    return {
        "labels": {each["label"]: {"f1": each["f1"], "support": each["support"]} for each in run.report["labels"]},
        "confused": run.report["confused"],
        "model": run.model,
        "at": run.ended_at,
    }


def publish(session: Session, run_id: int, threshold: float | None, staff: str, now: datetime) -> Publication:
    """Raises NotAllowed (`run`), Conflict (as `_whole`; `gate`: it did not pass, or what it was judged beside is not in
    use any more)."""
    run = _whole(session, run_id)
    why = _outdated(session, run) if run.gate == Gate.PASSED else run.gate
    if why is not None:
        raise Conflict("gate", f"training {run_id} is not to be published: {why}; a supervisor may, with a reason")
    return _publish(session, run, threshold, staff, now)


def publish_anyway(
    session: Session, run_id: int, threshold: float | None, reason: str, staff: str, now: datetime
) -> Publication:
    """Though it did not pass, or was not judged: for supervisors. Raises NotAllowed (`run`), Conflict (as `_whole`),
    InvalidInput (`reason`)."""
    run = _whole(session, run_id)
    is_override = run.gate != Gate.PASSED or _outdated(session, run) is not None
    return _publish(session, run, threshold, staff, now, reason=_reason(reason), override=is_override)


def roll_back(session: Session, staff: str, now: datetime) -> Publication:
    """To what was served before the newest publication; once more, and it is back. Raises Conflict (`nothing_before`).

    What was served before the first publication is the model of the files.
    """
    newest = current(session, lock=True)
    if newest is None or is_over(session, newest):
        raise Conflict("nothing_before", "nothing was published: the model of the files is served")
    query = select(Publication).where(Publication.id < newest.id, Publication.base == newest.base)
    before = session.scalar(query.order_by(Publication.id.desc()).limit(1))
    back = Publication(
        run_id=before.run_id if before else None,
        model=before.model if before else newest.base,
        base=newest.base,
        threshold=before.threshold if before else None,
        staff=staff,
        at=now,
        override=False,
    )
    session.add(back)
    session.flush()
    return back


def current(session: Session, *, lock: bool = False) -> Publication | None:
    """What is to be served; None: the model of the files. It is over where the files make another model than its
    `base`."""
    query = select(Publication).order_by(Publication.id.desc()).limit(1)
    return session.scalar(query.with_for_update() if lock else query)


def is_over(session: Session, publication: Publication) -> bool:
    """Whether the files make another model now than its `base`: a process was seen since that nothing is published
    for."""
    seen = select(ServingProcess.name).where(
        ServingProcess.state == "serving",
        ServingProcess.publication_id.is_(None),
        ServingProcess.seen_at > publication.at,
    )
    return session.scalar(seen.limit(1)) is not None


def publications(session: Session, limit: int = 30) -> Sequence[Publication]:
    """Newest first."""
    return session.scalars(select(Publication).order_by(Publication.id.desc()).limit(limit)).all()


def changes_since(session: Session, version: int) -> int:
    """How many changes of examples a model that learnt up to `version` does not know."""
    return session.scalar(select(func.count()).select_from(ExampleChange).where(ExampleChange.id > version)) or 0


def _whole(session: Session, run_id: int) -> TrainingRun:
    """A run whose model can be served. Raises NotAllowed (`run`), Conflict (`not_done`; `files`: the files make another
    model now than those that it learnt from; `model_gone`: it is not on disk any more)."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    run = run_of(session, run_id)
    if run.state != State.DONE or run.model is None or run.base is None:
        raise Conflict("not_done", f"training {run_id} made no model: it is {run.state}")
    newest = current(session)
    is_old = newest is not None and newest.base == run.base and is_over(session, newest)
    if is_old or _newest_base(session) != run.base:
        raise Conflict("files", f"the files have changed since training {run_id}: train again")
    if run.model not in kept_models(session):
        raise Conflict("model_gone", f"the model of training {run_id} is not kept any more: train again")
    return run


def _newest_base(session: Session) -> str | None:
    query = select(TrainingRun.base).where(TrainingRun.base.is_not(None)).order_by(TrainingRun.id.desc())
    return session.scalar(query.limit(1))


def _outdated(session: Session, run: TrainingRun) -> str | None:
    """Why its judgement says nothing of today: it was compared with another model than the one that it would replace.
    None: it holds."""
    used, beside = in_use(session, run.base or ""), (run.report or {}).get("current")
    if used in (beside, run.model):
        return None
    return f"it was judged beside {beside}, and {used} is in use now: train again to judge it beside that"


def _publish(
    session: Session,
    run: TrainingRun,
    threshold: float | None,
    staff: str,
    now: datetime,
    *,
    reason: str | None = None,
    override: bool = False,
) -> Publication:
    publication = Publication(
        run_id=run.id,
        model=run.model,
        base=run.base,
        threshold=threshold,
        staff=staff,
        at=now,
        override=override,
        reason=reason,
    )
    session.add(publication)
    session.flush()
    return publication


def _reason(given: str) -> str:
    reason = " ".join(given.split())
    if not 4 <= len(reason) <= LONGEST_REASON:
        raise InvalidInput("reason", f"say in 4 to {LONGEST_REASON} characters why it is published anyway")
    if kinds_in(reason):
        raise InvalidInput("reason", "the reason seems to hold personal data; say it without")
    return reason
