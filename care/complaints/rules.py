"""What a complaint needs, and what a customer's words for a field mean. Pure functions; `today` is China's date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from care.errors import InvalidInput

MAX_FIELD = 500
#: the story itself may be as long as a message
MAX_STORY = 12_000

# What is left of "你好，我要投诉！" when the wish to complain itself is taken away is what happened.
_BARE = re.compile(
    r"你好|您好|喂|请问|我|要|想|需要|帮忙|帮|一下|个|投诉|举报|反映|问题|情况|你们|登记|的|了|吧|啊|呀|来|有|是|做|提|现在|马上"
    r"|联通|移动|电信|广电|公司|运营商|[\s\W_a-zA-Z]"
)
_ENOUGH = 4

_RELATIVE_FUTURE = re.compile(r"明天|明日|明早|明晚|后天|大后天|下个?星期|下个?周|下个?礼拜|下个?月|明年|后年")
_YMD = re.compile(r"(?<!\d)(20\d{2})\s*[年./-]\s*(\d{1,2})\s*(?:[月./-]\s*(\d{1,2})\s*[日号]?|月)?")
_MD = re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_DAYS_AGO = {
    "今天": 0,
    "今日": 0,
    "今早": 0,
    "刚才": 0,
    "刚刚": 0,
    "昨天": 1,
    "昨日": 1,
    "昨晚": 1,
    "大前天": 3,
    "前天": 2,
}
_MONTHS_AGO = {"上上个月": 2, "上个月": 1, "上月": 1}


@dataclass(frozen=True)
class Draft:
    """What a customer said of one complaint; None where it was not said or not wanted."""

    category: str
    description: str
    line: str | None = None
    since: str | None = None
    since_date: date | None = None
    wish: str | None = None
    contact: str | None = None


def tells_what_happened(text: str) -> bool:
    """False for a bare 「我要投诉」: then the bot still has to ask what happened."""
    return len(_BARE.sub("", text)) >= _ENOUGH


def since_date(text: str, today: date) -> date | None:
    """The day a problem began, where the words name one; None where they do not (「很久了」 is a fine answer).

    Raises InvalidInput: reason `since_future` for a day that has not come, `since_impossible` for 2 月 30 日.
    """
    if _RELATIVE_FUTURE.search(text):
        raise InvalidInput("since_future", "the day has not come yet")
    if named := _YMD.search(text):
        year, month, day = int(named[1]), int(named[2]), int(named[3] or 1)
        return _not_after(_day(year, month, day), today)
    if named := _MD.search(text):
        day_of_year = _day(today.year, int(named[1]), int(named[2]))
        # A day without a year is one in the past: 12 月 25 日, said in November, was last year's.
        return day_of_year if day_of_year <= today else _day(today.year - 1, int(named[1]), int(named[2]))
    for word, days in _DAYS_AGO.items():
        if word in text:
            return today - timedelta(days=days)
    for word, months in _MONTHS_AGO.items():
        if word in text:
            first = today.replace(day=1)
            for _ in range(months):
                first = (first - timedelta(days=1)).replace(day=1)
            return first
    return None


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise InvalidInput("since_impossible", "there is no such day") from error


def _not_after(day: date, today: date) -> date:
    if day > today:
        raise InvalidInput("since_future", "the day has not come yet")
    return day


def field_text(text: str) -> str:
    """A free-text field. Raises InvalidInput: reason `field_empty`, or `field_long` beyond MAX_FIELD characters."""
    stripped = text.strip()
    if not re.search(r"\w", stripped):
        raise InvalidInput("field_empty", "no words in it")
    if len(stripped) > MAX_FIELD:
        raise InvalidInput("field_long", f"more than {MAX_FIELD} characters")
    return stripped


def shorten(text: str, length: int = 60) -> str:
    """For a summary: one line, cut with an ellipsis."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= length else f"{line[:length]}…"
