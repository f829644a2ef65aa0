"""People of the desk, and their browsers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count

import httpx
from fastapi import FastAPI
from sqlalchemy.orm import Session

from care import db
from care.appeals.rules import Authority, Letter
from care.appeals.service import enter_appeal, write_reply
from care.audit import service as audit
from care.complaints.entering import Entry
from care.sla.policy import policy
from care.staff import sessions
from care.staff.passwords import hash_password
from care.staff.rules import Presence, Role
from care.staff.tables import Staff, StaffPresence
from care.tickets.rules import Channel, Kind
from care.timezone import CHINA
from web.desk.access import COOKIE, CSRF

#: of everybody that `member` makes
PASSWORD = "seven quiet herons"
_numbers = count(1001)


@lru_cache(maxsize=1)
def _hashed() -> str:
    return hash_password(PASSWORD)


def member(
    session: Session,
    role: Role | str = Role.AGENT,
    *,
    skills: Iterable[str] = (),
    number: str | None = None,
    name: str = "赵一",
    load_limit: int = 3,
    must_change: bool = False,
    presence: Presence | str | None = None,
    now: datetime | None = None,
) -> Staff:
    """Somebody who works in the desk; flushed, not committed. `presence`: None: never chose; READY was seen `now`."""
    now = now or db.utcnow()
    staff = Staff(
        number=number or str(next(_numbers)),
        name=name,
        role=Role(role),
        skills=list(skills),
        load_limit=load_limit,
        password=_hashed(),
        must_change=must_change,
        left_at=None,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    if presence is not None:
        session.add(StaffPresence(staff_id=staff.id, state=Presence(presence), since=now, seen_at=now))
        session.flush()
    return staff


def signed(session: Session, staff: Staff, now: datetime | None = None) -> sessions.Signed:
    """What `Allowed` gives an endpoint, without a browser."""
    now = now or db.utcnow()
    return sessions.resume(session, sessions.begin(session, staff.id, now).token, now)


def noted(session: Session) -> list[tuple[str, str, str]]:
    """(actor, action, subject) of what the running transaction will write into the audit."""
    return [(each.actor, each.action, each.subject) for each in audit.pending(session)]


class Browser(httpx.AsyncClient):
    """Somebody's, signed in: the cookie and the csrf go along with everything."""

    #: whose
    number: str
    staff_id: int
    token: str
    csrf: str


def browser(app: FastAPI, staff: Staff, begun: sessions.Begun) -> Browser:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    opened = Browser(
        transport=transport,
        base_url="http://web",
        cookies={COOKIE: begun.token},
        headers={CSRF: begun.csrf, "origin": "http://web"},
    )
    opened.number, opened.staff_id, opened.token, opened.csrf = staff.number, staff.id, begun.token, begun.csrf
    return opened


def sign_in(
    app: FastAPI, role: Role | str = Role.AGENT, *, skills: Iterable[str] = (), number: str | None = None,
    presence: Presence | str | None = None, must_change: bool = False,
) -> Browser:  # fmt: skip
    """Somebody new (committed), signed in without the cost of a password. Close it with `async with`."""
    with db.transaction() as session:
        staff = member(session, role, skills=skills, number=number, presence=presence, must_change=must_change)
        begun = sessions.begin(session, staff.id, db.utcnow())
    return browser(app, staff, begun)


def sign_in_as(app: FastAPI, staff: Staff) -> Browser:
    """Another browser of somebody who is there (committed)."""
    with db.transaction() as session:
        begun = sessions.begin(session, staff.id, db.utcnow())
    return browser(app, staff, begun)


def enter_letter(
    session: Session, line: str, complaint: str, staff: str, now: datetime, *, external_number: str = "GD-2026-1"
) -> str:
    """Number of an appeal about a line, that goes back to this complaint and was answered."""
    day = now.astimezone(CHINA).date()
    letter = Letter(Authority.MIIT, external_number, day, day, day + timedelta(days=15))
    words = f"来函称{line}的宽带断了三天没有人修"
    entry = Entry(f"letter-{external_number}", Kind.APPEAL, Channel.AUTHORITY, "complaint_broadband", words, line=line)
    number = enter_appeal(session, entry, letter, complaint, staff, now, policy()).number
    write_reply(session, number, f"经查，{line}已于当日修复。", staff, now)
    return number
