"""`/api/desk/conversations/{id}/files`: an agent sends a file, and opens the customer's."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from care.attachments.service import Content
from care.db import utcnow
from care.desk import entering, files, pages, writing
from care.desk.reading import check_may_read
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.messages import message_json
from web.downloads import file_response
from web.evidence import checked
from web.uploads import read_form

router = desk_router("files", "/conversations/{conversation_id}/files")

Talks = Annotated[Signed, Depends(Allowed(Permission.TALK))]


@router.post("", response_model=None)
async def upload(conversation_id: str, request: Request, signed: Talks) -> dict[str, Any] | Response:
    """Multipart with `file` and `message_id`. Refused for the same reasons as a customer's file."""
    try:
        given = await read_form(request)
    except ClientDisconnect:
        return Response(status_code=400)
    writing.own_id_of(given.message_id)
    await in_database(request, lambda session: check_may_read(session, signed, conversation_id, utcnow()))
    file = await checked(request, given.name, given.content)

    def store(session: Session) -> dict[str, Any]:
        sent = files.send(session, signed, conversation_id, file, given.message_id, utcnow())
        return message_json(pages.one(session, signed, conversation_id, sent))

    return await in_database(request, store)


@router.get("/{evidence_id}")
async def download(
    conversation_id: str,
    evidence_id: str,
    request: Request,
    signed: Talks,
    view: Annotated[bool, Query(description="A picture: to be shown, not saved.")] = False,
) -> Response:
    def read(session: Session) -> Content:
        now = utcnow()
        until = check_may_read(session, signed, conversation_id, now)
        entering.read_on(session, signed, conversation_id, "evidence", now)
        return files.open_file(session, conversation_id, evidence_id, until)

    return file_response(await in_database(request, read), view=view)
