"""Who may come in: the cookie of a signed-in browser, a CSRF token for what changes something, and the permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session

from care.db import utcnow
from care.errors import NotAllowed
from care.staff import sessions
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.turns.runner import Runner
from web.desk.checked import CheckedRoute

T = TypeVar("T")

PREFIX = "/api/desk"
COOKIE = "quanyi_desk"
CSRF = "x-quanyi-csrf"
#: the page reads by itself: nobody has touched keyboard or mouse for a while
UNATTENDED = "x-quanyi-unattended"
_READS = frozenset({"GET", "HEAD"})


class Allowed:
    """A dependency: `signed: Annotated[Signed, Depends(Allowed(Permission.TALK))]`.

    Raises NotAllowed (reasons `signed_out` (401), `csrf`, `must_change`, `permission`).
    """

    def __init__(self, permission: Permission, *, before_change: bool = False) -> None:
        self.permission = permission
        #: also for somebody who still has to choose a password of their own
        self.before_change = before_change

    async def __call__(self, request: Request) -> Signed:
        token = request.cookies.get(COOKIE)
        reads = request.method in _READS
        touch = not (reads and UNATTENDED in request.headers)
        signed = await in_database(request, lambda session: sessions.resume(session, token, utcnow(), touch=touch))
        if not reads:
            sessions.check_csrf(signed, request.headers.get(CSRF))
        if signed.must_change and not self.before_change:
            raise NotAllowed("must_change", "choose a password of your own first: POST /api/desk/password")
        if not signed.may(self.permission):
            raise NotAllowed("permission", f"your role does not have the permission {self.permission}")
        return signed


def router(tag: str, prefix: str = "") -> APIRouter:
    """One of the desk's: under `/api/desk`, not in the public description of the API."""
    return APIRouter(
        prefix=f"{PREFIX}{prefix}", tags=[f"desk: {tag}"], include_in_schema=False, route_class=CheckedRoute
    )


async def in_database(request: Request, work: Callable[[Session], T]) -> T:
    runner: Runner = request.app.state.runner
    return await runner.in_database(work)
