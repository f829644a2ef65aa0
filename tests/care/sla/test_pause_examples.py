"""What a pause moves: worked examples, counted by hand; days off as in `test_examples`."""

from __future__ import annotations

from typing import Any

import pytest

from care.sla.counting import due_of, moved
from care.sla.policy import DEFAULT, load_policy
from care.sla.specs import ClockSpec
from tests.support.times import china

POLICY = load_policy(DEFAULT)
FIFTEEN_DAYS = {"days": 15}
FIVE_DAYS = {"working_days": 5}
OFFICE = {"working_hours": 4, "calendar": "office"}

EXAMPLES: list[tuple[dict[str, Any], str, str, str, str]] = [
    # length, start, stopped, resumed, due
    # Hours: later by what passed.
    ({"hours": 24}, "2026-11-21 15:20", "2026-11-21 16:20", "2026-11-21 18:20", "2026-11-22 17:20"),  # two hours
    ({"hours": 48}, "2026-11-21 15:20", "2026-11-21 16:00", "2026-11-23 16:00", "2026-11-25 15:20"),  # two days
    ({"hours": 48}, "2026-11-21 15:20", "2026-11-23 15:19", "2026-11-26 15:19", "2026-11-26 15:20"),  # a minute left
    ({"hours": 24}, "2026-09-30 10:00", "2026-09-30 12:00", "2026-10-03 12:00", "2026-10-04 10:00"),  # holidays pass
    ({"hours": 24}, "2026-11-21 15:20", "2026-11-21 16:20", "2026-11-21 16:20", "2026-11-22 15:20"),  # no time at all
    # Days: later by the days that ended meanwhile; plainly due at the end of Mon 7 December.
    (FIFTEEN_DAYS, "2026-11-22 10:00", "2026-11-23 10:00", "2026-11-23 15:00", "2026-12-08 00:00"),  # within one day
    (FIFTEEN_DAYS, "2026-11-22 10:00", "2026-11-23 10:00", "2026-11-24 09:00", "2026-12-09 00:00"),  # Monday ended
    (FIFTEEN_DAYS, "2026-11-22 10:00", "2026-11-23 23:59", "2026-11-24 00:00", "2026-12-09 00:00"),  # it ended at 24:00
    (FIFTEEN_DAYS, "2026-11-22 10:00", "2026-11-23 00:00", "2026-11-23 23:59", "2026-12-08 00:00"),  # it did not end
    (FIFTEEN_DAYS, "2026-11-22 10:00", "2026-11-23 10:00", "2026-11-26 10:00", "2026-12-11 00:00"),  # three
    (FIFTEEN_DAYS, "2026-11-22 10:00", "2026-11-23 10:00", "2026-11-28 10:00", "2026-12-15 00:00"),  # five → Mon 14th
    (FIFTEEN_DAYS, "2026-09-15 10:00", "2026-09-21 10:00", "2026-09-22 10:00", "2026-10-09 00:00"),  # 1 October → 8th
    # Working days: only those count; plainly due at the end of Fri 27 November.
    (FIVE_DAYS, "2026-11-20 10:00", "2026-11-23 10:00", "2026-11-24 10:00", "2026-12-01 00:00"),  # Monday → Mon 30th
    (FIVE_DAYS, "2026-11-20 10:00", "2026-11-20 18:00", "2026-11-23 09:00", "2026-12-01 00:00"),  # of the three, Friday
    (FIVE_DAYS, "2026-11-20 10:00", "2026-11-21 10:00", "2026-11-22 10:00", "2026-11-28 00:00"),  # a Saturday is none
    (FIVE_DAYS, "2026-11-20 10:00", "2026-11-23 10:00", "2026-11-25 10:00", "2026-12-02 00:00"),  # two → Tue 1st
    (FIVE_DAYS, "2026-09-28 10:00", "2026-09-30 10:00", "2026-10-08 10:00", "2026-10-13 00:00"),  # Sat 10th → Mon 12th
    (FIVE_DAYS, "2026-02-11 10:00", "2026-02-13 10:00", "2026-02-15 10:00", "2026-02-28 00:00"),  # Fri and worked Sat
    # Working hours: what was left of 09:00-14:30 runs on.
    (OFFICE, "2026-11-23 09:00", "2026-11-23 10:00", "2026-11-23 11:00", "2026-11-23 15:30"),  # an hour
    (OFFICE, "2026-11-23 09:00", "2026-11-23 10:00", "2026-11-23 13:00", "2026-11-23 16:30"),  # three from 13:30
    (OFFICE, "2026-11-23 09:00", "2026-11-23 12:00", "2026-11-23 13:30", "2026-11-23 14:30"),  # lunch counts for nobody
    (OFFICE, "2026-11-23 09:00", "2026-11-23 10:00", "2026-11-23 17:00", "2026-11-24 11:00"),  # one today, two tomorrow
    (OFFICE, "2026-11-23 17:00", "2026-11-23 18:00", "2026-11-24 08:00", "2026-11-24 12:00"),  # a night costs nothing
    (OFFICE, "2026-11-20 17:00", "2026-11-20 18:00", "2026-11-22 12:00", "2026-11-23 12:00"),  # nor a weekend
    (OFFICE, "2026-09-30 17:00", "2026-09-30 17:30", "2026-10-06 10:00", "2026-10-08 14:00"),  # 3.5 left on the 8th
    # Months and years end with a day, as days do.
    ({"months": 1}, "2026-05-31 10:00", "2026-06-10 10:00", "2026-06-12 09:00", "2026-07-03 00:00"),  # two → Thu 2nd
    ({"years": 2}, "2024-11-20 10:00", "2026-11-18 10:00", "2026-11-19 10:00", "2026-11-24 00:00"),  # one → Mon 23rd
]  # fmt: skip


@pytest.mark.parametrize(("length", "start", "stopped", "resumed", "due"), EXAMPLES)
def test_when_it_is_due_after_a_pause(length: dict[str, Any], start: str, stopped: str, resumed: str, due: str) -> None:
    spec = ClockSpec.model_validate({"title": "时限", "kind": "promise", "source": "测试"} | length)
    plain = due_of(spec, china(start), None, POLICY)
    assert moved(spec, plain, china(stopped), china(resumed), POLICY) == china(due)


def test_a_time_that_was_told_moves_by_what_passed() -> None:
    """A renewed promise is a time and no length."""
    due, stopped, resumed = china("2026-11-25 12:00"), china("2026-11-24 09:00"), china("2026-11-24 12:00")
    assert moved(None, due, stopped, resumed, POLICY) == china("2026-11-25 15:00")
