"""`/api/desk/surveys`: waves with their strata, the index, marks by slices, and the samples of the counters."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.errors import InvalidInput
from care.satisfaction import counter, waves
from care.satisfaction.index import indexes
from care.satisfaction.slicing import By, slices
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.timezone import CHINA
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("surveys", "/surveys")

Reads = Annotated[Signed, Depends(Allowed(Permission.METRICS))]
Decides = Annotated[Signed, Depends(Allowed(Permission.DECIDE))]
WaveId = Annotated[int, Field(ge=1, le=2**53)]
_Month = Annotated[str, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
#: days of one look at the marks
_LONGEST = timedelta(days=366)
#: with fewer answers a mean would tell what somebody said
_LEAST_SHOWN = 5


class PlanIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quarter: Annotated[str, Field(max_length=6)]
    sample: Annotated[int, Field(ge=1, le=waves.MOST_ASKED)]


@router.get("/waves")
async def listed(request: Request, signed: Reads) -> dict[str, list[dict[str, Any]]]:
    found = await in_database(request, waves.waves)
    return {"items": [_wave(each) for each in found]}


@router.post("/waves")
async def plan(told: PlanIn, request: Request, signed: Decides) -> dict[str, Any]:
    """422 `quarter`, `sample`; 409 `wave_exists`."""
    found = await in_database(
        request,
        lambda session: waves.plan_wave(session, told.quarter, told.sample, signed.number, utcnow()),
    )
    return _wave(found)


@router.post("/waves/{wave_id}/open")
async def begin(wave_id: WaveId, request: Request, signed: Decides) -> dict[str, Any]:
    """422 `wave`; 409 `wave_status`, `panel_empty`."""
    return _wave(await in_database(request, lambda s: waves.open_wave(s, wave_id, signed.number, utcnow())))


@router.post("/waves/{wave_id}/close")
async def end(wave_id: WaveId, request: Request, signed: Decides) -> dict[str, Any]:
    """422 `wave`; 409 `wave_status`."""
    return _wave(await in_database(request, lambda s: waves.close_wave(s, wave_id, signed.number, utcnow())))


@router.get("/index")
async def trend(request: Request, signed: Reads) -> dict[str, Any]:
    """The policy's target is of the share of satisfied customers, and no index: `target` stays null."""
    found = await in_database(request, indexes)
    satisfied = policy().targets.satisfaction_percent / 100
    return {"points": [asdict(each) for each in found], "target": None, "satisfied_target": satisfied}


@router.get("/slices")
async def sliced(request: Request, signed: Reads, by: By, since: date, until: date) -> dict[str, list[dict[str, Any]]]:
    """Marks given from `since` to the end of `until`. 422 `period`."""
    if not timedelta(0) <= until - since < _LONGEST:
        raise InvalidInput("period", "from the first to the last day, at most a year")
    first, before = _begins(since), _begins(until + timedelta(days=1))
    rows = await in_database(request, lambda session: slices(session, by, first, before))
    return {"rows": [asdict(each) for each in rows]}


@router.get("/counter")
async def sampled(request: Request, signed: Reads, month: _Month) -> dict[str, Any]:
    first = date.fromisoformat(f"{month}-01")
    before = (first + timedelta(days=31)).replace(day=1)

    def read(session: Session) -> list[counter.Sample]:
        return counter.samples(session, first, before)

    found = await in_database(request, read)
    answered = sum(each.answered for each in found)
    marks = sum(each.mean * each.answered for each in found if each.mean is not None)
    return {
        "samples": [
            {
                "day": each.day,
                "asked": each.asked,
                "answered": each.answered,
                "mean": each.mean if each.answered >= _LEAST_SHOWN else None,
            }
            for each in found
        ],
        "mean": marks / answered if answered >= _LEAST_SHOWN else None,
    }


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)


def _wave(found: waves.WaveNow) -> dict[str, Any]:
    return {
        "id": found.id,
        "quarter": found.quarter,
        "status": found.status,
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "frame": found.frame,
        "sample": found.sample,
        "invited": found.invited,
        "answered": found.answered,
        "declined": found.declined,
        "strata": [asdict(each) for each in found.strata],
    }
