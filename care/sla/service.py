"""A ticket's clocks: started, met, missed, ended; never changed afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from care.sla.policy import ClockSpec, Policy
from care.sla.rules import due_in_days, due_in_hours, due_in_working_days
from care.sla.tables import Clock
from care.workdays import is_published

_MOMENT = timedelta(microseconds=1)  # due at 00:00 is the end of the day before
_RUNNING = (Clock.met_at.is_(None), Clock.missed_at.is_(None), Clock.ended_at.is_(None))


def start_clocks(
    session: Session,
    ticket_id: int,
    category: str,
    complexity: str,
    policy: Policy,
    now: datetime,
    area: str | None = None,
) -> dict[str, datetime]:
    """Store the clocks that the policy gives this category, with their alarms; returns the due time of each clock.

    `area` (town | country): where a fault is; what is not known counts as town, which has the shorter time.
    """
    specs = policy.clocks_of(category, complexity)
    session.execute(
        insert(Clock), [row for name, spec in specs.items() for row in _rows(ticket_id, name, spec, now, area)]
    )
    return {name: _due(spec, now, area) for name, spec in specs.items()}


def start_clock(session: Session, ticket_id: int, name: str, policy: Policy, start: datetime) -> datetime:
    """One more clock, with its alarms; `start` may lie in the past. Returns when it is due."""
    spec = policy.clocks[name]
    session.execute(insert(Clock), _rows(ticket_id, name, spec, start, None))
    return _due(spec, start, None)


def start_clock_until(
    session: Session,
    ticket_id: int,
    name: str,
    kind: Literal["promise", "statutory"],
    start: datetime,
    due: datetime,
    alarms: Collection[datetime] = (),
) -> None:
    """A clock whose end is given from outside (the day on an authority's letter, a promise that another ticket had),
    with alarms at these times; those that would not come between its start and its end are left out."""
    base = {"ticket_id": ticket_id, "name": name, "starts_at": start, "provisional": False}
    rows = [base | {"kind": kind, "due_at": due}]
    rows += [base | {"kind": "alarm", "due_at": at} for at in sorted(alarms) if start < at < due]
    session.execute(insert(Clock), rows)


def _rows(ticket_id: int, name: str, spec: ClockSpec, start: datetime, area: str | None) -> list[dict[str, Any]]:
    base = {"ticket_id": ticket_id, "name": name, "starts_at": start}
    due = _due(spec, start, area)
    provisional = spec.hours is None and not is_published((due - _MOMENT).date())
    stretch = _hours(spec, area) / spec.hours if spec.hours else 1.0
    alarms = [due_in_hours(start, hours * stretch) for hours in spec.alarms]
    return [
        base | {"kind": spec.kind, "due_at": due, "provisional": provisional},
        *(base | {"kind": "alarm", "due_at": alarm, "provisional": False} for alarm in alarms),
    ]


def _due(spec: ClockSpec, start: datetime, area: str | None) -> datetime:
    if spec.days is not None:
        return due_in_days(start, spec.days)
    if spec.working_days is not None:
        return due_in_working_days(start, spec.working_days)
    return due_in_hours(start, _hours(spec, area))


def _hours(spec: ClockSpec, area: str | None) -> float:
    assert spec.hours is not None  # the policy has exactly one length
    return spec.hours_country if area == "country" and spec.hours_country else spec.hours


def due_times(session: Session, ticket_id: int) -> dict[str, datetime]:
    """Name and due time of a ticket's promises and statutory clocks that still run."""
    return running_clocks(session, [ticket_id])[ticket_id]


def running_clocks(session: Session, ticket_ids: Collection[int]) -> dict[int, dict[str, datetime]]:
    """`due_times` of several tickets in one look."""
    rows = session.execute(
        select(Clock.ticket_id, Clock.name, Clock.due_at).where(
            Clock.ticket_id.in_(ticket_ids), Clock.kind != "alarm", *_RUNNING
        )
    )
    due: dict[int, dict[str, datetime]] = defaultdict(dict)
    for row in rows:
        due[row.ticket_id][row.name] = row.due_at
    return due


def running_clock(session: Session, ticket_id: int, name: str) -> Clock | None:
    """The promise or statutory clock of that name that runs."""
    return session.scalar(
        select(Clock).where(Clock.ticket_id == ticket_id, Clock.name == name, Clock.kind != "alarm", *_RUNNING)
    )


def clocks_of(session: Session, ticket_ids: Collection[int]) -> dict[int, list[Clock]]:
    """Promises and statutory clocks of several tickets, over or not, the earliest due first."""
    rows = session.scalars(
        select(Clock)
        .where(Clock.ticket_id.in_(ticket_ids), Clock.kind != "alarm")
        .order_by(Clock.due_at, Clock.id)
        # What was stopped in this transaction was stopped behind the back of the session.
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[Clock]] = {id: [] for id in ticket_ids}
    for row in rows:
        found[row.ticket_id].append(row)
    return found


def meet_clocks(session: Session, ticket_id: int, names: Sequence[str] | None, now: datetime) -> None:
    """What these clocks count towards was done (None: all); late too, a miss stays recorded. Their alarms are ended."""
    _stop(session, ticket_id, names, {"met_at": case((Clock.kind != "alarm", now)), "ended_at": _ended_alarm(now)})


def end_clocks(session: Session, ticket_id: int, names: Sequence[str] | None, now: datetime) -> None:
    """What these clocks count towards is not owed any more (None: all); neither met nor missed."""
    _stop(session, ticket_id, names, {"ended_at": now})


def end_running(session: Session, ticket_id: int, name: str, now: datetime) -> None:
    """Of one name, and its alarms, as `end_clocks`; one that was missed is still owed."""
    session.execute(
        update(Clock)
        .where(Clock.ticket_id == ticket_id, Clock.name == name, *_RUNNING)
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def miss_clock(session: Session, ticket_id: int, name: str, now: datetime) -> Clock | None:
    """Record that a clock was missed; None when none of that name is due and running, so that a miss is one once."""
    clock = running_clock(session, ticket_id, name)
    if clock is None or clock.due_at > now:
        return None
    clock.missed_at = now
    return clock


def _ended_alarm(now: datetime) -> Any:
    return case((Clock.kind == "alarm", now))


def _stop(session: Session, ticket_id: int, names: Sequence[str] | None, values: dict[str, Any]) -> None:
    of_these = [] if names is None else [Clock.name.in_(names)]
    not_stopped = (Clock.met_at.is_(None), Clock.ended_at.is_(None))
    session.execute(
        update(Clock)
        .where(Clock.ticket_id == ticket_id, *of_these, *not_stopped)
        .values(values)
        .execution_options(synchronize_session=False)
    )
