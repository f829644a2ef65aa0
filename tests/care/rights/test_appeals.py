"""When somebody may appeal and until when: every row with its reason (民法典第二百条至第二百零三条)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from care.rights.appeals import (
    Ground,
    Matter,
    Told,
    Where,
    answer_due_at,
    decision_by,
    last_day,
    last_day_before,
    result_by,
    standing,
)
from tests.support.times import NOW, china

FEE, SERVICE = Matter.FEE, Matter.SERVICE

LAST_DAYS = [
    # happened, matter, last day, why
    ("2026-06-24", FEE, "2026-11-24", "the same day, five months on: a Tuesday"),
    ("2026-06-22", FEE, "2026-11-23", "22 November 2026 is a Sunday: the day after"),
    ("2026-09-30", FEE, "2027-03-01", "February has no 30th: its last day, a Sunday, rolls on"),
    ("2026-10-31", FEE, "2027-03-31", "months of the same length"),
    ("2026-05-31", FEE, "2026-11-02", "October has a 31st, a Saturday"),
    ("2026-05-01", FEE, "2026-10-08", "1 October begins a week of public holidays: to the first working day"),
    ("2024-02-29", SERVICE, "2026-02-28", "2026 has no 29 February: its last day, a Saturday that is worked on (调休)"),
    ("2024-11-22", SERVICE, "2026-11-23", "two years, and a Sunday"),
    ("2026-08-05", FEE, "2027-01-05", "over the end of a year"),
]


@pytest.mark.parametrize(("happened", "matter", "last", "why"), LAST_DAYS)
def test_last_day_for_an_appeal(happened: str, matter: Matter, last: str, why: str) -> None:
    assert last_day(date.fromisoformat(happened), matter) == date.fromisoformat(last), why


ANSWERS = [
    # complained, last day for the answer, why
    (china("2026-11-05 09:00"), "2026-11-20", "the day itself is not counted"),
    (china("2026-11-06 23:59"), "2026-11-23", "the 15th day is a Saturday"),
    (date(2026, 11, 5), "2026-11-20", "only the day is known"),
    (china("2026-09-20 10:00"), "2026-10-08", "the 15th day is in the holidays of October"),
]


@pytest.mark.parametrize(("complained", "last", "why"), ANSWERS)
def test_last_day_for_our_answer(complained: date | datetime, last: str, why: str) -> None:
    assert last_day_before(answer_due_at(complained)) == date.fromisoformat(last), why


def test_days_of_the_regulator() -> None:
    assert decision_by(date(2026, 11, 20)) == date(2026, 11, 27), "a Friday, then five working days"
    assert decision_by(date(2026, 9, 30)) == date(2026, 10, 13), "holidays are no working days, 10 October is one"
    assert result_by(date(2026, 11, 20)) == date(2026, 12, 20), "30 days, not working days"


DUE = answer_due_at(china("2026-11-05 09:00"))
GROUNDS = [
    # said not satisfied, answer due, now, ground, why
    (False, DUE, "2026-11-17 12:00", Ground.OPEN, "12 days: the papers are made ahead"),
    (True, DUE, "2026-11-05 09:01", Ground.DISSATISFIED, "not satisfied is enough, a minute after"),
    (False, DUE, "2026-11-20 23:59", Ground.OPEN, "the last day ends at 24:00"),
    (False, DUE, "2026-11-21 00:00", Ground.UNANSWERED, "it has ended"),
    (True, DUE, "2026-11-21 00:00", Ground.DISSATISFIED, "what the customer says comes first"),
    (True, None, "2026-11-21 00:00", Ground.DISSATISFIED, "answered, or nobody knows the day"),
    (False, None, "2026-11-21 00:00", Ground.OPEN, "nobody knows when it was complained about"),
]


@pytest.mark.parametrize(("is_dissatisfied", "due", "now", "ground", "why"), GROUNDS)
def test_ground(is_dissatisfied: bool, due: datetime | None, now: str, ground: Ground, why: str) -> None:
    found = standing(FEE, is_dissatisfied=is_dissatisfied, answer_due=due, since=date(2026, 11, 1), now=china(now))
    assert found.ground is ground, why


LEFT = [
    # happened, days left, close, over, why
    (date(2026, 11, 1), 131, False, False, "far away"),
    (date(2026, 7, 21), 30, False, False, "thirty days are not close yet"),
    (date(2026, 7, 20), 30, False, False, "20 December is a Sunday, so Monday"),
    (date(2026, 7, 17), 26, True, False, "close"),
    (date(2026, 6, 21), 2, True, False, "the last day is a Saturday, so there is still the Monday"),
    (date(2026, 6, 20), -1, False, True, "yesterday was the last day"),
]


@pytest.mark.parametrize(("happened", "days", "is_close", "is_over", "why"), LEFT)
def test_days_left(happened: date, days: int, is_close: bool, is_over: bool, why: str) -> None:
    found = standing(FEE, is_dissatisfied=True, answer_due=None, since=happened, now=NOW)
    assert (found.days_left, found.is_close, found.is_over) == (days, is_close, is_over), why


def test_the_day_is_chinas() -> None:
    late = china("2026-11-21 23:30")
    found = standing(FEE, is_dissatisfied=True, answer_due=None, since=date(2026, 11, 1), now=late)
    after = standing(FEE, is_dissatisfied=True, answer_due=None, since=date(2026, 11, 1), now=late + timedelta(hours=1))
    assert (found.days_left, after.days_left) == (131, 130)


def test_what_was_told_is_kept_as_it_is() -> None:
    told = Told(Where.SHOP, date(2026, 11, 5), None, "营业员说退不了", None)
    assert Told.from_json(told.as_json()) == told
