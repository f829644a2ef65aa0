"""Calls to every customer of a segment once a quarter."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.segments import keep_segments
from care.accounts.service import phone_index
from care.accounts.tables import Customer
from care.sla.policy import policy
from care.tasks import planning, service
from care.tasks.tables import Task
from care.tickets.rules import Kind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket
from care.timezone import CHINA

#: the first working day of the fourth quarter is 8 October
MONDAY = datetime(2026, 11, 23, 8, 7, tzinfo=CHINA)
SUNDAY = MONDAY - timedelta(days=1)


def _customers(session: Session, many: int, segment: str | None, first: int = 0) -> None:
    for n in range(first, first + many):
        phone = f"1380013{8000 + n}"
        customer = Customer(phone=phone, phone_index=phone_index(phone), created_at=MONDAY)
        session.add(customer)
        session.flush()
        ticket = Ticket(
            category="complaint_broadband", department="network", priority=3, complexity="simple", description="断网",
            policy_version=policy().version, customer_id=customer.id, segment=segment,
        )  # fmt: skip
        open_ticket(session, ticket, Kind.COMPLAINT, "customer", MONDAY - timedelta(days=60))


def _tasks(session: Session) -> list[Task]:
    return list(session.scalars(select(Task).order_by(Task.id)))


def test_calls_are_spread_and_once_a_quarter(session: Session) -> None:
    _customers(session, 30, "business")
    _customers(session, 5, None, first=30)
    assert planning.plan(session, SUNDAY) == 0
    planned = 0
    for day in range(39):
        planned += planning.plan(session, MONDAY + timedelta(days=day))
        assert planning.plan(session, MONDAY + timedelta(days=day)) == 0, "a second worker, or the same again"
    tasks = _tasks(session)
    assert planned == len(tasks) == len({task.customer_id for task in tasks}) == 30
    assert {(task.kind, task.quarter, task.department) for task in tasks} == {("quarterly", "2026Q4", "service")}
    assert len({task.opened_at for task in tasks}) > 10, "not all on one day"


def test_what_the_operator_told_goes_before_the_latest_ticket(session: Session) -> None:
    """Two had a ticket as business customers. One of them is a key customer by now; of two who never filed a ticket
    one is known to us. A number whose holder never wrote is nobody's account, and nobody is called there.
    """
    _customers(session, 2, "business")
    silent = Customer(phone="13800138002", phone_index=phone_index("13800138002"), created_at=MONDAY)
    session.add(silent)
    session.flush()
    keep_segments(session, {"13800138001": "key", "13800138002": "key", "13800138003": "key"}, MONDAY)
    found = {each.segment: each.customers for each in planning.coverage(session, MONDAY)}
    assert (found["key"], found["business"]) == (2, 1)


def test_a_run_of_many_is_cut_into_several(session: Session) -> None:
    _customers(session, 30, "key")
    first = planning.plan(session, MONDAY, 5)
    assert (first, len(_tasks(session))) == (5, 5)


def test_who_does_not_want_calls_gets_none_and_the_rest_is_counted(session: Session) -> None:
    _customers(session, 4, "business")
    end = datetime(2026, 12, 31, 9, tzinfo=CHINA)
    assert planning.plan(session, end) == 4
    gone, low, happy, _ = _tasks(session)
    service.done(session, gone.id, "opted_out", None, None, "8", end, policy())
    service.done(session, low.id, "reached", 3, None, "8", end, policy())
    service.done(session, happy.id, "reached", 10, None, "8", end, policy())
    (business,) = [each for each in planning.coverage(session, end) if each.segment == "business"]
    assert (business.customers, business.due, business.reached, business.opted_out) == (4, 4, 2, 1)
    assert business.percent == 66.7
    called = session.scalars(select(Task).where(Task.kind == "low_mark")).one()
    assert called.customer_id == low.customer_id
    later = datetime(2027, 3, 31, 9, tzinfo=CHINA)
    assert planning.plan(session, later) == 3, "the next quarter, without who does not want it"


def test_nobody_there_is_no_percent(session: Session) -> None:
    assert {each.percent for each in planning.coverage(session, MONDAY)} == {None}
