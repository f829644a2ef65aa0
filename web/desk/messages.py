"""`/api/desk/conversations/{id}/messages`: what is said, and saying something."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.conversations.history import PAGE
from care.conversations.rules import MAX_MESSAGE_ID, MAX_TEXT
from care.db import utcnow
from care.desk import entering, pages, writing
from care.desk.masking_text import masked
from care.desk.pages import Shown
from care.desk.reading import check_may_read
from care.desk.writing import Promised
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.promises import promised

router = desk_router("messages", "/conversations/{conversation_id}")

Talks = Annotated[Signed, Depends(Allowed(Permission.TALK))]
_Id = Annotated[int | None, Query(ge=0, le=2**62)]
Json = dict[str, Any]


class MessageIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    message_id: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_ID)]
    text: Annotated[str, Field(max_length=MAX_TEXT)]
    #: the warnings about promises were read
    confirmed: bool = False


class ReadIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: Annotated[int, Field(ge=0, le=2**62)]


def message_json(shown: Shown) -> Json:
    file = shown.attachment
    return vars(shown) | {
        "attachment": None
        if file is None
        else {"id": file.id, "name": masked(file.name), "media_type": file.media_type, "size": file.size}
    }


@router.get("/messages")
async def messages(
    conversation_id: str,
    request: Request,
    signed: Talks,
    after: _Id = None,
    before: _Id = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> Json:
    """`after` gives the messages of the last minute again: a client puts them together by their `id`."""

    def read(session: Session) -> pages.Page:
        now = utcnow()
        until = check_may_read(session, signed, conversation_id, now)
        entering.read_on(session, signed, conversation_id, "messages", now)
        return pages.page(session, signed, conversation_id, now, after=after, before=before, limit=limit, until=until)

    page = await in_database(request, read)
    items = await asyncio.to_thread(lambda: page.items)
    return {"items": [message_json(each) for each in items], "more": page.more}


@router.post("/messages", response_model=None)
async def send(conversation_id: str, given: MessageIn, request: Request, signed: Talks) -> Json | JSONResponse:
    def write(session: Session) -> Json:
        sent = writing.send(
            session, signed, conversation_id, given.message_id, given.text, utcnow(), confirmed=given.confirmed
        )
        return message_json(pages.one(session, signed, conversation_id, sent))

    try:
        return await in_database(request, write)
    except Promised as error:
        return promised(error.warnings)


@router.post("/read")
async def read_to(conversation_id: str, given: ReadIn, request: Request, signed: Talks) -> Json:
    def write(session: Session) -> Json:
        pages.mark_read(session, signed, conversation_id, given.to)
        return {}

    return await in_database(request, write)
