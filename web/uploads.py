"""Who sends or fetches a file, and reading one from a form, in memory and within limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from care.attachments.rules import MAX_BYTES
from care.conversations.rules import check_message_id
from care.errors import InvalidInput, NotAllowed
from web import sessions, tokens
from web.limits import MAX_UPLOAD

#: a session, a token, a message_id
MAX_FIELD = 1024

#: of /openapi.json
FORM = {
    "type": "object",
    "required": ["file", "message_id"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": f"JPEG, PNG, WebP or PDF, at most {MAX_BYTES} bytes.",
        },
        "message_id": {"type": "string", "description": "As in /api/chat: new for every file, the same when repeated."},
        "conversation_id": {"type": "string", "description": "Of the last answer, when no header names a session."},
        "token": {"type": "string", "description": "Goes with conversation_id."},
    },
}


@dataclass(frozen=True)
class Credentials:
    """A widget's session, or a conversation and its token."""

    session: str | None = None
    conversation_id: str | None = None
    token: str | None = None

    @property
    def are_there(self) -> bool:
        return self.session is not None or self.conversation_id is not None

    def check(self) -> str:
        """What stands for the conversation, without asking the database. Raises NotAllowed."""
        if self.session is not None:
            return sessions.resume(self.session).opening_key
        if self.conversation_id is None:
            raise NotAllowed("session", "send X-Quanyi-Session, or a conversation_id and its token, along")
        tokens.check(self.token, self.conversation_id)
        return self.conversation_id

    def conversation(self, database: Session, now: datetime, *, opens: bool) -> str | None:
        """The conversation of checked credentials; None where nothing was said yet, unless this `opens` it."""
        if self.session is not None:
            return sessions.conversation_of(database, self.session, now, opens=opens)
        return self.conversation_id


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes = field(repr=False)
    message_id: str
    credentials: Credentials


@dataclass(frozen=True)
class Form:
    """What is in a form with one file."""

    name: str
    content: bytes = field(repr=False)
    message_id: str
    #: the other fields
    fields: dict[str, str]


async def read_upload(request: Request, shown: Credentials) -> Upload:
    """The form of a request; credentials in it count where the headers have `shown` none.

    Raises InvalidInput (reason `request`, `message_id`, or `evidence_large` from web/limits.py), ClientDisconnect.
    """
    form = await read_form(request)
    if not shown.are_there:
        shown = Credentials(conversation_id=form.fields.get("conversation_id"), token=form.fields.get("token"))
    return Upload(form.name, form.content, form.message_id, shown)


async def read_form(request: Request) -> Form:
    """Raises as `read_upload`."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidInput("request", "send multipart/form-data with `file` and `message_id`")
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=3, max_part_size=MAX_FIELD)
    parser.spool_max_size = MAX_UPLOAD  # in memory: what is not sealed yet never lies on a disk
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidInput("request", f"{error.message} See /openapi.json") from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("request", "`file` must be a file; see /openapi.json")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        message_id = check_message_id(fields.get("message_id", ""))
        return Form(file.filename or "", await file.read(), message_id, fields)
    finally:
        await form.close()
