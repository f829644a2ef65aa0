"""`/api/operator/choices`: the operator's dialler asks, before it calls, which numbers agreed to be called.

Nothing said is no consent (消费者权益保护法第二十九条). Nothing of what is asked or answered is logged but how many.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.rules import normalise_phone
from care.errors import InvalidInput
from care.logs import get_logger
from care.privacy.choices import consents
from care.privacy.rules import Switch
from care.settings import settings
from care.turns.runner import Runner
from web.addresses import address_of
from web.problems import problem
from web.rates import PerMinute

#: numbers in one question
MOST = 1000
QUESTIONS_PER_MINUTE = 60
#: of one address, without the right key
WRONG_KEYS_PER_MINUTE = 10
#: the name of who asks, in what customers are told of the use of their data
DIALLER = "dialler"

router = APIRouter(prefix="/api/operator/choices", tags=["operator"])
_log = get_logger("web.choices")


class Desk:
    """What the questions of one process share."""

    def __init__(self) -> None:
        self.questions = PerMinute(QUESTIONS_PER_MINUTE, "questions about choices")
        self.wrong_keys = PerMinute(WRONG_KEYS_PER_MINUTE, "wrong keys of one address")


class ChoicesIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    numbers: Annotated[
        list[Annotated[str, Field(max_length=32)]],
        Field(min_length=1, max_length=MOST, description="Telephone numbers of mainland China, as you have them."),
    ]


class ChoiceOut(BaseModel):
    marketing_calls: Annotated[bool, Field(description="May be called to be offered something.")]
    personalisation: Annotated[bool, Field(description="Offers may be chosen by how the number is used.")]
    marketing_calls_since: Annotated[
        datetime | None,
        Field(description="When that was agreed to; agreed before the number had its present holder, it counts not."),
    ]
    personalisation_since: Annotated[datetime | None, Field(description="The same of the other.")]


class ChoicesOut(BaseModel):
    numbers: Annotated[
        dict[str, ChoiceOut], Field(description="By number as you gave it; what is no number has agreed to nothing.")
    ]


@router.post(
    "",
    response_model=ChoicesOut,
    responses={
        401: {"description": "Authorization: Bearer with the key of QUANYI_OPERATOR_KEY (problem details)"},
        404: {"description": "No key is set here, so nobody may ask (problem details)"},
        422: {"description": f"Request; at most {MOST} numbers (problem details)"},
        429: {"description": "Too many questions in a minute (problem details)"},
        503: {"description": "The database is away: call nobody (problem details)"},
    },
)
async def ask(
    asked: ChoicesIn,
    request: Request,
    authorization: Annotated[str | None, Header(max_length=1024, include_in_schema=False)] = None,
) -> ChoicesOut | Response:
    desk: Desk = request.app.state.choices
    key = settings().operator_key.get_secret_value()
    if not key:
        return problem(404, "operator_key", "nobody may ask here: set QUANYI_OPERATOR_KEY, see docs/operate/choices.md")
    if not is_right_key(authorization, key):
        desk.wrong_keys.check(address_of(request.scope))
        _log.warning("operator_key_wrong")
        return problem(401, "operator_key", "send Authorization: Bearer <key>", {"WWW-Authenticate": "Bearer"})
    desk.questions.check(DIALLER)
    runner: Runner = request.app.state.runner
    answer = await runner.in_database(lambda session: _answer(session, asked.numbers, db.utcnow()))
    _log.info("choices_asked", numbers=len(asked.numbers))
    return ChoicesOut(numbers=answer)


def is_right_key(authorization: str | None, key: str) -> bool:
    scheme, _, given = (authorization or "").partition(" ")
    is_key = hmac.compare_digest(given.strip().encode(), key.encode())
    return is_key and scheme.lower() == "bearer"


def _answer(session: Session, numbers: list[str], now: datetime) -> dict[str, ChoiceOut]:
    normalised = {number: _phone(number) for number in numbers}
    # In one order everywhere, so that two questions never wait for each other's rows.
    phones = sorted({phone for phone in normalised.values() if phone})
    known = consents(session, phones)
    for phone in phones:
        note_access(session, Reader.PARTNER, Use.RIGHTS, "choices", now, phone=phone, who=DIALLER)
    return {number: _choice(known.get(phone or "", {})) for number, phone in normalised.items()}


def _phone(number: str) -> str | None:
    try:
        return normalise_phone(number)
    except InvalidInput:
        return None


def _choice(since: dict[Switch, datetime | None]) -> ChoiceOut:
    calls, personal = since.get(Switch.MARKETING_CALLS), since.get(Switch.PERSONALISATION)
    return ChoiceOut(
        marketing_calls=calls is not None,
        personalisation=personal is not None,
        marketing_calls_since=calls,
        personalisation_since=personal,
    )
