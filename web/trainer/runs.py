"""`/api/desk/trainer/{models,runs,publications}`: trainings, their reports beside the model in use, publishing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from care.audit.service import note
from care.dataset.current import data_version
from care.db import utcnow
from care.models import publishing, service
from care.models.rules import LONGEST_REASON
from care.models.tables import Publication, ServingProcess, TrainingRun
from care.staff.accounts import names_of
from web.desk.access import in_database
from web.desk.access import router as desk_router
from web.trainer.common import Id, Json, Overrides, Strict, Trains

router = desk_router("trainer", "/trainer")

_Threshold = Annotated[float | None, Field(ge=0, lt=1)]


class PublishIn(Strict):
    threshold: _Threshold = None


class PublishAnywayIn(PublishIn):
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


@router.get("/models")
async def models(request: Request, signed: Trains) -> Json:
    def read(session: Session) -> Json:
        newest, version = service.publications(session), data_version(session)
        published = {each.run_id for each in newest}
        seen = publishing.processes(session)
        runs = service.runs(session)
        told = _publications(session, newest, seen)
        served = newest[0] if newest and not service.is_over(session, newest[0]) else None
        run = service.run_of(session, served.run_id) if served is not None and served.run_id is not None else None
        learnt = run.data_version or 0 if run is not None else 0
        return {
            "current": {
                "name": served.model if served is not None else next((each.model for each in seen if each.model), None),
                "published_at": served.at if served is not None else None,
                "by": served.staff if served is not None else None,
                "by_name": told[0]["by_name"] if served is not None else None,
                "data_version": learnt,
                "threshold": served.threshold if served is not None else None,
            },
            "processes": _processes(seen),
            "runs": _runs(session, runs, published),
            "publications": told,
            "data": {"version": version, "changes_since": service.changes_since(session, learnt)},
        }

    return await in_database(request, read)


@router.post("/runs")
async def start(request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        run = service.start(session, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "model_train", detail={"run": run.id})
        return _runs(session, [run], ())[0]

    return await in_database(request, work)


@router.get("/runs/{run_id}")
async def one(run_id: Id, request: Request, signed: Trains) -> Json:
    def read(session: Session) -> Json:
        published = {each.run_id for each in service.publications(session)}
        return _runs(session, [service.run_of(session, run_id)], published)[0]

    return await in_database(request, read)


@router.get("/runs/{run_id}/log")
async def log(run_id: Id, request: Request, signed: Trains, after: Annotated[int, Query(ge=0, le=2**31)] = 0) -> Json:
    def read(session: Session) -> Json:
        run, lines = service.run_of(session, run_id), service.lines(session, run_id, after)
        following = lines[-1].n if lines else after
        is_over = run.ended_at is not None and not service.lines(session, run_id, following)
        return {"lines": [each.line for each in lines], "next": following, "over": is_over}

    return await in_database(request, read)


@router.post("/runs/{run_id}/cancel")
async def cancel(run_id: Id, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        run = service.cancel(session, run_id, utcnow())
        note(session, f"staff:{signed.number}", "model_cancel", detail={"run": run_id})
        return _runs(session, [run], ())[0]

    return await in_database(request, work)


@router.get("/runs/{run_id}/report")
async def report(run_id: Id, request: Request, signed: Trains) -> Json:
    return await in_database(request, lambda session: service.report_of(session, run_id))


@router.post("/runs/{run_id}/publish")
async def publish(run_id: Id, given: PublishIn, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        made = service.publish(session, run_id, given.threshold, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "model_publish", detail={"run": run_id, "model": made.model})
        return _publications(session, [made], publishing.processes(session))[0]

    return await in_database(request, work)


@router.post("/runs/{run_id}/publish-anyway")
async def publish_anyway(run_id: Id, given: PublishAnywayIn, request: Request, signed: Overrides) -> Json:
    """Though it did not pass: the reason stays, with the publication and in the audit."""

    def work(session: Session) -> Json:
        made = service.publish_anyway(session, run_id, given.threshold, given.reason, signed.number, utcnow())
        detail = {"run": run_id, "model": made.model}
        note(session, f"staff:{signed.number}", "model_publish_anyway", detail=detail, reason=made.reason)
        return _publications(session, [made], publishing.processes(session))[0]

    return await in_database(request, work)


@router.post("/publications/roll-back")
async def roll_back(request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        made = service.roll_back(session, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "model_roll_back", detail={"model": made.model})
        return _publications(session, [made], publishing.processes(session))[0]

    return await in_database(request, work)


def _runs(session: Session, runs: Collection[TrainingRun], published: Collection[int | None]) -> list[Json]:
    names = names_of(session, {each.staff for each in runs})
    return [
        {
            "id": each.id,
            "state": each.state,
            "by": each.staff,
            "by_name": names[each.staff],
            "at": each.at,
            "ended_at": each.ended_at,
            "model": each.model,
            "data_version": each.data_version,
            "step": each.step,
            "share": each.share,
            "error": each.error,
            "gate": each.gate,
            "published": each.id in published,
        }
        for each in runs
    ]


def _publications(
    session: Session, publications: Collection[Publication], seen: Collection[ServingProcess]
) -> list[Json]:
    """Newest first."""
    names = names_of(session, {each.staff for each in publications})
    newest = service.current(session)
    standing = newest.id if newest is not None and not service.is_over(session, newest) else None
    return [
        {
            "id": each.id,
            "model": each.model,
            "run": each.run_id,
            "by": each.staff,
            "by_name": names[each.staff],
            "at": each.at,
            "reason": each.reason,
            "override": each.override,
            "threshold": each.threshold,
            "state": _state(each, seen) if each.id == standing else "past",
            "processes": _processes(seen) if each.id == standing else [],
        }
        for each in publications
    ]


def _state(publication: Publication, seen: Collection[ServingProcess]) -> str:
    if any(each.state == "failed" and each.publication_id == publication.id for each in seen):
        return "failed"
    is_live = bool(seen) and all(
        each.state == "serving" and each.model == publication.model and each.publication_id == publication.id
        for each in seen
    )
    return "live" if is_live else "swapping"


def _processes(seen: Collection[ServingProcess]) -> list[Json]:
    return [{"name": each.name, "model": each.model, "state": each.state, "error": each.error} for each in seen]
