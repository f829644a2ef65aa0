"""A promise that will not be kept is replaced by one that is told; it counts as missed all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.sla.misses import record_misses
from care.sla.policy import Policy
from care.sla.service import due_times, meet_clocks, renew_clock, running_clock
from care.sla.tables import Clock
from care.tickets.tables import Ticket
from tests.care.sla.conftest import Open
from tests.support.times import NOW, china

HOUR = timedelta(hours=1)


def _promise(session: Session, ticket: Ticket, name: str = "solution_simple") -> Clock:
    clock = running_clock(session, ticket.id, name)
    assert clock is not None
    return clock


def _alarms(session: Session, clock: Clock) -> list[object]:
    """That began with this one."""
    of_it = (Clock.ticket_id == clock.ticket_id, Clock.name == clock.name, Clock.starts_at == clock.starts_at)
    return list(session.scalars(select(Clock.due_at).where(*of_it, Clock.kind == "alarm").order_by(Clock.due_at)))


def test_the_later_time_is_what_is_promised_now(session: Session, opened: Open) -> None:
    ticket = opened()
    old = _promise(session, ticket)
    new = renew_clock(session, old, NOW + 72 * HOUR, NOW + 20 * HOUR)
    assert (new.name, new.kind, new.renews, new.starts_at) == ("solution_simple", "promise", old.id, NOW + 20 * HOUR)
    assert due_times(session, ticket.id)["solution_simple"] == NOW + 72 * HOUR
    three_quarters, owed = NOW + 59 * HOUR, NOW + 84 * HOUR
    assert _alarms(session, new) == [three_quarters, owed], "of its 52 hours; and 12 hours after they are over"


def test_the_one_before_is_missed_when_its_time_comes(session: Session, opened: Open) -> None:
    ticket = opened()
    old = _promise(session, ticket)
    new = renew_clock(session, old, NOW + 72 * HOUR, NOW + 20 * HOUR)
    for hours in (24, 25, 72):
        record_misses(session, ticket, NOW + hours * HOUR)
    assert (old.missed_at, new.missed_at) == (NOW + 24 * HOUR, NOW + 72 * HOUR)


def test_an_answer_meets_both(session: Session, opened: Open) -> None:
    ticket = opened()
    old = _promise(session, ticket)
    new = renew_clock(session, old, NOW + 72 * HOUR, NOW)
    at = NOW + 30 * HOUR
    record_misses(session, ticket, at)
    meet_clocks(session, ticket.id, ["solution_simple"], at)
    session.expire_all()
    assert [(clock.missed_at, clock.met_at) for clock in (old, new)] == [(at, at), (None, at)]
    left = select(Clock.id).where(Clock.name == "solution_simple", Clock.ended_at.is_(None), Clock.kind == "alarm")
    assert session.scalars(left).all() == []


def test_told_again_it_is_the_same(session: Session, opened: Open) -> None:
    ticket = opened()
    old = _promise(session, ticket)
    first = renew_clock(session, old, NOW + 72 * HOUR, NOW)
    assert renew_clock(session, old, NOW + 72 * HOUR, NOW + HOUR) is first
    again = renew_clock(session, first, NOW + 96 * HOUR, NOW + 2 * HOUR)
    assert again.renews == first.id, "a renewed one is renewed"


def test_its_alarms_after_a_miss_are_those_of_the_policy(session: Session, opened: Open, shipped: Policy) -> None:
    spec = shipped.clocks["solution_simple"].model_copy(update={"after": [4]})
    policy = shipped.model_copy(update={"version": "2026-01.3", "clocks": shipped.clocks | {"solution_simple": spec}})
    new = renew_clock(session, _promise(session, opened(policy)), NOW + 40 * HOUR, NOW + 4 * HOUR)
    assert _alarms(session, new) == [NOW + 31 * HOUR, NOW + 44 * HOUR]


REFUSED = [
    # of which clock, to what time, told when, and why not
    ("solution_simple", NOW + 24 * HOUR, NOW, "renew_too_early"),  # the same time
    ("solution_simple", NOW + 12 * HOUR, NOW, "renew_too_early"),
    ("solution_simple", NOW + 30 * HOUR, NOW + 31 * HOUR, "renew_too_early"),  # over already
    ("solution_simple", china("2026-12-08 00:01"), NOW, "renew_too_late"),  # the law's answer is due at 00:00
    ("answer", china("2026-12-10 00:00"), NOW, "renew_promise"),  # nobody renews the law
]


@pytest.mark.parametrize(("name", "due", "now", "reason"), REFUSED)
def test_what_is_not_renewed(session: Session, opened: Open, name: str, due: object, now: object, reason: str) -> None:
    clock = _promise(session, opened(), name)
    with pytest.raises(InvalidInput) as refused:
        renew_clock(session, clock, due, now)  # type: ignore[arg-type]
    assert refused.value.reason == reason


def test_up_to_the_laws_time(session: Session, opened: Open) -> None:
    assert renew_clock(session, _promise(session, opened()), china("2026-12-08 00:00"), NOW).renews


def test_what_was_kept_is_not_renewed(session: Session, opened: Open) -> None:
    ticket = opened()
    clock = _promise(session, ticket)
    meet_clocks(session, ticket.id, None, NOW)
    session.refresh(clock)
    with pytest.raises(InvalidInput, match="owed"):
        renew_clock(session, clock, NOW + 72 * HOUR, NOW)
