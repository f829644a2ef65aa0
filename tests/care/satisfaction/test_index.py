"""The index of a wave: from 0 to 100, weighted by who lives where, with the interval that chance leaves."""

from __future__ import annotations

import pytest

from care.satisfaction.index import Index, scaled, stratified

SCALED = [
    # mark, index
    (1, 0.0),
    (5.5, 50.0),
    (10, 100.0),
    (8.362, 81.8),  # what the seed's study found for 2012
]


@pytest.mark.parametrize(("mark", "index"), SCALED)
def test_a_mark_as_an_index(mark: float, index: float) -> None:
    assert scaled(mark) == pytest.approx(index, abs=0.01)


def _index(frame: dict[str, int], marks: dict[str, list[float]]) -> Index:
    found = stratified("2026Q4", frame, marks)
    assert found is not None
    return found


def test_a_stratum_counts_by_its_people_not_by_its_answers() -> None:
    """Nine in ten live in a, and are content; b answers more."""
    found = _index({"a": 900, "b": 100}, {"a": [9, 9, 9, 9, 9], "b": [4] * 20})
    assert found.value == pytest.approx(scaled(0.9 * 9 + 0.1 * 4))
    assert found.satisfied == pytest.approx(0.9), "marks from 8 on"
    assert found.answers == 25


def test_who_has_no_answers_is_left_out() -> None:
    assert _index({"a": 50, "b": 50}, {"a": [7, 8, 9, 8, 8]}).value == pytest.approx(scaled(8))


def test_the_interval() -> None:
    """By hand: variance 2.5 of five answers, of 1,000 people: t(4) = 2.776, half = 2.776 × √(2.5 / 5 × 0.995)."""
    found = _index({"a": 1000}, {"a": [6, 7, 8, 9, 10]})
    half = 2.7764451 * (2.5 / 5 * 0.995) ** 0.5
    assert [found.low, found.high] == pytest.approx([scaled(8 - half), scaled(8 + half)], abs=1e-4)


def test_what_lies_outside_is_cut() -> None:
    assert _index({"a": 1000}, {"a": [7, 9, 10, 10, 10]}).high == 100.0


def test_who_asked_everybody_knows_it_all() -> None:
    found = _index({"a": 5}, {"a": [6, 7, 8, 9, 10]})
    assert [found.low, found.high] == pytest.approx([found.value] * 2)


TOO_FEW: list[dict[str, list[float]]] = [
    {},
    {"a": []},
    {"a": [9, 9, 9, 9]},  # four: it would tell what somebody said
]


@pytest.mark.parametrize("marks", TOO_FEW)
def test_too_few_have_no_index(marks: dict[str, list[float]]) -> None:
    assert stratified("2026Q4", {"a": 100}, marks) is None
