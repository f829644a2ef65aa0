"""Working days of China, and opening hours that know them. Pure functions; results are aware datetimes.

Source: the yearly notice of the State Council (国务院办公厅关于部分节假日安排的通知), as `chinese_calendar` has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

import chinese_calendar

from care.timezone import CHINA


def is_workday(day: date) -> bool:
    """By the State Council's yearly notice, 调休 included.

    Beyond the last published year: Monday to Friday, provisional until the calendar package knows that year.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_published(day: date) -> bool:
    """Whether the holiday notice of that year is known; if not, a date counted with it is provisional."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def last_published(since: int = 2026) -> date:
    """The last day whose notice is known; `since`: a year that is known."""
    year = since
    while is_published(date(year + 1, 12, 31)):
        year += 1
    return date(year, 12, 31)


class Day(StrEnum):
    """A kind of day that opening hours are given for."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    MAKEUP = "makeup"  # 调休上班日: a Saturday or Sunday that is worked
    HOLIDAY = "holiday"  # a day off by the notice: public holidays and the days around them


_WEEK = tuple(Day)[:7]


def kind_of(day: date) -> Day:
    """Beyond the last published year every day is the plain day of the week."""
    of_week = _WEEK[day.weekday()]
    try:
        is_off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return of_week
    if not is_off and day.weekday() >= 5:
        return Day.MAKEUP
    return Day.HOLIDAY if is_off and name is not None else of_week


@dataclass(frozen=True)
class Shift:
    """Minutes after midnight, from the first one to before the last one; 1440 is the end of the day."""

    begins: int
    ends: int


_SHIFT = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_DAY_MINUTES = 24 * 60
CLOSED = "closed"
#: days that are looked ahead for the next opening: longer than any holiday
_AHEAD = 31


def shifts_in(written: str) -> tuple[Shift, ...]:
    """`"09:00-12:00, 13:30-18:00"`, `"closed"`. Over midnight: two days, `"22:00-24:00"` and `"00:00-06:00"`.

    Raises ValueError with what is wrong.
    """
    if written == CLOSED:
        return ()
    shifts = [_shift(part.strip()) for part in written.split(",")]
    for before, after in pairwise(shifts):
        if after.begins < before.ends:
            raise ValueError(f"{written!r}: one part begins before the one before it ends")
    return tuple(shifts)


def _shift(written: str) -> Shift:
    found = _SHIFT.fullmatch(written)
    if not found:
        raise ValueError(f"{written!r} is not like 09:00-18:00 or closed")
    hour, minute, last_hour, last_minute = map(int, found.groups())
    begins, ends = hour * 60 + minute, last_hour * 60 + last_minute
    if max(minute, last_minute) > 59 or not begins < ends <= _DAY_MINUTES:
        raise ValueError(f"{written!r} does not end after it begins, on the same day; the end of a day is 24:00")
    return Shift(begins, ends)


@dataclass(frozen=True)
class Hours:
    """Opening hours: shifts by kind of day; `None` is open always."""

    by_day: Mapping[Day, tuple[Shift, ...]] | None
    kind: Callable[[date], Day] = kind_of

    def on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The shifts of a day, in order: from when, to when (not included)."""
        shifts: Iterable[Shift] = (
            (Shift(0, _DAY_MINUTES),) if self.by_day is None else self.by_day.get(self.kind(day), ())
        )
        midnight = datetime.combine(day, time(), tzinfo=CHINA)
        return [
            (midnight + timedelta(minutes=shift.begins), midnight + timedelta(minutes=shift.ends)) for shift in shifts
        ]

    def is_open(self, now: datetime) -> bool:
        return any(begins <= now < ends for begins, ends in self.on(now.astimezone(CHINA).date()))

    def opens_at(self, now: datetime) -> datetime | None:
        """The next opening at or after now; now itself while it is open. None: not within a month."""
        today = now.astimezone(CHINA).date()
        for ahead in range(_AHEAD + 1):
            for begins, ends in self.on(today + timedelta(days=ahead)):
                if now < ends:
                    return max(begins, now)
        return None


ALWAYS = Hours(None)
