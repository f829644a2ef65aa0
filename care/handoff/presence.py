"""Whether somebody takes customers now: what they chose, and whether their browser is still there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import settle_alarm
from care.handoff.assigning import give_back, stop_rings
from care.handoff.routing import is_there, route
from care.staff.announcing import tell_desk
from care.staff.rules import Presence
from care.staff.tables import Staff, StaffPresence


def presence_of(session: Session, staff_id: int, now: datetime) -> Presence:
    """Away too for somebody who never chose, and whose browser gave no sign of life for a minute."""
    state = session.scalar(select(StaffPresence.state).where(StaffPresence.staff_id == staff_id, is_there(now)))
    return Presence(state) if state else Presence.AWAY


def set_presence(session: Session, staff_id: int, state: Presence, now: datetime) -> None:
    """What they chose. Away: what rings there goes to others, who they talk with stays; ready: what waits may ring."""
    row = insert(StaffPresence).values(staff_id=staff_id, state=state, since=now, seen_at=now)
    since = case((StaffPresence.state == state, StaffPresence.since), else_=now)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[StaffPresence.staff_id], set_={"state": state, "since": since, "seen_at": now}
        )
    )
    number = session.get_one(Staff, staff_id).number
    if state is Presence.READY:
        if settle_alarm(session, Kind.AGENT_GONE, f"staff:{number}", now):
            tell_desk(session, "alarm")
    else:
        stop_rings(session, staff_id)
    tell_desk(session, "queue")
    tell_desk(session, f"staff:{number}")
    route(session, now)


def sign_of_life(session: Session, staff_id: int, now: datetime) -> None:
    """Their browser is there (every 20 s). Who never chose anything stays away."""
    session.execute(
        update(StaffPresence)
        .where(StaffPresence.staff_id == staff_id, StaffPresence.seen_at < now)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def signed_out(session: Session, staff_id: int, now: datetime) -> None:
    """They have left: who they talk with waits again for somebody else."""
    give_back(session, staff_id, now)
