"""Positions and expected waits: of one customer, and of all of them at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from care import db
from care.accounts.proofs import prove
from care.handoff.assigning import end, take
from care.handoff.presence import presence_of
from care.handoff.rules import EndedBy, Reason
from care.handoff.waiting import Place, known_to, place_of, snapshot
from care.staff.rules import Presence
from care.staff.sessions import Signed
from tests.care.handoff.conftest import Ask
from tests.support.desk import member, signed
from tests.support.times import china

#: a Friday morning, and a Sunday
NOW, SUNDAY = china("2026-11-20 10:00"), china("2026-11-22 10:00")
MINUTE = timedelta(minutes=1)


def _agent(session: Session, now: datetime = NOW, presence: Presence = Presence.AWAY, limit: int = 9) -> Signed:
    made = member(session, skills=["service"], presence=presence, load_limit=limit, now=now)
    return signed(session, made, now)


def _served(session: Session, ask: Ask, *seconds: float) -> None:
    """So many were picked up just before now, each at once first in the queue, after these waits."""
    agent = _agent(session, limit=100)
    for number, wait in enumerate(seconds):
        asked = NOW - timedelta(minutes=10) + timedelta(seconds=number)
        handoff = ask(f"before{number}", asked)
        take(session, handoff.id, agent, asked + timedelta(seconds=wait))
        end(session, f"before{number}", EndedBy.AGENT, NOW)


def test_who_does_not_wait_has_no_place(session: Session, ask: Ask) -> None:
    handoff = ask("c1", NOW)
    take(session, handoff.id, _agent(session), NOW)
    assert place_of(session, "c1", NOW) is None
    assert place_of(session, "nobody", NOW) is None
    assert snapshot(session, NOW).place_of("c1") is None


def test_places_by_priority_then_by_time(session: Session, ask: Ask) -> None:
    ask("first", NOW - 2 * MINUTE)
    ask("second", NOW - MINUTE)
    ask("angry", NOW, Reason.ANGER)
    ask("network", NOW, trigger={"label": "complaint_network"})
    found = snapshot(session, NOW)
    assert [(item.conversation, item.queue, item.position) for item in found.items] == [
        ("angry", "service", 1),
        ("first", "service", 2),
        ("second", "service", 3),
        ("network", "network", 1),
    ]
    for item in found.items:
        one = place_of(session, item.conversation, NOW)
        assert one == found.place_of(item.conversation)
        assert one == Place(item.queue, item.position, None, True, None)
    [service] = [queue for queue in found.queues if queue.name == "service"]
    assert (service.waiting, service.oldest_at, service.ready) == (3, NOW - 2 * MINUTE, 0)


WAITS = [
    # waits lately, is somebody ready, place 1, place 2
    ((), True, None, None, "nothing to go by"),
    ((20, 30), True, None, None, "too little to go by"),
    ((20, 30, 100), True, 30, 60, "the median of what one place took"),
    ((20, 30, 100), False, None, None, "nobody is there now: what was is no guide"),
]


@pytest.mark.parametrize(("before", "is_ready", "first", "second", "why"), WAITS)
def test_expected_waits(
    session: Session,
    ask: Ask,
    before: tuple[float, ...],
    is_ready: bool,
    first: int | None,
    second: int | None,
    why: str,
) -> None:
    _served(session, ask, *before)
    if is_ready:
        _agent(session, presence=Presence.READY, limit=0)
    ask("c1", NOW)
    ask("c2", NOW)
    found = snapshot(session, NOW)
    assert [item.estimate_seconds for item in found.items] == [first, second], why
    one, two = place_of(session, "c1", NOW), place_of(session, "c2", NOW)
    assert one is not None
    assert two is not None
    assert (one.estimate_seconds, two.estimate_seconds) == (first, second), why
    newcomer = next(queue.estimate_seconds for queue in found.queues if queue.name == "service")
    assert newcomer == (None if first is None else 3 * first), why


def test_what_was_longer_than_an_hour_ago_does_not_count(session: Session, ask: Ask) -> None:
    _served(session, ask, 10, 10, 10)
    later = NOW + timedelta(minutes=61)
    _agent(session, later, Presence.READY, limit=0)
    ask("c1", later)
    place = place_of(session, "c1", later)
    assert place is not None
    assert place.estimate_seconds is None


def test_a_closed_queue_says_when_it_opens(session: Session, ask: Ask) -> None:
    ask("c1", SUNDAY, Reason.PRIVACY)
    assert place_of(session, "c1", SUNDAY) == Place("privacy", 1, None, False, china("2026-11-23 09:00"))


def test_labels(session: Session, ask: Ask) -> None:
    ask("c1", NOW)
    ask("c2", NOW)
    prove(session, "c2", "13800138000", NOW, "sms")
    labels = {item.conversation: item.label for item in snapshot(session, NOW).items}
    assert labels == {"c1": "访客 " + labels["c1"][3:], "c2": "138****8000"}
    assert len(labels["c1"]) == 7
    later = NOW + timedelta(days=1)
    assert "138" not in snapshot(session, later).items[1].label, "the proof is over"


def test_whom_an_agent_knows(session: Session, ask: Ask) -> None:
    agent = _agent(session)
    prove(session, "c1", "13800138000", NOW, "sms")
    take(session, ask("c1", NOW).id, agent, NOW)
    end(session, "c1", EndedBy.AGENT, NOW)
    ask("c1", NOW)
    ask("c2", NOW)
    ask("c3", NOW)
    prove(session, "c2", "13800138000", NOW, "sms")
    prove(session, "c3", "13800138000", NOW, "holder", "1001", binds=False)
    every = ["c1", "c2", "c3"]
    assert known_to(session, agent.staff_id, every, NOW) == {"c1", "c2"}, "the same talk, the same proven number"
    assert known_to(session, agent.staff_id, every, NOW + timedelta(days=31)) == set(), "long ago"
    assert known_to(session, _agent(session).staff_id, every, NOW) == set()


def test_our_own_checks_are_no_customers(session: Session, ask: Ask) -> None:
    ask("c1", NOW, channel="audit")
    assert snapshot(session, NOW).items == ()


def test_it_costs_as_many_statements_for_one_as_for_many(session: Session, ask: Ask) -> None:
    counted: list[str] = []

    @event.listens_for(db.engine(), "before_cursor_execute")
    def count(*event_arguments: object) -> None:
        counted.append(str(event_arguments[2]))

    costs = []
    try:
        for number in range(20):
            ask(f"c{number}", NOW)
            counted.clear()
            snapshot(session, NOW)
            costs.append(len(counted))
    finally:
        event.remove(db.engine(), "before_cursor_execute", count)
    assert costs[-1] == costs[0] <= 5


def test_presence_of_somebody_new(session: Session) -> None:
    assert presence_of(session, member(session).id, NOW) is Presence.AWAY
