"""Entities by rule: one row a reason. Marked in the text: 【phone】 and so on are found, everything else is not."""

import time

import pytest
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import RuleEntityExtractor
from bot.nlu.normaliser import ORIGINAL_TEXT
from bot.nlu.patterns import find


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("13800138001", ["13800138001"]),
        ("我的号码是13800138001，打不通", ["13800138001"]),
        ("+86 138-1234-5678", ["+86 138-1234-5678"]),
        ("0086-13800138001", ["0086-13800138001"]),
        ("电话138 1234 5678谢谢", ["138 1234 5678"]),
        ("１３８００１３８００１", ["１３８００１３８００１"]),  # full width; the value is as written
        ("138—1234—5678", ["138—1234—5678"]),  # a Chinese keyboard's dash
        ("幺三八一二三四五六七八", ["幺三八一二三四五六七八"]),  # speech recognition
        ("010-62345678", ["010-62345678"]),
        ("(0755)26543210", ["(0755)26543210"]),
        ("13800138001或13800138003", ["13800138001", "13800138003"]),
        ("尾号5678", []),
        ("打10086没人接", []),
        ("12345678901", []),  # no mobile number begins with 12
        ("订单138001380019012", []),  # longer than a phone number
        ("95138001380019", []),
        ("一二三四五六七八九十", []),
    ],
)
def test_phones(text: str, phones: list[str]) -> None:
    assert found(text, "phone") == phones


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("扣了38块5", ["38块5"]),
        ("扣了38.5元", ["38.5元"]),
        ("三十八块五", ["三十八块五"]),
        ("扣我十八元", ["十八元"]),
        ("多扣了200多块钱", ["200多块钱"]),
        ("￥38.50", ["￥38.50"]),
        ("1,280.50元", ["1,280.50元"]),
        ("两毛钱", ["两毛钱"]),
        ("18元8角", ["18元8角"]),
        ("兩塊錢", ["兩塊錢"]),  # traditional
        ("58元套餐变成128元", ["58元", "128元"]),
        ("扣了5块3次", ["5块"]),  # the 3 counts times
        ("20块一条", ["20块"]),
        ("我们一块去营业厅", []),  # together
        ("一块儿", []),
        ("打五分", []),  # a rating
        ("十分不满意", []),  # very
        ("五分钟", []),
        ("三毛病", []),
        ("100M宽带", []),
        ("多元化", []),
    ],
)
def test_amounts(text: str, amounts: list[str]) -> None:
    assert found(text, "amount") == amounts


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("昨天", ["昨天"]),
        ("昨天晚上八点断的", ["昨天晚上八点"]),
        ("昨晚", ["昨晚"]),
        ("大前天下午3点半", ["大前天下午3点半"]),
        ("晚上八点", ["晚上八点"]),
        ("8:30", ["8:30"]),
        ("前天开始的", ["前天"]),
        ("上个月", ["上个月"]),
        ("上個月15號", ["上個月15號"]),  # traditional
        ("上周三", ["上周三"]),
        ("礼拜六", ["礼拜六"]),
        ("3月5号", ["3月5号"]),
        ("三月五号上午", ["三月五号上午"]),
        ("十一月二十号", ["十一月二十号"]),
        ("5号开始的", ["5号"]),
        ("2026-11-02", ["2026-11-02"]),
        ("2026/11/2", ["2026/11/2"]),
        ("2026年11月2日 14:30", ["2026年11月2日 14:30"]),
        ("去年十二月", ["去年十二月"]),
        ("国庆期间", ["国庆期间"]),
        ("三天前", ["三天前"]),
        ("断了三天了", ["三天"]),  # since when: three days
        ("两个月前", ["两个月前"]),
        ("最近", ["最近"]),
        ("地铁10号线", []),
        ("15号楼", []),
        ("和平区建设路18号", []),  # a house
        ("3月18号报修的", ["3月18号"]),
        ("10000号", []),  # the hotline
        ("第三天了", []),
        ("一点都不好", []),  # a little
        ("有两点建议", []),
        ("有点慢", []),
        ("用了3个月", []),  # how long, not when
        ("1.5.3", []),
    ],
)
def test_dates(text: str, dates: list[str]) -> None:
    assert found(text, "date") == dates


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("工单TS202611-3F7K2A怎么样了", ["TS202611-3F7K2A"]),
        ("ts202611-3f7k2a", ["ts202611-3f7k2a"]),  # typed by hand
        ("ＴＳ２０２６１１－３Ｆ７Ｋ２Ａ", ["ＴＳ２０２６１１－３Ｆ７Ｋ２Ａ"]),
        ("TS202611-3F7K2", []),  # a character short
        ("TS202611-3F7K2AB", []),  # one too many
        ("XTS202611-3F7K2A", []),
        ("202611-3F7K2A", []),
    ],
)
def test_ticket_numbers(text: str, numbers: list[str]) -> None:
    assert found(text, "ticket_number") == numbers


def found(text: str, kind: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if span.kind == kind]


def test_kinds_do_not_overlap() -> None:
    text = "我一个月前办的58元套餐上个月变成128元了电话13800138002工单TS202611-ABC123"
    assert [(span.kind, text[span.start : span.end]) for span in find(text)] == [
        ("date", "一个月前"),
        ("amount", "58元"),
        ("date", "上个月"),
        ("amount", "128元"),
        ("phone", "13800138002"),
        ("ticket_number", "TS202611-ABC123"),
    ]


def test_places_are_about_the_words_as_written() -> None:
    written = "我　要投訴！！昨天扣了３８塊"
    message = Message({TEXT: "我 要投诉!昨天扣了38块", ORIGINAL_TEXT: written})
    (message,) = RuleEntityExtractor().process([message])
    assert message.get(TEXT) == written
    assert [(entity["entity"], entity["value"]) for entity in message.get(ENTITIES)] == [
        ("date", "昨天"),
        ("amount", "３８塊"),
    ]
    for entity in message.get(ENTITIES):
        assert written[entity["start"] : entity["end"]] == entity["value"]
        assert entity["extractor"] == "RuleEntityExtractor"


def test_payloads_have_no_entities_of_ours() -> None:
    (message,) = RuleEntityExtractor().process([Message({TEXT: '/say{"topic": "13800138001"}'})])
    assert message.get(ENTITIES) is None


@pytest.mark.parametrize(
    "text", ["1", "十", "1 ", "昨天", "1,", "一百块", "8:3", "-", "13800138001", "0", "三月", "年", "前"]
)
def test_no_text_takes_long(text: str) -> None:
    whole = (text * 2_000)[:2_000]
    started = time.perf_counter()
    find(whole)
    assert time.perf_counter() - started < 0.02
