"""When a notice that was not taken is tried again, and when nobody tries any more."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.notices.rules import FIRST_WAIT, LONGEST_WAIT, is_hopeless, wait_after
from tests.support.times import NOW

WAITS = [
    # tries  seconds until the next
    (1, 30),
    (2, 60),
    (3, 120),
    (4, 240),
    (5, 480),
    (6, 960),
    (7, 1800),  # 1,920 would be next: half an hour is the longest
    (8, 1800),
    (1_000_000, 1800),  # no power of that is computed
]


@pytest.mark.parametrize(("attempts", "seconds"), WAITS)
def test_waits(attempts: int, seconds: int) -> None:
    assert wait_after(attempts) == timedelta(seconds=seconds)


@given(st.integers(min_value=1, max_value=10_000))
def test_waits_grow_and_stay_within_bounds(attempts: int) -> None:
    assert FIRST_WAIT <= wait_after(attempts) <= wait_after(attempts + 1) <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("age", "hopeless"),
    [
        (timedelta(0), False),
        (timedelta(hours=23, minutes=59, seconds=59), False),
        (timedelta(hours=24), True),
        (timedelta(days=3), True),  # the worker was away over the weekend: one try, and no more
    ],
)
def test_news_of_yesterday_is_no_news(age: timedelta, hopeless: bool) -> None:
    assert is_hopeless(NOW - age, NOW) is hopeless


def test_how_many_tries_there_are() -> None:
    """So many SMS a gateway may see of one notice, all with one id, when it sends them and then says no."""
    tries = list(accumulate([wait_after(attempts) for attempts in range(1, 100)], initial=timedelta(0)))
    assert len([after for after in tries if not is_hopeless(NOW, NOW + after)]) == 53
