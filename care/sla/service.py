"""Starting a ticket's clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from care.sla.policy import ClockSpec, Policy
from care.sla.rules import due_in_days, due_in_hours, is_published
from care.sla.tables import Clock

_MOMENT = timedelta(microseconds=1)  # due at 00:00 is the end of the day before


def start_clocks(
    session: Session, ticket_id: int, category: str, complexity: str, policy: Policy, now: datetime
) -> dict[str, datetime]:
    """Store the clocks that the policy gives this category, with their alarms; returns the due time of each clock."""
    rows = []
    due = {}
    for name, spec in policy.clocks_of(category, complexity).items():
        due[name] = _due(spec, now)
        base = {"ticket_id": ticket_id, "name": name, "starts_at": now}
        provisional = spec.days is not None and not is_published((due[name] - _MOMENT).date())
        rows.append(base | {"kind": spec.kind, "due_at": due[name], "provisional": provisional})
        rows += [
            base | {"kind": "alarm", "due_at": due_in_hours(now, hours), "provisional": False} for hours in spec.alarms
        ]
    session.execute(insert(Clock), rows)
    return due


def _due(spec: ClockSpec, now: datetime) -> datetime:
    if spec.hours is not None:
        return due_in_hours(now, spec.hours)
    assert spec.days is not None  # the policy has exactly one of both
    return due_in_days(now, spec.days)


def due_times(session: Session, ticket_id: int) -> dict[str, datetime]:
    """Name and due time of a ticket's promises and statutory clocks that still run."""
    rows = session.execute(
        select(Clock.name, Clock.due_at).where(
            Clock.ticket_id == ticket_id, Clock.kind != "alarm", Clock.met_at.is_(None), Clock.missed_at.is_(None)
        )
    )
    return {row.name: row.due_at for row in rows}
