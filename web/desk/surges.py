"""`/api/desk/surges`: incidents that many report; confirmed, dismissed, taken and ended by who decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.surges import service
from care.surges.rules import MAX_WORDS, Status
from care.surges.tables import Surge
from care.tickets.tables import Ticket
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("surges", "/surges")

Tickets = Annotated[Signed, Depends(Allowed(Permission.TICKETS))]
Decides = Annotated[Signed, Depends(Allowed(Permission.DECIDE))]
SurgeId = Annotated[int, Field(ge=1, le=2**53)]
_Words = Annotated[str, Field(max_length=MAX_WORDS)]

_BETWEEN = " · "
_CAN: dict[str, list[str]] = {
    Status.SUSPECTED: ["take", "confirm", "dismiss"],
    Status.CONFIRMED: ["take", "confirm", "clear"],
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConfirmIn(_Strict):
    words: _Words
    repaired_by: AwareDatetime | None = None


class DismissIn(_Strict):
    reason: _Words


class ClearIn(_Strict):
    words: _Words


@router.get("")
async def listed(
    request: Request, signed: Tickets, status: Literal["open", "over"] = "open"
) -> dict[str, list[dict[str, Any]]]:
    def read(session: Session) -> list[dict[str, Any]]:
        return [_surge(session, each, signed) for each in service.surges(session, status == "open")]

    return {"items": await in_database(request, read)}


@router.post("/{surge_id}/confirm")
async def confirm(surge_id: SurgeId, given: ConfirmIn, request: Request, signed: Decides) -> dict[str, Any]:
    return await _do(
        request, signed, lambda s, who, now: service.confirm(s, surge_id, given.words, given.repaired_by, who, now)
    )


@router.post("/{surge_id}/dismiss")
async def dismiss(surge_id: SurgeId, given: DismissIn, request: Request, signed: Decides) -> dict[str, Any]:
    return await _do(request, signed, lambda s, who, now: service.dismiss(s, surge_id, given.reason, who, now))


@router.post("/{surge_id}/clear")
async def clear(surge_id: SurgeId, given: ClearIn, request: Request, signed: Decides) -> dict[str, Any]:
    return await _do(request, signed, lambda s, who, now: service.clear(s, surge_id, given.words, who, now))


@router.post("/{surge_id}/take")
async def take(surge_id: SurgeId, request: Request, signed: Decides) -> dict[str, Any]:
    return await _do(request, signed, lambda s, who, now: service.take(s, surge_id, who, now))


async def _do(request: Request, signed: Signed, step: Callable[[Session, str, datetime], Surge]) -> dict[str, Any]:
    now = utcnow()
    return await in_database(request, lambda session: _surge(session, step(session, signed.number, now), signed))


def _surge(session: Session, surge: Surge, signed: Signed) -> dict[str, Any]:
    return {
        "id": surge.id,
        "kind": surge.kind,
        "status": surge.status,
        "title": surge.title or None,
        "category_title": _BETWEEN.join(_title(each) for each in service.categories_of(session, surge)),
        "area": surge.area.text or None,
        "found_at": surge.found_at,
        "count": service.size_of(session, surge.id),
        "usual": surge.usual,
        "owner": surge.owner,
        "words": surge.words,
        "repaired_by": surge.repaired_by,
        "tickets": [_ticket(each) for each in service.tickets_of(session, surge.id)],
        "can": _CAN.get(surge.status, []) if signed.may(Permission.DECIDE) else [],
    }


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {"number": ticket.number, "category_title": _title(ticket.category), "created_at": ticket.created_at}


def _title(category: str) -> str:
    """The policy may have lost the category since."""
    known = policy().categories.get(category)
    return known.title if known else category
