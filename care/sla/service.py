"""A ticket's clocks: started, met, missed, ended; never changed afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.sla.counting import alarms_after, alarms_of, due_of, is_provisional
from care.sla.policy import Policy
from care.sla.specs import ClockSpec, Traits
from care.sla.tables import Clock
from care.sla.versions import policy_of, remember
from care.tickets.tables import Ticket

#: part of a renewed promise's time after which somebody inside is told, as 18 of 24 hours
_ALARM_OF_RENEWAL = 0.75
_RUNNING = (Clock.met_at.is_(None), Clock.missed_at.is_(None), Clock.ended_at.is_(None))


def traits_of(ticket: Ticket) -> Traits:
    return Traits(ticket.kind, ticket.category, ticket.complexity, ticket.severity, ticket.segment)


def lock_tickets(session: Session, ids: Collection[int], *, skips: bool = False) -> Sequence[Ticket]:
    """In one order, so that two who lock the same tickets do not wait for each other; `skips` those locked already."""
    locked = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update(skip_locked=skips)
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def start_clocks(session: Session, ticket: Ticket, policy: Policy, now: datetime) -> dict[str, datetime]:
    """Store the clocks that the policy gives this ticket, with their alarms; returns the due time of each clock.

    Where a fault is, town or country, counts; what is not known counts as town, which has the shorter time.
    """
    remember(session, policy, now)
    specs = policy.clocks_of(traits_of(ticket))
    rows = [row for name, spec in specs.items() for row in _rows(ticket, name, spec, policy, now)]
    session.execute(insert(Clock), rows)
    return {name: due_of(spec, now, ticket.area, policy) for name, spec in specs.items()}


def start_clock(session: Session, ticket: Ticket, name: str, policy: Policy, start: datetime) -> datetime:
    """One more clock, with its alarms; `start` may lie in the past. Returns when it is due."""
    spec = policy.spec_of(name, traits_of(ticket))
    session.execute(insert(Clock), _rows(ticket, name, spec, policy, start))
    return due_of(spec, start, ticket.area, policy)


def replace_clock(session: Session, ticket: Ticket, old: Clock, name: str, policy: Policy) -> datetime:
    """A promise of another length instead of `old`, which the caller ends: counted from the same start, later by what
    that one stood still, and standing still where it does. Returns when it is due."""
    spec, traits = policy.spec_of(name, traits_of(ticket)), traits_of(ticket)
    stood = old.due_at - due_of(policy.spec_of(old.name, traits), old.starts_at, ticket.area, policy)
    rows = _rows(ticket, name, spec, policy, old.starts_at)
    for row in rows:
        row["due_at"] += stood
        row["paused_at"] = old.paused_at
    session.execute(insert(Clock), rows)
    due: datetime = rows[0]["due_at"]
    return due


def renew_clock(session: Session, clock: Clock, due: datetime, now: datetime) -> Clock:
    """A later time that the customer is told, because `clock` will not be kept; that one runs on, and is missed when
    its time comes. The same one again is the first. The ticket is locked by the caller.

    Raises InvalidInput `renew_promise` for what is no promise that is owed, `renew_too_early` unless it is later,
    `renew_too_late` after the law's time.
    """
    if clock.kind != "promise" or clock.met_at is not None or clock.ended_at is not None:
        raise InvalidInput("renew_promise", "only a promise that is owed is renewed")
    same = session.scalar(select(Clock).where(Clock.renews == clock.id, Clock.due_at == due, Clock.kind == "promise"))
    if same is not None:
        return same
    if due <= max(now, clock.due_at):
        raise InvalidInput("renew_too_early", "a renewed promise is later than the one before it")
    lawful = select(func.min(Clock.due_at)).where(
        Clock.ticket_id == clock.ticket_id, Clock.kind == "statutory", *_RUNNING
    )
    outer = session.scalar(lawful)
    if outer is not None and due > outer:
        raise InvalidInput("renew_too_late", "a promise cannot be later than what the law sets")
    base = {"ticket_id": clock.ticket_id, "name": clock.name, "starts_at": now}
    renewal = Clock(**base, kind="promise", due_at=due, renews=clock.id)
    session.add(renewal)
    alarms = [now + (due - now) * _ALARM_OF_RENEWAL, *_after(session, clock, due)]
    session.add_all(Clock(**base, kind="alarm", due_at=at) for at in alarms)
    session.flush()
    return renewal


def _after(session: Session, clock: Clock, due: datetime) -> list[datetime]:
    """The alarms after a renewed promise, as its ticket's policy has them for the one before."""
    ticket = session.get_one(Ticket, clock.ticket_id)
    rules = policy_of(session, ticket)
    return alarms_after(rules.spec_of(clock.name, traits_of(ticket)), due) if clock.name in rules.clocks else []


def start_clock_until(
    session: Session,
    ticket_id: int,
    name: str,
    kind: Literal["promise", "statutory"],
    start: datetime,
    due: datetime,
    alarms: Collection[datetime] = (),
    after: Collection[datetime] = (),
) -> None:
    """A clock whose end is given from outside (the day on an authority's letter, a promise that another ticket had),
    with alarms at these times, those that would not come between its start and its end left out; and those `after`."""
    base = {"ticket_id": ticket_id, "name": name, "starts_at": start, "provisional": False}
    rows = [base | {"kind": kind, "due_at": due}]
    rows += [base | {"kind": "alarm", "due_at": at} for at in sorted(alarms) if start < at < due]
    rows += [base | {"kind": "alarm", "due_at": at} for at in sorted(after) if at > due]
    session.execute(insert(Clock), rows)


def _rows(ticket: Ticket, name: str, spec: ClockSpec, policy: Policy, start: datetime) -> list[dict[str, Any]]:
    """The clock itself first, then its alarms."""
    base = {"ticket_id": ticket.id, "name": name, "starts_at": start}
    due = due_of(spec, start, ticket.area, policy)
    return [
        base | {"kind": spec.kind, "due_at": due, "provisional": is_provisional(spec, due)},
        *(
            base | {"kind": "alarm", "due_at": alarm, "provisional": False}
            for alarm in alarms_of(spec, start, due, ticket.area)
        ),
    ]


def due_times(session: Session, ticket_id: int) -> dict[str, datetime]:
    """Name and due time of a ticket's promises and statutory clocks that still run."""
    return running_clocks(session, [ticket_id])[ticket_id]


def running_clocks(session: Session, ticket_ids: Collection[int]) -> dict[int, dict[str, datetime]]:
    """`due_times` of several tickets in one look."""
    rows = session.execute(
        select(Clock.ticket_id, Clock.name, Clock.due_at)
        .where(Clock.ticket_id.in_(ticket_ids), Clock.kind != "alarm", *_RUNNING)
        .order_by(Clock.due_at)  # of a promise and its renewal, the renewal
    )
    due: dict[int, dict[str, datetime]] = defaultdict(dict)
    for row in rows:
        due[row.ticket_id][row.name] = row.due_at
    return due


def running_clock(session: Session, ticket_id: int, name: str) -> Clock | None:
    """The promise or statutory clock of that name that runs or stands still; of a promise and its renewal, the
    promise."""
    running = select(Clock).where(Clock.ticket_id == ticket_id, Clock.name == name, Clock.kind != "alarm", *_RUNNING)
    return session.scalar(running.order_by(Clock.due_at).limit(1))


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
