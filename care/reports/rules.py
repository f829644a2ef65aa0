"""Kinds of reports, when each is due, and what must not be told of few people. Pure functions.

Sources: REQUIREMENTS A15 (quarterly report), A28 (the joint meeting's pack by day 5), B5 (statistics in public).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from care.errors import InvalidInput
from care.insight.periods import period_days
from care.timezone import CHINA

#: fewer people are never told of
LEAST = 5
MIN_REASON, MAX_REASON = 5, 200

_NAME = re.compile(r"20\d\d(?:-\d\d|Q\d)")


class Kind(StrEnum):
    MONTHLY = "monthly"  # 联席会议: hot topics of a month, for staff
    QUARTERLY = "quarterly"  # 用户反馈处理报告
    PUBLIC = "public"  # 服务质量报告: of a month


class Status(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


#: kinds that anybody may read once they are signed
PUBLISHED = (Kind.PUBLIC, Kind.QUARTERLY)
#: day of the month after the period, and clock time of China, at which a report is made by itself: what happened at the
#: end of the month has two days to come to its end.
MADE_ON = {Kind.MONTHLY: 3, Kind.PUBLIC: 5, Kind.QUARTERLY: 5}
_MADE_AT = time(8)
#: 每月上旬: a pack that is not there on this day is somebody's business
LATE_ON = 5


@dataclass(frozen=True)
class Period:
    #: `2026-10` or `2026Q3`
    name: str
    since: date
    until: date

    @property
    def is_quarter(self) -> bool:
        return "Q" in self.name


def period_of(kind: Kind, name: str) -> Period:
    """Raises InvalidInput (reason `period`): a quarter for the quarterly report, else a month."""
    if not _NAME.fullmatch(name) or ("Q" in name) != (kind is Kind.QUARTERLY):
        raise InvalidInput("period", "a quarter like 2026Q3 for the quarterly report, a month like 2026-10 for others")
    return Period(name, *period_days(name))


def period_with(kind: Kind, day: date) -> Period:
    """The month, or the quarter, that the day lies in."""
    is_quarter = kind is Kind.QUARTERLY
    return period_of(kind, f"{day.year}Q{(day.month + 2) // 3}" if is_quarter else f"{day:%Y-%m}")


def before(kind: Kind, period: Period) -> Period:
    return period_with(kind, period.since - timedelta(days=1))


def months_of(period: Period) -> list[Period]:
    if not period.is_quarter:
        return [period]
    first = period.since
    return [period_with(Kind.PUBLIC, date(first.year, first.month + at, 1)) for at in range(3)]


def newest(kind: Kind, now: datetime) -> Period:
    """The last one that is over."""
    return before(kind, period_with(kind, now.astimezone(CHINA).date()))


def is_due(kind: Kind, period: Period, now: datetime) -> bool:
    """Should it have been made by now?"""
    return now >= datetime.combine(period.until + timedelta(days=MADE_ON[kind]), _MADE_AT, CHINA)


def is_late(period: Period, now: datetime) -> bool:
    return now.astimezone(CHINA).date() >= period.until + timedelta(days=LATE_ON)


def is_few(count: int) -> bool:
    """One to four: somebody might be recognised. None is nobody."""
    return 0 < count < LEAST


def hidden(cells: Sequence[int], also: Collection[int] = ()) -> frozenset[int]:
    """Places of the cells that are not told beside the sum of all of them; those of `also` in any case.

    Cells below LEAST, and the smallest others with them until the sum of the hidden ones is no cell below LEAST itself
    and does not give them away: there are two or more of them, and they are not all alike (4 + 4 + 4 is the only way to
    12 with three cells below 5). Where that cannot be, all cells are hidden. Nobody is in an empty cell; it is told,
    unless it is needed to hide others.
    """
    chosen = [at for at, count in enumerate(cells) if is_few(count) or at in also]
    left = sorted({*range(len(cells))} - {*chosen}, key=lambda at: (cells[at] == 0, cells[at], at))
    while chosen and not _covers([cells[at] for at in chosen]):
        if not left:
            return frozenset(range(len(cells)))
        # With all that are as small: which of them was taken would say more than that one was.
        alike = [at for at in left if cells[at] == cells[left[0]]]
        chosen += alike
        left = [at for at in left if at not in alike]
    return frozenset(chosen)


def _covers(counts: Sequence[int]) -> bool:
    return len(counts) > 1 and sum(counts) >= LEAST and min(counts) != max(counts)


@dataclass(frozen=True)
class Share:
    """What may be told of a part of a whole: exactly, or only that it is above or below something."""

    #: None: not told, or only as below or above something
    value: float | None
    numerator: int | None
    denominator: int | None
    #: the share is below this, or above this; told instead of `value`
    below: float | None = None
    above: float | None = None


def share(part: int, whole: int, *, is_exact: bool = True) -> Share:
    """The share of `part` in `whole`, where neither it nor the rest is told of fewer than LEAST.

    `is_exact` False: as if it were few, because an exact one beside it would give another one away. Nothing at all of a
    whole below LEAST.
    """
    if whole < LEAST:
        return Share(None, None, None)
    rest = whole - part
    if whole < 2 * LEAST and 0 < part < whole:  # one of both is few, and which one would say too much
        return Share(None, None, whole)
    if is_few(rest) or (not is_exact and rest <= part):
        # as low as with four of the rest, or more where more than that is kept back
        return Share(None, None, whole, above=_down((whole - _step(rest)) / whole))
    if is_few(part) or not is_exact:
        return Share(None, None, whole, below=_up(_step(part) / whole))
    return Share(part / whole, part, whole)


def _step(count: int) -> int:
    """The next multiple of LEAST above."""
    return (count // LEAST + 1) * LEAST


def _down(value: float) -> float:
    return math.floor(value * 1000) / 1000


def _up(value: float) -> float:
    return math.ceil(value * 1000) / 1000


def at_least(count: int) -> int:
    """For a part of something that is told exactly: the last multiple of LEAST."""
    return count // LEAST * LEAST
