"""When a clock is due: worked examples of 民法典 200–203 with the State Council's holidays of 2026.

The calendar is chinese-calendar 1.11, which ends with 2026; a release that knows 2027 changes the last rows.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from care.sla.rules import due_in_days, due_in_hours, due_in_working_days
from tests.support.times import china, utc

HOURS = [
    (china("2026-11-21 15:20"), 24, china("2026-11-22 15:20")),  # Saturday: hours run at once and through
    (china("2026-11-21 15:20"), 48, china("2026-11-23 15:20")),
    (china("2026-02-16 20:00"), 24, china("2026-02-17 20:00")),  # New Year's Eve: no holiday stops them
    (china("2026-12-31 23:30"), 0.5, china("2027-01-01 00:00")),  # half an hour, over New Year
    (utc("2026-11-21 07:20"), 24, china("2026-11-22 15:20")),  # the server's zone does not matter
    (china("2026-11-21 15:20"), 240, china("2026-12-01 15:20")),  # ten days, told in hours
]


@pytest.mark.parametrize(("start", "hours", "due"), HOURS)
def test_due_in_hours(start: datetime, hours: float, due: datetime) -> None:
    assert due_in_hours(start, hours) == due


# `due` is the first moment that is late: 00:00 after the last day.
DAYS = [
    # start                    days  due                         why
    # The plain count
    (china("2026-11-02 10:00"), 15, china("2026-11-18 00:00")),  # Mon; the 2nd is not counted: the 17th is day 15
    (china("2026-11-02 00:00"), 15, china("2026-11-18 00:00")),  # filed in the first second of the day: the same
    (china("2026-11-02 23:59"), 15, china("2026-11-18 00:00")),  # filed in the last minute: the same
    (china("2026-11-02 10:00"), 1, china("2026-11-04 00:00")),  # one day is the whole of the next
    (china("2026-11-02 10:00"), 30, china("2026-12-03 00:00")),  # over the end of a month
    (china("2026-11-05 10:00"), 15, china("2026-11-21 00:00")),  # Thu; day 15 is a Friday
    # Which day it is, is China's question
    (utc("2026-11-02 15:59"), 15, china("2026-11-18 00:00")),  # 23:59 of the 2nd in China
    (utc("2026-11-02 16:00"), 15, china("2026-11-19 00:00")),  # 00:00 of the 3rd in China
    (
        datetime(2026, 11, 1, 20, tzinfo=timezone(timedelta(hours=-5))),
        15,
        china("2026-11-18 00:00"),
    ),  # a server in New York
    # A last day on a weekend rolls on; weekends before it do not
    (china("2026-11-06 10:00"), 15, china("2026-11-24 00:00")),  # day 15 is Sat 21st → Mon 23rd
    (china("2026-11-07 10:00"), 15, china("2026-11-24 00:00")),  # day 15 is Sun 22nd → Mon 23rd
    (china("2026-11-06 10:00"), 1, china("2026-11-10 00:00")),  # Fri + 1 is a Saturday → Monday
    (china("2026-11-08 10:00"), 15, china("2026-11-24 00:00")),  # filed on a Sunday: day 15 is Mon 23rd itself
    # 调休: a weekend day on which China works is a working day
    (china("2025-12-20 10:00"), 15, china("2026-01-05 00:00")),  # day 15 is Sun 4 January, worked for New Year
    (china("2026-01-30 10:00"), 15, china("2026-02-15 00:00")),  # Sat 14 February, worked for Spring Festival
    (china("2026-02-13 10:00"), 15, china("2026-03-01 00:00")),  # Sat 28 February, the same
    (china("2026-04-24 10:00"), 15, china("2026-05-10 00:00")),  # Sat 9 May, worked for Labour Day
    (china("2026-09-05 10:00"), 15, china("2026-09-21 00:00")),  # Sun 20 September, worked for National Day
    (china("2026-09-25 10:00"), 15, china("2026-10-11 00:00")),  # Sat 10 October, the same; filed on 中秋
    (china("2026-09-26 10:00"), 15, china("2026-10-13 00:00")),  # Sun 11 October is a plain Sunday → Mon 12th
    # 春节, 15 to 23 February 2026
    (china("2026-01-31 10:00"), 15, china("2026-02-25 00:00")),  # day 15 is its first day → Tue 24th
    (china("2026-02-02 10:00"), 15, china("2026-02-25 00:00")),  # 初一, Tue 17th → Tue 24th
    (china("2026-02-08 10:00"), 15, china("2026-02-25 00:00")),  # its last day, Mon 23rd → Tue 24th
    (china("2026-02-09 10:00"), 15, china("2026-02-25 00:00")),  # Tue 24th itself
    (china("2026-02-10 10:00"), 15, china("2026-02-26 00:00")),  # the holiday lies in between: it does not count more
    (china("2026-01-16 10:00"), 30, china("2026-02-25 00:00")),  # thirty days into it
    # The shorter ones
    (china("2026-03-20 10:00"), 15, china("2026-04-08 00:00")),  # 清明, Sat 4 April → Tue 7th
    (china("2026-03-22 10:00"), 15, china("2026-04-08 00:00")),  # its Monday
    (china("2026-04-16 10:00"), 15, china("2026-05-07 00:00")),  # 劳动节, Fri 1 May → Wed 6th
    (china("2026-06-04 10:00"), 15, china("2026-06-23 00:00")),  # 端午, Fri 19 June → Mon 22nd
    (china("2026-09-10 10:00"), 15, china("2026-09-29 00:00")),  # 中秋, Fri 25 September → Mon 28th
    # 国庆, 1 to 7 October
    (china("2026-09-16 10:00"), 15, china("2026-10-09 00:00")),  # its first day → Thu 8th
    (china("2026-09-22 10:00"), 15, china("2026-10-09 00:00")),  # its last day
    (china("2026-09-23 10:00"), 15, china("2026-10-09 00:00")),  # Thu 8th itself
    # Beyond the last published notice: Monday to Friday, and the clock is marked provisional
    (china("2026-12-16 10:00"), 15, china("2027-01-01 00:00")),  # Thu 31 December is still known
    (china("2026-12-17 10:00"), 15, china("2027-01-02 00:00")),  # Fri 1 January 2027: not known yet
    (china("2026-12-18 10:00"), 15, china("2027-01-05 00:00")),  # Sat 2nd → Mon 4th
    (china("2028-02-14 10:00"), 15, china("2028-03-01 00:00")),  # a leap day is a day
]


@pytest.mark.parametrize(("start", "days", "due"), DAYS)
def test_due_in_days(start: datetime, days: int, due: datetime) -> None:
    assert due_in_days(start, days) == due


def test_the_last_moment_in_time_and_the_first_late_one() -> None:
    due = due_in_days(china("2026-11-02 10:00"), 15)
    assert china("2026-11-17 23:59:59.999999") < due
    assert not china("2026-11-18 00:00") < due


def test_another_calendar() -> None:
    """When the notice arrives, clocks are counted again with it."""

    def new_year_is_off(day: date) -> bool:
        return day != date(2027, 1, 1) and day.weekday() < 5

    assert due_in_days(china("2026-12-17 10:00"), 15, new_year_is_off) == china("2027-01-05 00:00")


# Counted alone: what is no working day is no day.
WORKING_DAYS = [
    # start                    days  due                         why
    (china("2026-11-02 10:00"), 3, china("2026-11-06 00:00")),  # Mon; Tue, Wed, Thu 5th
    (china("2026-11-02 00:00"), 3, china("2026-11-06 00:00")),  # its first second: that day is not counted either
    (china("2026-11-02 23:59"), 3, china("2026-11-06 00:00")),
    (china("2026-11-02 10:00"), 1, china("2026-11-04 00:00")),  # one is the whole of the next
    (china("2026-11-05 10:00"), 3, china("2026-11-11 00:00")),  # Thu; Fri, Mon, Tue 10th
    (china("2026-11-06 10:00"), 1, china("2026-11-10 00:00")),  # Fri; Mon 9th
    (china("2026-11-07 10:00"), 3, china("2026-11-12 00:00")),  # Saturday: Mon, Tue, Wed 11th
    (china("2026-11-08 10:00"), 3, china("2026-11-12 00:00")),  # Sunday: the same
    (utc("2026-11-05 15:59"), 3, china("2026-11-11 00:00")),  # 23:59 of Thu 5th in China
    (utc("2026-11-05 16:00"), 3, china("2026-11-12 00:00")),  # 00:00 of Fri 6th in China
    # 调休: weekend days on which China works count
    (china("2026-01-02 10:00"), 1, china("2026-01-05 00:00")),  # Sun 4 January, worked for New Year
    (china("2026-02-13 10:00"), 1, china("2026-02-15 00:00")),  # Sat 14 February, worked for Spring Festival
    (china("2026-02-27 10:00"), 2, china("2026-03-03 00:00")),  # Sat 28 February, Mon 2 March
    (china("2026-05-08 10:00"), 1, china("2026-05-10 00:00")),  # Sat 9 May, worked for Labour Day
    (china("2026-09-18 10:00"), 3, china("2026-09-23 00:00")),  # Sun 20th is worked, Mon, Tue 22nd
    (china("2026-10-09 10:00"), 3, china("2026-10-14 00:00")),  # Sat 10th is worked, Mon, Tue 13th
    # 春节, 15 to 23 February 2026: nine days that are none
    (china("2026-02-14 10:00"), 1, china("2026-02-25 00:00")),  # filed on the last day before it: Tue 24th
    (china("2026-02-14 10:00"), 3, china("2026-02-27 00:00")),  # Tue, Wed, Thu 26th
    (china("2026-02-16 20:00"), 3, china("2026-02-27 00:00")),  # New Year's Eve: the same
    (china("2026-02-12 10:00"), 3, china("2026-02-25 00:00")),  # Fri 13th, Sat 14th, and then the 24th
    # The shorter ones
    (china("2026-04-03 10:00"), 3, china("2026-04-10 00:00")),  # 清明, 4 to 6 April: Tue, Wed, Thu 9th
    (china("2026-04-30 10:00"), 3, china("2026-05-09 00:00")),  # 劳动节, 1 to 5 May: Wed, Thu, Fri 8th
    (china("2026-06-18 10:00"), 1, china("2026-06-23 00:00")),  # 端午, 19 to 21 June: Mon 22nd
    (china("2026-09-24 10:00"), 3, china("2026-10-01 00:00")),  # 中秋, 25 to 27 September: Mon, Tue, Wed 30th
    (china("2026-09-29 10:00"), 3, china("2026-10-10 00:00")),  # 国庆, 1 to 7 October: Wed 30th, Thu 8th, Fri 9th
    # Beyond the last published notice: Monday to Friday
    (china("2026-12-30 10:00"), 1, china("2027-01-01 00:00")),  # Thu 31 December is still known
    (china("2026-12-30 10:00"), 3, china("2027-01-05 00:00")),  # Fri 1 January is taken for one, Mon 4th
]


@pytest.mark.parametrize(("start", "days", "due"), WORKING_DAYS)
def test_due_in_working_days(start: datetime, days: int, due: datetime) -> None:
    assert due_in_working_days(start, days) == due
