"""`/api/training-consent`: whether a customer lets trainers read what they write, masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care import db
from care.logs import bind_contextvars
from care.training import consent
from care.training.rules import Consent
from care.turns.runner import Runner
from web import sessions
from web.rates import PerMinute
from web.uploads import MAX_FIELD, Credentials

#: of one conversation in a minute: every change is kept
CHANGES_PER_MINUTE = 10

router = APIRouter(prefix="/api/training-consent", tags=["training"])

_Session = Annotated[str | None, Header(max_length=MAX_FIELD, description="The session_id of a widget.")]
_Conversation = Annotated[str | None, Header(max_length=64, description="Instead of a session: a conversation_id …")]
_Token = Annotated[str | None, Header(max_length=MAX_FIELD, description="… and its token.")]


class ConsentIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agreed: Annotated[
        bool, Field(strict=True, description="true: agrees; false: withdraws, and nothing is lost by it.")
    ]
    version: Annotated[str, Field(max_length=16, description="Of the text that the customer was shown.")]


class ConsentOut(BaseModel):
    agreed: Annotated[bool, Field(description="false until the customer has agreed to this version of the text.")]
    at: Annotated[datetime | None, Field(description="When that was chosen; null: never.")]
    version: str
    title: Annotated[str, Field(description="What stands beside the switch.")]
    text: Annotated[str, Field(description="What the customer must have read before agreeing.")]

    @classmethod
    def of(cls, standing: Consent) -> ConsentOut:
        words = consent.wording()
        return cls(agreed=standing.agreed, at=standing.at, version=words.version, title=words.title, text=words.text)


_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"description": "Session, conversation or token (problem details)"},
    503: {"description": "The database is away; nothing was changed (problem details)"},
}


@router.get("", response_model=ConsentOut, responses={**_REFUSED})
async def read(
    request: Request,
    x_quanyi_session: _Session = None,
    x_quanyi_conversation: _Conversation = None,
    x_quanyi_token: _Token = None,
) -> ConsentOut:
    credentials = Credentials(x_quanyi_session, x_quanyi_conversation, x_quanyi_token)
    credentials.check()

    def look(database: Session) -> Consent:
        conversation_id = credentials.conversation(database, db.utcnow(), opens=False)
        return consent.standing(database, conversation_id or "")

    runner: Runner = request.app.state.runner
    return ConsentOut.of(await runner.in_database(look))


@router.post(
    "",
    response_model=ConsentOut,
    responses={
        **_REFUSED,
        409: {"description": "The text has changed: read it again (problem details)"},
        422: {"description": "Request (problem details)"},
        429: {"description": "Too many changes in a minute (problem details)"},
    },
)
async def choose(
    choice: ConsentIn,
    request: Request,
    x_quanyi_session: _Session = None,
    x_quanyi_conversation: _Conversation = None,
    x_quanyi_token: _Token = None,
) -> ConsentOut:
    credentials = Credentials(x_quanyi_session, x_quanyi_conversation, x_quanyi_token)
    rates: PerMinute = request.app.state.consents
    who = credentials.check()
    if choice.agreed:
        rates.check(who)  # withdrawing is never refused
    channel = sessions.CHANNEL if x_quanyi_session is not None else "rest"

    def write(database: Session) -> Consent:
        now = db.utcnow()
        # Who agrees before saying anything opens the conversation; who does not agree leaves no trace.
        conversation_id = credentials.conversation(database, now, opens=choice.agreed)
        if conversation_id is None:
            return Consent(False)
        bind_contextvars(conversation_id=conversation_id)
        return consent.record(database, conversation_id, choice.agreed, choice.version, channel, now)

    runner: Runner = request.app.state.runner
    return ConsentOut.of(await runner.in_database(write))
