"""`/api/desk/trainer/changes`: who changed which example; taken back, committed, or taken along as a patch."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session

from care import db
from care.audit.service import note
from care.dataset import committing, service
from care.db import utcnow
from care.staff.accounts import names_of
from web.desk.access import in_database
from web.desk.access import router as desk_router
from web.trainer.common import Cursor, Id, Json, Limit, Strict, Trains, changes_json, number_of
from web.trainer.examples import changed

router = desk_router("trainer", "/trainer/changes")


class CommitIn(Strict):
    message: Annotated[str, Field(min_length=1, max_length=committing.LONGEST_MESSAGE)]


@router.get("")
async def listed(
    request: Request,
    signed: Trains,
    after: Annotated[Cursor, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Json:
    def read(session: Session) -> Json:
        rows = service.changes(session, number_of(after), limit)
        following = str(rows[-1].id) if len(rows) == limit else None
        return {"items": changes_json(session, rows), "next": following}

    return await in_database(request, read)


@router.get("/standing")
async def standing(request: Request, signed: Trains) -> Json:
    def read(session: Session) -> Json:
        now = committing.standing(session)
        last = now.last
        return {
            "pending": now.pending,
            "git": now.branch is not None,
            "branch": now.branch,
            "last": None
            if last is None
            else {
                "commit": last.commit,
                "by": last.staff,
                "by_name": names_of(session, [last.staff])[last.staff],
                "at": last.at,
                "changes": last.changes,
            },
        }

    return await in_database(request, read)


@router.post("/commit")
async def commit(given: CommitIn, request: Request, signed: Trains) -> Json:
    """Every change so far, and every wording that is told now, on the trainers' branch."""
    done = await anyio.to_thread.run_sync(lambda: committing.commit(db.run, given.message, signed.number, utcnow()))

    def audit(session: Session) -> None:
        detail = {"branch": done.branch, "commit": done.commit}
        note(session, f"staff:{signed.number}", "examples_commit", detail=detail)

    await in_database(request, audit)
    return {"branch": done.branch, "commit": done.commit, "changes": done.changes}


@router.get("/patch")
async def patch(request: Request, signed: Trains) -> Response:
    told = await in_database(request, lambda session: committing.patch(session, utcnow()))
    name = {"Content-Disposition": 'attachment; filename="trainers.patch"'}
    return Response(told, media_type="text/x-patch; charset=utf-8", headers=name)


@router.post("/{change_id}/undo")
async def undo(change_id: Id, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        change = service.undo(session, change_id, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "example_undo", detail={"change": change_id})
        return changed(session, change)

    return await in_database(request, work)
