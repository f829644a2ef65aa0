"""The job's round: rings that ran out, agents who are gone, customers who wait too long, queues that close; twice and
by two workers it is done once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from care.alarms.rules import Kind
from care.alarms.service import open_alarms
from care.conversations.tables import Message
from care.db import transaction
from care.handoff.assigning import take
from care.handoff.presence import presence_of, set_presence, sign_of_life
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import withdraw
from care.handoff.tables import Handoff
from care.handoff.tending import tend
from care.staff.rules import Presence
from care.staff.sessions import Signed
from care.staff.tables import Staff
from care.wording import say
from tests.care.handoff.conftest import rings_at, steps, waits
from tests.support.desk import member, signed
from tests.support.times import china
from tests.support.waiting import at_once

pytestmark = pytest.mark.usefixtures("database")

#: a Friday morning
NOW = china("2026-11-20 10:00")
TARGET = timedelta(seconds=30)


def _after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def _ask(conversation: str = "c1", now: datetime = NOW, reason: Reason = Reason.ASKED, channel: str = "rest") -> int:
    with transaction() as session:
        return waits(session, conversation, reason, now, channel).id


def _agent(skills: str = "service", now: datetime = NOW, limit: int = 3) -> Signed:
    with transaction() as session:
        return signed(
            session, member(session, skills=skills.split(), presence=Presence.READY, now=now, load_limit=limit), now
        )


def _alive(agent: Signed, now: datetime) -> None:
    with transaction() as session:
        sign_of_life(session, agent.staff_id, now)


def _rings_at(handoff: int) -> str | None:
    with transaction() as session:
        return rings_at(session, session.get_one(Handoff, handoff))


def _steps(handoff: int) -> list[str]:
    with transaction() as session:
        return [kind for kind, _ in steps(session, session.get_one(Handoff, handoff))]


def _told(conversation: str = "c1") -> list[str]:
    with transaction() as session:
        said = select(Message.text).where(Message.conversation_id == conversation, Message.author == "system")
        return list(session.scalars(said.order_by(Message.id)))


def _alarms(kind: Kind) -> list[str]:
    with transaction() as session:
        return [alarm.subject for alarm in open_alarms(session, kind)]


def _presence(agent: Signed, now: datetime) -> Presence:
    with transaction() as session:
        return presence_of(session, agent.staff_id, now)


# Rings


def test_a_ring_that_nobody_answers_goes_to_the_next() -> None:
    first = _agent()
    handoff = _ask()
    second = _agent()
    assert _rings_at(handoff) == first.number
    assert tend(_after(19), TARGET)["unanswered"] == 0
    assert tend(_after(20), TARGET)["unanswered"] == 1
    assert _rings_at(handoff) == second.number
    assert _steps(handoff) == ["requested", "offered", "unanswered", "offered"]
    assert _presence(first, _after(20)) is Presence.READY, "one is no more than a moment's absence"


def test_who_does_not_answer_twice_in_a_row_is_away() -> None:
    agent = _agent(limit=1)
    first = _ask("c1")
    tend(_after(20), TARGET)
    second = _ask("c2", _after(21))
    assert _rings_at(second) == agent.number
    tend(_after(41), TARGET)
    assert _presence(agent, _after(41)) is Presence.AWAY
    assert (_rings_at(first), _rings_at(second)) == (None, None)

    with transaction() as session:
        set_presence(session, agent.staff_id, Presence.READY, _after(80))
    assert _rings_at(first) == agent.number
    tend(_after(100), TARGET)
    assert _presence(agent, _after(100)) is Presence.READY, "it counts anew from when they said that they are ready"


def test_an_answer_between_begins_the_count_anew() -> None:
    agent = _agent()
    _ask("c1")
    tend(_after(20), TARGET)
    second = _ask("c2", _after(21))
    with transaction() as session:
        take(session, second, agent, _after(22))
    _ask("c3", _after(23))
    tend(_after(43), TARGET)
    assert _presence(agent, _after(43)) is Presence.READY


# Gone


def test_without_a_sign_of_life_the_customers_wait_again() -> None:
    agent = _agent()
    handoff = _ask()
    with transaction() as session:
        take(session, handoff, agent, NOW)
    _alive(agent, _after(20))
    assert tend(_after(79), TARGET)["gone"] == 0
    assert tend(_after(80), TARGET)["gone"] == 1
    assert _told() == [say("agent_gone")]
    assert _steps(handoff)[-1] == "returned"
    assert _alarms(Kind.AGENT_GONE) == [f"staff:{agent.number}"]
    assert tend(_after(85), TARGET)["gone"] == 0
    assert _told() == [say("agent_gone")], "and not that it takes long, in the same breath"

    other = _agent(now=_after(90))
    tend(_after(90), TARGET)
    with transaction() as session:
        take(session, handoff, other, _after(90))
    tend(_after(91), TARGET)
    assert _alarms(Kind.AGENT_GONE) == [], "everybody has somebody again"


def test_what_rings_at_somebody_gone_goes_to_others() -> None:
    _agent(now=NOW - timedelta(seconds=55))
    handoff = _ask()
    other = _agent()
    assert tend(_after(6), TARGET)["gone"] == 1
    assert _rings_at(handoff) == other.number


# Late


def test_past_the_target_the_customer_and_a_supervisor_are_told_once() -> None:
    handoff = _ask()
    assert tend(_after(29), TARGET)["late"] == 0
    assert _told() == []
    for later in (30, 35, 300):
        tend(_after(later), TARGET)
    assert _told() == [say("queue_late")]
    assert _alarms(Kind.QUEUE_LATE) == [f"handoff:{handoff}"]
    assert _alarms(Kind.NOBODY_READY) == ["queue:service"]

    agent = _agent(now=_after(301))
    with transaction() as session:
        take(session, handoff, agent, _after(301))
    tend(_after(302), TARGET)
    assert _alarms(Kind.QUEUE_LATE) == []
    assert _alarms(Kind.NOBODY_READY) == []


def test_who_left_is_told_nothing() -> None:
    _ask()
    with transaction() as session:
        withdraw(session, "c1", _after(10), by=EndedBy.CUSTOMER)
    tend(_after(60), TARGET)
    assert _told() == []


def test_our_own_checks_are_told_nothing() -> None:
    _ask(channel="audit")
    tend(_after(60), TARGET)
    assert (_told(), _alarms(Kind.QUEUE_LATE), _alarms(Kind.NOBODY_READY)) == ([], [], [])


def test_two_workers_tell_it_once() -> None:
    _ask()
    _agent("network")
    results = at_once(*[partial(tend, _after(31), TARGET)] * 4)
    assert sum(done["late"] for done in results) == 1
    assert _told() == [say("queue_late")]


# Closed

NIGHT = china("2026-11-20 23:00")


def test_outside_the_hours_the_customer_is_told_at_once_when_it_opens() -> None:
    _ask(now=NIGHT)
    for later in range(3):
        tend(NIGHT + timedelta(seconds=5 * later), TARGET)
    assert _told() == [say("queue_closed", opens="明天 08:00")]
    assert _alarms(Kind.NOBODY_READY) == [], "nobody has to be there"
    opening = china("2026-11-21 08:00")
    assert tend(opening + timedelta(seconds=29), TARGET)["late"] == 0, "the wait counts from the opening"
    assert tend(opening + timedelta(seconds=30), TARGET)["late"] == 1


def test_a_queue_that_closes_while_somebody_waits() -> None:
    _ask(now=china("2026-11-20 21:59"))
    tend(china("2026-11-20 21:59:20"), TARGET)
    assert _told() == []
    tend(china("2026-11-20 22:00"), TARGET)
    assert _told() == [say("queue_closed", opens="明天 08:00")]


def test_before_a_long_holiday_the_date_is_told() -> None:
    _ask(now=china("2026-02-14 19:00"), reason=Reason.PRIVACY)
    tend(china("2026-02-14 19:00"), TARGET)
    assert _told() == [say("queue_closed", opens="2月24日 09:00")]


def test_who_must_have_a_person_goes_on_with_those_on_duty() -> None:
    late = china("2026-11-20 21:59:50")
    handoff = _ask(now=late, reason=Reason.ELDERLY)
    duty = _agent("duty", now=china("2026-11-20 22:00"))
    assert _rings_at(handoff) is None
    tend(china("2026-11-20 22:00"), TARGET)
    assert (_told(), _rings_at(handoff)) == ([], duty.number)
    assert _steps(handoff) == ["requested", "moved", "offered"]


def test_an_hour_of_rounds_with_nothing_to_do() -> None:
    assert tend(NOW, TARGET) == {"unanswered": 0, "gone": 0, "closed": 0, "late": 0, "offered": 0}
    with transaction() as session:
        assert session.scalars(select(Staff)).all() == []
