"""When reports are due, and what is told of few people: nobody can work out what was kept back."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date, datetime

import pytest

from care.errors import InvalidInput
from care.reports.rules import (
    LEAST,
    Kind,
    Share,
    hidden,
    is_due,
    is_few,
    is_late,
    months_of,
    newest,
    period_of,
    share,
)
from tests.support.times import china

PERIODS = [
    # kind, name, first and last day; why
    (Kind.PUBLIC, "2026-10", date(2026, 10, 1), date(2026, 10, 31)),
    (Kind.MONTHLY, "2028-02", date(2028, 2, 1), date(2028, 2, 29)),  # a leap year
    (Kind.QUARTERLY, "2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
]


@pytest.mark.parametrize(("kind", "name", "since", "until"), PERIODS)
def test_a_period_has_its_days(kind: Kind, name: str, since: date, until: date) -> None:
    assert (period_of(kind, name).since, period_of(kind, name).until) == (since, until)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.PUBLIC, "2026Q3"),  # of a month
        (Kind.QUARTERLY, "2026-09"),  # of a quarter
        (Kind.MONTHLY, "2026"),
        (Kind.MONTHLY, "2026-13"),
        (Kind.QUARTERLY, "2026Q5"),
        (Kind.PUBLIC, ""),
    ],
)
def test_another_period_is_refused(kind: Kind, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        period_of(kind, name)
    assert refused.value.reason == "period"


DUE = [
    # kind, now, newest period, is it due; why
    (Kind.MONTHLY, china("2026-11-03 07:59"), "2026-10", False),  # a minute before
    (Kind.MONTHLY, china("2026-11-03 08:00"), "2026-10", True),  # two days for the end of the month to come to its end
    (Kind.PUBLIC, china("2026-11-04 23:00"), "2026-10", False),
    (Kind.PUBLIC, china("2026-11-05 08:00"), "2026-10", True),
    (Kind.QUARTERLY, china("2026-10-05 08:00"), "2026Q3", True),  # of the quarter's first month
    (Kind.QUARTERLY, china("2026-12-31 23:59"), "2026Q3", True),  # the worker was away for months
    (Kind.MONTHLY, china("2027-01-03 08:00"), "2026-12", True),  # over New Year
    (Kind.MONTHLY, china("2026-11-01 00:00"), "2026-10", False),  # over for no minute yet
    (Kind.MONTHLY, china("2026-10-31 23:59"), "2026-09", True),
]


@pytest.mark.parametrize(("kind", "now", "name", "due"), DUE)
def test_when_a_report_is_due(kind: Kind, now: datetime, name: str, due: bool) -> None:
    period = newest(kind, now)
    assert (period.name, is_due(kind, period, now)) == (name, due)


def test_a_pack_is_late_from_day_5() -> None:
    october = period_of(Kind.MONTHLY, "2026-10")
    assert not is_late(october, china("2026-11-04 23:59"))
    assert is_late(october, china("2026-11-05 00:00"))


def test_a_quarter_has_three_months() -> None:
    assert [month.name for month in months_of(period_of(Kind.QUARTERLY, "2026Q3"))] == ["2026-07", "2026-08", "2026-09"]


HIDDEN = [
    # cells; those that are not told; why
    ([212, 168, 97], []),
    ([212, 3, 9], [1, 2]),  # 3 alone would be the total less the others
    ([212, 3, 2], [1, 2]),  # 5 together, of which nobody knows the parts
    ([212, 2, 2], [0, 1, 2]),  # 4 together would be a cell below 5 itself
    ([212, 60, 2, 2], [1, 2, 3]),  # the smallest of the others goes with them
    ([212, 60, 4, 4, 4], [1, 2, 3, 4]),  # 12 in three cells below 5: each must be 4
    ([212, 0, 60], []),  # nobody is in an empty one
    ([3, 0, 0], [0, 1, 2]),  # nothing can be told but, if it is 5 or more, the total
    ([4], [0]),
    ([5, 5], []),
]


@pytest.mark.parametrize(("cells", "kept_back"), HIDDEN)
def test_what_is_not_told(cells: list[int], kept_back: list[int]) -> None:
    assert sorted(hidden(cells)) == kept_back


def test_cells_that_must_not_be_told_take_another_with_them() -> None:
    assert sorted(hidden([40, 30, 20], also=[0])) == [0, 2], "one alone is the total less the others"


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_nobody_who_knows_the_rule_works_out_a_hidden_cell(length: int) -> None:
    """Every table of so many cells from 0 to 9: those that look alike from outside differ in each hidden cell."""
    looks = defaultdict(list)
    for cells in itertools.product(range(10), repeat=length):
        kept_back = hidden(cells)
        total = sum(cells)
        seen = tuple(None if at in kept_back else count for at, count in enumerate(cells))
        looks[seen, None if is_few(total) else total].append(cells)
    for (seen, _), alike in looks.items():
        for at, shown in enumerate(seen):
            assert shown is None or not is_few(shown), "no cell below 5 is told"
            if shown is None:
                assert len({cells[at] for cells in alike}) > 1, f"{seen}: cell {at} can be nothing but {alike[0][at]}"


SHARES = [
    # part, whole; what is told; why
    (90, 100, Share(0.9, 90, 100)),
    (100, 100, Share(1.0, 100, 100)),  # none was late: that is nobody
    (98, 100, Share(None, None, 100, above=0.95)),  # two were late
    (2, 741, Share(None, None, 741, below=0.007)),
    (3, 7, Share(None, None, 7)),  # neither of the 3 nor of the 4
    (4, 4, Share(None, None, None)),  # nothing of four people
]


@pytest.mark.parametrize(("part", "whole", "told"), SHARES)
def test_a_share_tells_of_no_few(part: int, whole: int, told: Share) -> None:
    assert share(part, whole) == told


@pytest.mark.parametrize("whole", range(LEAST, 60))
def test_a_share_that_is_kept_back_could_be_several(whole: int) -> None:
    """Also to who knows the rule."""
    alike = defaultdict(list)
    for part in range(whole + 1):
        alike[share(part, whole)].append(part)
    for told, parts in alike.items():
        if told.numerator is None:
            assert len(parts) > 1, told
        else:
            assert not is_few(told.numerator)
            assert not is_few(whole - told.numerator)


def test_a_share_beside_one_that_is_kept_back_is_told_roughly() -> None:
    assert share(310, 321, is_exact=False) == Share(None, None, 321, above=0.953)
    assert share(30, 321, is_exact=False) == Share(None, None, 321, below=0.11)
