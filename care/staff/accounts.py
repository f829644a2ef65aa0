"""Accounts of who works in the desk: made, changed, left, found again. Every change is in the audit.

`by`: who does it, as the audit names them (`staff:<number>`, `operator`, `system`). Passwords come hashed: that takes
too long for a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from care.audit.service import note
from care.errors import Conflict, InvalidInput, NotAllowed
from care.locks import service as locks
from care.staff import sessions
from care.staff.announcing import tell_desk
from care.staff.rules import Role
from care.staff.service import staff_by_number
from care.staff.tables import Staff

MOST_NAME = 40
MOST_CUSTOMERS = 20
#: what stands behind `staff:` in events, locks and the audit
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
#: of somebody who has left: no password fits
_NO_PASSWORD = ""


@dataclass(frozen=True)
class Member:
    """Somebody new."""

    number: str
    name: str
    role: Role
    skills: Sequence[str] = ()
    load_limit: int = 3
    #: name under `departments` of the policy file
    department: str | None = None
    is_head: bool = False


@dataclass(frozen=True)
class Changes:
    """None: stays as it is."""

    name: str | None = None
    role: Role | None = None
    skills: Sequence[str] | None = None
    load_limit: int | None = None
    #: "": of none
    department: str | None = None
    is_head: bool | None = None
    left: bool | None = None


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def subject_of(number: str) -> str:
    return f"staff:{number}"


def names_of(session: Session, numbers: Collection[str]) -> dict[str, str]:
    """Names by number. Who has none here (an operator at a terminal) is called as they wrote it."""
    known = session.execute(select(Staff.number, Staff.name).where(Staff.number.in_(numbers)))
    return {each: each for each in numbers} | dict(known.all())


def works_here(session: Session, role: Role) -> bool:
    """Whether anybody has this role now."""
    return session.scalar(select(Staff.id).where(Staff.role == role, Staff.left_at.is_(None)).limit(1)) is not None


def everybody(session: Session) -> list[Staff]:
    """By number; those who have left too."""
    return list(session.scalars(select(Staff).order_by(Staff.number)))


def is_anybody_there(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(Staff.id.is_not(None)))))


def add(
    session: Session,
    member: Member,
    hashed: str,
    skills: Collection[str],
    now: datetime,
    *,
    by: str,
    departments: Collection[str] = (),
) -> Staff:
    """With a password that was given to them: they choose their own at the first sign-in. `skills`, `departments`:
    those there are.

    Raises InvalidInput (reason `staff`), Conflict (reason `number_taken`).
    """
    if not is_number(member.number):
        raise InvalidInput("staff", "a number has 1 to 16 letters, digits, - and _, and begins with a letter or digit")
    if staff_by_number(session, member.number) is not None:
        raise Conflict("number_taken", "somebody has this number already, perhaps one who has left")
    staff = Staff(
        number=member.number,
        name=_name(member.name),
        role=Role(member.role),
        skills=_skills(member.skills, skills),
        load_limit=_load_limit(member.load_limit),
        department=_department(member.department, departments),
        is_head=member.is_head,
        password=hashed,
        must_change=True,
        left_at=None,
        created_at=now,
    )
    _check_head(staff)
    session.add(staff)
    session.flush()
    detail: dict[str, Any] = {"role": staff.role, "skills": staff.skills, "load_limit": staff.load_limit}
    if staff.department is not None:
        detail |= {"department": staff.department, "is_head": staff.is_head}
    note(session, by, "staff_added", subject_of(staff.number), detail=detail)
    return staff


def change(
    session: Session,
    number: str,
    changes: Changes,
    skills: Collection[str],
    now: datetime,
    *,
    by: str,
    departments: Collection[str] = (),
) -> Staff:
    """Sessions of somebody who leaves end. Raises InvalidInput (reasons `no_staff`, `staff`), Conflict (reason
    `last_admin`)."""
    is_leaving, is_demoted = changes.left is True, changes.role not in (None, Role.ADMIN)
    # Before the row itself: two admins who remove each other at the same time take turns.
    admins = _admins(session) if is_leaving or is_demoted else []
    staff = locked(session, number)
    if admins == [staff.id]:
        raise Conflict("last_admin", "there would be no admin any more: make another one first")
    before = _told(staff)
    is_renamed = changes.name is not None and _name(changes.name) != staff.name
    if changes.name is not None:
        staff.name = _name(changes.name)
    if changes.skills is not None:
        staff.skills = _skills(changes.skills, skills)
    if changes.load_limit is not None:
        staff.load_limit = _load_limit(changes.load_limit)
    if changes.department is not None:
        staff.department = _department(changes.department, departments)
        staff.is_head = staff.is_head and staff.department is not None
    if changes.is_head is not None:
        staff.is_head = changes.is_head
    _check_head(staff)
    if changes.role is not None:
        staff.role = Role(changes.role)
    if is_leaving and staff.left_at is None:
        staff.left_at, staff.password, staff.must_change = now, _NO_PASSWORD, True
        sessions.end_all(session, staff.id, now)
    elif changes.left is False:
        staff.left_at = None
    after = _told(staff)
    detail: dict[str, Any] = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if is_renamed:
        detail["name"] = True
    if detail:
        note(session, by, "staff_changed", subject_of(number), detail=detail)
        tell_desk(session, subject_of(number))
    session.flush()
    return staff


def reset_password(session: Session, number: str, hashed: str, now: datetime, *, by: str) -> Staff:
    """A new one that was given to them; wherever they were signed in, they are not any more, and nothing is locked.

    Raises InvalidInput (reason `no_staff`), Conflict (reason `left`).
    """
    staff = locked(session, number)
    if staff.left_at is not None:
        raise Conflict("left", "they do not work here any more: let them come back first")
    staff.password, staff.must_change = hashed, True
    sessions.end_all(session, staff.id, now)
    locks.unlock(session, subject_of(number))
    note(session, by, "password_reset", subject_of(number))
    tell_desk(session, subject_of(number))
    return staff


def choose_password(session: Session, signed: sessions.Signed, old: str, hashed: str, now: datetime) -> None:
    """Their own; elsewhere they are signed out. `old`: the hash that the old password was found right for, a moment
    ago: whoever was signed out, left or was given a password since then does not undo that.

    Raises NotAllowed (reason `signed_out`), Conflict (reason `password_changed`).
    """
    staff = locked(session, signed.number)
    if staff.left_at is not None or not sessions.is_running(session, signed.session_id):
        raise NotAllowed("signed_out", "sign in first")
    if staff.password != old:
        raise Conflict("password_changed", "the password changed meanwhile; try again")
    staff.password, staff.must_change = hashed, False
    sessions.end_all(session, staff.id, now, but=signed.session_id)
    note(session, subject_of(signed.number), "password_changed", subject_of(signed.number))
    tell_desk(session, subject_of(signed.number))


def sign_out_everywhere(session: Session, number: str, now: datetime, *, by: str) -> Staff:
    """Raises InvalidInput (reason `no_staff`)."""
    staff = locked(session, number)
    ended = sessions.end_all(session, staff.id, now)
    note(session, by, "staff_signed_out", subject_of(number), detail={"sessions": ended})
    tell_desk(session, subject_of(number))
    return staff


def unlock(session: Session, number: str, *, by: str) -> Staff:
    """After too many wrong passwords. Raises InvalidInput (reason `no_staff`)."""
    staff = locked(session, number)
    locks.unlock(session, subject_of(number))
    note(session, by, "staff_unlocked", subject_of(number))
    return staff


def locked(session: Session, number: str) -> Staff:
    """Their row, until the transaction ends. Raises InvalidInput (reason `no_staff`)."""
    staff = session.scalars(select(Staff).where(Staff.number == number).with_for_update()).one_or_none()
    if staff is None:
        raise InvalidInput("no_staff", "nobody has this number")
    return staff


def _admins(session: Session) -> list[int]:
    """Ids of those who are there, locked."""
    admins = select(Staff.id).where(Staff.role == Role.ADMIN, Staff.left_at.is_(None))
    return list(session.scalars(admins.order_by(Staff.id).with_for_update()))


def _told(staff: Staff) -> dict[str, Any]:
    """What of somebody may stand in the audit: no name."""
    return {
        "role": staff.role,
        "skills": list(staff.skills),
        "load_limit": staff.load_limit,
        "department": staff.department,
        "is_head": staff.is_head,
        "left": staff.left_at is not None,
    }


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MOST_NAME or not name.isprintable():
        raise InvalidInput("staff", f"a name has 1 to {MOST_NAME} characters")
    return name


def _skills(given: Sequence[str], known: Collection[str]) -> list[str]:
    if unknown := sorted(set(given) - set(known)):
        raise InvalidInput("staff", f"no such skill: {', '.join(unknown)[:80]}; there are {', '.join(sorted(known))}")
    return sorted(set(given))


def _load_limit(limit: int) -> int:
    if not 1 <= limit <= MOST_CUSTOMERS:
        raise InvalidInput("staff", f"somebody talks with 1 to {MOST_CUSTOMERS} customers at once")
    return limit


def _department(given: str | None, known: Collection[str]) -> str | None:
    if not given:
        return None
    if given not in known:
        raise InvalidInput("staff", f"no such department: {given[:40]}; there are {', '.join(sorted(known))}")
    return given


def _check_head(staff: Staff) -> None:
    if staff.is_head and staff.department is None:
        raise InvalidInput("staff", "a head is one of a department: give it as well")
