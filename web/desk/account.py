"""`/api/desk/sign-in`, `/sign-out`, `/me`, `/password`: one's own account."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request, Response
from prometheus_client import Counter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.audit.service import note
from care.db import utcnow
from care.errors import InvalidInput, NotAllowed
from care.handoff import presence
from care.locks import service as locks
from care.staff import accounts, passwords, sessions, signing_in
from care.staff.announcing import tell_desk
from care.staff.rules import Permission, Presence, Role, permissions_of
from care.staff.sessions import Begun, Signed
from care.staff.signing_in import WRONG_PASSWORDS, Try
from care.staff.tables import Staff, StaffPresence
from web.addresses import address_of
from web.channels.connections import own_origin
from web.desk import browsers
from web.desk.access import COOKIE, PREFIX, Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.hashing import Hashing
from web.rates import PerMinute, TooMany

#: of one address: a shift that begins behind one connection, each with a mistake or two
TRIES_PER_MINUTE = 60
#: of numbers that are nobody's, in one process: an attack must not fill the audit
_NOTED_PER_MINUTE = 60

router = desk_router("account")
_sign_ins = Counter("quanyi_desk_sign_ins_total", "Sign-ins to the desk by outcome", ["outcome"])
Own = Annotated[Signed, Depends(Allowed(Permission.OWN, before_change=True))]


class Desk:
    """What the sign-ins of one process share."""

    def __init__(self) -> None:
        self.hashing = Hashing()
        self.tries = PerMinute(TRIES_PER_MINUTE, "sign-ins from one address")
        self.noted = PerMinute(_NOTED_PER_MINUTE, "unknown numbers")
        #: one walk along the audit at a time
        self.verifying = asyncio.Lock()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


_Password = Annotated[str, Field(max_length=1024)]


class SignIn(_Strict):
    number: Annotated[str, Field(max_length=64)]
    password: _Password


class NewPassword(_Strict):
    old: _Password
    new: _Password


class Me(BaseModel):
    number: str
    name: str
    role: Role
    permissions: list[Permission]
    skills: list[str]
    csrf: str
    must_change: bool
    presence: Presence
    load_limit: int


class Nothing(BaseModel):
    """`{}`"""


@router.post("/sign-in")
async def sign_in(asked: SignIn, request: Request, response: Response) -> Me:
    """The same answer, after the same time, for a wrong password and for a number that nobody has."""
    desk: Desk = request.app.state.accounts
    if request.headers.get("origin") != own_origin(request.scope):
        # Otherwise a page elsewhere could sign somebody in to an account that the page's author reads.
        raise NotAllowed("origin", "sign in on the page of the desk itself")
    number = asked.number.strip()
    known = browsers.id_for(request.cookies.get(browsers.COOKIE), number)
    if known is None:
        desk.tries.check(address_of(request.scope))
    tried = await in_database(request, lambda session: signing_in.begin_try(session, number, known, utcnow()))
    if tried.is_locked:
        _sign_ins.labels("locked").inc()
        raise _locked()
    if not await desk.hashing.run(partial(passwords.is_right, tried.hashed, asked.password)):
        _sign_ins.labels("wrong").inc()
        is_noted = tried.number is not None or _may(desk.noted)
        await in_database(
            request, lambda session: signing_in.end_wrong_try(session, tried, utcnow(), is_noted=is_noted)
        )
        raise NotAllowed("sign_in", "the number or the password is wrong")
    rehashed = await _rehashed(desk, tried, asked.password)
    so_far = request.cookies.get(COOKIE)

    def begin(session: Session) -> tuple[Me, Begun]:
        staff, begun = signing_in.end_right_try(session, tried, rehashed, so_far, utcnow())
        return _me(session, staff, begun.csrf), begun

    me, begun = await in_database(request, begin)
    _sign_ins.labels("right").inc()
    _set_cookies(request, response, begun, me.number)
    return me


@router.post("/sign-out")
async def sign_out(signed: Own, request: Request, response: Response) -> Nothing:
    """Who leaves the last of their browsers takes no customers any more: theirs wait again, at their old place."""

    def end(session: Session) -> None:
        now = utcnow()
        sessions.end(session, signed.session_id, now)
        note(session, accounts.subject_of(signed.number), "sign_out", accounts.subject_of(signed.number))
        leave_if_gone(session, signed.staff_id, now)
        tell_desk(session, accounts.subject_of(signed.number))

    await in_database(request, end)
    response.delete_cookie(COOKIE, path=PREFIX, httponly=True, samesite="strict", secure=_is_secure(request))
    return Nothing()


@router.get("/me")
async def me(signed: Own, request: Request) -> Me:
    return await in_database(request, partial(_me_again, signed=signed))


@router.post("/password")
async def change_password(asked: NewPassword, signed: Own, request: Request) -> Me:
    """One's own. Elsewhere they are signed out; this browser stays."""
    desk: Desk = request.app.state.accounts
    subject = [f"{accounts.subject_of(signed.number)}:password"]

    def begin(session: Session) -> str | None:
        if locks.count_try(session, subject, WRONG_PASSWORDS, utcnow()):
            return accounts.locked(session, signed.number).password
        locks.give_back_try(session, subject)
        return None

    hashed = await in_database(request, begin)
    if hashed is None:
        raise _locked()
    if not await desk.hashing.run(partial(passwords.is_right, hashed, asked.old)):
        await in_database(request, lambda session: locks.lock_if_too_many(session, subject, WRONG_PASSWORDS, utcnow()))
        raise NotAllowed("password_wrong", "the old password is wrong")
    await in_database(request, lambda session: locks.give_back_try(session, subject))
    passwords.check_new(asked.new, signed.number, signed.name)
    if asked.new == asked.old:
        raise InvalidInput("password_weak", "this is the old one: choose another")
    new = await desk.hashing.run(partial(passwords.hash_password, asked.new))

    def change(session: Session) -> Me:
        accounts.choose_password(session, signed, hashed, new, utcnow())
        return _me_again(session, signed)

    return await in_database(request, change)


