"""Which month of the bill is meant, on Saturday 21 November 2026."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from care.billing.months import MonthProblem, month_in
from care.billing.values import Month
from tests.support.times import NOW, china, utc

NOVEMBER, OCTOBER, SEPTEMBER = Month(2026, 11), Month(2026, 10), Month(2026, 9)
NO_SUCH, FUTURE, TOO_OLD = MonthProblem.NO_SUCH_MONTH, MonthProblem.FUTURE, MonthProblem.TOO_OLD

NAMED: list[tuple[str, Month | MonthProblem | None]] = [
    # by its number
    ("10月的账单", OCTOBER),
    ("10 月的账单", OCTOBER),
    ("１０月的账单", OCTOBER),  # full-width
    ("10月份话费", OCTOBER),
    ("十月份", OCTOBER),
    ("查下九月", SEPTEMBER),
    ("十一月花了多少", NOVEMBER),
    ("11月", NOVEMBER),  # the running one
    ("10月5号扣的那笔", OCTOBER),  # a day in it
    ("12月的账单", Month(2025, 12)),  # has not begun this year: the latest one that has
    ("十二月", Month(2025, 12)),
    ("1月", Month(2026, 1)),
    # with its year
    ("2026年10月", OCTOBER),
    ("2026 年 10 月", OCTOBER),
    ("26年10月", OCTOBER),
    ("二零二六年十月", OCTOBER),
    ("去年12月", Month(2025, 12)),
    ("去年的12月份", Month(2025, 12)),
    ("今年三月", Month(2026, 3)),
    ("今年12月", FUTURE),  # not last year's
    ("2026-10", OCTOBER),
    ("2026-10-05", OCTOBER),
    ("2026/10", OCTOBER),
    ("2026.9", SEPTEMBER),
    ("202610", OCTOBER),
    ("去年这个月", Month(2025, 11)),
    ("去年同期", Month(2025, 11)),
    # by its place before this one
    ("上个月", OCTOBER),
    ("上個月帳單", OCTOBER),  # traditional
    ("上月", OCTOBER),
    ("上一个月", OCTOBER),
    ("上月底", OCTOBER),
    ("前一个月", OCTOBER),
    ("上上个月", SEPTEMBER),
    ("大上个月", SEPTEMBER),
    ("两个月前", SEPTEMBER),
    ("3个月以前的", Month(2026, 8)),
    ("本月", NOVEMBER),
    ("这个月", NOVEMBER),
    ("这月怎么这么多", NOVEMBER),
    ("呢個月點解咁貴", NOVEMBER),  # Cantonese
    ("当月消费", NOVEMBER),
    # none, or none for sure
    ("话费怎么这么多", None),
    ("前几个月的", None),
    ("前三个月", None),
    ("最近三个月", None),
    ("这几个月", None),
    ("合约12个月", None),
    ("每个月扣多少", None),
    ("每一月", None),
    ("月租多少", None),
    ("58月租的套餐", None),  # a price
    ("统一月结", None),
    ("月底清零吗", None),
    ("几月的", None),
    ("去年的账单", None),
    ("2026年的账单", None),
    ("9月和10月的账单", None),  # one at a time: which is asked
    ("13800138000的账单", None),  # 138… is no month
    ("工单TS261110-4K7Q2X", None),
    ("", None),
    # of two that are compared, the later one
    ("10月怎么比9月多", OCTOBER),
    ("为什么9月比10月少", OCTOBER),
    ("这个月比上个月多了三十", NOVEMBER),
    ("上个月比上上个月贵", OCTOBER),
    ("9月和10月差这么多", OCTOBER),
    ("上个月的账单下个月交行吗", OCTOBER),  # a bill of next month there is none
    # no month, not begun, too far back
    ("13月", NO_SUCH),
    ("13月的账单", NO_SUCH),
    ("十三月", NO_SUCH),
    ("0月", NO_SUCH),
    ("100月", NO_SUCH),
    ("2026-13", NO_SUCH),
    ("2026年0月", NO_SUCH),
    ("下个月", FUTURE),
    ("下下个月", FUTURE),
    ("明年1月", FUTURE),
    ("2026年12月", FUTURE),
    ("2027年1月", FUTURE),
    ("2025年11月", Month(2025, 11)),  # twelve months back: the last that can be asked for
    ("2025年10月", TOO_OLD),
    ("去年三月", TOO_OLD),
    ("前年10月", TOO_OLD),
    ("19年10月", TOO_OLD),
    ("十五个月前", TOO_OLD),
]


@pytest.mark.parametrize(("words", "month"), NAMED)
def test_in_words(words: str, month: Month | MonthProblem | None) -> None:
    assert month_in(words, None, NOW) == month


DATES: list[tuple[str, dict[str, Any] | None, Month | MonthProblem | None]] = [
    # words, normal value of the `date` in them
    ("昨天扣了5块", {"from": "2026-11-20", "to": "2026-11-20", "grain": "day"}, NOVEMBER),
    ("国庆期间的漫游费", {"from": "2026-10-01", "to": "2026-10-07", "grain": "holiday"}, OCTOBER),
    ("上月的", {"from": "2026-10-01", "to": "2026-10-31", "grain": "month"}, OCTOBER),
    ("10/5那笔", {"from": "2026-10-05", "to": "2026-10-05", "grain": "day"}, OCTOBER),
    ("次月", {"from": "2026-12-01", "to": "2026-12-31", "grain": "month"}, FUTURE),
    ("下周二出国", {"from": "2026-12-01", "to": "2026-12-01", "grain": "day"}, None),  # about no bill
    ("三年前那天", {"from": "2023-11-21", "to": "2023-11-21", "grain": "day"}, None),
    ("去年", {"from": "2025-01-01", "to": "2025-12-31", "grain": "year"}, None),
    ("这一周", {"from": "2026-10-28", "to": "2026-11-03", "grain": "week"}, None),  # in two months
    ("国庆以后", {"from": "2026-10-08", "to": None, "grain": "period"}, None),
    ("晚上八点", {"from": None, "to": None, "grain": "time", "time": "20:00"}, None),
    ("最近", None, None),
    # the words are read first: the recogniser finds no 13月, and may take 下个月 for something else
    ("13月5号", {"from": "2026-11-05", "to": "2026-11-05", "grain": "day"}, NO_SUCH),
    ("今年12月", {"from": "2025-12-01", "to": "2025-12-31", "grain": "month"}, FUTURE),
]


@pytest.mark.parametrize(("words", "entity", "month"), DATES)
def test_with_a_date(words: str, entity: dict[str, Any] | None, month: Month | MonthProblem | None) -> None:
    assert month_in(words, entity, NOW) == month


MOMENTS = [
    # the month is China's, wherever the server stands
    (utc("2026-11-30 16:30"), "本月", Month(2026, 12)),
    (utc("2026-11-30 15:30"), "本月", NOVEMBER),
    (china("2027-01-01 00:00"), "上个月", Month(2026, 12)),
    (china("2027-01-01 00:00"), "12月", Month(2026, 12)),
    (china("2027-01-31 12:00"), "上上个月", NOVEMBER),
]


@pytest.mark.parametrize(("now", "words", "month"), MOMENTS)
def test_at_another_time(now: datetime, words: str, month: Month) -> None:
    assert month_in(words, None, now) == month
