"""What is due rings or is missed once, in its order, and whom it concerns is told once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import open_alarms, raise_alarm
from care.conversations.tables import Conversation, Message
from care.db import engine, transaction
from care.escalation.sweep import sweep
from care.escalation.tables import Escalation
from care.sla.service import clocks_of
from care.sla.tables import Clock
from care.tickets.rules import EventKind
from care.tickets.service import ticket_by_number
from tests.support.database import scalar
from tests.support.tickets import arrive, file, notes, resolve
from tests.support.times import NOW
from tests.support.waiting import at_once

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(database: object) -> str:
    """A broadband complaint in town: feedback by 24 h (alarms at 18 and 22 h), a result by 48 h (36 and 44 h), repair
    by the law's 48 h (36 h), the law's answer by the end of 15 days (240 h)."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    return file()


#: hours after filing at which the worker comes by, what rings and what is missed then
ROUNDS = [
    (17.99, 0, 0),  # nothing is due before the first alarm
    (18, 1, 0),  # the owner hears of the feedback
    (18, 0, 0),  # the same round again
    (22, 1, 0),  # the last alarm before the feedback: its customer is told of a later time
    (24, 0, 1),  # and it is missed
]


def test_a_ticket_that_nobody_answers(ticket: str) -> None:
    assert [(hours, *_round(NOW + hours * HOUR)) for hours, _, _ in ROUNDS] == ROUNDS
    assert _levels() == ["owner", "customer", "supervisor"]


def test_who_wakes_up_late_catches_up_in_order(ticket: str) -> None:
    """After four days without a worker: what was missed says when it was due, and nobody is warned of what is over."""
    sweep(NOW + 96 * HOUR)

    delays = notes(ticket, EventKind.DELAY)
    assert delays == ["first_feedback", "repair", "solution_complex"] or delays == [
        "first_feedback",
        "solution_complex",
        "repair",
    ]
    assert [level for level in _levels() if level == "owner"] == []
    assert _levels().count("supervisor") == 3


def test_the_customer_is_told_before_it_breaks_and_it_still_counts_as_missed(database: object) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    ticket = file(category="complaint_billing")
    sweep(NOW + 44 * HOUR)  # the worker slept: the feedback is over, the result's last alarm rings in time
    promise, later = _clocks(ticket, "solution_complex")
    assert later.renews == promise.id, "a later time stands beside the promise"
    assert promise.due_at < later.due_at
    assert promise.missed_at is None
    assert _said().count("最晚") == 1, "told once for all promises"

    sweep(NOW + 48 * HOUR)
    promise, later = _clocks(ticket, "solution_complex")
    assert promise.missed_at == NOW + 48 * HOUR, "a new time erases no miss"
    assert later.missed_at is None


def test_no_later_time_than_the_law_has_is_promised(ticket: str) -> None:
    """The law's 48 hours for a repair end with the promise: nothing later can be told for."""
    sweep(NOW + 44 * HOUR)

    assert len(_clocks(ticket, "solution_complex")) == 1
    assert "主管已经在跟进" in _said()


def test_an_answer_in_time_ends_everything(ticket: str) -> None:
    resolve(ticket)
    arrive(ticket, NOW + HOUR)

    assert sweep(NOW + 500 * HOUR)["missed"] == 0
    assert _levels() == []


def test_an_answer_that_nobody_has_seen_keeps_no_promise(ticket: str) -> None:
    """The work is done, and the customer does not know: the clock runs, and somebody is told to call."""
    resolve(ticket)
    sweep(NOW + 5 * HOUR)
    with transaction() as session:
        assert [alarm.kind for alarm in open_alarms(session)] == [AlarmKind.NOT_REACHED]

    sweep(NOW + 22 * HOUR)
    assert _levels() == ["owner"], "its customer is not told that it takes longer: it is there, and waits to be read"
    sweep(NOW + 24 * HOUR)
    assert notes(ticket, EventKind.DELAY) == ["first_feedback"]
    arrive(ticket, NOW + 25 * HOUR)
    sweep(NOW + 26 * HOUR)
    with transaction() as session:
        assert open_alarms(session) == [], "what it was about is over"


