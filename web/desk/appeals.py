"""`/api/desk/tickets/{number}/reply` and `/outcome`: the answer to an authority, and how the appeal ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.appeals.rules import Outcome
from care.appeals.service import record_outcome, write_reply
from care.followup.rules import MAX_WORDS
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed
from web.desk.access import router as desk_router
from web.desk.ticket_steps import do

router = desk_router("appeals", "/tickets/{number}")

Tickets = Annotated[Signed, Depends(Allowed(Permission.TICKETS))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReplyIn(_Strict):
    words: Annotated[str, Field(max_length=MAX_WORDS)]


class OutcomeIn(_Strict):
    outcome: Outcome
    #: who told it, and how; needed where the customer took it back before it was answered
    reason: Annotated[str | None, Field(max_length=MAX_WORDS)] = None


@router.post("/reply")
async def reply(number: str, given: ReplyIn, request: Request, signed: Tickets) -> dict[str, Any]:
    return await do(request, signed, number, lambda s, n, who, now: write_reply(s, n, given.words, who, now))


@router.post("/outcome")
async def outcome(number: str, given: OutcomeIn, request: Request, signed: Tickets) -> dict[str, Any]:
    """Taken back before it was answered: only with [decide]."""

    def step(session: Session, number: str, who: str, now: datetime) -> None:
        decides = signed.may(Permission.DECIDE)
        record_outcome(session, number, given.outcome, who, now, reason=given.reason, is_supervisor=decides)

    return await do(request, signed, number, step)
