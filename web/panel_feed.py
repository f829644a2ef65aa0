"""`/api/operator/panel`, `/visits`, `/segments`: the operator's systems tell who agreed to be asked, who was at a
counter, and which kind of customer a number belongs to.

With the key of QUANYI_OPERATOR_KEY, as `/api/operator/choices`. Of what is told, only how many rows is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care import db
from care.accounts.ranges import PROVINCES
from care.accounts.rules import normalise_phone
from care.accounts.segments import keep_segments
from care.errors import InvalidInput
from care.logs import get_logger
from care.satisfaction.counter import Visited, keep_visits
from care.satisfaction.panel import Agreed, keep_members
from care.settings import settings
from care.sla.specs import Segment
from care.turns.runner import Runner
from web.addresses import address_of
from web.choices import WRONG_KEYS_PER_MINUTE, is_right_key
from web.problems import problem
from web.rates import PerMinute

#: rows of one call
MOST = 1000
CALLS_PER_MINUTE = 120

Out = TypeVar("Out")

router = APIRouter(prefix="/api/operator", tags=["operator"])
_log = get_logger("web.panel_feed")

_Phone = Annotated[str, Field(max_length=32, description="A mobile number of mainland China.")]
_Region = Annotated[str | None, Field(max_length=16, description="Short name of a province: 北京, 广东 …")]
_Key = Annotated[str | None, Header(max_length=1024, include_in_schema=False)]


class Desk:
    """What the calls to one process share."""

    def __init__(self) -> None:
        self.calls = PerMinute(CALLS_PER_MINUTE, "lists of the operator")
        self.wrong_keys = PerMinute(WRONG_KEYS_PER_MINUTE, "wrong keys of one address")


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MemberIn(_In):
    phone: _Phone
    agreed_at: Annotated[AwareDatetime, Field(description="When its holder agreed to be asked.")]
    region: _Region = None
    segment: Segment | None = None


class PanelIn(_In):
    members: Annotated[list[MemberIn], Field(min_length=1, max_length=MOST)]


class PanelOut(BaseModel):
    members: Annotated[int, Field(description="Rows that are in the panel now.")]
    unwilling: Annotated[int, Field(description="Have left it themselves and stay away.")]


class VisitIn(_In):
    id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$", description="Yours; the same again changes nothing.")]
    shop: Annotated[str, Field(min_length=1, max_length=60)]
    visited_at: AwareDatetime
    phone: _Phone | None = None
    region: _Region = None


class VisitsIn(_In):
    visits: Annotated[list[VisitIn], Field(min_length=1, max_length=MOST)]


class VisitsOut(BaseModel):
    new: int


class SegmentIn(_In):
    phone: _Phone
    segment: Annotated[Segment | None, Field(description="null: it is no customer of yours any more.")]


class SegmentsIn(_In):
    segments: Annotated[list[SegmentIn], Field(min_length=1, max_length=MOST)]


class SegmentsOut(BaseModel):
    kept: int


_RESPONSES: dict[int | str, dict[str, Any]] = {
    401: {"description": "Authorization: Bearer with the key of QUANYI_OPERATOR_KEY (problem details)"},
    404: {"description": "No key is set here, so nobody may tell (problem details)"},
    422: {"description": f"Request, at most {MOST} rows; a number or a province that is none (problem details)"},
    429: {"description": "Too many in a minute (problem details)"},
    503: {"description": "The database is away: tell it again (problem details)"},
}


@router.post("/panel", response_model=PanelOut, responses=_RESPONSES)
async def tell_panel(told: PanelIn, request: Request, authorization: _Key = None) -> PanelOut | Response:
    def write(session: Session, now: datetime) -> PanelOut:
        rows = [
            Agreed(_phone("members", n, each.phone), _region("members", n, each.region), each.segment, each.agreed_at)
            for n, each in enumerate(told.members)
        ]
        kept = keep_members(session, rows)
        return PanelOut(members=kept.members, unwilling=kept.unwilling)

    return await _told(request, authorization, "panel_told", told.members, write)


@router.post("/visits", response_model=VisitsOut, responses=_RESPONSES)
async def tell_visits(told: VisitsIn, request: Request, authorization: _Key = None) -> VisitsOut | Response:
    def write(session: Session, now: datetime) -> VisitsOut:
        rows = [
            Visited(
                each.id,
                each.shop,
                _region("visits", n, each.region),
                each.visited_at,
                _phone("visits", n, each.phone) if each.phone else None,
            )
            for n, each in enumerate(told.visits)
        ]
        return VisitsOut(new=keep_visits(session, rows))

    return await _told(request, authorization, "visits_told", told.visits, write)


@router.post("/segments", response_model=SegmentsOut, responses=_RESPONSES)
async def tell_segments(told: SegmentsIn, request: Request, authorization: _Key = None) -> SegmentsOut | Response:
    def write(session: Session, now: datetime) -> SegmentsOut:
        rows: Mapping[str, str | None] = {
            _phone("segments", n, each.phone): each.segment for n, each in enumerate(told.segments)
        }
        return SegmentsOut(kept=keep_segments(session, rows, now))

    return await _told(request, authorization, "segments_told", told.segments, write)


async def _told(
    request: Request,
    authorization: str | None,
    event: str,
    rows: Sequence[object],
    write: Callable[[Session, datetime], Out],
) -> Out | Response:
    desk: Desk = request.app.state.panel
    key = settings().operator_key.get_secret_value()
    if not key:
        hint = "nobody may tell lists here: set QUANYI_OPERATOR_KEY, see docs/operate/surveys.md"
        return problem(404, "operator_key", hint)
    if not is_right_key(authorization, key):
        desk.wrong_keys.check(address_of(request.scope))
        _log.warning("operator_key_wrong")
        return problem(401, "operator_key", "send Authorization: Bearer <key>", {"WWW-Authenticate": "Bearer"})
    desk.calls.check("operator")
    runner: Runner = request.app.state.runner
    answer = await runner.in_database(lambda session: write(session, db.utcnow()))
    _log.info(event, rows=len(rows))
    return answer


def _phone(where: str, row: int, given: str) -> str:
    """Raises InvalidInput `phone` naming the row, never the number."""
    try:
        return normalise_phone(given)
    except InvalidInput:
        raise InvalidInput("phone", f"{where}[{row}]: no mobile number of mainland China") from None


def _region(where: str, row: int, given: str | None) -> str | None:
    if given is not None and given not in PROVINCES:
        raise InvalidInput("region", f"{where}[{row}]: write the short name of a province, as 北京 or 广东")
    return given
