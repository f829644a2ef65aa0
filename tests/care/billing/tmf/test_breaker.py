"""The circuit breaker with a clock of its own."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import REGISTRY

from care.billing.tmf.breaker import FAILURES, Breaker, Outage
from care.errors import Unavailable

PAUSE = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("tests", PAUSE, clock)


def fail(breaker: Breaker) -> None:
    with pytest.raises(Outage), breaker.call():
        raise Outage("billing", "made up")


def succeed(breaker: Breaker) -> None:
    with breaker.call():
        pass


def open_it(breaker: Breaker) -> None:
    for _ in range(FAILURES):
        fail(breaker)


def is_open(breaker: Breaker) -> bool:
    """Asks, and gives up where it could go on."""
    with pytest.raises((asyncio.CancelledError, Unavailable)) as ended, breaker.call():
        raise asyncio.CancelledError
    return isinstance(ended.value, Unavailable) and ended.value.reason == "billing"


def test_it_opens_after_so_many_failures_in_a_row(breaker: Breaker) -> None:
    for _ in range(FAILURES - 1):
        fail(breaker)
        assert not is_open(breaker)
    fail(breaker)
    assert is_open(breaker)


def test_a_success_between_them_begins_the_row_anew(breaker: Breaker) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(breaker)
        succeed(breaker)
    assert not is_open(breaker)


def test_an_answer_that_cannot_be_used_is_an_answer(breaker: Breaker) -> None:
    for _ in range(FAILURES * 2):
        with pytest.raises(Unavailable), breaker.call():
            raise Unavailable("billing", "made up")
    assert not is_open(breaker)


def test_it_stays_open_for_the_pause(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += PAUSE - 0.1
    assert is_open(breaker)
    clock.now += 0.1
    assert not is_open(breaker)


def test_only_one_call_tries(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += PAUSE
    with breaker.call():
        assert is_open(breaker), "until it is known how the first one went"
        assert is_open(breaker)
    assert not is_open(breaker)


def test_when_the_try_fails_the_pause_begins_anew(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += PAUSE
    fail(breaker)
    assert is_open(breaker)
    clock.now += PAUSE - 0.1
    assert is_open(breaker)
    clock.now += 0.1
    succeed(breaker)
    for _ in range(FAILURES - 1):
        fail(breaker)
    assert not is_open(breaker), "closed again, it counts from nothing"


def test_a_try_that_was_given_up_lets_the_next_one_try(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += PAUSE
    with pytest.raises(asyncio.CancelledError), breaker.call():
        raise asyncio.CancelledError
    succeed(breaker)
    assert not is_open(breaker)


def test_the_metric_follows(breaker: Breaker, clock: Clock) -> None:
    def shown() -> float | None:
        return REGISTRY.get_sample_value("quanyi_billing_circuit_open", {"api": "tests"})

    assert shown() == 0
    open_it(breaker)
    assert shown() == 1
    clock.now += PAUSE
    assert shown() == 1, "not before it is known"
    succeed(breaker)
    assert shown() == 0
