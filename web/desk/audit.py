"""`/api/desk/audit`: who saw or changed what, for auditors. Reading it is noted too."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.orm import Session

from care.audit.reading import Wanted, find, titles
from care.audit.service import note
from care.audit.tables import AuditEntry
from care.audit.verifying import Walk
from care.db import utcnow
from care.desk.masking_text import masked
from care.staff.accounts import subject_of
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.account import Desk

_PAGE = 100
#: what subjects and actors are called, and nobody's number is
_OURS = re.compile(
    r"[a-z_]{1,32}|staff:[0-9]{1,8}|conversation:[A-Za-z0-9_-]{20,40}|ticket:[A-Z]{2}[0-9]{6}-[0-9A-Z]{6}"
)

router = desk_router("audit", "/audit")
Auditor = Annotated[Signed, Depends(Allowed(Permission.AUDIT))]
_Word = Annotated[str | None, Query(max_length=64)]


class Entry(BaseModel):
    id: int
    at: datetime
    actor: str
    action: str
    action_title: str
    subject: str
    detail: dict[str, Any]
    reason: str | None

    @classmethod
    def of(cls, entry: AuditEntry) -> Entry:
        title = titles().get(entry.action, entry.action)
        return cls(
            id=entry.id, at=entry.at, actor=entry.actor, action=entry.action, action_title=title,
            subject=entry.subject, detail=entry.detail, reason=entry.reason,
        )  # fmt: skip


class Entries(BaseModel):
    items: list[Entry]
    #: for `cursor`; null: no more
    next: str | None


class Verified(BaseModel):
    ok: bool
    #: that were looked at and fit
    entries: int
    #: number of the first one that does not
    first_bad: int | None
    why: Annotated[str, Field(description="Of the first one that is bad; empty: none is.")]
    head: Annotated[str | None, Field(description="The newest entry and its hash; with it a cut-off end is found.")]


@router.get("")
async def entries(
    signed: Auditor,
    request: Request,
    actor: _Word = None,
    action: _Word = None,
    subject: _Word = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    cursor: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=_PAGE)] = 50,
) -> Entries:
    """The newest first. The first page of a search is noted, with what was searched for."""
    asked = {"actor": actor, "action": action, "about": subject}

    def read(session: Session) -> Entries:
        wanted = Wanted(actor, action, subject, since, until, cursor)
        found = [Entry.of(entry) for entry in find(session, wanted, limit)]
        if cursor is None:
            # What is looked for may be a number: the audit keeps it for ever, and is not sealed.
            detail = {
                name: value if _OURS.fullmatch(value) else masked(value) for name, value in asked.items() if value
            }
            note(session, subject_of(signed.number), "audit_read", detail=detail)
        return Entries(items=found, next=str(found[-1].id) if len(found) == limit else None)

    return await in_database(request, read)


@router.get("/verify")
async def verify(signed: Auditor, request: Request, days: Annotated[int, Query(ge=1, le=400)] = 30) -> Verified:
    """The chain of the last days, page by page; `quanyi audit verify` walks along all of it."""
    walk = Walk()
    since = utcnow() - timedelta(days=days)
    desk: Desk = request.app.state.accounts
    async with desk.verifying:
        await in_database(request, lambda session: walk.begin_at(session, since))
        while await in_database(request, walk.step):
            pass
    walk.finish()
    detail = {"days": days, "ok": walk.is_whole, "entries": walk.entries}
    await in_database(
        request, lambda session: note(session, subject_of(signed.number), "audit_verified", detail=detail)
    )
    return Verified(
        ok=walk.is_whole, entries=walk.entries, first_bad=walk.first_bad, why=walk.why,
        head=str(walk.head) if walk.head else None,
    )  # fmt: skip
