"""`POST /api/chat`: one message in, its answer out; for integrators and scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.conversations.rules import MAX_MESSAGE_ID, MAX_TEXT, Inbound, check_message_id, clean_text, is_unguessable
from care.conversations.service import open_conversation
from care.db import utcnow
from care.settings import settings
from care.turns.runner import Runner
from care.wording import say
from web import identity, tokens
from web.rates import PerMinute

#: `conversations.channel` of everything that is said here
CHANNEL = "rest"

router = APIRouter(prefix="/api", tags=["chat"])


class ChatIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    message_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_MESSAGE_ID,
            description="Chosen by the client, new for every message (a UUID). The same id again gets the same answer.",
        ),
    ]
    text: Annotated[str, Field(description=f"What the customer wrote, at most {MAX_TEXT} characters.")]
    conversation_id: Annotated[str | None, Field(max_length=64, description="Absent: a new conversation.")] = None
    token: Annotated[str | None, Field(max_length=512, description="Goes with conversation_id.")] = None
    identity: Annotated[
        str | None,
        Field(
            max_length=4096,
            description="Who is logged in on your own page, signed by you (docs/widget.md). It counts for the "
            "conversation until it expires; once a conversation has one, another user's is refused.",
        ),
    ] = None


class Button(BaseModel):
    title: str
    payload: Annotated[str, Field(description="Send it as `text` when the customer chooses this button.")]


class ReplyOut(BaseModel):
    text: str
    buttons: list[Button] | None = None
    card: Annotated[
        dict[str, Any] | None,
        Field(description="What may be shown instead of the text; `kind` says what it is (docs/widget-protocol.md)."),
    ] = None


class ChatOut(BaseModel):
    conversation_id: str
    token: str
    owner: Annotated[
        Literal["bot", "queue", "agent"],
        Field(description="Who answers next: the assistant, nobody yet (waiting for a person), or a person."),
    ]
    replies: list[ReplyOut]
    pending: Annotated[
        bool,
        Field(description="The answer is not there yet: the message is kept; ask with the same message_id again."),
    ] = False


@router.post(
    "/chat",
    response_model=ChatOut,
    response_model_exclude_none=True,
    responses={
        202: {"model": ChatOut, "description": "Stored; the answer takes longer (`pending`)"},
        403: {"description": "Conversation, token or identity (problem details)"},
        409: {"description": "message_id was used for another text, or identity of another user (problem details)"},
        413: {"description": "Body too large (problem details)"},
        422: {"description": "Request (problem details)"},
        429: {"description": "Too many messages in a minute; nothing was stored (problem details)"},
        503: {"description": "Not stored: send the same message_id again (problem details)"},
    },
)
async def chat(message: ChatIn, request: Request, response: Response) -> ChatOut:
    if message.conversation_id is not None:
        tokens.check(message.token, message.conversation_id)
    now = utcnow()
    shown = identity.read(message.identity, now) if message.identity else None
    inbound = Inbound(CHANNEL, check_message_id(message.message_id), clean_text(message.text), message.conversation_id)
    if message.conversation_id is not None:
        rates: PerMinute = request.app.state.messages
        rates.check(message.conversation_id, message.message_id)
    runner: Runner = request.app.state.runner
    if shown is not None:
        inbound = await runner.in_database(lambda session: _recognised(session, inbound, shown, now))
    accepted, outcome = await runner.accept_and_answer(inbound, settings().reply_patience)
    replies = [ReplyOut.model_validate(reply.as_json()) for reply in outcome.replies]
    pending = outcome.status == "pending"
    if pending:
        response.status_code = 202
        response.headers["Retry-After"] = "2"
        if outcome.owner == "bot":  # otherwise the customer was told of the person who comes instead
            replies.append(ReplyOut(text=say("answer_delayed")))
    conversation_id = accepted.received.conversation_id
    return ChatOut(
        conversation_id=conversation_id,
        token=tokens.issue(conversation_id),
        owner=outcome.owner,
        replies=replies,
        pending=pending,
    )


def _recognised(session: Session, inbound: Inbound, shown: identity.Identity, now: datetime) -> Inbound:
    """The message in its conversation, which is opened here if need be: its very first answer knows whose it is."""
    conversation_id = inbound.conversation_id
    if conversation_id is None:
        opening_key = inbound.message_id if is_unguessable(inbound.message_id) else uuid4().hex
        conversation_id = open_conversation(session, CHANNEL, opening_key, now)
    identity.recognise(session, conversation_id, shown, now)
    return replace(inbound, conversation_id=conversation_id)
