"""Which days a find of kind ``date`` means, and when the customer of a ``contact_time`` can be called.

``date``: ``{"from": ISO day | null, "to": ISO day | null, "grain": …}``, both ends included, relative to a reference
day; ``"time": "20:00"`` where a clock time is said. Grains: ``day``, ``week``, ``month``, ``year``, ``holiday``,
``period`` (any other stretch) and ``time`` (a clock time without a day; from and to are null). ``None`` for 最近.

Customers tell what was: a month, day or weekday without its year means the latest one that has begun; only a full day
of the next 31 (12月1号 said in November) is one to come. The first, second and third ten days of a month are 初 or
上旬, 中旬, 底 or 下旬; 年初 and 年底 are the first and last three months. "N days (了)" is from then until the
reference day.

``contact_time``: ``{"weekdays": [6, 7] | null, "from": "15:00" | null, "to": …, "date": ISO day | null}``; ISO
weekdays, null: any. 上午 09:00-12:00, 中午 12:00-14:00, 下午 12:00-18:00, 晚上 18:00-22:00, 白天 09:00-18:00.
"""

import calendar
import re
from datetime import date, timedelta
from typing import Any

from bot.nlu import clock
from bot.nlu.holidays import days_off, fixed_day
from bot.nlu.numerals import number

Period = dict[str, Any]

_FUTURE_DAYS = 31
_FURTHEST_YEARS = 60

_ISO = re.compile(r"((?:19|20)\d{2})[-/.](\d{1,2})[-/.](\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})")
_YEAR = re.compile(
    r"(?P<number>\d{4}|\d{2}|[零〇一二三四五六七八九]{4})年|(?P<word>大前|今|去|前|明)年(?!级)|(?P<this>当年)"
)
_YEARS_AGO = {"今": 0, "去": 1, "前": 2, "大前": 3, "明": -1}
_MONTH = re.compile(r"(?P<month>\d{1,2}|[一二三四五六七八九十]{1,2})月份?")
_RELATIVE_MONTH = re.compile(r"(?P<word>上上个?|上个?|这个?|本|当|次|下个?)月")
_MONTHS_AGO = {"上上": 2, "上": 1, "这": 0, "本": 0, "当": 0, "次": -1, "下": -1}
_DAY = re.compile(r"(?P<day>\d{1,2}|[一二三四五六七八九十廿]{1,3})[日号]")
_PART = re.compile(r"初|上旬|中旬?|底|末|下旬")
_TENS = {"初": 1, "上旬": 1, "中": 11, "中旬": 11, "底": 21, "末": 21, "下旬": 21}
_WEEKDAY = re.compile(r"(?P<week>上上个?|上个?|这个?|本|下个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])?")
_WEEKS_AGO = {"上上": 2, "上": 1, "这": 0, "本": 0, "下": -1}
_NAMED_DAY = re.compile(r"(?P<word>大前|大后|前|昨|今|明|后|当)(?:天|日|晚|夜|儿个?|早)|(?P<now>刚才|刚刚)")
_DAYS_AGO = {"大前": 3, "前": 2, "昨": 1, "今": 0, "当": 0, "明": -1, "后": -2, "大后": -3}
_COUNTED = re.compile(
    r"(?P<count>\d{1,4}|半|[零一二两三四五六七八九十百廿几]+)多?个?(?P<half>半)?多?"
    r"(?P<unit>天|日|周|星期|礼拜|月|年|小时|钟头|分钟)多?(?P<ago>以前|之前|前)?"
)
_UNTIL_NOW = re.compile(
    r"^(?P<word>最近|近|前|过去)这?(?P<count>[一二两三四五六七八九半])个?(?P<unit>天|日|周|星期|礼拜|月|年)"
)
_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_HOLIDAY = re.compile(
    r"(?P<name>元旦|春节|过年|清明|端午|中秋|国庆|五一|十一|5\.1|10\.1|双十一|双11|11\.11|双十二|双12|618)(?:节|假期|长假)*"
    r"(?P<tail>期间|以前|之前|前|后|那天|当天)?"
)
_QUARTER = re.compile(r"第(?P<quarter>[一二三四])季度")
_HALF_YEAR = re.compile(r"(?P<half>[上下])半年")
_PART_OF_YEAR = re.compile(r"年?(?P<part>初|底|末)")


