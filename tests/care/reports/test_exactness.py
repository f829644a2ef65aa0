"""Figures that add up to another one give nothing away that is kept back."""

from __future__ import annotations

import pytest

from care.insight.board import Value
from care.insight.definitions import figures
from care.reports.exactness import FAMILIES, kept_back, told_inexactly

SIMPLE, COMPLEX, SOLVED = "solution_simple", "solution_complex", "solved_in_time"


def value(key: str, numerator: int, denominator: int) -> Value:
    return Value(key, numerator, denominator, numerator / denominator if denominator else None)


TOLD = [
    # figures as part/whole; told inexactly; why
    ({SIMPLE: (90, 100), COMPLEX: (40, 50), SOLVED: (130, 150)}, set()),
    # 2 late of the simple ones: 12 late in all less 10 complex ones would say so
    ({SIMPLE: (98, 100), COMPLEX: (40, 50), SOLVED: (138, 150)}, {SIMPLE, COMPLEX}),
    ({SIMPLE: (100, 100), COMPLEX: (40, 50), SOLVED: (140, 150)}, set()),  # none was late
    ({SIMPLE: (90, 100), COMPLEX: (2, 3), SOLVED: (92, 103)}, {SIMPLE, COMPLEX}),  # 3 complex ones in all
    # 102 of 104 marks are of the busy hours: of the two others nothing may be told
    ({"satisfied_busy": (92, 102), "satisfied": (94, 104)}, {"satisfied_busy"}),
    ({"satisfied_busy": (60, 70), "satisfied": (160, 190)}, set()),
    # 7 appeals, of which 6 follow a complaint: one that does not
    ({"complaints_appealed": (6, 600), "appeals": (7, 7)}, {"complaints_appealed"}),
    ({SOLVED: (138, 150)}, set()),  # nothing else is known
]


@pytest.mark.parametrize(("counts", "inexact"), TOLD)
def test_what_would_give_it_away(counts: dict[str, tuple[int, int]], inexact: set[str]) -> None:
    assert told_inexactly({key: value(key, *each) for key, each in counts.items()}) == inexact


def test_what_another_report_keeps_back_is_kept_back_here() -> None:
    """Of a quarter: the month in which 2 were late is the quarter less the two others."""
    quarter = {SIMPLE: value(SIMPLE, 270, 300), COMPLEX: value(COMPLEX, 120, 150), SOLVED: value(SOLVED, 390, 450)}
    month = {SIMPLE: value(SIMPLE, 98, 100)}
    assert kept_back(month) == {SIMPLE}
    assert told_inexactly(quarter, kept_back(month)) == {SIMPLE, COMPLEX}


def test_families_are_of_figures_that_there_are() -> None:
    assert {key for family in FAMILIES for key in (family.whole, *family.parts)} <= figures().keys()
