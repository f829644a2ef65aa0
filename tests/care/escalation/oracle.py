"""Which alarms must have rung and which promises must have been missed, worked out from the events of a ticket alone.

Written without the code that it judges: the lengths are those of docs (24 h, 48 h, 15 days, 48/72 h for a repair), the
holidays those of `chinese_calendar`, and what a customer was told in words is what is owed from then on.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import chinese_calendar

from tests.care.escalation.lives import EMPTY

HOUR = timedelta(hours=1)
LONGEST_PAUSE = 72 * HOUR
_CHINA = ZoneInfo("Asia/Shanghai")
_SIMPLE = ("complaint_vas",)
#: hours, and the hours of the alarms, of which the last comes after it was missed
_PROMISES = {
    "first_feedback": (24, (18, 22, 28)),
    "solution_simple": (24, (18, 22, 36)),
    "solution_complex": (48, (36, 44, 60)),
}
_TOLD = re.compile(r"(?:(今天|明天|后天)|(\d+)月(\d+)日)\s*(\d\d):(\d\d)")
_DAYS = {"今天": 0, "明天": 1, "后天": 2}


@dataclass(frozen=True)
class Happened:
    at: datetime
    #: as `ticket_events.kind`, `.status` and `.note`
    kind: str
    status: str | None
    note: str | None


@dataclass
class Row:
    """A promise, a time of the law, or an alarm of one."""

    name: str
    kind: Literal["promise", "law", "alarm"]
    due: datetime
    #: nobody could act on it before
    since: datetime
    #: stands still since
    still: datetime | None = None
    ended: datetime | None = None
    #: it stood still when it was answered, so that it was kept whatever the time
    kept: bool = False

    @property
    def is_owed(self) -> bool:
        return self.ended is None


@dataclass(frozen=True)
class Judged:
    """How often: a clock of this name that was due then."""

    missed: Counter[tuple[str, datetime]]
    rang: Counter[tuple[str, datetime]]


def judge(category: str, area: str | None, events: Sequence[Happened], rounds: Sequence[datetime]) -> Judged:
    """`events` in their order; `rounds`: when a worker came by, in order."""
    rows = _filed(category, area, events[0].at)
    words, stopped, renewed = "", events[0].at, ""
    is_resolved = False
    for event in events[1:]:
        note = event.note or ""
        match event.kind:
            case "paused":
                stopped = event.at
                _stop(rows, event.at)
            case "resumed":
                _resume(rows, stopped + LONGEST_PAUSE if note == "limit" else event.at, event.at)
            case "complexity":
                _replace(rows, events[0].at, event.at)
            case "escalated" if note.startswith("customer: "):
                renewed = note.removeprefix("customer: ")
            case "renewed":
                rows += _renewed(renewed, note, event.at)
            case "feedback":
                words = note
            case "status" if event.status == "resolved":
                is_resolved = True
            case "reached" if is_resolved:
                _end(rows, event.at)
            case "reached" if words != EMPTY:
                _end([row for row in rows if row.name == "first_feedback"], event.at)
            case "withdrawn":
                _end(rows, event.at)
    return Judged(
        missed=Counter((row.name, row.due) for row in rows if row.kind != "alarm" and _is_missed(row, rounds[-1])),
        rang=Counter((row.name, row.due) for row in rows if row.kind == "alarm" and _rang(row, rounds)),
    )


def _filed(category: str, area: str | None, at: datetime) -> list[Row]:
    rows = _promise("first_feedback", at, at)
    rows += _promise("solution_simple" if category in _SIMPLE else "solution_complex", at, at)
    rows += _law("answer", at, _fifteen_days(at), at + 240 * HOUR, 24 * HOUR)
    if category == "complaint_broadband":
        hours, alarm = (72, 54) if area == "country" else (48, 36)
        rows += _law("repair", at, at + hours * HOUR, at + alarm * HOUR, 12 * HOUR)
    return rows


def _law(name: str, at: datetime, due: datetime, alarm: datetime, after: timedelta) -> list[Row]:
    return [Row(name, "law", due, at), *(Row(name, "alarm", each, at) for each in (alarm, due + after))]


def _promise(name: str, start: datetime, since: datetime) -> list[Row]:
    hours, alarms = _PROMISES[name]
    return [
        Row(name, "promise", start + hours * HOUR, since),
        *(Row(name, "alarm", start + each * HOUR, since) for each in alarms),
    ]


def _fifteen_days(start: datetime) -> datetime:
    """The first day is not counted; a last day that is not worked rolls on; it ends at 24:00 (民法典 201, 203)."""
    last = start.astimezone(_CHINA).date() + timedelta(days=15)
    while not _is_worked(last):
        last += timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=_CHINA)


def _is_worked(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def _stop(rows: list[Row], at: datetime) -> None:
    """What is over stays over; the law goes on."""
    waits = [row for row in rows if row.is_owed and row.due > at]
    names = {row.name for row in waits if row.kind == "promise"}
    for row in waits:
        if row.kind != "law" and row.name in names:
            row.still = at


def _resume(rows: list[Row], until: datetime, at: datetime) -> None:
    """`until`: when they run again; `at`: when somebody noted it."""
    for row in rows:
        if row.still is not None and row.is_owed:
            row.due += until - row.still
            row.since = at
        row.still = None


def _replace(rows: list[Row], start: datetime, at: datetime) -> None:
    """The longer promise from the same start, later by what the shorter one stood still."""
    shorter = [row for row in rows if row.name == "solution_simple"]
    old = shorter[0]
    longer = _promise("solution_complex", start, at)
    for row in longer:
        row.due += old.due - start - 24 * HOUR
        row.still = old.still
    _end(shorter, at)
    rows += longer


def _renewed(name: str, told: str, at: datetime) -> list[Row]:
    due = _understood(told, at)
    hours, alarms = _PROMISES[name]
    alarm, owed = at + (due - at) * 0.75, due + (alarms[-1] - hours) * HOUR
    return [Row(name, "promise", due, at), *(Row(name, "alarm", each, at) for each in (alarm, owed))]


def _understood(told: str, at: datetime) -> datetime:
    """As whoever is told it now understands it."""
    found = _TOLD.search(told)
    assert found is not None, told
    word, month, day, hour, minute = found.groups()
    today = at.astimezone(_CHINA).date()
    if word:
        last = today + timedelta(days=_DAYS[word])
    else:
        last = date(today.year, int(month), int(day))
        if last < today:
            last = last.replace(year=today.year + 1)
    return datetime.combine(last, time(int(hour), int(minute)), tzinfo=_CHINA)


def _end(rows: Sequence[Row], at: datetime) -> None:
    for row in rows:
        if row.is_owed:
            row.ended, row.kept = at, row.still is not None


def _is_missed(row: Row, last: datetime) -> bool:
    stands = row.still is not None and row.is_owed
    return not stands and not row.kept and row.due <= (row.ended or last)


def _rang(row: Row, rounds: Sequence[datetime]) -> bool:
    """Somebody came by while it was due and owed."""
    if row.kept or (row.still is not None and row.is_owed):
        return False
    first = bisect.bisect_left(rounds, max(row.due, row.since))
    return first < len(rounds) and (row.ended is None or rounds[first] < row.ended)