def period(text: str, reference: date) -> Period | None:
    """The days that a date means (``text``: simplified, half-width); None where it names none."""
    time = clock.of(text)
    found = _days(text, reference)
    if found is None:
        is_clock = time is not None and re.match(rf"{clock.PART}?[\d一二三四五六七八九十两]", text)
        return {"from": None, "to": None, "grain": "time", "time": time} if is_clock else None
    first, last, grain = found
    normal = {"from": first and first.isoformat(), "to": last and last.isoformat(), "grain": grain}
    return normal | {"time": time} if time and grain == "day" else normal


_Days = tuple["date | None", "date | None", str]


def _days(text: str, today: date) -> _Days | None:
    try:
        for reader in (
            _exact,
            _until_now,
            _counted,
            _of_year,
            _relative_month,
            _of_month,
            _day_of_month,
            _week,
            _named,
        ):
            if found := reader(text, today):
                return found
    except (ValueError, OverflowError):  # 2月30号, 0年前
        return None
    return None


def _day(day: date) -> _Days:
    return day, day, "day"


def _whole_month(year: int, month: int) -> _Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month"


def _exact(text: str, today: date) -> _Days | None:
    if found := _ISO.match(text):
        return _day(date(*(int(part) for part in found.groups())))
    if found := _SLASHED.match(text):
        return _day(_latest_day(int(found[1]), int(found[2]), today))
    return None


def _until_now(text: str, today: date) -> _Days | None:
    """前三个月 are whole months before this one, 最近两天 ends today, 前两天 yesterday."""
    found = _UNTIL_NOW.match(text)
    if found is None:
        return None
    count, unit, is_before = number(found["count"]), found["unit"], found["word"] == "前"
    if count is None:
        return None
    if unit in ("月", "年"):
        months = int(count * (12 if unit == "年" else 1))
        first = _months_before(today, months)
        if is_before and months:
            last = today.replace(day=1) - timedelta(days=1)
            return first.replace(day=1), last, "month" if months == 1 else "period"
        return (first if months else today - timedelta(days=15)), today, "period"
    days = int(count * _UNIT_DAYS[unit])
    return today - timedelta(days=days), today - timedelta(days=int(is_before)), "period"


