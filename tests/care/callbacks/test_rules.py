"""Times for a call, cut out of opening hours; words that ask for one, and words that name a time."""

from __future__ import annotations

import pytest

from care.callbacks.rules import Slot, asks_for_callback, slot_in, slots_of, speaks_of_callback
from care.sla.sections import Callbacks
from care.timezone import CHINA
from care.workdays import ALWAYS, Day, Hours, shifts_in
from tests.support.times import china

CALLBACKS = Callbacks(
    title="预约回电", clock="回电", department="service", priority=2, hours=2, days=2, most=2, earliest=8, latest=21
)
_OFFICE = dict.fromkeys(Day, shifts_in("09:00-12:00, 13:30-18:00"))
OFFICE = Hours(_OFFICE | {Day.SAT: (), Day.SUN: (), Day.HOLIDAY: ()})
DAILY = Hours(dict.fromkeys(Day, shifts_in("08:00-22:00")))

_TWO_DAYS = ["23 09-11", "23 11-12", "23 13-15", "23 15-17", "24 09-11", "24 11-12", "24 13-15", "24 15-17"]
_SUNDAY = ["22 08-10", "22 10-12", "22 12-14", "22 14-16", "22 16-18", "22 18-20", "22 20-21"]
SLOTS = [
    # now, hours, what is offered: a shift is cut from its beginning, and what is left is one if it is an hour or more
    ("2026-11-23 08:00", OFFICE, _TWO_DAYS),
    # one that has begun is over, the rest of the day is offered
    ("2026-11-23 13:30", OFFICE, ["23 15-17", *_TWO_DAYS[4:]]),
    # today counts for nothing when it is closed (Saturday), but when it was open
    ("2026-11-21 10:00", OFFICE, _TWO_DAYS),
    ("2026-11-23 19:00", OFFICE, _TWO_DAYS[4:]),
    # nobody is called after 21:00, and the last time of the day is shorter
    ("2026-11-21 15:20", DAILY, ["21 16-18", "21 18-20", "21 20-21", *_SUNDAY]),
    # nor before 8:00, where somebody is there at night
    ("2026-11-21 19:30", ALWAYS, ["21 20-21", *_SUNDAY]),
    # the days of the National Day are holidays
    ("2026-09-30 17:30", OFFICE, ["08 09-11", "08 11-12", "08 13-15", "08 15-17"]),
]


@pytest.mark.parametrize(("now", "hours", "offered"), SLOTS)
def test_slots(now: str, hours: Hours, offered: list[str]) -> None:
    found = [
        f"{slot.starts_at.astimezone(CHINA):%d %H}-{slot.ends_at.astimezone(CHINA):%H}"
        for slot in slots_of(hours, CALLBACKS, china(now))
    ]
    assert found == offered


NEVER = Hours(dict.fromkeys(Day, ()))


def test_a_queue_that_never_opens_offers_nothing() -> None:
    assert list(slots_of(NEVER, CALLBACKS, china("2026-11-23 08:00"))) == []


WISHES = [
    "安排回电",
    "给我回电话",
    "回电话给我",
    "预约回电",
    "让客服打给我",
    "回电",
    "给我回个电话",
    "能不能让客服给我来个电话",
    "叫你们主管给我打电话",
    "麻烦给我回电话吧",
    "你们打给我",
    "我想预约一个回电",
    "派个人给我打电话吧",
    "请回电",
    "还是回电吧",
    "你们能不能打过来",
]
NO_WISHES = [
    "别给我打电话了",
    "不用回电",
    "老是给我打电话推销",
    "昨天说给我回电话没人回",
    "你们答应给我回电话的",
    "有个10010的电话打来我没接着",
    "谁给我打的电话",
    "为什么一直给我打电话",
    "打电话没声音",
    "我要打电话投诉",
    "上次让师傅打给我也没打",
    "骗子打给我的",
    "不等了",
    "要等多久",
    "天天有人打给我卖贷款",
    "我打了三个电话没人接",
]


@pytest.mark.parametrize("text", WISHES)
def test_words_that_ask_for_a_call(text: str) -> None:
    assert asks_for_callback(text)


@pytest.mark.parametrize("text", NO_WISHES)
def test_words_of_calls_that_ask_for_none(text: str) -> None:
    assert not speaks_of_callback(text)


def test_more_words_tell_something_else_with_it() -> None:
    text = "宽带断了三天了报修也没人来，实在不行就让你们的师傅给我回个电话说清楚"
    assert not asks_for_callback(text)
    assert speaks_of_callback(text)


NOW = china("2026-11-21 15:20")  # a Saturday
OFFERED = list(slots_of(DAILY, CALLBACKS, NOW))

TIMES = [
    # words, the beginning of the time that is meant
    ("明天下午三点", "22 14"),
    ("明天上午", "22 08"),
    ("今天晚上吧", "21 18"),
    ("今天八点", None),  # in the morning, which is over
    ("今晚八点", "21 20"),
    ("周日上午十点以后", "22 10"),
    ("星期天下午", "22 12"),
    ("明天", "22 08"),
    ("下午五点", "21 16"),
    ("三点左右", "22 14"),  # three at night is not meant
    ("晚上", "21 18"),
    ("16:00", "21 16"),
    ("明天中午", "22 12"),
    ("周三上午", None),  # not offered
    ("后天", None),
    ("下周的今天", None),
    ("随便", None),  # says nothing of a time
    ("好的", None),
]


@pytest.mark.parametrize(("text", "begins"), TIMES)
def test_a_time_in_words(text: str, begins: str | None) -> None:
    found: Slot | None = slot_in(text, OFFERED, NOW)
    assert (f"{found.starts_at.astimezone(CHINA):%d %H}" if found else None) == begins
