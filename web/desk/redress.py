"""`/api/desk/redress`: what the law gives customers for failures of ours; filled, approved, declined, told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.followup.rules import MAX_WORDS
from care.redress import service
from care.redress.tables import Redress
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.tickets.tables import Ticket
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.redress_json import Json, redress_json

router = desk_router("redress", "/redress")

Tickets = Annotated[Signed, Depends(Allowed(Permission.TICKETS))]
Decides = Annotated[Signed, Depends(Allowed(Permission.DECIDE))]
RedressId = Annotated[int, Field(ge=1, le=2**53)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FactIn(_Strict):
    name: Annotated[str, Field(max_length=24)]
    #: a day (2026-11-21), or 元 (99.00)
    value: Annotated[str, Field(max_length=20)]


class FactsIn(_Strict):
    facts: Annotated[list[FactIn], Field(min_length=1, max_length=10)]


class DeclineIn(_Strict):
    reason: Annotated[str, Field(max_length=MAX_WORDS)]


@router.get("")
async def listed(
    request: Request, signed: Tickets, status: Literal["open", "decided"] = "open", after: RedressId | None = None
) -> Json:
    def work(session: Session) -> Json:
        now = utcnow()
        rows, following = service.list_redresses(session, status == "open", after)
        items = [redress_json(session, redress, number, signed, now) for redress, number in rows]
        return {"items": items, "next": following}

    return await in_database(request, work)


@router.post("/{redress_id}/facts")
async def give_facts(redress_id: RedressId, given: FactsIn, request: Request, signed: Decides) -> Json:
    facts = {each.name: each.value for each in given.facts}
    return await _do(request, signed, lambda s, now: service.give_facts(s, redress_id, facts, signed.number, now))


@router.post("/{redress_id}/approve")
async def approve(redress_id: RedressId, request: Request, signed: Decides) -> Json:
    return await _do(request, signed, lambda s, now: service.approve(s, redress_id, signed.number, now))


@router.post("/{redress_id}/decline")
async def decline(redress_id: RedressId, given: DeclineIn, request: Request, signed: Decides) -> Json:
    return await _do(request, signed, lambda s, now: service.decline(s, redress_id, given.reason, signed.number, now))


@router.post("/{redress_id}/told")
async def told(redress_id: RedressId, request: Request, signed: Decides) -> Json:
    return await _do(request, signed, lambda s, now: service.tell_by_word(s, redress_id, signed.number, now))


async def _do(request: Request, signed: Signed, step: Callable[[Session, datetime], Redress]) -> dict[str, Any]:
    """The step, and the redress after it, in one transaction."""

    def work(session: Session) -> Json:
        now = utcnow()
        redress = step(session, now)
        number = session.get_one(Ticket, redress.ticket_id).number
        return redress_json(session, redress, number, signed, now)

    return await in_database(request, work)
