"""When many complaints are more than usual, and where one is. Pure functions."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from care.accounts.ranges import PROVINCES
from care.plain import plain

MAX_WORDS = 200


class Kind(StrEnum):
    COUNT = "count"
    TEXT = "text"
    FEED = "feed"


class Status(StrEnum):
    SUSPECTED = "suspected"  # nobody has looked yet: customers hear only that many report it
    CONFIRMED = "confirmed"
    OVER = "over"
    DISMISSED = "dismissed"  # it was none, or it died down before anybody confirmed it


OPEN = frozenset({Status.SUSPECTED, Status.CONFIRMED})

#: slow ones show in the longest window, fast ones in the shortest
WINDOWS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=24))
#: the same hours of so many weeks before tell what is usual, with the hour before and after them
WEEKS = 8
_BESIDE = timedelta(hours=1)
_WEEK = timedelta(days=7)
#: How improbable a number must be. Tuned on 20 simulated months (tests/care/surges/test_month.py): thousands of counts
#: are looked at in a month, and at most one false incident may come of them.
_RARE = 1e-8
#: Complaints do not come one by one (a bill run, a holiday): their spread is never taken for less than this allows.
_STEADIEST = 30.0
#: different customers; fewer are no incident
LEAST_IN_DISTRICT, LEAST_IN_PROVINCE, LEAST = 5, 6, 8
#: of one district in an hour, before a whole week of counts is there; wider areas are not judged till then
LEAST_UNKNOWN = 15
#: a suspicion to which nothing has been added for so long is none
DIES_AFTER = timedelta(hours=24)
#: counts are kept a little longer than they are needed
KEPT = _WEEK * (WEEKS + 1)


@dataclass(frozen=True)
class Area:
    """Empty: not said, or all of it."""

    province: str = ""
    district: str = ""

    def covers(self, place: Area) -> bool:
        """Is what is reported there of an incident here?

        Who names only a district may be of any province that has one of the name.
        """
        if self.district:
            same_province = not self.province or not place.province or self.province == place.province
            return self.district == place.district and same_province
        return not self.province or self.province == place.province

    @property
    def least(self) -> int:
        if self.district:
            return LEAST_IN_DISTRICT
        return LEAST_IN_PROVINCE if self.province else LEAST

    @property
    def text(self) -> str:
        return f"{self.province}{self.district}"


_DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:自治县|新区|矿区|[区县旗](?!别|域|分|间|块|里|城|长|号|委))")
#: what ends like one and is none
_NO_DISTRICT = re.compile(
    r"(?:[小社片郊园院校市厂景库街老地辖住战灾全本各整该这那哪我们个]|开发|工业|高新|^[城山林牧矿新])[区县]$"
)
#: what stands in front of its name
_IN_FRONT = re.compile(
    r"^(?:市|.*(?:省|自治区|自治州|地区|盟|[^城]市|我们?家?|住|在|是|们|的|家|于|到))(?=[\u4e00-\u9fff]{2})"
)
_LEAST_NAME, _LONGEST_NAME = 2, 8


def place_of(address: str, province: str | None = None) -> Area:
    """The district that an address names, and the province: as the address says, else that of the line."""
    said = plain(address)
    named = next((each for each in PROVINCES if each in said), None)
    for found in _DISTRICT.finditer(said):
        name = found[0]
        if named and name.startswith(named):
            name = name.removeprefix(named)
        name = _IN_FRONT.sub("", name)
        if _LEAST_NAME <= len(name) <= _LONGEST_NAME and not _NO_DISTRICT.search(name):
            return Area(named or province or "", name)
    return Area(named or province or "")


def past(window: timedelta, now: datetime, known_since: datetime | None) -> list[tuple[datetime, datetime]]:
    """The spans of earlier weeks that this window is compared with; only those that were counted from their start."""
    spans = [(now - week * _WEEK - window - _BESIDE, now - week * _WEEK + _BESIDE) for week in range(1, WEEKS + 1)]
    return [span for span in spans if known_since is not None and span[0] >= known_since]


@dataclass(frozen=True)
class Usual:
    """What was counted in earlier weeks."""

    count: int
    #: how many windows long they were together
    windows: float

    @property
    def mean(self) -> float:
        """Of one window."""
        return (self.count + 0.5) / self.windows if self.windows else 0.0


def usual_of(count: int, window: timedelta, spans: int) -> Usual:
    return Usual(count, spans * ((window + 2 * _BESIDE) / window))


def is_burst(count: int, usual: Usual, area: Area, window: timedelta) -> bool:
    """Are so many different customers in one window more than chance makes of what is usual there?"""
    if count < area.least:
        return False
    if usual.windows == 0:
        return bool(area.district) and window == WINDOWS[0] and count >= LEAST_UNKNOWN
    return count > usual.mean and tail(count, usual) < _RARE


def tail(count: int, usual: Usual) -> float:
    """How probable so many or more are: negative binomial, what a rate known from `usual.count` only predicts."""
    spread = min(usual.count + 0.5, _STEADIEST)
    more = usual.mean / (spread + usual.mean)
    log_first = (
        math.lgamma(count + spread)
        - math.lgamma(spread)
        - math.lgamma(count + 1)
        + spread * math.log1p(-more)
        + count * math.log(more)
    )
    term = total = math.exp(log_first)
    following = count
    while term > total * 1e-9:
        term *= (following + spread) / (following + 1) * more
        following += 1
        total += term
    return total
