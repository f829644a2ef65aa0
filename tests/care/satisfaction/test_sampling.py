"""Whom a wave asks: in proportion to the strata, a least number of each, nobody twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.satisfaction.sampling import allocate, draw, weights

ALLOCATED = [
    # how many there are, sample, least, how many are asked
    ({"a": 100, "b": 100}, 10, 0, {"a": 5, "b": 5}),
    ({"a": 300, "b": 100}, 40, 0, {"a": 30, "b": 10}),  # in proportion
    ({"a": 99, "b": 1}, 10, 0, {"a": 10, "b": 0}),  # a tenth of a person is nobody
    ({"a": 99, "b": 1}, 10, 1, {"a": 9, "b": 1}),  # but each stratum is to be heard
    ({"a": 990, "b": 10}, 100, 5, {"a": 95, "b": 5}),  # five, though one is its part
    ({"a": 3, "b": 100}, 50, 5, {"a": 3, "b": 47}),  # never more than there are
    ({"a": 10, "b": 10}, 100, 5, {"a": 10, "b": 10}),  # everybody
    ({"a": 100, "b": 100, "c": 100}, 10, 5, {"a": 4, "b": 3, "c": 3}),  # too few for the least: in proportion
    ({"a": 10, "b": 0}, 5, 5, {"a": 5}),  # nobody is there
    ({}, 5, 5, {}),
]


@pytest.mark.parametrize(("frame", "sample", "least", "asked"), ALLOCATED)
def test_how_many_of_each(frame: dict[str, int], sample: int, least: int, asked: dict[str, int]) -> None:
    assert allocate(frame, sample, least) == asked


@given(
    frame=st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 2000), max_size=12),
    sample=st.integers(1, 3000),
    least=st.integers(0, 10),
)
def test_of_any_panel(frame: dict[str, int], sample: int, least: int) -> None:
    asked = allocate(frame, sample, least)

    assert sum(asked.values()) == min(sample, sum(frame.values())), "as many as were wanted, or everybody"
    assert all(0 <= count <= frame[name] for name, count in asked.items())
    if sample >= sum(min(least, size) for size in frame.values()):
        assert all(count >= min(least, frame[name]) for name, count in asked.items()), "each stratum is heard"


def test_the_same_seed_draws_the_same_people() -> None:
    people = {"a": list(range(100)), "b": list(range(100, 130))}
    drawn = draw(people, {"a": 7, "b": 3}, seed=5)

    assert {name: len(set(each)) for name, each in drawn.items()} == {"a": 7, "b": 3}, "nobody twice"
    assert drawn == draw(people, {"a": 7, "b": 3}, seed=5)
    assert drawn != draw(people, {"a": 7, "b": 3}, seed=6)


def test_everybody_is_as_likely() -> None:
    """One of ten, a thousand times: each about a hundred times."""
    times = [0] * 10
    for seed in range(1000):
        times[draw({"a": list(range(10))}, {"a": 1}, seed)["a"][0]] += 1
    assert min(times) > 70
    assert max(times) < 130


def test_who_answered_stands_for_who_did_not() -> None:
    assert weights({"a": 300, "b": 100, "c": 50}, {"a": 10, "b": 10}) == {"a": 30.0, "b": 10.0}