def test_a_late_answer_is_a_miss_even_where_no_sweep_came_by(ticket: str) -> None:
    """Recorded with the answer; the round after it tells whom it concerns, once."""
    resolve(ticket)
    arrive(ticket, NOW + 30 * HOUR)
    assert notes(ticket, EventKind.DELAY) == ["first_feedback"]

    for later in (31, 32):
        assert sweep(NOW + later * HOUR)["missed"] == 0
    assert _levels() == ["supervisor"]


def test_a_clock_that_goes_backwards_rings_nothing_twice(ticket: str) -> None:
    """The machine's clock is set back by a day: what rang has rung, what was missed is missed."""
    sweep(NOW + 30 * HOUR)
    before = (_levels(), notes(ticket, EventKind.DELAY), _said())

    for hours in (6, 18, 24, 30):
        assert _round(NOW + hours * HOUR) == (0, 0)
    assert (_levels(), notes(ticket, EventKind.DELAY), _said()) == before


def test_two_workers_at_once(ticket: str) -> None:
    done = at_once(*[lambda: sweep(NOW + 30 * HOUR) for _ in range(4)])

    assert sum(each["missed"] for each in done) == 1
    assert sum(each["rang"] for each in done) == 3, "at 18 and 22 h, and at 28: it is still owed"
    assert scalar("SELECT count(*) FROM alarms WHERE kind = 'promise_missed'") == 1


def test_one_ticket_that_is_broken_keeps_the_others_not_waiting(ticket: str) -> None:
    """What it holds was sealed with a key that is gone."""
    whole = file(message_id=102)
    with engine().begin() as connection:
        spoilt = text("UPDATE tickets SET notify_phone = 'x' WHERE number = :number")
        connection.execute(spoilt, {"number": ticket})

    for _ in range(2):
        sweep(NOW + 24 * HOUR)
    assert notes(ticket, EventKind.DELAY) == []
    assert notes(whole, EventKind.DELAY) == ["first_feedback"]


def test_every_alarm_ends_however_many_are_newer(ticket: str) -> None:
    """More are open than are shown."""
    sweep(NOW + 24 * HOUR)
    with transaction() as session:
        for each in range(201):
            raise_alarm(session, AlarmKind.PROMISE_MISSED, f"ticket:other{each}", NOW + 25 * HOUR)
    resolve(ticket)
    arrive(ticket, NOW + 26 * HOUR)
    for _ in range(2):
        sweep(NOW + 27 * HOUR)
    assert scalar("SELECT count(*) FROM alarms WHERE over_at IS NULL") == 0


def test_the_head_hears_of_what_is_still_owed(ticket: str) -> None:
    """Alarms `after` a miss go to the head of the department: of the feedback four hours after its 24."""
    sweep(NOW + 27 * HOUR)
    assert "head" not in _levels()
    sweep(NOW + 28 * HOUR)
    assert _levels().count("head") == 1


def test_who_is_there_when_it_breaks_gets_a_person(ticket: str) -> None:
    with transaction() as session:
        session.add(
            Message(conversation_id="c1", author="customer", text="好了吗", created_at=NOW + 24 * HOUR - HOUR / 4)
        )
    assert sweep(NOW + 24 * HOUR)["handed"] == 1
    assert scalar("SELECT reason FROM handoffs") == "clock"


def _round(now: datetime) -> tuple[int, int]:
    done = sweep(now)
    return done["rang"], done["missed"]


def _levels() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Escalation.level).order_by(Escalation.id)))


def _clocks(number: str, name: str) -> list[Clock]:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        return [each for each in clocks_of(session, [ticket.id])[ticket.id] if each.name == name]


def _said() -> str:
    with transaction() as session:
        return "\n".join(session.scalars(select(Message.text).where(Message.author == "system").order_by(Message.id)))
