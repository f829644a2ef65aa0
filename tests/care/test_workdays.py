"""Working days and opening hours: holidays, 调休, split shifts, midnight, and years that nobody has published yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from care.timezone import CHINA
from care.workdays import ALWAYS, Day, Hours, is_published, is_workday, kind_of, shifts_in
from tests.support.times import china


@pytest.mark.parametrize(
    ("day", "workday", "published"),
    [
        (date(2026, 11, 20), True, True),  # a Friday
        (date(2026, 11, 21), False, True),  # a Saturday
        (date(2026, 10, 1), False, True),  # National Day, a Thursday
        (date(2026, 10, 10), True, True),  # a Saturday that is worked
        (date(2026, 12, 31), True, True),  # the last day that chinese-calendar 1.11 knows
        (date(2027, 1, 1), True, False),  # a Friday: a guess
        (date(2027, 1, 2), False, False),  # a Saturday: a guess as well
    ],
)
def test_workdays(day: date, workday: bool, published: bool) -> None:
    assert is_workday(day) is workday
    assert is_published(day) is published


KINDS = [
    (date(2026, 2, 13), Day.FRI, "a plain Friday before 春节"),
    (date(2026, 2, 14), Day.MAKEUP, "a Saturday that is worked for 春节"),
    (date(2026, 2, 15), Day.HOLIDAY, "a Sunday of the holiday: its hours, not Sunday's"),
    (date(2026, 2, 17), Day.HOLIDAY, "春节 itself, a Tuesday"),
    (date(2026, 2, 24), Day.TUE, "the first day after it"),
    (date(2026, 3, 7), Day.SAT, "a plain Saturday"),
    (date(2026, 9, 20), Day.MAKEUP, "a Sunday that is worked for 国庆"),
    (date(2027, 2, 6), Day.SAT, "春节 of a year that is not published: the plain day"),
]


@pytest.mark.parametrize(("day", "kind", "why"), KINDS)
def test_kind_of_a_day(day: date, kind: Day, why: str) -> None:
    assert kind_of(day) is kind, why


#: an office: lunch break, half a Saturday, 调休 as a Friday, closed on holidays
OFFICE = Hours(
    {day: shifts_in("09:00-12:00, 13:30-18:00") for day in (*list(Day)[:5], Day.MAKEUP)}
    | {Day.SAT: shifts_in("09:00-12:00"), Day.SUN: (), Day.HOLIDAY: ()}
)
#: at night, over midnight
NIGHT = Hours(dict.fromkeys(Day, shifts_in("00:00-06:00, 22:00-24:00")))
#: closed but on public holidays
RESERVE = Hours({Day.HOLIDAY: shifts_in("10:00-16:00")})

OPENINGS = [
    # hours, now, opens at (now: it is open)
    (OFFICE, "2026-11-20 08:59", "2026-11-20 09:00", "a minute early"),
    (OFFICE, "2026-11-20 09:00", "2026-11-20 09:00", "the first minute counts"),
    (OFFICE, "2026-11-20 11:59", "2026-11-20 11:59", "the last of the morning"),
    (OFFICE, "2026-11-20 12:00", "2026-11-20 13:30", "lunch: the second shift of the same day"),
    (OFFICE, "2026-11-20 18:00", "2026-11-21 09:00", "Friday evening: Saturday morning"),
    (OFFICE, "2026-11-21 12:00", "2026-11-23 09:00", "Saturday noon: over Sunday"),
    (OFFICE, "2026-11-20 00:00", "2026-11-20 09:00", "midnight belongs to the new day"),
    (OFFICE, "2026-02-13 19:00", "2026-02-14 09:00", "the Saturday is worked: with lunch break, till the evening"),
    (OFFICE, "2026-02-14 17:00", "2026-02-14 17:00", "… so it is open in the afternoon, unlike other Saturdays"),
    (OFFICE, "2026-02-14 18:00", "2026-02-24 09:00", "春节: nine days, next on a Tuesday"),
    (OFFICE, "2026-02-19 10:00", "2026-02-24 09:00", "in the middle of it, a Thursday"),
    (OFFICE, "2026-09-20 10:00", "2026-09-20 10:00", "a Sunday that is worked"),
    (OFFICE, "2026-09-27 10:00", "2026-09-28 09:00", "a Sunday of 中秋"),
    (OFFICE, "2027-02-08 10:00", "2027-02-08 10:00", "not published yet: a Monday, provisional"),
    (OFFICE, "2026-12-31 19:00", "2027-01-01 09:00", "over the end of what is published: Friday 1 January is a guess"),
    (NIGHT, "2026-11-20 23:59", "2026-11-20 23:59", "the last minute of the day"),
    (NIGHT, "2026-11-21 00:00", "2026-11-21 00:00", "and on without a gap"),
    (NIGHT, "2026-11-21 06:00", "2026-11-21 22:00", "closed in the daytime"),
    (RESERVE, "2026-09-24 10:00", "2026-09-25 10:00", "中秋 is the only day that it opens"),
    (RESERVE, "2026-11-20 10:00", None, "nothing within a month"),
    (ALWAYS, "2026-02-17 03:00", "2026-02-17 03:00", "always, on 春节 too"),
]


@pytest.mark.parametrize(("hours", "now", "opens", "why"), OPENINGS)
def test_opening_hours(hours: Hours, now: str, opens: str | None, why: str) -> None:
    moment = china(now)
    assert hours.opens_at(moment) == (china(opens) if opens else None), why
    assert hours.is_open(moment) is (opens == now), why


def test_the_server_s_clock_does_not_matter() -> None:
    """16:30 on the 20th in UTC is half past midnight on the 21st in China."""
    from_utc = datetime.fromisoformat("2026-11-20T16:30:00+00:00")
    assert NIGHT.is_open(from_utc)
    assert OFFICE.opens_at(from_utc) == china("2026-11-21 09:00")


def test_shifts_of_a_day() -> None:
    assert OFFICE.on(date(2026, 11, 20)) == [
        (china("2026-11-20 09:00"), china("2026-11-20 12:00")),
        (china("2026-11-20 13:30"), china("2026-11-20 18:00")),
    ]
    midnight = datetime(2026, 11, 20, tzinfo=CHINA)
    assert ALWAYS.on(date(2026, 11, 20)) == [(midnight, midnight + timedelta(days=1))]


BAD = [
    ("9:00-18:00", "is not like"),
    ("09:00–18:00", "is not like"),  # another dash
    ("", "is not like"),
    ("18:00-09:00", "does not end after"),  # over midnight is two days
    ("09:00-09:00", "does not end after"),
    ("09:60-10:00", "does not end after"),
    ("09:00-24:01", "does not end after"),
    ("13:00-18:00, 09:00-12:00", "begins before"),
    ("09:00-13:00, 12:59-18:00", "begins before"),
]


@pytest.mark.parametrize(("written", "what"), BAD)
def test_what_is_no_shift_is_told(written: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        shifts_in(written)
