"""When a clock is due: worked examples, counted by hand with the calendar on the wall; each row says why.

Days off in 2026 (notice of the State Council): 1–3 January (Sun 4th worked); 15–23 February (Sat 14th and Sat 28th
worked); 4–6 April; 1–5 May (Sat 9th worked); 19–21 June; 25–27 September; 1–7 October (Sun 20 September and Sat 10
October worked). 2027 is not published yet.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from care.sla.counting import alarms_of, due_of, is_provisional
from care.sla.policy import DEFAULT, load_policy
from care.sla.specs import Calendar, ClockSpec
from care.workdays import Day
from tests.support.times import china

SHIPPED = load_policy(DEFAULT)


def _calendar(**hours: str) -> Calendar:
    """The same hours every day but for those named."""
    every = hours.pop("every", "closed")
    return Calendar(**{day.value: every for day in Day} | hours)


POLICY = SHIPPED.model_copy(
    update={
        "calendars": {
            "office": SHIPPED.calendars["office"],  # 09:00-12:00, 13:30-18:00, Monday to Friday and 调休
            "night": _calendar(every="00:00-06:00, 22:00-24:00"),
            "shop": _calendar(every="09:00-18:00", sat="10:00-16:00", sun="10:00-16:00", holiday="10:00-12:00"),
        }
    }
)


def _spec(length: dict[str, Any]) -> ClockSpec:
    return ClockSpec.model_validate({"title": "时限", "kind": "promise", "source": "测试"} | length)


HOURS = [
    # hours, start, due
    (24, "2026-11-21 15:20", "2026-11-22 15:20"),  # a Saturday: hours run on the weekend
    (48, "2026-11-21 15:20", "2026-11-23 15:20"),  # Saturday and Sunday both count
    (24, "2026-10-01 09:00", "2026-10-02 09:00"),  # National Day: hours run on holidays
    (24, "2026-09-30 23:59", "2026-10-01 23:59"),  # into a holiday; no rolling for hours
    (48, "2026-02-16 20:00", "2026-02-18 20:00"),  # 除夕 to 初二
    (24, "2026-02-14 08:00", "2026-02-15 08:00"),  # a worked Saturday is a day like any
    (24, "2026-12-31 23:00", "2027-01-01 23:00"),  # over the end of the year
    (24, "2026-11-22 00:00", "2026-11-23 00:00"),  # from midnight to midnight
    (24, "2026-11-30 15:20", "2026-12-01 15:20"),  # over the end of a month
    (24, "2028-02-28 10:00", "2028-02-29 10:00"),  # a leap day is a day
    (24, "2027-02-28 10:00", "2027-03-01 10:00"),  # none in 2027
    (0.5, "2026-11-21 15:20", "2026-11-21 15:50"),  # half an hour
    (1, "2026-11-21 23:50", "2026-11-22 00:50"),  # over midnight
    (4, "2026-11-21 22:00", "2026-11-22 02:00"),  # of a profile
    (8, "2026-11-20 17:00", "2026-11-21 01:00"),  # hours know no evening
    (24, "2026-03-08 00:30", "2026-03-09 00:30"),  # the day that has 23 hours in New York
    (48, "2026-11-01 00:30", "2026-11-03 00:30"),  # the day that has 25
]
DAYS = [
    # days, start, due: 00:00 of the day after the last one
    (15, "2026-11-21 15:20", "2026-12-08 00:00"),  # day 15 is Sun 6 December → Mon 7th
    (15, "2026-11-22 09:00", "2026-12-08 00:00"),  # Mon 7 December itself
    (15, "2026-11-23 00:00", "2026-12-09 00:00"),  # at midnight sharp: that day is the first and is not counted
    (15, "2026-11-23 23:59", "2026-12-09 00:00"),  # a minute before midnight: the same day, the same end
    (15, "2026-11-20 10:00", "2026-12-08 00:00"),  # Sat 5 December → Mon 7th
    (15, "2026-11-24 10:00", "2026-12-10 00:00"),  # Wed 9 December
    (15, "2026-01-31 10:00", "2026-02-25 00:00"),  # 15 February, first day of Spring Festival → Tue 24th
    (15, "2026-01-30 10:00", "2026-02-15 00:00"),  # Sat 14 February is worked: no rolling
    (15, "2026-02-02 10:00", "2026-02-25 00:00"),  # 17 February, 初一 → Tue 24th
    (15, "2026-02-08 10:00", "2026-02-25 00:00"),  # Mon 23 February, its last day → Tue 24th
    (15, "2026-02-09 10:00", "2026-02-25 00:00"),  # Tue 24th itself
    (15, "2026-02-13 10:00", "2026-03-01 00:00"),  # Sat 28 February is worked
    (15, "2026-02-14 10:00", "2026-03-03 00:00"),  # Sun 1 March → Mon 2nd
    (15, "2026-02-17 10:00", "2026-03-05 00:00"),  # begins on a holiday: counts from the day after all the same
    (15, "2026-09-16 10:00", "2026-10-09 00:00"),  # 1 October → Thu 8th
    (15, "2026-09-22 10:00", "2026-10-09 00:00"),  # Wed 7 October, the last day off → Thu 8th
    (15, "2026-09-23 10:00", "2026-10-09 00:00"),  # Thu 8 October itself
    (15, "2026-09-25 10:00", "2026-10-11 00:00"),  # Sat 10 October is worked
    (15, "2026-09-26 10:00", "2026-10-13 00:00"),  # Sun 11 October → Mon 12th
    (15, "2026-09-05 10:00", "2026-09-21 00:00"),  # Sun 20 September is worked
    (15, "2026-09-04 10:00", "2026-09-21 00:00"),  # Sat 19 September is off → Sun 20th, which is worked
    (15, "2026-09-10 10:00", "2026-09-29 00:00"),  # Fri 25 September, Mid-Autumn → Mon 28th
    (15, "2026-04-16 10:00", "2026-05-07 00:00"),  # 1 May → Wed 6th
    (15, "2026-04-24 10:00", "2026-05-10 00:00"),  # Sat 9 May is worked
    (15, "2026-03-20 10:00", "2026-04-08 00:00"),  # Sat 4 April, Qingming → Tue 7th
    (15, "2026-06-04 10:00", "2026-06-23 00:00"),  # Fri 19 June, Dragon Boat → Mon 22nd
    (15, "2025-12-17 10:00", "2026-01-05 00:00"),  # 1 January → Sun 4 January, which is worked
    (15, "2026-12-16 10:00", "2027-01-01 00:00"),  # Thu 31 December, the last day that is known
    (15, "2026-12-17 10:00", "2027-01-02 00:00"),  # Fri 1 January 2027: not published, taken for a Friday
    (15, "2026-12-18 10:00", "2027-01-05 00:00"),  # Sat 2 January 2027 → Mon 4th
    (1, "2026-11-23 10:00", "2026-11-25 00:00"),  # tomorrow, until its end
    (1, "2026-11-27 10:00", "2026-12-01 00:00"),  # Sat 28 November → Mon 30th
    (30, "2026-06-15 10:00", "2026-07-16 00:00"),  # Wed 15 July: June has 30 days
    (60, "2026-07-01 10:00", "2026-09-01 00:00"),  # Sun 30 August → Mon 31st
    (15, "2028-02-14 10:00", "2028-03-01 00:00"),  # Tue 29 February 2028
    (15, "2027-02-14 10:00", "2027-03-02 00:00"),  # Mon 1 March: 2027 has no 29 February
]
MONTHS = [
    # months, start, due
    (5, "2026-01-15 10:00", "2026-06-16 00:00"),  # Mon 15 June
    (5, "2026-06-08 10:00", "2026-11-10 00:00"),  # Sun 8 November → Mon 9th
    (5, "2026-02-24 00:00", "2026-07-25 00:00"),  # from midnight: Fri 24 July
    (5, "2026-09-30 10:00", "2027-03-02 00:00"),  # no 30 February: the 28th, a Sunday → Mon 1 March
    (1, "2026-01-31 10:00", "2026-03-01 00:00"),  # no 31 February: its last day, Sat 28th, which is worked
    (1, "2026-01-30 10:00", "2026-03-01 00:00"),  # no 30 February
    (1, "2026-01-29 10:00", "2026-03-01 00:00"),  # no 29 February in 2026
    (1, "2026-01-28 10:00", "2026-03-01 00:00"),  # Sat 28 February itself
    (1, "2026-03-31 10:00", "2026-05-01 00:00"),  # no 31 April: Thu 30th
    (1, "2026-05-31 10:00", "2026-07-01 00:00"),  # no 31 June: Tue 30th
    (1, "2026-08-31 10:00", "2026-10-01 00:00"),  # no 31 September: Wed 30th
    (1, "2026-09-30 10:00", "2026-10-31 00:00"),  # the same number, not the end of the month: Fri 30 October
    (1, "2026-02-28 10:00", "2026-03-31 00:00"),  # Sat 28 March → Mon 30th
    (1, "2026-04-30 23:59", "2026-06-02 00:00"),  # Sat 30 May → Mon 1 June
    (1, "2026-09-01 10:00", "2026-10-09 00:00"),  # 1 October → Thu 8th
    (1, "2026-09-10 10:00", "2026-10-11 00:00"),  # Sat 10 October is worked
    (1, "2026-08-20 10:00", "2026-09-21 00:00"),  # Sun 20 September is worked
    (1, "2026-01-20 10:00", "2026-02-25 00:00"),  # 20 February, Spring Festival → Tue 24th
    (1, "2026-01-14 10:00", "2026-02-15 00:00"),  # Sat 14 February is worked
    (1, "2025-12-01 10:00", "2026-01-05 00:00"),  # 1 January → Sun 4th, which is worked
    (1, "2026-12-15 10:00", "2027-01-16 00:00"),  # Fri 15 January 2027
    (1, "2024-01-31 10:00", "2024-03-01 00:00"),  # Thu 29 February 2024, a leap day
    (1, "2024-01-29 10:00", "2024-03-01 00:00"),  # the same day by its number
    (2, "2025-12-31 10:00", "2026-03-01 00:00"),  # no 31 February: Sat 28th, which is worked
    (3, "2026-07-07 10:00", "2026-10-09 00:00"),  # 7 October → Thu 8th
    (3, "2026-11-30 10:00", "2027-03-02 00:00"),  # Sun 28 February 2027 → Mon 1 March
    (6, "2026-08-31 10:00", "2027-03-02 00:00"),  # the same end
    (11, "2026-01-31 10:00", "2027-01-01 00:00"),  # Thu 31 December: December has a 31st
    (12, "2026-03-02 10:00", "2027-03-03 00:00"),  # Tue 2 March 2027
    (14, "2025-01-31 10:00", "2026-04-01 00:00"),  # more than a year: Tue 31 March
]
YEARS = [
    # years, start, due
    (2, "2024-11-20 10:00", "2026-11-21 00:00"),  # Fri 20 November
    (2, "2024-02-29 10:00", "2026-03-01 00:00"),  # no 29 February: Sat 28th, which is worked
    (1, "2024-02-29 10:00", "2025-03-01 00:00"),  # Fri 28 February 2025
    (4, "2024-02-29 10:00", "2028-03-01 00:00"),  # Tue 29 February 2028: there is one again
    (2, "2024-10-01 10:00", "2026-10-09 00:00"),  # 1 October → Thu 8th
    (2, "2024-02-15 10:00", "2026-02-25 00:00"),  # 15 February, Spring Festival → Tue 24th
    (3, "2023-11-22 10:00", "2026-11-24 00:00"),  # Sun 22 November → Mon 23rd
    (1, "2025-10-10 10:00", "2026-10-11 00:00"),  # Sat 10 October is worked
    (1, "2026-11-21 10:00", "2027-11-23 00:00"),  # Sun 21 November 2027 → Mon 22nd
    (2, "2026-02-28 10:00", "2028-02-29 00:00"),  # Mon 28 February, although 2028 has a 29th
    (5, "2026-11-23 10:00", "2031-11-25 00:00"),  # Sun 23 November 2031 → Mon 24th
]
WORKING_DAYS = [
    # working days, start, due
    (1, "2026-11-23 10:00", "2026-11-25 00:00"),  # Tuesday
    (1, "2026-11-20 10:00", "2026-11-24 00:00"),  # from Friday: Monday
    (1, "2026-11-21 15:20", "2026-11-24 00:00"),  # from Saturday: Monday
    (1, "2026-11-22 23:59", "2026-11-24 00:00"),  # from the end of Sunday: Monday
    (5, "2026-11-21 15:20", "2026-11-28 00:00"),  # Mon 23rd to Fri 27th
    (3, "2026-11-20 23:59", "2026-11-26 00:00"),  # Mon, Tue, Wed
    (3, "2026-11-23 00:00", "2026-11-27 00:00"),  # midnight: Monday has begun and is not counted
    (10, "2026-11-21 10:00", "2026-12-05 00:00"),  # two whole weeks
    (1, "2026-02-13 10:00", "2026-02-15 00:00"),  # Sat 14th is worked
    (2, "2026-02-13 10:00", "2026-02-25 00:00"),  # Sat 14th, then Tue 24th after the festival
    (1, "2026-02-14 10:00", "2026-02-25 00:00"),  # Tue 24th
    (3, "2026-02-20 10:00", "2026-02-27 00:00"),  # from within the festival: Tue, Wed, Thu
    (1, "2026-02-27 10:00", "2026-03-01 00:00"),  # Sat 28th is worked
    (2, "2026-02-27 10:00", "2026-03-03 00:00"),  # Sat 28th, Mon 2 March
    (1, "2026-09-30 10:00", "2026-10-09 00:00"),  # Thu 8th
    (3, "2026-09-30 10:00", "2026-10-11 00:00"),  # Thu 8th, Fri 9th, Sat 10th, which is worked
    (4, "2026-09-30 10:00", "2026-10-13 00:00"),  # and Mon 12th
    (5, "2026-09-23 10:00", "2026-10-09 00:00"),  # Thu 24th, Mon 28th, 29th, 30th, Thu 8 October
    (1, "2026-09-18 10:00", "2026-09-21 00:00"),  # Sat 19th is off, Sun 20th is worked
    (2, "2026-05-02 10:00", "2026-05-08 00:00"),  # Wed 6th, Thu 7th
    (2, "2026-05-07 10:00", "2026-05-10 00:00"),  # Fri 8th, Sat 9th, which is worked
    (1, "2025-12-31 10:00", "2026-01-05 00:00"),  # Sun 4 January is worked
    (1, "2026-12-30 10:00", "2027-01-01 00:00"),  # Thu 31 December, the last that is known
    (1, "2026-12-31 10:00", "2027-01-02 00:00"),  # Fri 1 January 2027, taken for a Friday
    (5, "2026-12-31 10:00", "2027-01-08 00:00"),  # 1st, 4th, 5th, 6th, 7th
]
OFFICE = [
    # working hours, start, due; 09:00-12:00 and 13:30-18:00 make 7.5 a day
    (1, "2026-11-23 09:00", "2026-11-23 10:00"),  # at the opening
    (3, "2026-11-23 09:00", "2026-11-23 12:00"),  # the end of the shift, not 13:30
    (3.5, "2026-11-23 09:00", "2026-11-23 14:00"),  # over lunch
    (7.5, "2026-11-23 09:00", "2026-11-23 18:00"),  # the end of the day, not of the night
    (8, "2026-11-23 09:00", "2026-11-24 09:30"),  # half an hour is left for Tuesday
    (15, "2026-11-23 09:00", "2026-11-24 18:00"),  # two whole days
    (40, "2026-11-23 09:00", "2026-11-30 11:30"),  # five days are 37.5; 2.5 on the next Monday
    (2, "2026-11-23 11:00", "2026-11-23 14:30"),  # one before lunch, one after
    (0.25, "2026-11-23 11:50", "2026-11-23 13:35"),  # ten minutes and five
    (1, "2026-11-23 12:00", "2026-11-23 14:30"),  # exactly at the end of a shift: from the next
    (1, "2026-11-23 12:30", "2026-11-23 14:30"),  # at lunch
    (4.5, "2026-11-23 13:30", "2026-11-23 18:00"),  # exactly the afternoon
    (1, "2026-11-23 17:59", "2026-11-24 09:59"),  # a minute is left of Monday
    (1, "2026-11-23 18:00", "2026-11-24 10:00"),  # exactly at closing
    (1, "2026-11-23 20:00", "2026-11-24 10:00"),  # in the evening
    (1, "2026-11-23 00:00", "2026-11-23 10:00"),  # at midnight
    (1, "2026-11-23 07:00", "2026-11-23 10:00"),  # early
    (2, "2026-11-20 17:00", "2026-11-23 10:00"),  # over the weekend
    (4, "2026-11-21 15:20", "2026-11-23 14:30"),  # from Saturday: three before lunch on Monday, one after
    (8, "2026-11-21 15:20", "2026-11-24 09:30"),  # Monday and half an hour
    (2, "2026-02-13 17:00", "2026-02-14 10:00"),  # Sat 14 February is worked
    (2, "2026-02-14 17:00", "2026-02-24 10:00"),  # over Spring Festival
    (1, "2026-02-17 10:00", "2026-02-24 10:00"),  # from within it
    (1, "2026-02-27 17:30", "2026-02-28 09:30"),  # Sat 28 February is worked
    (2, "2026-09-30 17:00", "2026-10-08 10:00"),  # over National Day
    (8, "2026-10-03 12:00", "2026-10-09 09:30"),  # from within it: Thu 8th and half an hour
    (2, "2026-10-09 17:00", "2026-10-10 10:00"),  # Sat 10 October is worked
    (2, "2026-10-10 17:00", "2026-10-12 10:00"),  # Sun 11th is off
    (4, "2026-09-20 09:00", "2026-09-20 14:30"),  # Sun 20 September is worked
    (1, "2026-09-19 09:00", "2026-09-20 10:00"),  # the Saturday before it is not
    (2, "2026-12-31 17:00", "2027-01-01 10:00"),  # 2027 is not known: a Friday
    (2, "2027-01-01 17:00", "2027-01-04 10:00"),  # its weekend
]
NIGHT = [
    # 22:00-24:00 and 00:00-06:00
    (2, "2026-11-23 23:00", "2026-11-24 01:00"),  # through midnight without a gap
    (2, "2026-11-23 22:00", "2026-11-24 00:00"),  # until 24:00
    (2, "2026-11-23 05:00", "2026-11-23 23:00"),  # one in the morning, one in the evening
    (8, "2026-11-23 12:00", "2026-11-24 06:00"),  # one whole night
]
SHOP = [
    # 09:00-18:00; 10:00-16:00 on weekends, 10:00-12:00 on holidays
    (2, "2026-11-20 17:00", "2026-11-21 11:00"),  # Saturday from ten
    (7, "2026-11-21 10:00", "2026-11-22 11:00"),  # six on Saturday, one on Sunday
    (2, "2026-09-30 17:00", "2026-10-01 11:00"),  # the holiday opens at ten
    (3, "2026-10-01 10:00", "2026-10-02 11:00"),  # and for two hours only
    (9, "2026-10-10 09:00", "2026-10-10 18:00"),  # a worked Saturday is a working day here
]

EXAMPLES: list[tuple[dict[str, Any], str, str]] = [
    *(({"hours": n}, start, due) for n, start, due in HOURS),
    *(({"days": n}, start, due) for n, start, due in DAYS),
    *(({"months": n}, start, due) for n, start, due in MONTHS),
    *(({"years": n}, start, due) for n, start, due in YEARS),
    *(({"working_days": n}, start, due) for n, start, due in WORKING_DAYS),
    *(
        ({"working_hours": n, "calendar": name}, start, due)
        for name, rows in (("office", OFFICE), ("night", NIGHT), ("shop", SHOP))
        for n, start, due in rows
    ),
]


@pytest.mark.parametrize(("length", "start", "due"), EXAMPLES)
def test_when_it_is_due(length: dict[str, Any], start: str, due: str) -> None:
    assert due_of(_spec(length), china(start), None, POLICY) == china(due)


@pytest.fixture(params=["America/New_York", "Asia/Urumqi", "UTC", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine stands elsewhere."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_the_zone_of_the_machine_makes_no_difference(zone: str) -> None:
    for length, start, due in EXAMPLES:
        moment = china(start).astimezone()  # in its own zone, with its summer time
        assert due_of(_spec(length), moment, None, POLICY) == china(due), (length, start)


AREAS = [
    ("town", "2026-11-23 15:20"),  # 城镇 48 h
    ("country", "2026-11-24 15:20"),  # 农村 72 h
    (None, "2026-11-23 15:20"),  # not known: the shorter
]


@pytest.mark.parametrize(("area", "due"), AREAS)
def test_town_and_country(area: str | None, due: str) -> None:
    assert due_of(SHIPPED.clocks["repair"], china("2026-11-21 15:20"), area, SHIPPED) == china(due)
    plain = due_of(SHIPPED.clocks["solution_complex"], china("2026-11-21 15:20"), area, SHIPPED)
    assert plain == china("2026-11-23 15:20"), "a promise is the same everywhere"


ALARMS: list[tuple[dict[str, Any], str | None, list[str]]] = [
    # length and alarms, area, and when somebody inside is told of what began on Saturday 21 November at 15:20
    ({"hours": 24, "alarms": [18, 22]}, None, ["2026-11-22 09:20", "2026-11-22 13:20"]),  # hours after the start
    ({"hours": 24, "alarms": []}, None, []),
    ({"hours": 24, "after": [4]}, None, ["2026-11-22 19:20"]),  # four hours after it was missed
    ({"hours": 24, "alarms": [18], "after": [4, 9]}, None,
     ["2026-11-22 09:20", "2026-11-22 19:20", "2026-11-23 00:20"]),
    ({"hours": 48, "hours_country": 72, "alarms": [36]}, "country", ["2026-11-23 21:20"]),  # 54 h: the same part
    ({"hours": 48, "hours_country": 72, "alarms": [36]}, "town", ["2026-11-23 03:20"]),
    ({"hours": 48, "hours_country": 72, "after": [2]}, "country", ["2026-11-24 17:20"]),  # two hours are two hours
    ({"days": 15, "alarms": [240], "after": [24]}, None, ["2026-12-01 15:20", "2026-12-09 00:00"]),  # ten days
    ({"working_days": 5, "alarms": [72], "after": [1]}, None, ["2026-11-24 15:20", "2026-11-28 01:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("length", "area", "told"), ALARMS)
def test_when_somebody_inside_is_told(length: dict[str, Any], area: str | None, told: list[str]) -> None:
    start, spec = china("2026-11-21 15:20"), _spec(length)
    assert alarms_of(spec, start, due_of(spec, start, area, POLICY), area) == [china(each) for each in told]


PROVISIONAL: list[tuple[dict[str, Any], str, bool]] = [
    ({"hours": 48}, "2026-12-31 10:00", False),  # hours need no calendar
    ({"hours": 48}, "2029-01-01 10:00", False),
    ({"days": 15}, "2026-11-21 15:20", False),
    ({"days": 15}, "2026-12-16 10:00", False),  # Thu 31 December is known, although its 24:00 is 2027
    ({"days": 15}, "2026-12-17 10:00", True),  # Fri 1 January 2027 may be a holiday, and will be
    ({"days": 15}, "2027-03-01 10:00", True),
    ({"working_days": 3}, "2026-12-28 10:00", False),  # Tue, Wed, Thu 31st
    ({"working_days": 3}, "2026-12-29 10:00", True),  # the third would be 1 January
    ({"months": 1}, "2026-11-30 10:00", False),  # Wed 30 December
    ({"months": 1}, "2026-12-01 10:00", True),
    ({"months": 5}, "2026-07-31 10:00", False),  # Thu 31 December
    ({"months": 5}, "2026-08-01 10:00", True),
    ({"years": 2}, "2024-12-31 10:00", False),
    ({"years": 2}, "2025-01-01 10:00", True),
    ({"working_hours": 8, "calendar": "office"}, "2026-12-30 09:00", False),  # Thu 31 December, 09:30
    ({"working_hours": 8, "calendar": "office"}, "2026-12-31 09:00", True),  # half an hour in 2027
    ({"working_hours": 2, "calendar": "night"}, "2026-12-31 22:00", False),  # until 24:00 of the last day that is known
]


@pytest.mark.parametrize(("length", "start", "provisional"), PROVISIONAL)
def test_what_is_counted_without_a_calendar_is_provisional(
    length: dict[str, Any], start: str, provisional: bool
) -> None:
    spec = _spec(length)
    assert is_provisional(spec, due_of(spec, china(start), None, POLICY)) is provisional


def test_there_are_enough_of_them() -> None:
    assert len(EXAMPLES) > 150
    assert len({(str(length), start) for length, start, _ in EXAMPLES}) == len(EXAMPLES), "no row twice"


def test_a_time_of_the_database_is_counted_in_china() -> None:
    """Half past four in the afternoon of Friday in London is Saturday in China."""
    start = datetime.fromisoformat("2026-11-20T16:30:00+00:00")
    assert due_of(_spec({"days": 15}), start, None, POLICY) == china("2026-12-08 00:00")
    assert due_of(_spec({"working_days": 1}), start, None, POLICY) == china("2026-11-24 00:00")
