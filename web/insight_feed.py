"""`POST /api/operator/figures`: what only the operator's own systems know, told for a period: coverage, new plans,
trainings, exams. With the key of QUANYI_OPERATOR_KEY, as `/api/operator/choices`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care import db
from care.insight.definitions import figures
from care.insight.told import MOST_SOURCE, tell_figure
from care.logs import get_logger
from care.settings import settings
from care.turns.runner import Runner
from web.addresses import address_of
from web.choices import WRONG_KEYS_PER_MINUTE, is_right_key
from web.problems import problem
from web.rates import PerMinute

FIGURES_PER_MINUTE = 60
#: what a whole number in a JSON document may be at most
_MOST = 2**53 - 1

router = APIRouter(prefix="/api/operator/figures", tags=["operator"])
_log = get_logger("web.insight_feed")

_Number = Annotated[int, Field(ge=0, le=_MOST)]


class Desk:
    """What the messages to one process share."""

    def __init__(self) -> None:
        self.figures = PerMinute(FIGURES_PER_MINUTE, "figures")
        self.wrong_keys = PerMinute(WRONG_KEYS_PER_MINUTE, "wrong keys of one address")


class FigureIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(max_length=32, description="coverage, new_plans, trainings or exams.")]
    period: Annotated[str, Field(max_length=7, description="A year 2026, a quarter 2026Q4 or a month 2026-11.")]
    numerator: Annotated[_Number, Field(description="What was covered, or how many there were.")]
    denominator: Annotated[_Number, Field(description="Of how many; of a plain number the same again.")]
    source: Annotated[str, Field(min_length=1, max_length=MOST_SOURCE, description="Where it comes from; published.")]


class FigureOut(BaseModel):
    title: str


@router.post(
    "",
    response_model=FigureOut,
    responses={
        401: {"description": "Authorization: Bearer with the key of QUANYI_OPERATOR_KEY (problem details)"},
        404: {"description": "No key is set here, so nobody may tell (problem details)"},
        422: {"description": "Request: no such figure or period, a part larger than the whole (problem details)"},
        429: {"description": "Too many in a minute (problem details)"},
        503: {"description": "The database is away: tell it again (problem details)"},
    },
)
async def tell(
    told: FigureIn,
    request: Request,
    authorization: Annotated[str | None, Header(max_length=1024, include_in_schema=False)] = None,
) -> FigureOut | Response:
    """Of the same figure and period, what is told last counts."""
    desk: Desk = request.app.state.figures
    key = settings().operator_key.get_secret_value()
    if not key:
        return problem(
            404, "operator_key", "nobody may tell figures here: set QUANYI_OPERATOR_KEY, see docs/operate/figures.md"
        )
    if not is_right_key(authorization, key):
        desk.wrong_keys.check(address_of(request.scope))
        _log.warning("operator_key_wrong")
        return problem(401, "operator_key", "send Authorization: Bearer <key>", {"WWW-Authenticate": "Bearer"})
    desk.figures.check("operator")
    runner: Runner = request.app.state.runner

    def write(session: Session) -> str:
        tell_figure(session, told.key, told.period, told.numerator, told.denominator, told.source, db.utcnow())
        return figures()[told.key].title

    title = await runner.in_database(write)
    _log.info("figure_told", figure=told.key, period=told.period)
    return FigureOut(title=title)
