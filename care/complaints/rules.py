"""What a complaint needs, and what a customer's words for a field mean. Pure functions; `today` is China's date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from care.complaints.answers import days_in_digits, is_a_time
from care.errors import InvalidInput
from care.sla.sections import Category

MAX_FIELD = 500
#: the story itself may be as long as a message
MAX_STORY = 12_000

# What is left of "你好，我要投诉！" when the wish to complain itself is taken away is what happened.
# A number says nothing of it; a Latin word counts as one character ("WiFi连不上").
_BARE = re.compile(
    r"你好|您好|喂|请问|我|要|想|需要|帮忙|帮|一下|个|投诉|举报|反映|反馈|问题|情况|你们|登记|的|吧|啊|呀|来|有|是|做|提"
    r"|现在|马上|联通|移动|电信|广电|公司|运营商|手机号|号码|[\s\W\d_]"
)
_LATIN = re.compile(r"[A-Za-z]+")
_ENOUGH = 3

_FUTURE = re.compile(
    r"明天|明日|明早|明晚|(?<![以之])后天|大后天|下个?星期|下个?周|下个?礼拜|下个?月|明年|(?<![以之])后年"
)
_YMD = re.compile(r"(?<!\d)(20\d{2})\s*[年./-]\s*(\d{1,2})\s*(?:[月./-]\s*(\d{1,2})\s*[日号]?|月)?")
_MD = re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_DAYS_AGO = {
    **dict.fromkeys(("今天", "今日", "今早", "今晚", "刚才", "刚刚"), 0),
    **dict.fromkeys(("昨天", "昨日", "昨晚"), 1),
    "大前天": 3,
    "前天": 2,
}
_MONTHS_AGO = {"上上个月": 2, "上上月": 2, "上个月": 1, "上月": 1}
_PAST = re.compile("|".join([*_DAYS_AGO, *_MONTHS_AGO]))
_WEEKDAY = re.compile(r"(上上|上|这|本)个?(?:周|星期|礼拜)([一二三四五六日天末])")
_WEEKDAYS = dict(zip("一二三四五六日天末", (0, 1, 2, 3, 4, 5, 6, 6, 5), strict=True))
_AGO = re.compile(r"(?<!\d)(\d{1,3})\s*个?(天|日|周|星期|礼拜)(?:[以之]?前|了)")


#: has every day that any year has
_LEAP_YEAR = 2000


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
    address: str | None = None
    #: town | country
    area: str | None = None
    speed_test: str | None = None
    #: what the customer said of the line's operator and province, over what is looked up when it is filed
    carrier: str | None = None
    province: str | None = None
    threatens_appeal: bool = False
    #: number of the open ticket of the same matter beside which this one is wanted
    repeat_of: str | None = None


def rows_of(category: Category, is_slow: bool) -> list[str]:
    """What a summary shows, in its order: 「第二项」 is the second. `is_slow`: a measured test was asked for."""
    return [
        "category",
        "description",
        "line",
        *(["address"] if category.place == "address" else []),
        "since",
        *(["speed_test"] if category.measure and is_slow else []),
        "wish",
        "contact",
    ]


def tells_what_happened(text: str) -> bool:
    """False for a bare 「我要投诉」: then the bot still has to ask what happened."""
    return len(_BARE.sub("", _LATIN.sub("a", text))) >= _ENOUGH


_SAME_NUMBER = re.compile(r"上面|这个|這個|刚才|剛才|同上|一样|同一个|本机|就它|那个号|那個號|[这這那][号號]")


def means_same_number(text: str) -> bool:
    """「就用上面的号码」「同上」: short, and no number of its own."""
    return len(text) <= 12 and not re.search(r"\d", text) and _SAME_NUMBER.search(text) is not None


def check_since(text: str, today: date) -> date | None:
    """An answer to "since when": the day that it names, None where it names none.

    Raises InvalidInput: reason `since_unclear` where it is no time at all, else as `since_date`.
    """
    if not is_a_time(text):
        raise InvalidInput("since_unclear", "not a time; a day, a month or 「很久了」 would be one")
    return since_date(text, today)


def since_date(text: str, today: date) -> date | None:
    """The day a problem began, where the words name one; None where they do not (「很久了」 is a fine answer).

    Raises InvalidInput: reason `since_future` for a day that has not come, `since_impossible` for 2 月 30 日.
    """
    text = days_in_digits(text)
    # The first day that is named is when it began: 「昨天开始的，说明天来修」.
    named = [found for pattern in (_FUTURE, _YMD, _MD, _WEEKDAY, _AGO, _PAST) if (found := pattern.search(text))]
    if not named:
        return None
    first = min(named, key=lambda found: found.start())
    if first.re is _FUTURE:
        raise InvalidInput("since_future", "the day has not come yet")
    if first.re is _YMD:
        return _not_after(_day(int(first[1]), int(first[2]), int(first[3] or 1)), today)
    if first.re is _MD:
        return _latest(int(first[1]), int(first[2]), today)
    if first.re is _WEEKDAY:
        weeks = {"上上": 2, "上": 1}.get(first[1], 0)
        monday = today - timedelta(days=today.weekday(), weeks=weeks)
        return _not_after(monday + timedelta(days=_WEEKDAYS[first[2]]), today)
    if first.re is _AGO:
        return today - timedelta(days=int(first[1]) * (1 if first[2] in "天日" else 7))
    if first[0] in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[first[0]])
    month = today.replace(day=1)
    for _ in range(_MONTHS_AGO[first[0]]):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def _latest(month: int, day: int, today: date) -> date:
    """A day without a year is one in the past: 12 月 25 日, said in November, was last year's."""
    _day(_LEAP_YEAR, month, day)
    for year in range(today.year, today.year - 9, -1):  # eight years may lie between two leap days
        try:
            found = date(year, month, day)
        except ValueError:
            continue  # 29 February of a year that has none
        if found <= today:
            return found
    raise AssertionError("unreachable")


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
