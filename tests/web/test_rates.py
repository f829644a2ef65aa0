"""What is counted, and when it is forgotten."""

from __future__ import annotations

import pytest

from web.rates import AtOnce, PerMinute, TooMany


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_so_many_a_minute(clock: Clock) -> None:
    rate = PerMinute(3, "messages", clock)
    for number in range(3):
        clock.now = 1000 + 10 * number
        rate.check("c1", str(number))
    clock.now = 1030.5
    with pytest.raises(TooMany, match="at most 3 messages a minute; try again in 30 s") as refused:
        rate.check("c1", "3")
    assert (refused.value.reason, refused.value.after) == ("too_many", 30)
    rate.check("c2", "3")  # another conversation has its own
    clock.now = 1060
    rate.check("c1", "3")  # the first one is a minute old
    with pytest.raises(TooMany):
        rate.check("c1", "4")


def test_the_same_thing_again_is_not_another_one(clock: Clock) -> None:
    rate = PerMinute(2, "messages", clock)
    for _ in range(10):
        rate.check("c1", "a")
        rate.check("c1", "b")
    with pytest.raises(TooMany):
        rate.check("c1", "c")
    rate.check("c1", "a")  # who asks for its answer is not in the way


def test_what_was_refused_is_not_counted(clock: Clock) -> None:
    rate = PerMinute(1, "messages", clock)
    rate.check("c1", "a")
    for _ in range(5):
        clock.now += 10
        with pytest.raises(TooMany):
            rate.check("c1", "b")
    clock.now = 1060
    rate.check("c1", "b")


def test_who_is_quiet_is_forgotten(clock: Clock) -> None:
    rate = PerMinute(5, "messages", clock)
    for number in range(1000):
        rate.check(f"c{number}")
    clock.now += 59
    rate.check("late")
    clock.now += 2
    rate.check("last")
    assert set(rate._seen) == {"late", "last"}


def test_so_many_at_once() -> None:
    held = AtOnce(2)
    assert [held.take("a"), held.take("a"), held.take("a"), held.take("b")] == [True, True, False, True]
    held.give_back("a")
    assert held.take("a")
    assert not held.take("a")
    for key in ("a", "a", "b"):
        held.give_back(key)
    assert held._held == {}
