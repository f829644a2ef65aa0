"""`/api/desk/tasks`: apologies, visits, call-backs, and how many customers were called this quarter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk.rules import MOST_REASON
from care.followup.rules import MAX_WORDS
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.service import staff_by_number
from care.staff.sessions import Signed
from care.tasks import listing, planning, service
from care.tasks.listing import Wanted
from care.tasks.rules import quarter_of, tasks_spec
from care.tasks.tables import Task
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.conversations import Desk
from web.desk.task_json import Json, task_json

router = desk_router("tasks", "/tasks")

Tickets = Annotated[Signed, Depends(Allowed(Permission.TICKETS))]
_Name = Annotated[str | None, Query(max_length=40)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TriedIn(_Strict):
    #: None: as soon as the kind of task has it
    next_at: AwareDatetime | None = None


class DoneIn(_Strict):
    outcome: Annotated[str, Field(max_length=24)]
    score: int | None = None
    note: Annotated[str, Field(max_length=MAX_WORDS)] | None = None


class RevealIn(_Strict):
    reason: Annotated[str, Field(max_length=MOST_REASON)]


@router.get("")
async def tasks(
    request: Request,
    signed: Tickets,
    status: Literal["open", "done"] = "open",
    mine: bool = False,
    kind: _Name = None,
    department: _Name = None,
    after: int | None = None,
) -> Json:
    def work(session: Session) -> Json:
        now = utcnow()
        wanted = Wanted(status == "open", signed.number if mine else None, kind, department)
        page = listing.list_tasks(session, wanted, after)
        member = staff_by_number(session, signed.number)
        counted = listing.counts(session, signed.number, member.department if member else None, now)
        return {
            "items": [task_json(each, signed.number, now) for each in page.items],
            "next": page.next,
            "counts": vars(counted),
        }

    return await in_database(request, work)


@router.get("/coverage")
async def coverage(
    request: Request, signed: Annotated[Signed, Depends(Allowed(Permission.SUPERVISE))]
) -> dict[str, Any]:
    """Of the running quarter, by segment."""

    def work(session: Session) -> Json:
        now = utcnow()
        titles = tasks_spec().segments
        rows = [
            vars(each) | {"title": titles.get(each.segment, each.segment), "percent": each.percent}
            for each in planning.coverage(session, now)
        ]
        return {"quarter": quarter_of(now), "segments": rows}

    return await in_database(request, work)


@router.post("/{task_id}/take")
async def take(task_id: int, request: Request, signed: Tickets) -> Json:
    return await _do(request, signed, lambda s, now: service.take(s, task_id, signed.number, now))


@router.post("/{task_id}/tried")
async def tried(task_id: int, given: TriedIn, request: Request, signed: Tickets) -> Json:
    return await _do(request, signed, lambda s, now: service.tried(s, task_id, given.next_at, signed.number, now))


@router.post("/{task_id}/done")
async def done(task_id: int, given: DoneIn, request: Request, signed: Tickets) -> Json:
    def step(session: Session, now: datetime) -> Task:
        found = (given.outcome, given.score, given.note)
        return service.done(session, task_id, *found, signed.number, now, policy())

    return await _do(request, signed, step)


@router.post("/{task_id}/reveal")
async def reveal(
    task_id: int, given: RevealIn, request: Request, signed: Annotated[Signed, Depends(Allowed(Permission.REVEAL))]
) -> Json:
    """The number to call, whole."""
    desk: Desk = request.app.state.conversations
    desk.reveals.check(signed.number)

    def work(session: Session) -> Json:
        return {"phone": service.reveal_number(session, task_id, given.reason, signed.number, utcnow())}

    return await in_database(request, work)


async def _do(request: Request, signed: Signed, step: Callable[[Session, datetime], Task]) -> Json:
    """The step, and the task after it, in one transaction."""

    def work(session: Session) -> Json:
        now = utcnow()
        task = step(session, now)
        return task_json(listing.task_by_id(session, task.id), signed.number, now)

    return await in_database(request, work)
