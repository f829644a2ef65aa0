"""Signed-in browsers: a random token in a cookie, of which only a hash is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from care.errors import NotAllowed
from care.staff.rules import Permission, Role, permissions_of
from care.staff.tables import Staff, StaffSession

#: without a request of theirs; an open connection and what a page reads by itself are none
IDLE = timedelta(hours=1)
#: a working day, however busy
LONGEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Signed:
    """Who sends a request."""

    staff_id: int
    number: str
    name: str
    role: Role
    must_change: bool
    csrf: str
    session_id: bytes

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.role)


@dataclass(frozen=True)
class Begun:
    #: for the cookie; nowhere else
    token: str
    csrf: str
    expires_at: datetime


def begin(session: Session, staff_id: int, now: datetime) -> Begun:
    """Of somebody whose password was right."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    expires_at = now + LONGEST
    session.add(
        StaffSession(
            id=_digest(token), staff_id=staff_id, csrf=csrf, created_at=now, seen_at=now, expires_at=expires_at
        )
    )
    return Begun(token, csrf, expires_at)


def resume(session: Session, token: str | None, now: datetime, *, touch: bool = True) -> Signed:
    """`touch`: somebody is there; else the session goes on idling.

    Raises NotAllowed (reason `signed_out`) for a token that is missing, unknown, ended, idle too long or expired,
    and for somebody who has left."""
    found = (
        token
        and session.execute(
            select(StaffSession, Staff)
            .join(Staff, Staff.id == StaffSession.staff_id)
            .where(
                StaffSession.id == _digest(token),
                StaffSession.ended_at.is_(None),
                StaffSession.expires_at > now,
                StaffSession.seen_at > now - IDLE,
                Staff.left_at.is_(None),
            )
        ).one_or_none()
    )
    if not found:
        raise NotAllowed("signed_out", "sign in first")
    held, staff = found
    if touch and now - held.seen_at >= _SEEN_EVERY:
        session.execute(update(StaffSession).where(StaffSession.id == held.id).values(seen_at=now))
    return Signed(staff.id, staff.number, staff.name, Role(staff.role), staff.must_change, held.csrf, held.id)


def check_csrf(signed: Signed, sent: str | None) -> None:
    """Raises NotAllowed (reason `csrf`)."""
    if not hmac.compare_digest((sent or "").encode(), signed.csrf.encode()):
        raise NotAllowed("csrf", "send the csrf of /api/desk/me along, in X-Quanyi-Csrf")


def end(session: Session, session_id: bytes, now: datetime) -> None:
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(ended_at=now))


def end_token(session: Session, token: str, now: datetime) -> None:
    """Of a browser that signs in again."""
    end(session, _digest(token), now)


def end_all(session: Session, staff_id: int, now: datetime, *, but: bytes | None = None) -> int:
    """Wherever somebody is signed in, `but` there; how many those were."""
    running = (
        StaffSession.staff_id == staff_id,
        StaffSession.ended_at.is_(None),
        StaffSession.expires_at > now,
    )
    others = () if but is None else (StaffSession.id != but,)
    ended = update(StaffSession).where(*running, *others).values(ended_at=now).returning(StaffSession.id)
    return len(session.execute(ended).all())


def is_running(session: Session, session_id: bytes) -> bool:
    """Nobody has ended it."""
    running = exists().where(StaffSession.id == session_id, StaffSession.ended_at.is_(None))
    return bool(session.scalar(select(running)))


def is_signed_in(session: Session, staff_id: int, now: datetime) -> bool:
    """On any browser."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    StaffSession.staff_id == staff_id,
                    StaffSession.ended_at.is_(None),
                    StaffSession.expires_at > now,
                    StaffSession.seen_at > now - IDLE,
                )
            )
        )
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
