"""Which days customers mean. Reference day: Wednesday, 18 November 2026."""

from datetime import date
from typing import Any

import pytest

from bot.nlu import clock
from bot.nlu.dates import contact_time, period

WEDNESDAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "first", "last", "grain"),
    [
        ("上个月", "2026-10-01", "2026-10-31", "month"),
        ("这个月", "2026-11-01", "2026-11-30", "month"),
        ("次月", "2026-12-01", "2026-12-31", "month"),
        ("7月份", "2026-07-01", "2026-07-31", "month"),
        ("12月", "2025-12-01", "2025-12-31", "month"),  # the latest one that has begun
        ("去年十二月", "2025-12-01", "2025-12-31", "month"),
        ("2025年8月", "2025-08-01", "2025-08-31", "month"),
        ("25年8月", "2025-08-01", "2025-08-31", "month"),
        ("二零二五年八月", "2025-08-01", "2025-08-31", "month"),
        ("两个月前", "2026-09-01", "2026-09-30", "month"),
        ("半年前", "2026-05-01", "2026-05-31", "month"),
        ("前三个月", "2026-08-01", "2026-10-31", "period"),
        ("10月中旬", "2026-10-11", "2026-10-20", "period"),
        ("十月底", "2026-10-21", "2026-10-31", "period"),
        ("月初", "2026-11-01", "2026-11-10", "period"),
        ("前天", "2026-11-16", "2026-11-16", "day"),
        ("三天前", "2026-11-15", "2026-11-15", "day"),
        ("三天", "2026-11-15", "2026-11-18", "period"),  # 断了三天了: since then
        ("一个半月", "2026-10-18", "2026-11-18", "period"),
        ("前两天", "2026-11-16", "2026-11-17", "period"),
        ("昨晚", "2026-11-17", "2026-11-17", "day"),
        ("刚才", "2026-11-18", "2026-11-18", "day"),
        ("5号", "2026-11-05", "2026-11-05", "day"),
        ("30号", "2026-10-30", "2026-10-30", "day"),  # there is none yet this month
        ("廿五号", "2026-10-25", "2026-10-25", "day"),
        ("上个月15号", "2026-10-15", "2026-10-15", "day"),
        ("3月5号", "2026-03-05", "2026-03-05", "day"),
        ("12月1号", "2026-12-01", "2026-12-01", "day"),  # to come
        ("8/15", "2026-08-15", "2026-08-15", "day"),
        ("2026-11-02", "2026-11-02", "2026-11-02", "day"),
        ("上周五", "2026-11-13", "2026-11-13", "day"),
        ("这周一", "2026-11-16", "2026-11-16", "day"),
        ("周五", "2026-11-13", "2026-11-13", "day"),
        ("礼拜三", "2026-11-18", "2026-11-18", "day"),  # today
        ("上周", "2026-11-09", "2026-11-15", "week"),
        ("上周末", "2026-11-14", "2026-11-15", "period"),
        ("去年", "2025-01-01", "2025-12-31", "year"),
        ("三年前", "2023-01-01", "2023-12-31", "year"),
        ("今年年初", "2026-01-01", "2026-03-31", "period"),
        ("上半年", "2026-01-01", "2026-06-30", "period"),
        ("第三季度", "2026-07-01", "2026-09-30", "period"),
        ("国庆期间", "2026-10-01", "2026-10-07", "holiday"),
        ("去年国庆", "2025-10-01", "2025-10-08", "holiday"),  # with the Mid-Autumn Festival in it
        ("春节", "2026-02-15", "2026-02-23", "holiday"),
        ("端午前", None, "2026-06-18", "period"),
        ("元旦那天", "2026-01-01", "2026-01-01", "day"),
        ("双十一", "2026-11-11", "2026-11-11", "day"),
    ],
)
def test_periods(text: str, first: str | None, last: str, grain: str) -> None:
    assert period(text, WEDNESDAY) == {"from": first, "to": last, "grain": grain}


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("昨天晚上八点", "2026-11-17", "20:00"),
        ("2026年11月2日 14:30", "2026-11-02", "14:30"),
        ("大前天下午3点半", "2026-11-15", "15:30"),
        ("今天早上九点", "2026-11-18", "09:00"),
    ],
)
def test_clock_times_of_a_day(text: str, day: str, time: str) -> None:
    assert period(text, WEDNESDAY) == {"from": day, "to": day, "grain": "day", "time": time}


def test_a_clock_time_alone_has_no_day() -> None:
    assert period("凌晨两点", WEDNESDAY) == {"from": None, "to": None, "grain": "time", "time": "02:00"}


@pytest.mark.parametrize("text", ["最近", "前几天", "十几年", "2月30号", "13月", "0000年"])
def test_no_days(text: str) -> None:
    """Vague, or none of any calendar."""
    assert period(text, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "reference", "day"),
    [
        ("1月2号", date(2026, 12, 20), "2027-01-02"),  # to come, over the year's end
        ("12月31号", date(2027, 1, 1), "2026-12-31"),
        ("31号", date(2027, 3, 1), "2027-01-31"),  # February has none
        ("昨天", date(2027, 1, 1), "2026-12-31"),
        ("2月29号", date(2028, 3, 1), "2028-02-29"),
    ],
)
def test_edges_of_the_calendar(text: str, reference: date, day: str) -> None:
    found = period(text, reference)
    assert found is not None
    assert (found["from"], found["to"]) == (day, day)


def test_festivals_of_years_that_are_not_published() -> None:
    assert period("春节", date(2040, 6, 1)) is None


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("下午三点以后", {"from": "15:00"}),
        ("晚上8点前", {"to": "20:00"}),
        ("周末白天", {"weekdays": [6, 7], "from": "09:00", "to": "18:00"}),
        ("六点下班后", {"from": "18:00"}),
        ("五点后", {"from": "17:00"}),  # not in the morning
        ("两点到五点", {"from": "14:00", "to": "17:00"}),
        ("九点以后", {"from": "09:00"}),
        ("下班后", {"from": "18:00"}),
        ("下班前", {"to": "18:00"}),
        ("工作日上午", {"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "to": "12:00"}),
        ("周一到周五", {"weekdays": [1, 2, 3, 4, 5]}),
        ("周六到周一", {"weekdays": [6, 7, 1]}),
        ("下午两点到五点", {"from": "14:00", "to": "17:00"}),  # both in the afternoon
        ("中午十二点到两点", {"from": "12:00", "to": "14:00"}),
        ("今晚八点以后", {"from": "20:00", "date": "2026-11-18"}),
        ("明天上午", {"from": "09:00", "to": "12:00", "date": "2026-11-19"}),
        ("下周二", {"date": "2026-11-24"}),
        ("周日", {"weekdays": [7]}),
        ("随时", {}),
    ],
)
def test_contact_times(text: str, normal: dict[str, Any]) -> None:
    assert contact_time(text, WEDNESDAY) == {"weekdays": None, "from": None, "to": None, "date": None} | normal


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("晚上十二点", "00:00"),
        ("中午一点", "13:00"),
        ("下午3点一刻", "15:15"),
        ("8:30", "08:30"),
        ("二十点", "20:00"),
        ("", None),
    ],
)
def test_clock(text: str, time: str | None) -> None:
    assert clock.of(text) == time
