"""Who is told of a clock, and which later time is honest. Pure functions."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from care.timezone import CHINA

_STEP = timedelta(minutes=30)


class Level(StrEnum):
    """Who was told; `escalations.level`. Each once for a clock."""

    OWNER = "owner"  # an alarm rang before it was due
    CUSTOMER = "customer"  # it will not be kept: told before it breaks
    SUPERVISOR = "supervisor"  # it was missed
    HEAD = "head"  # it is owed long after it was missed


def levels_of_alarm(alarm: datetime, due: datetime, now: datetime, *, is_last: bool) -> tuple[Level, ...]:
    """Whom an alarm that rings now concerns. `due`: of its clock; `is_last`: no other comes before that.

    Whoever wakes up late tells nobody of something to come that is over already: the miss tells it.
    """
    if alarm > due:
        return (Level.HEAD,)
    if now >= due:
        return ()
    return (Level.OWNER, Level.CUSTOMER) if is_last else (Level.OWNER,)


def honest_time(
    elapsed: timedelta, usual: timedelta, least: timedelta, now: datetime, *, earliest: int, latest: int
) -> datetime:
    """When a result can be told for: what such a ticket usually takes, less what has passed, but not less than `least`;
    at the next half hour, and between these hours of the day in China (somebody has to be there to answer)."""
    at = now + max(usual - elapsed, least)
    local = at.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    rounded = midnight + -((midnight - local) // _STEP) * _STEP
    if rounded > midnight + timedelta(hours=latest):
        return midnight + timedelta(days=1, hours=earliest)
    return max(rounded, midnight + timedelta(hours=earliest))
