"""A simulated year: each miss and each alarm exactly once, with two workers of which one is killed at random now and
then; the totals equal what the events say. `make bench ARGS='--only year'` does it with many more tickets."""

from __future__ import annotations

from tests.care.escalation.year import live


def test_every_miss_and_every_alarm_exactly_once(database: object) -> None:
    found = live(tickets=160, kills=3, seed=7)

    assert found.different == []
    assert (found.missed, found.rang) == (found.must_miss, found.must_ring)
    assert found.killed >= 1
    assert found.missed > 100, "a year without misses would show nothing"
    assert found.rang > found.missed
    assert found.renewed > 10
