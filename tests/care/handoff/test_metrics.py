"""The figures of the queue: a day of hand-offs, each with a reason, and what it counts for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from care.handoff.assigning import end, give_back, take
from care.handoff.metrics import By, Figures, definitions, figures, handling
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import withdraw
from care.staff.sessions import Signed
from tests.care.handoff.conftest import Ask
from tests.support.desk import member, signed
from tests.support.times import china

NOW = china("2026-11-20 18:00")
DAY = (china("2026-11-20 00:00"), china("2026-11-21 00:00"))
TARGET = timedelta(seconds=30)


@pytest.fixture
def agent(session: Session) -> Signed:
    return signed(session, member(session, skills=["service", "billing"], number="7001", load_limit=50), NOW)


def _of_day(session: Session, by: By | None = None, now: datetime = NOW) -> dict[str, Figures]:
    return {row.key: row for row in figures(session, *DAY, by, TARGET, now)}


def _at(clock: str, seconds: float = 0) -> datetime:
    return china(f"2026-11-20 {clock}") + timedelta(seconds=seconds)


def test_a_day(session: Session, ask: Ask, agent: Signed) -> None:
    def picked(name: str, clock: str, wait: float, **more: object) -> None:
        take(session, ask(name, _at(clock), **more).id, agent, _at(clock, wait))

    # picked up after 10, 20, 30 and 100 seconds: three of four within the target
    for name, wait in (("p1", 10), ("p2", 20), ("p3", 30), ("p4", 100)):
        picked(name, "09:00", wait)
    end(session, "p1", EndedBy.AGENT, _at("09:10"))
    # cut off by our side while they talked
    end(session, "p2", EndedBy.SYSTEM, _at("09:05"))
    # the agent was gone, and the customer did not wait again: cut off by our side, too
    give_back(session, agent.staff_id, _at("09:06"))
    withdraw(session, "p3", _at("09:07"), by=EndedBy.CUSTOMER)
    take(session, _waiting(session, "p4"), agent, _at("09:08"))
    # left before anybody came; called back instead; the bot was back first (counts apart)
    for name, by in (("left", EndedBy.CUSTOMER), ("called", EndedBy.CALLBACK), ("bot", EndedBy.BOT)):
        ask(name, _at("10:00"))
        withdraw(session, name, _at("10:01"), by=by)
    # asked in the night and gave up before the queue opened: nobody could have come (counts apart)
    ask("night", _at("02:00"))
    withdraw(session, "night", _at("02:10"), by=EndedBy.CUSTOMER)
    # asked in the night and waited: from the opening at 08:00 it took 12 seconds
    picked("early", "05:00", 3 * 3600 + 12)
    # waits and is late; waits and is not late yet, so nobody can say
    ask("late", _at("17:59"))
    ask("fresh", _at("17:59", 45))
    # one of our own checks
    ask("check", _at("11:00"), channel="audit")
    # another day
    ask("other", china("2026-11-19 12:00"))

    row = _of_day(session)[""]
    assert (row.requested, row.recovered, row.outside, row.judged) == (9, 1, 1, 8)
    assert (row.picked, row.in_target) == (5, 4)
    assert (row.abandoned, row.called_back, row.dropped) == (1, 1, 2)
    assert row.pick_up_rate == 5 / 8
    assert row.within_target == 4 / 8
    assert row.dropped_rate == 2 / 9
    assert row.abandoned_rate == 1 / 9
    assert row.mean_wait == pytest.approx((10 + 20 + 30 + 100 + 12) / 5)
    assert row.p90_wait == pytest.approx(72), "between 30 and 100"

    later = _of_day(session, now=NOW + timedelta(minutes=5))[""]
    assert (later.judged, later.pick_up_rate) == (9, 5 / 9), "now the fresh one is late as well"


def _waiting(session: Session, conversation: str) -> int:
    from care.handoff.service import open_handoff

    handoff = open_handoff(session, conversation)
    assert handoff is not None
    return handoff.id


def test_by_queue_and_hour(session: Session, ask: Ask, agent: Signed) -> None:
    take(session, ask("c1", _at("09:59:59")).id, agent, _at("10:00:09"))
    ask("c2", _at("10:00"), trigger={"label": "billing_detail"})
    ask("c3", _at("23:00"), reason=Reason.ELDERLY)
    queues = _of_day(session, By.QUEUE, NOW + timedelta(days=1))
    assert {name: (row.requested, row.picked) for name, row in queues.items()} == {
        "service": (1, 1),
        "billing": (1, 0),
        "duty": (1, 0),
    }
    hours = _of_day(session, By.HOUR, NOW + timedelta(days=1))
    assert {hour: row.requested for hour, row in hours.items()} == {"09": 1, "10": 1, "23": 1}, "of China"


def test_by_agent(session: Session, ask: Ask, agent: Signed) -> None:
    other = signed(session, member(session, skills=["service"], number="7002"), NOW)
    take(session, ask("c1", _at("09:00")).id, agent, _at("09:00", 10))
    give_back(session, agent.staff_id, _at("09:01"))
    for _ in range(2):  # sent again
        take(session, _waiting(session, "c1"), other, _at("09:02"))
    take(session, ask("c2", _at("09:00")).id, other, _at("09:00", 30))
    end(session, "c1", EndedBy.AGENT, _at("09:10", 10))
    end(session, "c2", EndedBy.AGENT, _at("09:05", 30))
    agents = _of_day(session, By.AGENT)
    assert {number: (row.picked, row.mean_wait) for number, row in agents.items()} == {
        "7001": (1, 10.0),
        "7002": (2, 20.0),
    }
    handled = handling(session, *DAY)
    assert handled.keys() == {"7002"}, "who closed it"
    assert (handled["7002"].closed, handled["7002"].mean_handling) == (2, (600 + 300) / 2)


def test_nothing_to_divide_by(session: Session, ask: Ask) -> None:
    assert _of_day(session) == {}
    ask("bot", _at("10:00"))
    withdraw(session, "bot", _at("10:01"), by=EndedBy.BOT)
    row = _of_day(session)[""]
    assert (row.requested, row.recovered) == (0, 1)
    assert (row.pick_up_rate, row.within_target, row.dropped_rate, row.abandoned_rate) == (None, None, None, None)
    assert (row.mean_wait, row.p90_wait) == (None, None)


def test_every_figure_that_is_shown_has_its_definition() -> None:
    shown = {
        "requested", "recovered", "outside", "picked", "pick_up_rate", "mean_wait", "p90_wait", "within_target",
        "dropped", "dropped_rate", "abandoned", "abandoned_rate", "called_back",
    }  # fmt: skip
    assert shown <= definitions().keys()
