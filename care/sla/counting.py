"""The times of a clock by what the policy says of it. Pure functions, as `rules`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from care.sla.policy import Policy
from care.sla.rules import (
    days_ended,
    due_in_days,
    due_in_hours,
    due_in_months,
    due_in_working_days,
    due_in_working_hours,
    working_time,
)
from care.sla.specs import ClockSpec
from care.timezone import CHINA
from care.workdays import is_published, is_workday

_MOMENT = timedelta(microseconds=1)  # due at 00:00 is the end of the day before
_HOUR = timedelta(hours=1)


def due_of(spec: ClockSpec, start: datetime, area: str | None, policy: Policy) -> datetime:
    if spec.days is not None:
        return due_in_days(start, spec.days)
    if spec.working_days is not None:
        return due_in_working_days(start, spec.working_days)
    if spec.working_hours is not None and spec.calendar is not None:
        return due_in_working_hours(start, spec.working_hours, policy.calendars[spec.calendar].hours)
    if spec.months is not None:
        return due_in_months(start, spec.months)
    if spec.years is not None:
        return due_in_months(start, 12 * spec.years)
    return due_in_hours(start, _hours(spec, area))


def alarms_of(spec: ClockSpec, start: datetime, due: datetime, area: str | None) -> list[datetime]:
    """When somebody inside is told: before it is due, and after it was missed."""
    stretch = _hours(spec, area) / spec.hours if spec.hours else 1.0
    return [start + _HOUR * hours * stretch for hours in spec.alarms] + alarms_after(spec, due)


def alarms_after(spec: ClockSpec, due: datetime) -> list[datetime]:
    return [due + _HOUR * hours for hours in spec.after]


def is_provisional(spec: ClockSpec, due: datetime) -> bool:
    """Whether it was counted with days of which nobody knows yet whether they are worked."""
    return spec.hours is None and not is_published(last_day_of(due))


def last_day_of(due: datetime) -> date:
    """The day of China in which it ends; one that ends at 24:00 does not end on the next."""
    return (due - _MOMENT).astimezone(CHINA).date()


def moved(spec: ClockSpec | None, due: datetime, stopped: datetime, resumed: datetime, policy: Policy) -> datetime:
    """When it is due after it stood still for this time.

    Hours, and what has no rule of the policy (None: a time that was told to the customer): later by what passed.
    Working hours: what was left of them runs on. What ends with a day: later by the days that ended meanwhile (of
    working days only those), and not on a holiday; a pause within one day costs the customer nothing.
    """
    if spec is None or spec.hours is not None:
        return due + (resumed - stopped)
    if spec.working_hours is not None and spec.calendar is not None:
        hours = policy.calendars[spec.calendar].hours
        left = working_time(stopped, due, hours)
        return due_in_working_hours(resumed, left / _HOUR, hours)
    ended = days_ended(stopped, resumed)
    if spec.working_days is not None:
        ended = [day for day in ended if is_workday(day)]
    if not ended:
        return due
    count = due_in_days if spec.working_days is None else due_in_working_days
    return count(due - _MOMENT, len(ended))


def _hours(spec: ClockSpec, area: str | None) -> float:
    assert spec.hours is not None  # the policy has exactly one length
    return spec.hours_country if area == "country" and spec.hours_country else spec.hours