def _counted(text: str, today: date) -> _Days | None:
    """三天前 is a day, 两个月前 a month, 三年前 a year; 三天(了) lasts until today."""
    found = _COUNTED.match(text)
    if found is None or text[: found.end()].endswith(("号", "日")):
        return None
    count, unit = number(found["count"]), found["unit"]
    if not count or "几" in found["count"]:
        return None
    is_over = found["ago"] is None
    if is_over and (_MONTH.match(text) or found.end() < len(text)):
        return None  # 三月 is a month and no length of time, nor is the year of 25年8月
    if unit in ("小时", "钟头", "分钟"):
        minutes = int(count * (1 if unit == "分钟" else 60))
        return (today - timedelta(days=minutes // 1440), today, "period") if minutes >= 1440 else _day(today)
    if unit in _UNIT_DAYS:
        day = today - timedelta(days=int(count * _UNIT_DAYS[unit]))
        return (day, today, "period") if is_over else _day(day)
    if unit == "年" and count >= 1000:
        return None  # 二零二五年
    if unit == "月" and count < 1:
        day = today - timedelta(days=15)
        return (day, today, "period") if is_over else _day(day)
    months = int(count * (12 if unit == "年" else 1))
    if months > _FURTHEST_YEARS * 12:
        return None
    before = _months_before(today, months)
    if is_over:
        return before, today, "period"
    if unit == "年" and count >= 1:
        return date(before.year, 1, 1), date(before.year, 12, 31), "year"
    return _whole_month(before.year, before.month)


def _of_year(text: str, today: date) -> _Days | None:
    """A year with or without what is in it: 去年, 去年十二月, 2025年8月3号, 去年国庆, 今年年初; 上半年, 第三季度."""
    found = _YEAR.match(text)
    if found is None:
        return _part_of_year(text, today.year, today)
    if found["number"]:
        value = number(found["number"])
        year = int(value or 0)
        year += 2000 if len(found["number"]) == 2 else 0
    else:
        year = today.year - _YEARS_AGO.get(found["word"] or "今", 0)
    rest = text[found.end() :]
    if inside := _month_of(rest, year) or _holiday(rest, year) or _part_of_year(rest, year, None):
        return inside
    return date(year, 1, 1), date(year, 12, 31), "year"


def _part_of_year(text: str, year: int, today: date | None) -> _Days | None:
    """``today``: the latest one that has begun, where no year is said."""
    if found := _QUARTER.match(text):
        first = 1 + 3 * "一二三四".index(found["quarter"])
        months = (first, first + 2)
    elif found := _HALF_YEAR.match(text):
        months = (1, 6) if found["half"] == "上" else (7, 12)
    elif (found := _PART_OF_YEAR.match(text)) and (today is None or text.startswith("年")):
        months = (1, 3) if found["part"] == "初" else (10, 12)
    else:
        return None
    if today is not None and date(year, months[0], 1) > today:
        year -= 1
    return date(year, months[0], 1), _whole_month(year, months[1])[1], "period"


def _month_of(text: str, year: int) -> _Days | None:
    found = _MONTH.match(text)
    month = number(found["month"]) if found else None
    if found is None or month is None:
        return None
    return _in_month(text[found.end() :], year, int(month))


def _in_month(rest: str, year: int, month: int) -> _Days:
    """The whole month, a day of it, or ten days."""
    if (found := _DAY.match(rest)) and (day := number(found["day"])):
        return _day(date(year, month, int(day)))
    if found := _PART.match(rest):
        first = _TENS[found[0]]
        end = _whole_month(year, month)[1] if first == 21 else date(year, month, first + 9)
        return date(year, month, first), end, "period"
    return _whole_month(year, month)


def _relative_month(text: str, today: date) -> _Days | None:
    found = _RELATIVE_MONTH.match(text)
    if found is None:
        if text.startswith(("月初", "月底")):
            return _in_month(text[1:], today.year, today.month)
        return None
    before = _months_before(today.replace(day=1), _MONTHS_AGO[found["word"].removesuffix("个")])
    return _in_month(text[found.end() :], before.year, before.month)


def _of_month(text: str, today: date) -> _Days | None:
    """A month without its year."""
    found = _month_of(text, today.year)
    if found is None:
        return None
    first = found[0]
    is_to_come = first is not None and first > today
    if is_to_come and not (found[2] == "day" and first is not None and (first - today).days <= _FUTURE_DAYS):
        return _month_of(text, today.year - 1)
    if found[2] == "day" and first is not None and (year := _next_year(first, today)):
        return _month_of(text, year)
    return found


def _next_year(day: date, today: date) -> int | None:
    """1月2号, said in December, is to come."""
    try:
        coming = day.replace(year=today.year + 1)
    except ValueError:
        return None
    return coming.year if 0 < (coming - today).days <= _FUTURE_DAYS else None


def _latest_day(month: int, day: int, today: date) -> date:
    this_year = date(today.year, month, day)
    return this_year if (this_year - today).days <= _FUTURE_DAYS else date(today.year - 1, month, day)


def _day_of_month(text: str, today: date) -> _Days | None:
    """5号: the latest one."""
    found = _DAY.match(text)
    day = number(found["day"]) if found else None
    if day is None:
        return None
    month = today.replace(day=1)
    for _ in range(3):
        if day <= calendar.monthrange(month.year, month.month)[1] and month.replace(day=int(day)) <= today:
            return _day(month.replace(day=int(day)))
        month = _months_before(month, 1)
    return None


def _week(text: str, today: date) -> _Days | None:
    """A weekday without 上, 这 or 下 is the latest one; weeks begin on Monday."""
    found = _WEEKDAY.match(text)
    if found is None or (found["week"] is None and found["day"] is None):
        return None
    monday = today - timedelta(days=today.weekday())
    if found["week"]:
        monday -= timedelta(weeks=_WEEKS_AGO[found["week"].removesuffix("个")])
    if found["day"] is None:
        return monday, monday + timedelta(days=6), "week"
    is_weekend = found["day"] == "末"
    day = monday + timedelta(days=5 if is_weekend else weekday(found["day"]) - 1)
    if found["week"] is None and day > today:
        day -= timedelta(weeks=1)
    return (day, day + timedelta(days=1), "period") if is_weekend else _day(day)


def _named(text: str, today: date) -> _Days | None:
    if found := _NAMED_DAY.match(text):
        return _day(today - timedelta(days=_DAYS_AGO[found["word"]] if found["word"] else 0))
    for year in (today.year, today.year - 1):
        found_days = _holiday(text, year)
        if found_days and (found_days[0] or found_days[1] or today) <= today:
            return found_days
    return None


def _holiday(text: str, year: int) -> _Days | None:
    found = _HOLIDAY.match(text)
    if found is None:
        return None
    off, day, tail = days_off(found["name"], year), fixed_day(found["name"], year), found["tail"] or ""
    if tail in ("那天", "当天") and day:
        return _day(day)
    if off is None:
        return None
    if tail.endswith("前"):
        return None, off[0] - timedelta(days=1), "period"
    if tail == "后":
        return off[1] + timedelta(days=1), None, "period"
    return _day(off[0]) if off[0] == off[1] else (*off, "holiday")


def _months_before(day: date, months: int) -> date:
    """The same day of a month before (negative: after), or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def weekday(sign: str) -> int:
    """ISO number of 一 … 六, 日 or 天."""
    return 7 if sign in "日天" else "一二三四五六".index(sign) + 1


_WORKDAYS = re.compile(r"工作日")
_WEEKEND = re.compile(r"周末|双休日|礼拜末|星期末")
_RANGE_OF_DAYS = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])[到至~-](?:周|星期|礼拜)?([一二三四五六日天])")
_NEXT_WEEK = re.compile(r"下个?(?:周|星期|礼拜)")


def contact_time(text: str, reference: date) -> dict[str, Any]:
    """Days and hours at which the customer can be called; all null for 随时."""
    weekdays: list[int] | None = None
    day: date | None = None
    if _WORKDAYS.search(text):
        weekdays = [1, 2, 3, 4, 5]
    elif found := _RANGE_OF_DAYS.search(text):
        first, last = weekday(found[1]), weekday(found[2])
        weekdays = list(range(first, last + 1)) if first <= last else [*range(first, 8), *range(1, last + 1)]
    elif _WEEKEND.search(text) and not _NEXT_WEEK.match(text):
        weekdays = [6, 7]
    elif found := _NAMED_DAY.match(text):
        day = reference - timedelta(days=_DAYS_AGO[found["word"]]) if found["word"] else None
    elif (found := _WEEKDAY.match(text)) and found["day"]:
        if found["week"] and (of_week := _week(text, reference)):
            day = of_week[0]
        else:
            weekdays = [weekday(found["day"])]
    start, end = clock.hours(text)
    return {"weekdays": weekdays, "from": start, "to": end, "date": day and day.isoformat()}
