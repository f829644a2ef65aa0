"""What messages, hand-offs and marks count for: a made-up hour of conversations, and why each counts so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.handoff.assigning import end, take
from care.handoff.metrics import figures as of_queue
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import withdraw
from care.insight.board import board
from care.turns.tables import MessageReading
from tests.care.handoff.conftest import waits
from tests.care.insight.conftest import Pair, counted
from tests.support.desk import member, signed
from tests.support.times import china

DAY = date(2026, 11, 20)
NOW = china("2026-11-20 18:00")
NINE = china("2026-11-20 09:00")


def _says(
    session: Session, conversation: str, at: datetime, answered: float | None = 1, label: str | None = None
) -> Message:
    """`answered`: after so many seconds; None: not yet."""
    later = None if answered is None else at + timedelta(seconds=answered)
    status = "pending" if answered is None else "answered"
    message = Message(
        conversation_id=conversation,
        author="customer",
        text="话费多少",
        created_at=at,
        status=status,
        answered_at=later,
    )
    session.add(message)
    session.flush()
    if label:
        session.add(MessageReading(message_id=message.id, label=label, confidence=0.9, ranking=[]))
        session.flush()
    return message


@pytest.mark.parametrize(
    ("why", "at", "answered", "pair"),
    [
        ("at once", NINE, 1, (1, 1)),
        ("after ten seconds, the last that counts", NINE, 10, (1, 1)),
        ("after eleven", NINE, 11, (0, 1)),
        ("never: the machines were down", NINE, None, (0, 1)),
        ("a moment ago: nobody can say yet", NOW - timedelta(seconds=5), None, None),
        ("a moment ago, and answered", NOW - timedelta(seconds=5), 2, (1, 1)),
        ("the last second of the day before", china("2026-11-19 23:59:59"), 1, None),
    ],
)
def test_available_as_customers_have_it(
    session: Session, talk: Callable[..., str], why: str, at: datetime, answered: float | None, pair: Pair | None
) -> None:
    _says(session, talk("c1", at), at, answered)
    found = counted(session, DAY, DAY, NOW)
    assert found.get(("availability", "")) == pair, why
    assert found.get(("timeliness", "")) == pair, "and so the machines' part of timeliness"


def test_what_people_answer_is_no_matter_of_the_machines(session: Session, talk: Callable[..., str]) -> None:
    agent = signed(session, member(session, skills=["service"], number="7001"), NOW)
    handoff = waits(session, "c1", Reason.ASKED, NINE)  # with a message of its own, that nothing answered
    take(session, handoff.id, agent, NINE + timedelta(seconds=10))
    _says(session, "c1", NINE + timedelta(minutes=1), 300)
    end(session, "c1", EndedBy.AGENT, NINE + timedelta(minutes=10))
    _says(session, "c1", NINE + timedelta(minutes=11), 1)
    _says(session, talk("check", NINE, "audit"), NINE, 60)
    assert counted(session, DAY, DAY, NOW)["availability", ""] == (1, 1)
    assert counted(session, DAY, DAY, NOW, "channel")["availability", "rest"] == (1, 1)


def test_the_bot(session: Session, talk: Callable[..., str]) -> None:
    for name, labels in {
        "alone": ["billing_balance", "affirm"],  # one matter, answered
        "asked": ["complaint_network", "handoff"],  # a person had to come
        "hello": ["greet_chitchat"],  # no matter at all
        "lost": ["nlu_fallback", "nlu_fallback"],  # a matter that nobody understood
        "weather": ["out_of_scope"],  # none of ours, and not answered
    }.items():
        talk(name, NINE)
        for n, label in enumerate(labels):
            _says(session, name, NINE + timedelta(minutes=n), 1, label)
    waits(session, "asked", Reason.ASKED, NINE + timedelta(minutes=2))
    waits(session, "pressed", Reason.DISTRESS, NINE)  # nothing was read, and a person is needed
    waits(session, "down", Reason.BOT_FAILURE, NINE)  # the bot was back first: no person was needed
    withdraw(session, "down", NINE + timedelta(minutes=1), by=EndedBy.BOT)
    found = counted(session, DAY, DAY, NOW)
    assert found["containment", ""] == (2, 4), "alone and lost, of these and the two that were handed over"
    assert found["handoff_rate", ""] == (2, 4)
    assert found["unanswered", ""] == (3, 8)
    by_reason = counted(session, DAY, DAY, NOW, "reason")
    assert {value: pair for (key, value), pair in by_reason.items() if key == "handoffs"} == {
        "asked": (1, 1),
        "distress": (1, 1),
    }


def test_the_queue_as_the_wall_has_it(session: Session) -> None:
    """One definition: the figures of a day are those of care/handoff/metrics.py."""
    agent = signed(session, member(session, skills=["service", "billing"], number="7001", load_limit=50), NOW)
    for name, wait in (("p1", 10), ("p2", 20), ("p3", 75)):
        take(session, waits(session, name, Reason.ASKED, NINE).id, agent, NINE + timedelta(seconds=wait))
    end(session, "p2", EndedBy.SYSTEM, NINE + timedelta(minutes=5))
    for name, by in (("left", EndedBy.CUSTOMER), ("called", EndedBy.CALLBACK), ("bot", EndedBy.BOT)):
        waits(session, name, Reason.ASKED, NINE)
        withdraw(session, name, NINE + timedelta(minutes=1), by=by)
    waits(session, "late", Reason.ASKED, NOW - timedelta(minutes=1))
    waits(session, "fresh", Reason.ASKED, NOW - timedelta(seconds=5))
    waits(session, "check", Reason.ASKED, NINE, channel="audit")
    found = counted(session, DAY, DAY, NOW)
    assert found["connect_rate", ""] == (3, 6)
    assert found["mean_wait", ""] == (105, 3)
    assert found["cut_off", ""] == (1, 7)
    assert found["handoffs", ""] == (7, 7)
    begin = china("2026-11-20 00:00")
    wall = of_queue(session, begin, begin + timedelta(days=1), None, timedelta(seconds=30), NOW)[0]
    values = {each.key: each for each in board(session, DAY, DAY, NOW)}
    assert values["connect_rate"].value == wall.pick_up_rate
    assert values["cut_off"].value == wall.dropped_rate
    assert values["mean_wait"].value == wall.mean_wait
    assert values["mean_wait"].p90 == wall.p90_wait
    assert values["mean_wait"].median == 20
