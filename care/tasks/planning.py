"""Calls to every customer of a segment once a quarter (D1 to D5, A26, A27 of the requirements), evenly over its days.

A customer's segment is what the operator's system told (care/accounts/segments.py), else that of their latest ticket.
Who has neither is not called.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, union
from sqlalchemy.orm import Session

from care.accounts.tables import Customer
from care.accounts.tables import Segment as ToldSegment
from care.sla.specs import Segment
from care.tasks.rules import Kind, Status, planned_by, quarter_of, tasks_spec
from care.tasks.service import open_task
from care.tasks.tables import Task
from care.tickets.tables import Ticket
from care.timezone import CHINA
from care.workdays import is_workday

#: in one transaction
_AT_ONCE = 200
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('tasks.plan'))")


@dataclass(frozen=True)
class Coverage:
    segment: Segment
    customers: int
    #: calls that were planned so far
    due: int
    reached: int
    opted_out: int

    @property
    def percent(self) -> float | None:
        """Reached, of those who did not ask to be left alone; None: there is nobody."""
        asked = self.customers - self.opted_out
        return round(100 * self.reached / asked, 1) if asked > 0 else None


def plan(session: Session, now: datetime, most: int = _AT_ONCE) -> int:
    """The calls that the quarter's plan has up to today; how many are new. Again: none. 0: nothing is left to plan."""
    today = now.astimezone(CHINA).date()
    if not is_workday(today):
        return 0
    session.execute(_LOCK)
    quarter, quiet = quarter_of(now), _quiet(session, now)
    opened = 0
    for segment in tasks_spec().quarterly.segments:
        customers = _customers(session, segment, now)
        planned = set(_called(session, quarter, customers))
        left = [each for each in customers if each not in planned and each not in quiet]
        wanted = planned_by(today, len(planned) + len(left)) - len(planned)
        for customer_id in left[: max(0, min(wanted, most - opened))]:
            open_task(session, Kind.QUARTERLY, None, now, customer_id=customer_id, quarter=quarter)
            opened += 1
    return opened


def coverage(session: Session, now: datetime, quarter: str | None = None) -> list[Coverage]:
    """`quarter`: None: the one of `now`."""
    quarter = quarter or quarter_of(now)
    quiet = _quiet(session, now)
    found = []
    for segment in tasks_spec().quarterly.segments:
        customers = _customers(session, segment, now)
        called = _called(session, quarter, customers)
        found.append(
            Coverage(
                segment,
                customers=len(customers),
                due=len(called),
                reached=sum(status == Status.DONE for status in called.values()),
                opted_out=len(quiet.intersection(customers)),
            )
        )
    return found


def _customers(session: Session, segment: str, now: datetime) -> list[int]:
    """Ids, in the order in which they are called."""
    told = select(Customer.id).join(ToldSegment, ToldSegment.phone_index == Customer.phone_index)
    since = now - timedelta(days=tasks_spec().quarterly.known_days)
    latest = (
        select(func.max(Ticket.id))
        .where(Ticket.customer_id.is_not(None), Ticket.segment.is_not(None), Ticket.created_at >= since)
        .group_by(Ticket.customer_id)
    )
    by_ticket = select(Ticket.customer_id).where(
        Ticket.id.in_(latest), Ticket.segment == segment, Ticket.customer_id.not_in(told)
    )
    ids = union(told.where(ToldSegment.segment == segment), by_ticket).subquery()
    return [each for each in session.scalars(select(ids.c.id).order_by(ids.c.id)) if each is not None]


def _called(session: Session, quarter: str, customers: Collection[int]) -> dict[int | None, str]:
    """The status of each one's call of this quarter."""
    rows = session.execute(select(Task.customer_id, Task.status).where(Task.quarter == quarter))
    wanted = set(customers)
    return {customer_id: status for customer_id, status in rows if customer_id in wanted}


def _quiet(session: Session, now: datetime) -> set[int | None]:
    """Who asked lately not to be called."""
    since = now - timedelta(days=tasks_spec().quarterly.quiet_days)
    names = {outcome.name for spec in tasks_spec().kinds.values() for outcome in spec.outcomes if outcome.opted_out}
    rows = select(func.coalesce(Task.customer_id, Ticket.customer_id)).outerjoin(Ticket, Ticket.id == Task.ticket_id)
    return set(session.scalars(rows.where(Task.outcome.in_(sorted(names)), Task.done_at >= since)))
