"""`/api/desk/views`: lists that somebody named to see them again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from care.db import utcnow
from care.desk.tables import SavedView
from care.desk.views import delete_view, save_view, views_of
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("views", "/views")

Tickets = Annotated[Signed, Depends(Allowed(Permission.TICKETS))]
Json = dict[str, Any]


class ViewIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=80)]
    filters: Annotated[dict[str, Annotated[str, Field(max_length=320)]], Field(max_length=20)]


@router.get("")
async def listed(request: Request, signed: Tickets) -> Json:
    found = await in_database(request, lambda session: views_of(session, signed.staff_id))
    return {"items": [_view(each) for each in found]}


@router.post("")
async def save(given: ViewIn, request: Request, signed: Tickets) -> Json:
    saved = await in_database(
        request, lambda session: save_view(session, signed.staff_id, given.name, given.filters, utcnow())
    )
    return _view(saved)


@router.delete("/{view_id}")
async def remove(view_id: int, request: Request, signed: Tickets) -> Json:
    await in_database(request, lambda session: delete_view(session, signed.staff_id, view_id))
    return {}


def _view(view: SavedView) -> Json:
    return {"id": view.id, "name": view.name, "filters": view.filters}
