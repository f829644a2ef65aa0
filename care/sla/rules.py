"""When a clock is due. Pure functions; `start` and results are aware datetimes, days are counted in China."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from care.timezone import CHINA
from care.workdays import is_workday


def due_in_hours(start: datetime, hours: float) -> datetime:
    """Hours run at once and through (民法典 201: counted from the moment that was agreed)."""
    return start + timedelta(hours=hours)


def due_in_days(start: datetime, days: int, workday: Callable[[date], bool] = is_workday) -> datetime:
    """The end of the last day: the first day is not counted, a holiday at the end rolls on (民法典 201–203).

    Returned as 00:00 of the day after, so that `now < due` means in time.
    """
    last = start.astimezone(CHINA).date() + timedelta(days=days)
    while not workday(last):
        last += timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=CHINA)


def due_in_working_days(start: datetime, days: int, workday: Callable[[date], bool] = is_workday) -> datetime:
    """The end of the last of so many working days: the day of the start is not counted (民法典 201).

    Returned as `due_in_days` does.
    """
    last = start.astimezone(CHINA).date()
    left = days
    while left:
        last += timedelta(days=1)
        left -= workday(last)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=CHINA)
