"""What a story tells beside what happened. Numbers and days come from the rules that Rasa's pipeline uses too."""

from __future__ import annotations

import pytest

from actions.complaints.story import Found, facts_of, is_contact, is_exact_place, is_wish
from bot.nlu.patterns import find


def _facts(text: str, *, with_place: bool = True) -> dict[str, str]:
    found = find(text)
    phones, days = (
        [Found(text[span.start : span.end], span.start, span.end) for span in found if span.kind == kind]
        for kind in ("phone", "date")
    )
    return facts_of(text, phones, days, with_place)


STORIES = [
    # Everything at once
    (
        (
            "我家宽带断了三天了，账号13800138000，从昨天晚上彻底上不去，地址是丰台区方庄芳古园一区12号楼，城里的，"
            "要求今天之内派人来修好，联系我就打13900139000"
        ),
        {
            "line": "13800138000",
            "since": "昨天晚上",
            "address": "丰台区方庄芳古园一区12号楼",
            "wish": "今天之内派人来修好",
            "contact": "13900139000",
        },
    ),
    (
        "家里宽带断了三天，报修两次都没人来，号码13800138000，上周三晚上开始，尽快修好，打这个号码",
        {"line": "13800138000", "since": "上周三晚上", "wish": "尽快修好", "contact": "打这个号码"},
    ),
    ("我家的账号ad12345678上不去网", {"line": "ad12345678"}),  # an account is no telephone number
    ("網絡斷了三天了，地址是思明區中山路88號", {"since": "三天了", "address": "思明區中山路88號"}),  # as written
    ("没信号", {}),
    # a space for a comma; speech recognition puts them between words
    (
        "宽带断了 号码13800138000 要求退费 联系我打13900139000",
        {"line": "13800138000", "wish": "退费", "contact": "13900139000"},
    ),
    ("号码138 0013 8000 没有信号", {"line": "138 0013 8000"}),
    # The number: the affected one, not the one to call; the last word counts
    ("13800138000没信号，联系电话13900139000", {"line": "13800138000", "contact": "13900139000"}),
    ("联系电话13900139000，下午打", {"contact": "13900139000，下午打"}),
    ("晚上七点后联系我", {"contact": "晚上七点后联系我"}),
    ("13800138000，不对，是13900139000没信号", {"line": "13900139000"}),
    # Since when: the day that is called the beginning, else the first one
    ("昨天打电话报修，其实从11月1号就没信号了", {"since": "11月1号"}),
    ("上周三断的，昨天报修没人来", {"since": "上周三"}),
    ("断了三天了没人修", {"since": "三天了"}),  # 三天 alone answers no "since when"
    ("我今年七十八了，手机老是自动扣钱", {}),  # an age is no day
    ("别的公司都是当天就办好了，你们不给办", {}),  # nor is that of another
    ("宽带断了，今天之内给我修好", {"wish": "今天之内给我修好"}),  # nor that of a wish
    ("今晚七点后打给我", {"contact": "今晚七点后打给我"}),  # nor is the time for a call
    # The place
    ("我家在朝阳区望京街道花家地小区3号楼2单元，天天断网", {"address": "朝阳区望京街道花家地小区3号楼2单元"}),
    ("我们是易县李庄镇王村3组的，一直没信号", {"address": "我们是易县李庄镇王村3组的"}),
    ("我在营业厅办的套餐扣错钱了", {}),  # 在 alone names no address
    ("地铁10号线上没信号", {}),  # a line of the underground
    # A measured test, also where its parts stand apart
    ("网速慢，昨晚八点手机测速2M，套餐100M", {"speed_test": "昨晚八点手机测速2M，套餐100M"}),
    ("办的500兆实际只有10兆，昨晚用电脑测的", {"speed_test": "办的500兆实际只有10兆，昨晚用电脑测的"}),
    ("我办的100兆宽带太慢了", {}),  # nothing was measured
    # The wish: what is wanted now, not what was asked for in vain
    ("乱扣费，把钱退给我", {"wish": "把钱退给我"}),
    ("我要求退费他们不退", {}),
    ("多扣了我钱，退钱，还要给我道歉", {"wish": "退钱，还要给我道歉"}),
    ("为什么要求我去营业厅办", {}),
    ("赶紧处理，不然我去工信部投诉", {"wish": "赶紧处理"}),  # the threat is no wish
    ("打电话没人接，打了三次10086都不管", {}),  # calls that were made are no way to call
]


@pytest.mark.parametrize(("text", "facts"), STORIES)
def test_facts(text: str, facts: dict[str, str]) -> None:
    assert _facts(text) == facts


def test_a_place_is_asked_for_where_it_matters_only() -> None:
    text = "乱扣费，我家在朝阳区望京街道花家地小区3号楼"
    assert _facts(text, with_place=False) == {}


ALONE = [
    # said                     wish   contact  exact place
    ("退钱", True, False, False),
    ("给我家附近加个基站，把信号弄好", False, False, False),  # understood only as the answer to the question for it
    ("别再给我打推销电话了", True, False, False),
    ("就打这个电话就行", False, True, False),
    ("下午三点后打给我", False, True, False),
    ("没人给我回电话", False, False, False),
    ("中山路88号", False, False, True),
    ("大学城学生宿舍", False, False, False),
    ("我的号码", False, False, False),
    ("你们不退钱给我", False, False, False),
]


@pytest.mark.parametrize(("text", "wish", "contact", "place"), ALONE)
def test_words_alone(text: str, wish: bool, contact: bool, place: bool) -> None:
    assert (is_wish(text), is_contact(text), is_exact_place(text)) == (wish, contact, place)


@pytest.mark.parametrize("text", ["断网，", "路1号", "打13800138000", "把" * 50, "退", "1" * 100, "测速100m，"])
def test_no_story_takes_long(text: str) -> None:
    import time

    whole = (text * 12_000)[:12_000]
    started = time.perf_counter()
    _facts(whole)
    assert time.perf_counter() - started < 0.5
