"""When a clock is due. Pure functions; `start` and results are aware datetimes, days are counted in China."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from care.timezone import CHINA
from care.workdays import Hours, is_workday


class PauseEnd(StrEnum):
    """Why promises that stood still run again; `pauses.ended_by`."""

    ANSWER = "answer"  # the customer answered
    LIMIT = "limit"  # it lasted as long as the policy lets it
    STAFF = "staff"  # somebody went on without an answer
    CLOSED = "closed"  # the ticket was answered or closed
    WITHDRAWN = "withdrawn"  # the customer took it back


def due_in_hours(start: datetime, hours: float) -> datetime:
    """Hours run at once and through (民法典 201: counted from the moment that was agreed)."""
    return start + timedelta(hours=hours)


def due_in_days(start: datetime, days: int, workday: Callable[[date], bool] = is_workday) -> datetime:
    """The end of the last day: the first day is not counted, a holiday at the end rolls on (民法典 201–203).

    Returned as 00:00 of the day after, so that `now < due` means in time.
    """
    return _end_of(start.astimezone(CHINA).date() + timedelta(days=days), workday)


def due_in_months(start: datetime, months: int, workday: Callable[[date], bool] = is_workday) -> datetime:
    """The end of the day with the same number in the last month; if that month has none, of its last day (民法典 202).

    A holiday at the end rolls on (民法典 203). Returned as `due_in_days` does; a year is twelve months.
    """
    first = start.astimezone(CHINA).date()
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    return _end_of(date(year, month, min(first.day, monthrange(year, month)[1])), workday)


def due_in_working_days(start: datetime, days: int, workday: Callable[[date], bool] = is_workday) -> datetime:
    """The end of the last of so many working days: the day of the start is not counted (民法典 201).

    Returned as `due_in_days` does.
    """
    last = start.astimezone(CHINA).date()
    left = days
    while left:
        last += timedelta(days=1)
        left -= workday(last)
    return end_of_day(last)


def due_in_working_hours(start: datetime, hours: float, open_hours: Hours) -> datetime:
    """When so much time has passed in which it is open; the end of a shift, not the beginning of the next."""
    left = timedelta(hours=hours)
    day = start.astimezone(CHINA).date()
    while True:
        for begins, ends in open_hours.on(day):
            counted = ends - max(begins, start)
            if counted >= left:
                return ends - counted + left
            left -= max(counted, timedelta())
        day += timedelta(days=1)


def working_time(begins: datetime, ends: datetime, open_hours: Hours) -> timedelta:
    """How much of this time it is open."""
    day, last = begins.astimezone(CHINA).date(), ends.astimezone(CHINA).date()
    total = timedelta()
    while day <= last:
        for opens, closes in open_hours.on(day):
            total += max(min(closes, ends) - max(opens, begins), timedelta())
        day += timedelta(days=1)
    return total


def days_ended(begins: datetime, ends: datetime) -> list[date]:
    """The days of China whose 24:00 came in this time."""
    first, last = begins.astimezone(CHINA).date(), ends.astimezone(CHINA).date()
    return [first + timedelta(days=n) for n in range((last - first).days)]


def _end_of(last: date, workday: Callable[[date], bool]) -> datetime:
    while not workday(last):
        last += timedelta(days=1)
    return end_of_day(last)


def end_of_day(day: date) -> datetime:
    """24:00 in China, which is 00:00 of the day after."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=CHINA)
