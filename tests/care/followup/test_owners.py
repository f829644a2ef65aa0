"""Tickets that nobody took are given out in their department."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.assignments import assign, take, transfer_to_department
from care.followup.owners import assign_due
from care.sla.policy import policy
from care.staff.tables import Staff
from care.tickets.rules import EventKind, Status
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket
from tests.support.desk import member
from tests.support.tickets import file, notes, step
from tests.support.times import NOW
from tests.support.waiting import at_once

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def conversations(database: object) -> None:
    with transaction() as session:
        for each in (1, 2, *range(101, 107)):
            session.add(Conversation(id=f"c{each}", channel="rest", created_at=NOW))


@pytest.fixture
def session(conversations: None) -> Iterator[Session]:
    with transaction() as session:
        yield session


def _member(session: Session, number: str, department: str | None = "network", **fields: object) -> Staff:
    staff = member(session, number=number, now=NOW, **fields)  # type: ignore[arg-type]
    staff.department = department
    session.flush()
    return staff


def _ticket(session: Session, number: str) -> Ticket:
    found = ticket_by_number(session, number)
    assert found is not None
    return found


def test_staff_without_a_department_are_given_nothing(session: Session) -> None:
    number = file()
    _member(session, "1", None)
    _member(session, "2", "service")
    _member(session, "3", role="admin")
    _member(session, "4").left_at = NOW
    session.flush()
    assert assign_due(session, NOW) == {}
    assert _ticket(session, number).assignee is None


def test_whoever_has_the_fewest_gets_it(session: Session) -> None:
    numbers = [file(each, f"c{each}", category) for each, category in enumerate(("complaint_broadband",) * 3, 101)]
    with transaction() as other:
        for each in numbers:  # three different customers
            _ticket(other, each).repeat_of = None
    _member(session, "1")
    _member(session, "2")
    take(session, numbers[0], "1", NOW)
    assert set(assign_due(session, NOW).values()) == {"1", "2"}
    assert assign_due(session, NOW) == {}
    assert notes(numbers[0], EventKind.ASSIGNED) == [], "not committed yet"


def test_who_is_there_comes_first(session: Session) -> None:
    number = file()
    _member(session, "1")
    _member(session, "2", presence="ready")
    assert assign_due(session, NOW) == {number: "2"}
    ticket = _ticket(session, number)
    assert (ticket.assignee, ticket.status) == ("2", "acknowledged"), "nobody has begun"


def test_a_repeat_goes_to_another_person() -> None:
    first = file()
    with transaction() as session:
        _member(session, "1", presence="ready")
        take(session, first, "1", NOW)
    step(first, Status.RESOLVED, Status.CLOSED)
    again = file(102, "c2")
    with transaction() as session:
        repeated = _ticket(session, again)
        assert repeated.repeat_of == _ticket(session, first).id
        assert repeated.priority == _ticket(session, first).priority - 1
        assert assign_due(session, NOW) == {}, "there is nobody else"
        _member(session, "2")
        assert assign_due(session, NOW) == {again: "2"}


def test_what_was_taken_off_somebody_stays_so_for_a_day(session: Session) -> None:
    number = file()
    _member(session, "1")
    take(session, number, "1", NOW)
    assign(session, number, None, "1", NOW)
    assert assign_due(session, NOW + DAY - timedelta(minutes=1)) == {}
    assert assign_due(session, NOW + DAY) == {number: "1"}


def test_another_department_gives_it_to_its_own(session: Session) -> None:
    number = file()
    _member(session, "1")
    _member(session, "2", "service")
    assign_due(session, NOW)
    transfer_to_department(session, number, "service", "是计费问题", "1", NOW, policy())
    assert assign_due(session, NOW) == {number: "2"}


def test_two_workers_give_each_once() -> None:
    with transaction() as session:
        _member(session, "1")
        _member(session, "2")
    numbers = {file(each, f"c{each}") for each in range(101, 107)}
    with transaction() as session:
        for number in numbers:
            _ticket(session, number).repeat_of = None

    def work() -> dict[str, str]:
        with transaction() as session:
            return assign_due(session, NOW)

    given = at_once(work, work)
    assert sorted(number for each in given for number in each) == sorted(numbers)
    assert all(len(notes(number, EventKind.ASSIGNED)) == 1 for number in numbers)
