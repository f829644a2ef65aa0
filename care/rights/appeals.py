"""When somebody may appeal to the regulator, and until when. Pure functions; days are China's.

《电信用户申诉处理办法》（工业和信息化部令第35号，2016-07-30 起施行）: 第十条 (not satisfied with the answer, or none
within 15 days), 第十一条 (a dispute about fees within 5 months from when it arose, any other within 2 years), 第十四条
(accepted or not within 5 working days); answered within 30 days: 电信条例第三十九条. Counted as 民法典第二百条至
第二百零三条 say. 35号令 was seen in part only (data/facts/appeals.yml, grade B), so what is told of it is told as what
the ministry asks for.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from care.sla.rules import due_in_days, due_in_working_days
from care.timezone import CHINA
from care.workdays import is_workday

#: days after which a complaint without an answer may be appealed
ANSWER_DAYS = 15
#: working days in which it is decided whether an appeal is accepted
DECISION_DAYS = 5
#: days in which it is answered, from when the papers were complete
RESULT_DAYS = 30
#: fewer days left than this are warned about
CLOSE = 30


class Matter(StrEnum):
    """What the dispute is about: it has its own time."""

    FEE = "fee"
    SERVICE = "service"


class Ground(StrEnum):
    """Why it may be appealed now."""

    DISSATISFIED = "dissatisfied"
    UNANSWERED = "unanswered"  # 15 days have passed
    OPEN = "open"  # neither yet: the papers are made ahead


class Where(StrEnum):
    """Where the complaint was made that was not answered well."""

    HERE = "here"
    PHONE = "phone"
    SHOP = "shop"
    OTHER = "other"


_MONTHS = {Matter.FEE: 5, Matter.SERVICE: 24}


@dataclass(frozen=True)
class Told:
    """What the customer told for the papers; each may be left to be written in by hand."""

    where: Where
    #: of a complaint that was made elsewhere
    complained_on: date | None = None
    happened_on: date | None = None
    #: elsewhere: what happened and what was answered; here: why the answer does not satisfy
    words: str | None = None
    wish: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Told:
        days = {
            name: date.fromisoformat(kept[name]) if kept[name] else None for name in ("complained_on", "happened_on")
        }
        return cls(where=Where(kept["where"]), words=kept["words"], wish=kept["wish"], **days)


@dataclass(frozen=True)
class Standing:
    """How an appeal stands."""

    ground: Ground
    #: the last day for an answer of ours; None: nobody knows when the complaint was made
    answer_by: date | None
    #: the day from which `until` is counted
    since: date
    #: False: nobody said when it arose, and `since` is a later day
    is_since_told: bool
    #: the last day for the appeal
    until: date
    #: until then; negative: it is over
    days_left: int

    @property
    def is_over(self) -> bool:
        return self.days_left < 0

    @property
    def is_close(self) -> bool:
        return 0 <= self.days_left < CLOSE


def standing(
    matter: Matter,
    *,
    is_dissatisfied: bool,
    answer_due: datetime | None,
    since: date,
    is_since_told: bool = True,
    now: datetime,
    workday: Callable[[date], bool] = is_workday,
) -> Standing:
    """`answer_due`: 00:00 of the day after the last one for an answer (`answer_due_at`); None: nobody knows when the
    complaint was made, or it was answered. `since`: when the dispute arose; a later day where `is_since_told` is False.
    """
    until = last_day(since, matter, workday)
    if is_dissatisfied:
        ground = Ground.DISSATISFIED
    else:
        ground = Ground.UNANSWERED if answer_due is not None and answer_due <= now else Ground.OPEN
    return Standing(
        ground,
        last_day_before(answer_due) if answer_due is not None else None,
        since,
        is_since_told,
        until,
        (until - now.astimezone(CHINA).date()).days,
    )


def answer_due_at(complained: date | datetime) -> datetime:
    """Until when a complaint of that day has to be answered: 00:00 of the day after."""
    start = complained if isinstance(complained, datetime) else _noon(complained)
    return due_in_days(start, ANSWER_DAYS)


def last_day(happened: date, matter: Matter, workday: Callable[[date], bool] = is_workday) -> date:
    """Of the time for an appeal: the same day of the last month, or that month's end where it has no such day
    (民法典第二百零二条); a holiday rolls on (第二百零三条)."""
    years, month = divmod(happened.month - 1 + _MONTHS[matter], 12)
    year, month = happened.year + years, month + 1
    last = date(year, month, min(happened.day, monthrange(year, month)[1]))
    while not workday(last):
        last += timedelta(days=1)
    return last


def decision_by(handed_in: date, workday: Callable[[date], bool] = is_workday) -> date:
    """The last day for the decision whether an appeal of that day is accepted."""
    return last_day_before(due_in_working_days(_noon(handed_in), DECISION_DAYS, workday))


def result_by(complete: date) -> date:
    """The last day for the answer to an appeal whose papers were complete on that day."""
    return complete + timedelta(days=RESULT_DAYS)


def last_day_before(due: datetime) -> date:
    """`due` as `care.sla.rules` gives it: 00:00 of the day after."""
    return (due.astimezone(CHINA) - timedelta(microseconds=1)).date()


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)
