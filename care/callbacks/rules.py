"""The times that a customer can be called in, and the words that ask for a call. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from care.plain import plain
from care.sla.sections import Callbacks
from care.timezone import CHINA
from care.workdays import Hours

#: what is left of a shift behind whole times is a time of its own from this length on
_SHORTEST = timedelta(hours=1)
#: days that are looked ahead for open ones
_AHEAD = 31


@dataclass(frozen=True)
class Slot:
    starts_at: datetime
    ends_at: datetime


def slots_of(hours: Hours, callbacks: Callbacks, now: datetime) -> Iterator[Slot]:
    """The times that have not begun, of the next days with opening hours, in order. Times of China."""
    today, open_days = now.astimezone(CHINA).date(), 0
    for ahead in range(_AHEAD):
        day = today + timedelta(days=ahead)
        found = [slot for begins, ends in hours.on(day) for slot in _cut(begins, ends, callbacks)]
        to_come = [slot for slot in found if slot.starts_at > now]
        yield from to_come
        open_days += bool(to_come) or (bool(found) and day == today)
        if open_days >= callbacks.days:
            return


def _cut(begins: datetime, ends: datetime, callbacks: Callbacks) -> Iterator[Slot]:
    midnight = begins.replace(hour=0, minute=0)
    begins = max(begins, midnight + timedelta(hours=callbacks.earliest))
    ends = min(ends, midnight + timedelta(hours=callbacks.latest))
    length = timedelta(hours=callbacks.hours)
    while ends - begins >= _SHORTEST:
        yield Slot(begins, min(begins + length, ends))
        begins += length


#: characters; more words tell what the call is about, or something else
_SHORT = 24
_CALL = (
    "(?:回(?:个|一个|拨)?(?:电话|电)|回拨|回电话?|来(?:个|一个)?电话|打(?:个|一个)?电话(?:给我|过来)?"
    "|(?:直接)?打(?:给我|过来|我(?:这个)?(?:手机|电话|号码?))|致电|拨我)"
)
_WHO = (
    "(?:让|叫|请|麻烦|安排|找|派|喊)(?:个|一个|一位|你们的?|那个|位)?"
    "(?:人|客服|人工|同事|专员|工作人员|经理|主管|领导|师傅|他们?|她)?"
)
_WISH = re.compile(
    rf"(?:预约|安排|申请|约|要|想要|改成|换成|还是)(?:一?个|客服|人工|你们)*(?:回电|回拨|电话回访|回个?电话)"
    rf"|{_WHO}[^，。,]{{0,12}}{_CALL}|(?:给|跟)我[^，。,]{{0,4}}{_CALL}|{_CALL}(?:给|联系)?我"
    "|^(?:请)?(?:回电话?|回拨)(?:给我)?(?:吧|我|一下)?$"
    "|(?:你们|客服)(?:能不能|可以|可不可以|能)?(?:给我)?打(?:给我|过来)"
)
_NO_WISH = re.compile(
    "(?:别|不要|不用|不想|没|不|甭|没有)(?:人|再|给我|你们|老|总)*(?:打(?!过来$)|回(?!来)|来电|致电|拨)"
    "|推销|骚扰|广告|贷款|诈骗|骗子|老是|天天|一直有人|总有人|昨天|前天|上次|刚才|刚刚|说好|答应|承诺"
    "|没接着|打了|打过(?!来)|给我打的|谁打|为什么|为啥|怎么(?:还)?(?:不|没)|[吗么][?？]?$(?<!能吗)(?<!可以吗)(?<!行吗)(?<!好吗)"
)


def asks_for_callback(text: str) -> bool:
    """「给我回电话」「安排回电」, and nothing else with it."""
    return len(text) <= _SHORT and speaks_of_callback(text)


def speaks_of_callback(text: str) -> bool:
    """Also with what it is about; for words that are a wish for a person anyway."""
    words = plain(text)
    return _WISH.search(words) is not None and _NO_WISH.search(words) is None


_DAYS = (("今天|今晚|今儿|当天", 0), ("明天|明早|明晚|明儿", 1), ("后天", 2))
_WEEKDAYS = "一二三四五六日"
_PARTS = (("上午|早上|早晨|明早", 0, 12), ("中午", 11, 14), ("下午", 12, 18), ("晚上|今晚|明晚|傍晚|晚点", 17, 24))
_HOUR = re.compile(r"(?P<hour>\d{1,2}|[一二两三四五六七八九]|十[一二]?)(?:点|[:：])")
_DIGITS = {word: hour for hour, word in enumerate("一二三四五六七八九十", start=1)} | {"两": 2, "十一": 11, "十二": 12}
#: nothing is offered so far ahead
_FAR = re.compile("下个?[周月]|大后天|年后|节后")
_NOON = 12


def slot_in(text: str, slots: list[Slot], now: datetime) -> Slot | None:
    """「明天下午三点」: the first of these times that fits what the words say of day and hour; None where nothing fits,
    or the words say neither."""
    words = plain(text).replace("星期", "周").replace("礼拜", "周").replace("周天", "周日")
    if _FAR.search(words):
        return None
    part = next(((first, last) for names, first, last in _PARTS if re.search(names, words)), None)
    days = _days_in(words, now)
    hour = _hour_in(words, part)
    if days is None and hour is None and part is None:
        return None
    for slot in slots:
        begins, ends = slot.starts_at.astimezone(CHINA), slot.ends_at.astimezone(CHINA)
        if days is not None and begins.date() not in days:
            continue
        if hour is not None and not begins.hour <= hour < (ends.hour or 24):
            continue
        if hour is None and part is not None and not part[0] <= begins.hour < part[1]:
            continue
        return slot
    return None


def _days_in(words: str, now: datetime) -> set[object] | None:
    today = now.astimezone(CHINA).date()
    found = {today + timedelta(days=ahead) for names, ahead in _DAYS if re.search(names, words)}
    if weekday := re.search(f"周([{_WEEKDAYS}])", words):
        ahead = (_WEEKDAYS.index(weekday[1]) - today.weekday()) % 7
        found.add(today + timedelta(days=ahead))
    return {*found} or None


def _hour_in(words: str, part: tuple[int, int] | None) -> int | None:
    found = _HOUR.search(words)
    if found is None:
        return None
    hour = int(found["hour"]) if found["hour"].isdigit() else _DIGITS[found["hour"]]
    is_afternoon = (
        part is not None and part[0] >= _NOON - 1 and hour < _NOON and not (part[0] == _NOON - 1 and hour == 11)
    )
    if is_afternoon or (part is None and 1 <= hour <= 7):  # nobody means three at night
        hour += _NOON
    return hour if hour < 24 else None
