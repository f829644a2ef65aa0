"""Signing in, in two steps with the check of the password between them: it takes too long for a transaction.

Wrong passwords lock the account for a while, for everybody who was never signed in with it. A browser that was has a
counter of its own: so nobody can keep staff out of their work by guessing badly (docs/operate/permissions.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import raise_alarm
from care.audit.service import note
from care.crypto import blind_index
from care.errors import NotAllowed
from care.locks import service as locks
from care.locks.rules import Limit
from care.staff import sessions
from care.staff.accounts import is_number, locked, subject_of
from care.staff.announcing import tell_desk
from care.staff.sessions import Begun
from care.staff.tables import Staff
from care.timezone import CHINA

WRONG_PASSWORDS = Limit(5, timedelta(minutes=15))


@dataclass(frozen=True)
class Try:
    """A password that is being checked."""

    #: None: nobody who works here has this number
    number: str | None
    #: what it is to be compared with
    hashed: str | None
    #: what wrong ones are counted for
    subject: str
    #: is not to be checked: too many were wrong
    is_locked: bool


def begin_try(session: Session, number: str, browser: str | None, now: datetime) -> Try:
    """Count it, before it is checked. `browser`: one in which this account was signed in before.

    What nobody's number is is counted in the same way, by its blind index: people type passwords into wrong fields.
    """
    staff = _who(session, number)
    if staff is None:
        subject = f"nobody:{blind_index(number, 'sign_in').hex()[:32]}"
    else:
        subject = f"{subject_of(staff.number)}:{browser}" if browser else subject_of(staff.number)
    may_try = locks.count_try(session, [subject], WRONG_PASSWORDS, now)
    if not may_try:
        locks.give_back_try(session, [subject])
    if staff is None:
        return Try(None, None, subject, is_locked=not may_try)
    return Try(staff.number, staff.password, subject, is_locked=not may_try)


def end_wrong_try(session: Session, tried: Try, now: datetime, *, is_noted: bool = True) -> None:
    """`is_noted`: False where there were more than an audit should be filled with. Supervisors are told that a number
    was locked, once on a day: whoever goes on guessing does not ring again."""
    is_locked = locks.lock_if_too_many(session, [tried.subject], WRONG_PASSWORDS, now)
    subject = subject_of(tried.number) if tried.number else ""
    if is_noted:
        note(session, "system", "sign_in_failed", subject)
        if is_locked and tried.number:
            detail = {"known_browser": tried.subject != subject}
            note(session, "system", "sign_in_locked", subject, detail=detail)
            today = datetime.combine(now.astimezone(CHINA).date(), time(), tzinfo=CHINA)
            if raise_alarm(session, Kind.SIGN_IN_LOCKED, subject, now, detail, once_since=today):
                tell_desk(session, "alarm")


def end_right_try(
    session: Session, tried: Try, rehashed: str | None, cookie: str | None, now: datetime
) -> tuple[Staff, Begun]:
    """Signed in, with a session that nobody can have known before. `cookie`: of the browser's session so far, which
    ends. `rehashed`: the password with today's parameters.

    Raises NotAllowed (reason `sign_in`) when the account changed while the password was checked.
    """
    assert tried.number is not None
    locks.give_back_try(session, [tried.subject])
    staff = locked(session, tried.number)
    if staff.left_at is not None or staff.password != tried.hashed:
        raise NotAllowed("sign_in", "the number or the password is wrong")
    if rehashed:
        staff.password = rehashed
    if cookie:
        sessions.end_token(session, cookie, now)
    note(session, subject_of(staff.number), "sign_in", subject_of(staff.number))
    return staff, sessions.begin(session, staff.id, now)


def _who(session: Session, number: str) -> Staff | None:
    if not is_number(number):
        return None
    return session.scalars(select(Staff).where(Staff.number == number, Staff.left_at.is_(None))).one_or_none()
