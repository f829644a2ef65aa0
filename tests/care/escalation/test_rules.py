"""Whom an alarm concerns, and which later time is honest."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from care.escalation.rules import Level, honest_time, levels_of_alarm
from tests.support.times import china

HOUR = timedelta(hours=1)
DUE = china("2026-11-23 15:00")

ALARMS = [
    # alarm, now, is the last one before it is due → who hears of it
    (DUE - 6 * HOUR, DUE - 6 * HOUR, False, (Level.OWNER,)),  # there is time
    (DUE - 2 * HOUR, DUE - 2 * HOUR, True, (Level.OWNER, Level.CUSTOMER)),  # nobody will make it now
    (DUE - 6 * HOUR, DUE, False, ()),  # slept too long: the miss tells it
    (DUE - 2 * HOUR, DUE + HOUR, True, ()),
    (DUE + 24 * HOUR, DUE + 24 * HOUR, True, (Level.HEAD,)),  # still owed a day later
    (DUE + 24 * HOUR, DUE + 90 * HOUR, True, (Level.HEAD,)),  # and told late
]


@pytest.mark.parametrize(("alarm", "now", "is_last", "levels"), ALARMS)
def test_whom_an_alarm_concerns(alarm: datetime, now: datetime, is_last: bool, levels: tuple[Level, ...]) -> None:
    assert levels_of_alarm(alarm, DUE, now, is_last=is_last) == levels


TIMES = [
    # now, hours that passed, hours that such a ticket usually takes → what is told
    ("2026-11-23 10:10", 40, 72, "2026-11-24 18:30"),  # 32 hours from now, at the next half hour
    ("2026-11-23 10:00", 40, 72, "2026-11-24 18:00"),  # on the half hour it stays
    ("2026-11-23 10:10", 100, 72, "2026-11-23 14:30"),  # longer than usual already: the least
    ("2026-11-23 18:00", 100, 72, "2026-11-24 09:00"),  # 22:00 is no time to answer: next morning
    ("2026-11-23 00:10", 100, 72, "2026-11-23 09:00"),  # neither is 04:10
    ("2026-11-23 16:00", 100, 72, "2026-11-23 20:00"),  # eight in the evening still is
]


@pytest.mark.parametrize(("now", "elapsed", "usual", "told"), TIMES)
def test_a_later_time_that_is_honest(now: str, elapsed: int, usual: int, told: str) -> None:
    due = honest_time(elapsed * HOUR, usual * HOUR, 4 * HOUR, china(now), earliest=9, latest=20)

    assert due == china(told)
