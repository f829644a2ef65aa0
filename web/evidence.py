"""`/api/evidence`: a customer's photo, screenshot or PDF comes in, and goes out to the same conversation only.

A process holds at most 8 files at once (web/limits.py), and checks and seals one at a time.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Header, Query, Request, Response
from prometheus_client import Counter
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from care import db
from care.attachments import sandbox
from care.attachments.rules import CheckedFile
from care.attachments.scanning import scan
from care.attachments.service import Content, Stored, content_of, store_evidence
from care.errors import CareError, NotAllowed, Unavailable
from care.logs import bind_contextvars, get_logger
from care.turns.runner import Runner
from care.wording import say
from web.channels.rest import ReplyOut
from web.downloads import file_response
from web.limits import EVIDENCE, refusals
from web.problems import problem
from web.rates import PerMinute
from web.uploads import FORM, MAX_FIELD, Credentials, Upload, read_upload

#: of one conversation in a minute; nine belong to a complaint, and some are sent again
FILES_PER_MINUTE = 20

router = APIRouter(prefix=EVIDENCE, tags=["evidence"])

_taken = Counter("quanyi_evidence_total", "Files of customers that were taken; repeated: we had them", ["outcome"])
_log = get_logger("web.evidence")


class Desk:
    """What the uploads of one process share."""

    def __init__(self) -> None:
        self.rates = PerMinute(FILES_PER_MINUTE, "files of one conversation")
        # A hostile file may need 640 MB while it is looked at: never two of them.
        self.checking = asyncio.Lock()
        # Sealing ten megabytes needs as much again, and a connection: one at a time.
        self.sealing = asyncio.Lock()


class EvidenceOut(BaseModel):
    id: str
    name: Annotated[str, Field(description="As it is kept: cleaned, with an extension that fits the type.")]
    media_type: Annotated[str, Field(description="Found in the bytes; what the client declares is not looked at.")]
    size: Annotated[int, Field(description="Bytes.")]
    sha256: Annotated[str, Field(description="Of the bytes as they were received.")]
    received_at: datetime
    ticket: Annotated[str | None, Field(description="The ticket it was added to; null: it waits for the next one.")]
    is_new: Annotated[bool, Field(description="false: we had it already.")]
    replies: Annotated[list[ReplyOut], Field(description="What the customer was told about it.")]

    @classmethod
    def of(cls, stored: Stored) -> EvidenceOut:
        evidence = stored.evidence
        return cls(
            id=evidence.id,
            name=evidence.name,
            media_type=evidence.media_type,
            size=evidence.size,
            sha256=evidence.sha256,
            received_at=evidence.received_at,
            ticket=stored.ticket_number,
            is_new=stored.is_new,
            replies=[ReplyOut.model_validate(reply.as_json()) for reply in stored.replies],
        )


_Session = Annotated[str | None, Header(max_length=MAX_FIELD, description="The session_id of a widget.")]
_Conversation = Annotated[str | None, Header(max_length=64, description="Instead of a session: a conversation_id …")]
_Token = Annotated[str | None, Header(max_length=MAX_FIELD, description="… and its token.")]


@router.post(
    "",
    status_code=201,
    response_model=EvidenceOut,
    responses={
        200: {"model": EvidenceOut, "description": "We had it already"},
        403: {"description": "Session, conversation or token (problem details)"},
        408: {"description": "It took too long; send it again (problem details)"},
        409: {"description": "message_id was used for something else (problem details)"},
        413: {"description": "File too large (problem details)"},
        422: {"description": "Not taken: `reason` says why, `message` says it to the customer (problem details)"},
        429: {"description": "Too many files in a minute (problem details)"},
        503: {"description": "Not stored: send the same message_id again (problem details)"},
    },
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}},
)
async def upload(
    request: Request,
    response: Response,
    x_quanyi_session: _Session = None,
    x_quanyi_conversation: _Conversation = None,
    x_quanyi_token: _Token = None,
) -> Any:
    credentials = Credentials(x_quanyi_session, x_quanyi_conversation, x_quanyi_token)
    size = 0
    try:
        if credentials.are_there:  # before ten megabytes are read for nobody
            credentials.check()
        given = await read_upload(request, credentials)
        size = len(given.content)
        stored = await _keep(request, given)
    except ClientDisconnect:
        _log.info("evidence_broke_off")
        return Response(status_code=400)
    except CareError as error:
        return _refused(error, size)
    if not stored.is_new:
        response.status_code = 200
    return EvidenceOut.of(stored)


async def _keep(request: Request, given: Upload) -> Stored:
    desk: Desk = request.app.state.evidence
    runner: Runner = request.app.state.runner
    desk.rates.check(given.credentials.check(), given.message_id)
    file = await checked(request, given.name, given.content)

    def store(database: Session) -> tuple[str, Stored]:
        now = db.utcnow()
        conversation_id = given.credentials.conversation(database, now, opens=True) or ""
        return conversation_id, store_evidence(database, conversation_id, file, given.message_id, now)

    async with desk.sealing:
        conversation_id, stored = await runner.in_database(store)
    bind_contextvars(conversation_id=conversation_id)
    _taken.labels("new" if stored.is_new else "repeated").inc()
    _log.info("evidence_taken", media_type=file.media_type, size=len(file.content), is_new=stored.is_new)
    return stored


async def checked(request: Request, name: str, content: bytes) -> CheckedFile:
    """A file of a customer or an agent as it may be kept: looked at in the sandbox, and by the operator's scanner.

    Raises InvalidInput or Unavailable (reasons `evidence_…`: `care.attachments.sandbox`, `care.attachments.scanning`).
    """
    desk: Desk = request.app.state.evidence
    async with desk.checking:
        file = await anyio.to_thread.run_sync(sandbox.check, name, content)
    await anyio.to_thread.run_sync(scan, content)
    return file


@router.get(
    "/{evidence_id}",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"image/*": {}, "application/pdf": {}}},
        403: {"description": "Session, conversation or token, or no such file in this conversation (problem details)"},
    },
)
async def download(
    evidence_id: str,
    request: Request,
    view: Annotated[bool, Query(description="A picture: to be shown, not saved.")] = False,
    x_quanyi_session: _Session = None,
    x_quanyi_conversation: _Conversation = None,
    x_quanyi_token: _Token = None,
) -> Response:
    credentials = Credentials(x_quanyi_session, x_quanyi_conversation, x_quanyi_token)
    runner: Runner = request.app.state.runner

    def read(database: Session) -> Content:
        conversation_id = credentials.conversation(database, db.utcnow(), opens=False)
        return content_of(database, conversation_id or "", evidence_id)

    try:
        credentials.check()
        file = await runner.in_database(read)
    except NotAllowed as error:
        return _refused(error)
    return file_response(file, view=view)


def _refused(error: CareError, size: int = 0) -> Response:
    """Counted and logged, without name and content; to the customer in our wording where there is one.

    Raises the error where the answer is the same as everywhere.
    """
    refusals.labels(error.reason).inc()
    _log.warning("evidence_refused", reason=error.reason, size=size)
    if not error.reason.startswith("evidence_"):
        raise error
    status = 413 if error.reason == "evidence_large" else 503 if isinstance(error, Unavailable) else 422
    headers = {"Retry-After": "3"} if status == 503 else None
    return problem(status, error.reason, str(error), headers, say(error.reason))
