"""When a turn is tried again, and when a person is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.turns.rules import CALL_SECONDS, LEASE, needs_a_person, next_attempt
from tests.support.times import NOW


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (1, 0.5),  # a part is being restarted: it is back at once, mostly
        (2, 1),
        (3, 2),
        (4, 4),
        (5, 5),  # by now a person is asked for
        (6, 5),  # every five seconds, for good: the message is never given up
        (500, 5),
    ],
)
def test_next_attempt(failures: int, seconds: float) -> None:
    assert next_attempt(failures, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("failures", "waited", "needed"),
    [
        (0, 0, False),  # just arrived
        (1, 1, False),
        (4, 119, False),  # four failures, a second below two minutes
        (5, 16, True),  # the fifth failure
        (0, 120, True),  # two minutes without any try: every process was down
        (1, 120, True),
        (9, 3600, True),
    ],
)
def test_needs_a_person(failures: int, waited: float, needed: bool) -> None:
    assert needs_a_person(failures, NOW - timedelta(seconds=waited), NOW) is needed


def test_a_running_call_is_never_overtaken() -> None:
    """The lease outlives the longest call by more than clocks of two machines differ."""
    assert timedelta(seconds=CALL_SECONDS + 2) < LEASE
