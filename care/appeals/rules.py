"""Which authorities send appeals, how they end, and what the data of a letter must be. Pure functions.

《电信用户申诉处理办法》（工业和信息化部令第35号）: the appeal office asks the operator for an answer by a day that it
names; the operator answers in writing. That day stands on the letter, so nothing here computes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from care.errors import InvalidInput
from care.timezone import CHINA


class Authority(StrEnum):
    MIIT = "miit"  # 工信部 12381, 通信管理局, 电信用户申诉受理中心
    GOVERNMENT = "hotline_12345"  # 12345 政务服务便民热线
    MARKET = "hotline_12315"  # 12315, 市场监督管理局
    ASSOCIATION = "association"  # 消费者协会, 消保委


class Outcome(StrEnum):
    """What the authority told of the end."""

    SETTLED = "settled"  # both sides agreed (调解一致)
    UPHELD = "upheld"  # the customer was right
    DISMISSED = "dismissed"  # the operator was right, or it was not accepted
    UNSETTLED = "unsettled"  # no agreement: mediation ended
    WITHDRAWN = "withdrawn"  # the customer took it back there


#: A letter gives days or weeks. What is further away is a slip of the pen.
LONGEST = timedelta(days=120)
#: a letter that was found much later is entered all the same, but not one of another century
OLDEST = timedelta(days=400)
_NUMBER = re.compile(r"[0-9A-Z\u4e00-\u9fff〔〕()\[\]（）_/.\-]{2,40}")


@dataclass(frozen=True)
class Letter:
    """What an authority sent."""

    authority: Authority
    #: what the authority calls it, as `read_external_number` gives it
    external_number: str
    #: on the letter
    dated: date | None
    #: when it reached us
    received_on: date
    #: the last day for the written answer
    due_on: date


def read_external_number(text: str) -> str:
    """Without spaces, in capitals: the same number typed by two people is one.

    Raises InvalidInput `external_number`.
    """
    number = re.sub(r"\s+", "", text).upper()
    if not _NUMBER.fullmatch(number):
        raise InvalidInput("external_number", "the authority's own number: 2 to 40 letters, figures and - / . _ ( )")
    return number


def check_days(letter: Letter, today: date) -> None:
    """Raises InvalidInput (`dated`, `received_on`, `due_on`) for days that cannot be."""
    if not today - OLDEST <= letter.received_on <= today:
        raise InvalidInput("received_on", "when it reached us: today, or before")
    if letter.dated is not None and not letter.received_on - OLDEST <= letter.dated <= letter.received_on:
        raise InvalidInput("dated", "a letter is dated before it is received")
    if not letter.received_on <= letter.due_on <= letter.received_on + LONGEST:
        raise InvalidInput("due_on", f"from the letter: up to {LONGEST.days} days after it was received")


def due_at(letter: Letter) -> datetime:
    """The end of its day in China, as `care.sla.rules` counts: 00:00 of the day after."""
    return start_of(letter.due_on + timedelta(days=1))


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)
