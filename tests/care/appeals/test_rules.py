"""What the data of an authority's letter must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from care.appeals.figures import per_million
from care.appeals.rules import Authority, Letter, check_days, due_at, read_external_number
from care.errors import InvalidInput
from tests.support.times import china

TODAY = date(2026, 11, 21)
LETTER = Letter(Authority.MIIT, "粤通管申〔2026〕1234号", date(2026, 11, 18), date(2026, 11, 20), date(2026, 12, 5))

NUMBERS = [
    ("粤通管申〔2026〕1234号", "粤通管申〔2026〕1234号"),
    (" sd-2026 00123 ", "SD-202600123"),  # as two people type the same
    ("gd12345/7", "GD12345/7"),
    ("", None),
    ("1", None),  # too short for a number of theirs
    ("x" * 41, None),  # longer than its column
    ("<script>", None),
]


@pytest.mark.parametrize(("typed", "number"), NUMBERS)
def test_the_authoritys_own_number(typed: str, number: str | None) -> None:
    if number is not None:
        assert read_external_number(typed) == number
        return
    with pytest.raises(InvalidInput) as refused:
        read_external_number(typed)
    assert refused.value.reason == "external_number"


DAYS: list[tuple[dict[str, date | None], str | None]] = [
    ({}, None),
    ({"dated": None}, None),  # not every letter is dated
    ({"received_on": TODAY}, None),
    ({"received_on": date(2026, 11, 22)}, "received_on"),  # tomorrow
    ({"received_on": date(2025, 9, 1), "dated": None, "due_on": date(2025, 9, 15)}, "received_on"),  # another year
    ({"dated": date(2026, 11, 21)}, "dated"),  # after it was received
    ({"due_on": date(2026, 11, 19)}, "due_on"),  # before it was received
    ({"due_on": date(2026, 11, 20)}, None),  # on the same day: at once
    ({"due_on": date(2027, 12, 5)}, "due_on"),  # the year is a slip of the pen
]


@pytest.mark.parametrize(("changes", "reason"), DAYS)
def test_days(changes: dict[str, date | None], reason: str | None) -> None:
    letter = replace(LETTER, **changes)  # type: ignore[arg-type]
    if reason is None:
        check_days(letter, TODAY)
        return
    with pytest.raises(InvalidInput) as refused:
        check_days(letter, TODAY)
    assert refused.value.reason == reason


def test_the_day_of_the_letter_is_the_last_one() -> None:
    """No holiday moves it: the authority has counted."""
    assert due_at(LETTER) == china("2026-12-06 00:00"), "the end of a Saturday"


@pytest.mark.parametrize(
    ("count", "users", "figure"), [(12, 1_000_000, 12.0), (7, 3_000_000, 2.33), (0, 5, 0.0), (3, None, None)]
)
def test_a_million_users(count: int, users: int | None, figure: float | None) -> None:
    assert per_million(count, users) == figure