def leave_if_gone(session: Session, staff_id: int, now: datetime) -> None:
    """After a session was ended: somebody who is signed in nowhere any more is away."""
    if not sessions.is_signed_in(session, staff_id, now):
        presence.signed_out(session, staff_id, now)


async def _rehashed(desk: Desk, tried: Try, password: str) -> str | None:
    """With today's parameters, where it has others."""
    if tried.hashed is None or not passwords.is_outdated(tried.hashed):
        return None
    return await desk.hashing.run(partial(passwords.hash_password, password))


def _me_again(session: Session, signed: Signed) -> Me:
    return _me(session, session.get_one(Staff, signed.staff_id, populate_existing=True), signed.csrf)


def _me(session: Session, staff: Staff, csrf: str) -> Me:
    chosen = session.get(StaffPresence, staff.id)
    return Me(
        number=staff.number,
        name=staff.name,
        role=Role(staff.role),
        permissions=sorted(permissions_of(Role(staff.role))),
        skills=staff.skills,
        csrf=csrf,
        must_change=staff.must_change,
        presence=Presence(chosen.state) if chosen else Presence.AWAY,
        load_limit=staff.load_limit,
    )


def _set_cookies(request: Request, response: Response, begun: Begun, number: str) -> None:
    """No `__Host-`: that prefix needs Path=/, and this cookie is to go to the desk only, never to a customer's page.

    Without https (127.0.0.1, for trying out) a Secure cookie would not be kept. No Max-Age: it ends with the browser.
    """
    secure = _is_secure(request)
    response.set_cookie(COOKIE, begun.token, path=PREFIX, httponly=True, samesite="strict", secure=secure)
    response.set_cookie(
        browsers.COOKIE,
        browsers.remember(request.cookies.get(browsers.COOKIE), number),
        max_age=browsers.VALID_SECONDS,
        path=f"{PREFIX}/sign-in",
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _may(rates: PerMinute) -> bool:
    try:
        rates.check("")
    except TooMany:
        return False
    return True


def _locked() -> TooMany:
    after = int(WRONG_PASSWORDS.window.total_seconds())
    return TooMany(f"too many wrong passwords; try again in {after // 60} minutes", after, "locked")
