"""`/api/desk/replies`: canned replies, and one filled for a conversation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk import replies
from care.desk.reading import check_may_follow
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("replies", "/replies")

Talks = Annotated[Signed, Depends(Allowed(Permission.TALK))]


class FillIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    conversation: Annotated[str, Field(max_length=64)]


@router.get("")
async def listed(signed: Talks) -> dict[str, Any]:
    return {"items": [each.model_dump() | {"keys": each.keys} for each in replies.replies()]}


@router.post("/{reply_id}/fill")
async def fill(reply_id: str, given: FillIn, request: Request, signed: Talks) -> dict[str, Any]:
    def read(session: Session) -> dict[str, Any]:
        now = utcnow()
        check_may_follow(session, signed, given.conversation, now)
        return vars(replies.fill(session, signed, reply_id, given.conversation, now))

    return await in_database(request, read)
