"""When complaints come in, in a month and the weeks before it that tell what is usual."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from care.surges.rules import WEEKS
from care.timezone import CHINA
from tests.support.times import china

START = china("2026-09-01 00:00")
BEFORE, MONTH = timedelta(weeks=WEEKS), timedelta(days=30)
#: a day, of everything; much more on a weekday's morning than at night
USUAL_A_DAY = 120


def times(chance: random.Random) -> Iterator[datetime]:
    """Every day is a little busier or quieter than the others."""
    most = USUAL_A_DAY / 24 / 0.48
    at, mood, day = START - BEFORE, 1.0, None
    while (at := at + timedelta(hours=chance.expovariate(most * 1.5))) < START + MONTH:
        if day != at.date():
            day, mood = at.date(), chance.uniform(0.75, 1.25)
        if chance.random() < _busy(at) * mood / 1.5:
            yield at


def of_burst(chance: random.Random, count: int, within: timedelta) -> list[datetime]:
    """Begins by day."""
    begin = START + timedelta(days=chance.randrange(3, 28), hours=chance.uniform(8, 16))
    return [begin + within * chance.random() for _ in range(count)]


def _busy(at: datetime) -> float:
    """From 0 to 1: the hours of the day, and quieter weekends."""
    local = at.astimezone(CHINA)
    by_hour = 0.08 + 0.92 * max(0.0, math.sin((local.hour - 6) / 17 * math.pi))
    return by_hour * (0.6 if local.weekday() >= 5 else 1.0)
