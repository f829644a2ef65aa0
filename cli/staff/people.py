"""What `quanyi staff …` does: for whoever has a shell on the server, named `operator` in the audit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

import care.migrations.models  # noqa: F401
from care import db
from care.handoff import presence
from care.handoff.policy import handoff_policy
from care.sla.policy import policy
from care.staff import accounts, passwords
from care.staff.accounts import Changes, Member
from care.staff.rules import Role
from care.staff.tables import Staff
from cli.errors import Stop

Say = Callable[[str], None]

OPERATOR = "operator"
#: the first admin's number and name, until they are renamed
FIRST = "admin"
#: of the demo mode: number, name, role, skills (None: all there are), department
_DEMO: list[tuple[str, str, Role, list[str] | None, str | None]] = [
    ("1001", "Agent One", Role.AGENT, None, "network"),
    ("1002", "Agent Two", Role.AGENT, ["service", "billing"], "service"),
    ("2001", "Supervisor", Role.SUPERVISOR, None, "service"),
    ("3001", "Trainer", Role.TRAINER, [], None),
    ("4001", "Auditor", Role.AUDITOR, [], None),
    ("9001", "Admin", Role.ADMIN, [], None),
]
#: who says that somebody is of no department
_NONE = "none"


def show(say: Say) -> None:
    everybody = db.run(accounts.everybody)
    if not everybody:
        say("Nobody yet: quanyi staff add NUMBER --name NAME --role admin")
    for staff in everybody:
        state = "left" if staff.left_at else "has to choose a password" if staff.must_change else ""
        of = f"{staff.department} (head)" if staff.is_head else staff.department or ""
        skills = " ".join(staff.skills)
        say(f"{staff.number:<16}  {staff.role:<10}  {staff.name:<16}  {of:<20}  {skills:<40}  {state}".rstrip())


def add(
    number: str,
    name: str,
    role: str,
    skills: list[str],
    load_limit: int,
    say: Say,
    *,
    department: str | None = None,
    is_head: bool = False,
) -> None:
    """Raises Stop for a role that there is not; InvalidInput, Conflict as care.staff.accounts.add."""
    if role not in list(Role):
        raise Stop(f"There is no role {role}; take one of {', '.join(Role)}.")
    password = _add(Member(number, name, Role(role), skills, load_limit, department, is_head))
    _tell(number, password, say)


def set_department(number: str, department: str | None, is_head: bool | None, say: Say) -> None:
    """None: stays as it is. Raises InvalidInput as care.staff.accounts.change."""
    changes = Changes(department="" if department == _NONE else department, is_head=is_head)

    def work(session: Session) -> str:
        skills, departments = handoff_policy().skills, policy().departments
        staff = accounts.change(session, number, changes, skills, db.utcnow(), by=OPERATOR, departments=departments)
        return f"{number}: {'head of ' if staff.is_head else ''}{staff.department or 'no department'}"

    say(db.run(work))


def reset_password(number: str, say: Say) -> None:
    password = passwords.random_password()
    hashed = passwords.hash_password(password)

    def work(session: Session) -> None:
        now = db.utcnow()
        staff = accounts.reset_password(session, number, hashed, now, by=OPERATOR)
        presence.signed_out(session, staff.id, now)

    db.run(work)
    _tell(number, password, say)


def leave(number: str, say: Say) -> None:
    def work(session: Session) -> None:
        now = db.utcnow()
        staff = accounts.change(session, number, Changes(left=True), handoff_policy().skills, now, by=OPERATOR)
        presence.signed_out(session, staff.id, now)

    db.run(work)
    say(f"{number} has left.")


def unlock(number: str, say: Say) -> None:
    db.run(partial(accounts.unlock, number=number, by=OPERATOR))
    say(f"{number} may try again.")


def first(say: Say) -> None:
    """Says number and password in one line, or nothing when there is somebody already."""
    if db.run(accounts.is_anybody_there):
        return
    say(f"{FIRST} {_add(Member(FIRST, FIRST, Role.ADMIN))}")


def demo(say: Say) -> None:
    """Somebody of every role; whoever is there already gets a new password."""
    there = {staff.number: staff for staff in db.run(accounts.everybody)}
    for number, name, role, skills, department in _DEMO:
        member = Member(number, name, role, _all_if_none(skills), department=department)
        password = _add_or_reset(there.get(number), member)
        say(f"{number:<6}{role:<12}{password}")
    say("Everybody chooses a password of their own at the first sign-in.")


def _add(member: Member) -> str:
    """Returns the password."""
    password = passwords.random_password()
    hashed = passwords.hash_password(password)
    skills, departments = handoff_policy().skills, policy().departments
    db.run(
        lambda session: accounts.add(session, member, hashed, skills, db.utcnow(), by=OPERATOR, departments=departments)
    )
    return password


def _add_or_reset(there: Staff | None, member: Member) -> str:
    if there is None:
        return _add(member)
    password = passwords.random_password()
    hashed = passwords.hash_password(password)
    db.run(lambda session: accounts.reset_password(session, member.number, hashed, db.utcnow(), by=OPERATOR))
    return password


def _all_if_none(skills: list[str] | None) -> list[str]:
    return list(handoff_policy().skills) if skills is None else skills


def _tell(number: str, password: str, say: Say) -> None:
    say(f"{number}  {password}")
    say("Shown once. They choose a password of their own when they sign in with it.")
