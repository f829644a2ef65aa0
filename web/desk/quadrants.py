"""`/api/desk/surveys/quadrants`: what to mend first, as a wave's answers tell it; as figures and as a chart."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import Depends, Query, Request, Response
from sqlalchemy.orm import Session

from care.reports.rules import Kind, period_of
from care.reports.words import period_title
from care.satisfaction import waves
from care.satisfaction.factors import factors
from care.satisfaction.quadrants import Answered, Group, Placed, Quadrants, quadrants, words
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("quadrants", "/surveys")

Reads = Annotated[Signed, Depends(Allowed(Permission.METRICS))]
WaveId = Annotated[int, Query(ge=1, le=2**53)]
#: waves that somebody looks at; four a year
_KEPT = 8


@dataclass(frozen=True)
class _Wave:
    id: int
    quarter: str
    #: with it, what was computed is as new as the answers
    answered: int


class Desk:
    """What was computed last, by wave and number of its answers: a page that asks again costs nothing."""

    def __init__(self) -> None:
        self._found: OrderedDict[_Wave, Quadrants] = OrderedDict()
        # Ten thousand answers are read from the database once, however many look.
        self._reading = asyncio.Lock()

    async def of(self, request: Request, wave: _Wave) -> Quadrants:
        async with self._reading:
            found = self._found.get(wave)
            if found is None:
                answers = await in_database(request, lambda session: waves.answers_of(session, wave.id))
                found = await anyio.to_thread.run_sync(_computed, answers)
                self._found[wave] = found
                while len(self._found) > _KEPT:
                    self._found.popitem(last=False)
            return found


@router.get("/quadrants")
async def read(request: Request, signed: Reads, wave: WaveId) -> dict[str, Any]:
    told = await _wave(request, wave)
    found = await _desk(request).of(request, told)
    return {
        "wave": told.id,
        "quarter": told.quarter,
        "answers": found.answers,
        "r_squared": found.r_squared,
        "cuts": {"importance": found.importance_cut, "satisfaction": found.satisfaction_cut},
        "factors": [_factor(each) for each in sorted(found.factors, key=_rank)],
        "too_few": found.too_few,
    }


@router.get("/quadrants.svg")
async def draw(request: Request, signed: Reads, wave: WaveId, width: Literal["page", "phone"] = "page") -> Response:
    told = await _wave(request, wave)
    found = await _desk(request).of(request, told)
    svg = await anyio.to_thread.run_sync(_drawn, found, told.quarter, width)
    return Response(svg, media_type="image/svg+xml", headers={"X-Content-Type-Options": "nosniff"})


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.quadrants
    return desk


async def _wave(request: Request, wave_id: int) -> _Wave:
    def find(session: Session) -> _Wave:
        wave = waves.wave(session, wave_id)
        return _Wave(wave.id, wave.quarter, wave.answered)

    return await in_database(request, find)


def _computed(answers: list[Answered]) -> Quadrants:
    return quadrants(answers, list(_titles()), words().cuts)


def _drawn(found: Quadrants, quarter: str, width: str) -> str:
    from care.reports.charts import Width
    from care.reports.quadrant_chart import chart_of  # matplotlib: not in a process that draws nothing

    period = period_title(Kind.QUARTERLY, period_of(Kind.QUARTERLY, quarter))
    return chart_of(found, _titles(), period, Width[width.upper()])


def _titles() -> Mapping[str, str]:
    return {each.key: each.title for each in factors().factors}


def _rank(factor: Placed) -> tuple[int, float]:
    """What to mend first stands first (REQUIREMENTS C6)."""
    groups = list(Group)
    place = groups.index(factor.group) if factor.group else len(groups)
    return place, -(factor.importance or 0.0)


def _factor(factor: Placed) -> dict[str, Any]:
    return {
        "key": factor.key,
        "title": _titles()[factor.key],
        "importance": factor.importance,
        "low": factor.low,
        "high": factor.high,
        "share": factor.share,
        "satisfaction": factor.satisfaction,
        "satisfaction_low": factor.satisfaction_low,
        "satisfaction_high": factor.satisfaction_high,
        "answers": factor.answers,
        "group": factor.group,
        "group_title": words().groups[factor.group] if factor.group else None,
        "unsure": factor.is_unsure,
    }
