"""`POST /api/operator/faults`: the operator's network watch tells of confirmed faults, by area, and when they end.

With the key of QUANYI_OPERATOR_KEY, as `/api/operator/choices`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care import db
from care.logs import get_logger
from care.settings import settings
from care.sla.policy import policy
from care.surges.rules import MAX_WORDS, Status
from care.surges.service import Fault, hear_fault
from care.turns.runner import Runner
from web.addresses import address_of
from web.choices import WRONG_KEYS_PER_MINUTE, is_right_key
from web.problems import problem
from web.rates import PerMinute

FAULTS_PER_MINUTE = 120

router = APIRouter(prefix="/api/operator/faults", tags=["operator"])
_log = get_logger("web.faults")


class Desk:
    """What the messages to one process share."""

    def __init__(self) -> None:
        self.faults = PerMinute(FAULTS_PER_MINUTE, "faults")
        self.wrong_keys = PerMinute(WRONG_KEYS_PER_MINUTE, "wrong keys of one address")


class FaultIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$", description="Yours; the same again tells a change.")]
    category: Annotated[str, Field(max_length=40, description="A category of the policy file.")]
    area: Annotated[str, Field(max_length=60, description="Province, district or both; empty: everywhere.")] = ""
    began_at: Annotated[AwareDatetime, Field(description="With its zone.")]
    repaired_by: Annotated[AwareDatetime | None, Field(description="Told to customers while it is to come.")] = None
    over: Annotated[bool, Field(description="It is repaired: everybody who complained of it is told.")] = False
    words: Annotated[
        str, Field(min_length=1, max_length=MAX_WORDS, description="For customers, said as they are: what it is.")
    ]


class FaultOut(BaseModel):
    surge: Annotated[int | None, Field(description="Number of the incident; null: it was over before it was told.")]
    status: Status | None
    found_at: datetime | None


@router.post(
    "",
    response_model=FaultOut,
    responses={
        401: {"description": "Authorization: Bearer with the key of QUANYI_OPERATOR_KEY (problem details)"},
        404: {"description": "No key is set here, so nobody may tell (problem details)"},
        409: {"description": "Another fault of the same category and area is open (problem details)"},
        422: {
            "description": "Request: no such category, an area without a name, a beginning to come (problem details)"
        },
        429: {"description": "Too many in a minute (problem details)"},
        503: {"description": "The database is away: tell it again (problem details)"},
    },
)
async def tell_fault(
    told: FaultIn,
    request: Request,
    authorization: Annotated[str | None, Header(max_length=1024, include_in_schema=False)] = None,
) -> FaultOut | Response:
    desk: Desk = request.app.state.faults
    key = settings().operator_key.get_secret_value()
    if not key:
        return problem(404, "operator_key", "nobody may tell faults here: set QUANYI_OPERATOR_KEY, see docs/surges.md")
    if not is_right_key(authorization, key):
        desk.wrong_keys.check(address_of(request.scope))
        _log.warning("operator_key_wrong")
        return problem(401, "operator_key", "send Authorization: Bearer <key>", {"WWW-Authenticate": "Bearer"})
    desk.faults.check("network")
    runner: Runner = request.app.state.runner
    answer = await runner.in_database(lambda session: _hear(session, told, db.utcnow()))
    _log.info("fault_told", surge=answer.surge, over=told.over)
    return answer


def _hear(session: Session, told: FaultIn, now: datetime) -> FaultOut:
    fault = Fault(told.id, told.category, told.area, told.began_at, told.repaired_by, told.over, told.words)
    surge = hear_fault(session, fault, policy(), now)
    if surge is None:
        return FaultOut(surge=None, status=None, found_at=None)
    return FaultOut(surge=surge.id, status=Status(surge.status), found_at=surge.found_at)
