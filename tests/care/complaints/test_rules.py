"""What customers' words mean for a complaint. Today is Saturday, 21 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from care.complaints.rules import (
    MAX_FIELD,
    check_since,
    field_text,
    rows_of,
    shorten,
    since_date,
    tells_what_happened,
)
from care.errors import InvalidInput
from care.sla.policy import DEFAULT, load_policy

TODAY = date(2026, 11, 21)

TELLS = [
    # Only the wish to complain: what happened has still to be asked for
    ("我要投诉", False),
    ("你好，我要投诉！", False),
    ("喂你好那个我想投诉一下你们公司", False),
    ("我要投诉联通", False),  # whom, but not what
    ("我想反映一个问题", False),
    ("投诉投诉投诉！！！", False),
    ("😡😡😡😡😡", False),  # anger, but not what
    ("？？？？？？", False),
    ("", False),
    ("我要投诉，我的号码是13800138000", False),  # a number says nothing about what happened
    # What happened
    ("我家宽带断了三天没人修", True),
    ("我要投诉，上个月多扣了30块钱", True),  # the wish and the matter
    ("说好的套餐39变成59了", True),
    ("客服态度太差了", True),
    ("凭什么给我停机？", True),
    ("十八怎么又变成二十八", True),  # as rhetorical questions do
    ("感谢联通让我天天断网", True),  # sarcasm
    ("没信号", True),  # three characters are enough
    ("断网了", True),
    ("IPTV看不了", True),  # Latin letters belong to the matter
    ("WiFi连不上", True),
    ("5G没信号", True),
    ("費用爭議，多收三百", True),  # traditional characters
]


@pytest.mark.parametrize(("text", "tells"), TELLS)
def test_tells_what_happened(text: str, tells: bool) -> None:
    assert tells_what_happened(text) is tells


SINCE = [
    # A day with its year
    ("2026年11月1日", date(2026, 11, 1)),
    ("2026年11月1号开始的", date(2026, 11, 1)),
    ("2026-11-01", date(2026, 11, 1)),
    ("2026/11/1", date(2026, 11, 1)),
    ("2026.11.1", date(2026, 11, 1)),
    ("从2026 年 11 月 1 日起", date(2026, 11, 1)),  # spaces, as speech recognition puts them
    ("2025年12月25日", date(2025, 12, 25)),
    ("2026年11月21日", TODAY),  # today is possible
    ("2024年2月29日", date(2024, 2, 29)),  # a leap day that was
    # A month with its year: its first day
    ("2026年9月", date(2026, 9, 1)),
    ("2025年12月份开始", date(2025, 12, 1)),
    ("2026年11月", date(2026, 11, 1)),
    # A day without a year is one in the past
    ("11月1日", date(2026, 11, 1)),
    ("11月21号", TODAY),
    ("12月25日", date(2025, 12, 25)),  # said in November: last year's
    ("11月22日", date(2025, 11, 22)),  # tomorrow's date: a year ago
    ("1月1日", date(2026, 1, 1)),
    # Days by name
    ("今天早上", TODAY),
    ("刚刚", TODAY),
    ("昨天", date(2026, 11, 20)),
    ("昨晚八点多", date(2026, 11, 20)),
    ("前天下午", date(2026, 11, 19)),
    ("大前天", date(2026, 11, 18)),  # not taken for the 前天 in it
    # Months by name: their first day
    ("上个月", date(2026, 10, 1)),
    ("上月底", date(2026, 10, 1)),
    ("上上个月", date(2026, 9, 1)),  # not taken for the 上个月 in it
    ("上上月", date(2026, 9, 1)),  # the same, said shorter
    # Weekdays; today is a Saturday
    ("上周五", date(2026, 11, 13)),
    ("上周六", date(2026, 11, 14)),
    ("这周一", date(2026, 11, 16)),
    ("本周六", TODAY),
    ("上上个星期三", date(2026, 11, 4)),
    ("上禮拜天", date(2026, 11, 15)),  # traditional; a week ends with its Sunday
    ("上个周末", date(2026, 11, 14)),
    # So long ago
    ("3天前", date(2026, 11, 18)),
    ("三天以前", date(2026, 11, 18)),
    ("两周前", date(2026, 11, 7)),
    ("断了三天了", date(2026, 11, 18)),  # says as much
    ("一个星期了", date(2026, 11, 14)),
    ("10天之前开始的", date(2026, 11, 11)),
    ("十二天前", date(2026, 11, 9)),
    # As speech recognition writes it, and in full-width
    ("十一月一号", date(2026, 11, 1)),
    ("十一月二十一号", TODAY),
    ("二零二六年九月", date(2026, 9, 1)),
    ("二〇二六年十月三号", date(2026, 10, 3)),
    ("１１月１日", date(2026, 11, 1)),
    ("上個月", date(2026, 10, 1)),  # traditional
    # No day is named: a fine answer, kept as it was said
    ("很久了", None),
    ("好几天了", None),
    ("大概半年前", None),
    ("换了套餐之后", None),
    ("记不清了", None),
    ("20号", None),  # of which month?
    ("三天没网", None),  # until when?
    ("好几天前", None),
    ("三个月了", None),  # about
    ("十一", None),  # the holiday
    ("", None),
    # Words that only look like the future
    ("换了光猫以后天天掉线", None),  # 以后 天天, not 后天
    ("昨天开始的，说明天来修", date(2026, 11, 20)),  # the day it began is named; what was promised is not it
]


@pytest.mark.parametrize(("text", "day"), SINCE)
def test_since_date(text: str, day: date | None) -> None:
    assert since_date(text, TODAY) == day


RELATIVE = [
    ("昨天", date(2026, 1, 1), date(2025, 12, 31)),  # over New Year
    ("上个月", date(2026, 1, 31), date(2025, 12, 1)),
    ("上上个月", date(2026, 1, 31), date(2025, 11, 1)),
    ("上个月", date(2026, 3, 31), date(2026, 2, 1)),  # February is shorter
    ("前天", date(2028, 3, 1), date(2028, 2, 28)),  # over a leap day
    ("2月29日", date(2028, 3, 1), date(2028, 2, 29)),  # this year's leap day
    ("2月29日", date(2025, 1, 10), date(2024, 2, 29)),  # last year's, when this year has none
]


@pytest.mark.parametrize(("text", "today", "day"), RELATIVE)
def test_since_date_at_the_borders(text: str, today: date, day: date) -> None:
    assert since_date(text, today) == day


WRONG = [
    # A day that has not come
    ("2026年11月22日", "since_future"),  # tomorrow
    ("2027年1月1日", "since_future"),
    ("2026年12月", "since_future"),
    ("2099-01-01", "since_future"),
    ("明天", "since_future"),
    ("明早", "since_future"),
    ("后天", "since_future"),
    ("大后天", "since_future"),
    ("下周一", "since_future"),
    ("下个星期", "since_future"),
    ("下个月", "since_future"),
    ("这周日", "since_future"),
    ("明天開始", "since_future"),
    ("下月初", "since_future"),
    ("明年", "since_future"),
    # A day that there is not
    ("2月30日", "since_impossible"),
    ("2026年2月29日", "since_impossible"),  # no leap year
    ("13月1日", "since_impossible"),
    ("11月31日", "since_impossible"),
    ("0月5日", "since_impossible"),
    ("2026年13月", "since_impossible"),
    ("2026-00-10", "since_impossible"),
]


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_since_date_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        since_date(text, TODAY)
    assert refused.value.reason == reason


CHECKED = [
    ("上周五", date(2026, 11, 13)),
    ("很久了", None),
    ("记不清了", None),
    ("换套餐以后", None),
]


@pytest.mark.parametrize(("text", "day"), CHECKED)
def test_answers_to_since_when(text: str, day: date | None) -> None:
    assert check_since(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3", "since_unclear"),  # three what?
        ("嗯", "since_unclear"),
        ("13800138000", "since_unclear"),
        ("", "since_unclear"),
        ("明天", "since_future"),  # a time, but a wrong one
        ("2月30日", "since_impossible"),
    ],
)
def test_answers_to_since_when_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_since(text, TODAY)
    assert refused.value.reason == reason


ROWS = [
    # category, is slow, and what the summary shows: 「第四项」 is the fourth
    ("complaint_billing", False, ["category", "description", "line", "since", "wish", "contact"]),
    ("complaint_billing", True, ["category", "description", "line", "since", "wish", "contact"]),  # a slow answer
    ("complaint_broadband", False, ["category", "description", "line", "address", "since", "wish", "contact"]),
    (
        "complaint_network",
        True,
        ["category", "description", "line", "address", "since", "speed_test", "wish", "contact"],
    ),
]


@pytest.mark.parametrize(("category", "is_slow", "rows"), ROWS)
def test_rows_of_the_summary(category: str, is_slow: bool, rows: list[str]) -> None:
    assert rows_of(load_policy(DEFAULT).categories[category], is_slow) == rows


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("退钱", "退钱"),
        ("  退钱！ \n", "退钱！"),  # spaces around it
        ("30", "30"),  # a number can be an answer
        ("refund", "refund"),
        ("x" * MAX_FIELD, "x" * MAX_FIELD),  # the longest
        (" " * 9 + "x" * MAX_FIELD, "x" * MAX_FIELD),  # spaces do not count
        ("<b>退钱</b>", "<b>退钱</b>"),  # words like any
    ],
)
def test_field_text(text: str, kept: str) -> None:
    assert field_text(text) == kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "field_empty"),
        ("   ", "field_empty"),
        ("😡😡", "field_empty"),  # no words
        ("？！……", "field_empty"),
        ("x" * (MAX_FIELD + 1), "field_long"),
    ],
)
def test_field_text_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        field_text(text)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("没信号", 60, "没信号"),
        ("一" * 60, 60, "一" * 60),  # exactly as long as allowed
        ("一" * 61, 60, "一" * 60 + "…"),
        ("第一行\n\n  第二行", 60, "第一行 第二行"),  # one line
        ("  ", 60, ""),
        ("一二三四五", 3, "一二三…"),
    ],
)
def test_shorten(text: str, length: int, shown: str) -> None:
    assert shorten(text, length) == shown
