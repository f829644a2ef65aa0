"""Who takes customers, whether they do now, and how many they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.handoff.routing import is_there, loads_of
from care.staff.rules import MAY, Permission, Presence, Role
from care.staff.tables import Staff, StaffPresence


@dataclass(frozen=True)
class Colleague:
    number: str
    name: str
    role: Role
    skills: list[str]
    presence: Presence
    #: since when they are ready or away, by their own choice; None: never chose, or their browser is gone
    since: datetime | None
    #: customers that they talk with, and those that ring at them
    load: int
    load_limit: int


def team(session: Session, now: datetime) -> list[Colleague]:
    """Everybody who may take customers, by number."""
    rows = session.execute(
        select(Staff, StaffPresence.state, StaffPresence.since)
        .outerjoin(StaffPresence, (StaffPresence.staff_id == Staff.id) & is_there(now))
        .where(Staff.left_at.is_(None), Staff.role.in_(MAY[Permission.QUEUE]))
        .order_by(Staff.number)
    ).all()
    loads = loads_of(session, [staff.id for staff, _, _ in rows])
    return [
        Colleague(
            number=staff.number,
            name=staff.name,
            role=Role(staff.role),
            skills=staff.skills,
            presence=Presence(state or Presence.AWAY),
            since=since,
            load=loads.get(staff.id, 0),
            load_limit=staff.load_limit,
        )
        for staff, state, since in rows
    ]
