"""Days, weeks and months of China, and the periods that operators tell of. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal

from care.errors import InvalidInput
from care.timezone import CHINA

#: days of one look
LONGEST = 366

Step = Literal["day", "week", "month"]

_PERIOD = re.compile(r"(20\d\d)(?:Q([1-4])|-(0[1-9]|1[0-2]))?")


def start_of(day: date) -> datetime:
    """00:00 of it in China."""
    return datetime.combine(day, time(), tzinfo=CHINA)


def days_between(since: date, until: date) -> int:
    """Both among them. Raises InvalidInput (reason `period`)."""
    days = (until - since).days + 1
    if not 0 < days <= LONGEST:
        raise InvalidInput("period", f"until is not before since, and not more than {LONGEST} days in all")
    return days


def a_year_before(day: date) -> date:
    """29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def starts_of(step: Step, since: date, until: date) -> Iterator[date]:
    """First days of the steps that the period touches; weeks begin on Monday."""
    start = start_in(step, since)
    while start <= until:
        yield start
        start = _after(step, start)


def start_in(step: Step, day: date) -> date:
    """The first day of the step in which it lies."""
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday() if step == "week" else 0)


def last_of(step: Step, start: date) -> date:
    """The last day of the step that begins there."""
    return _after(step, start) - timedelta(days=1)


def _after(step: Step, start: date) -> date:
    if step == "month":
        return _next_month(start)
    return start + timedelta(days=7 if step == "week" else 1)


def period_days(period: str) -> tuple[date, date]:
    """First and last day of `2026`, `2026Q4` or `2026-11`. Raises InvalidInput (reason `period`)."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise InvalidInput("period", "a year (2026), a quarter (2026Q4) or a month (2026-11)")
    year, quarter, month = int(found[1]), found[2], found[3]
    if month:
        first, months = date(year, int(month), 1), 1
    elif quarter:
        first, months = date(year, 3 * int(quarter) - 2, 1), 3
    else:
        first, months = date(year, 1, 1), 12
    after = first
    for _ in range(months):
        after = _next_month(after)
    return first, after - timedelta(days=1)


def _next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
