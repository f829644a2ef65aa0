"""Which month of the bill a customer names: 「10月」, 「上个月」, 「去年12月」. Pure: no clock, no database.

Only for questions about a bill: 「下个月换套餐」 names a month that is to come, too, and means no bill by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from care.billing.values import Month
from care.plain import digits_of, plain

#: months before the running one whose bills can be asked for here; older ones need a person
OLDEST_MONTHS = 12


class MonthProblem(StrEnum):
    #: 13月, 0月
    NO_SUCH_MONTH = "no_such_month"
    FUTURE = "future"
    TOO_OLD = "too_old"


_TENS_AND_ONES = "零〇一二三四五六七八九十"
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = rf"(?:\d{{1,3}}|[{_TENS_AND_ONES}]{{1,3}})"
# 58月租 and 30月包 are prices; 每一月 and 统一月结 no month of the calendar.
_NOT_BEFORE = r"(?<![\d.每逐统唯第几多头数整])"
_NOT_AFTER = "(?!租|费|付|结|均|包|卡|享|功能|套餐|固定|基本|最低|保底)"
_YEAR = r"(?P<year>(?:19|20)?\d{2}|大前|前|去|上|今|本|当|明|来|后) ?年(?:的|度)? ?"
_YEARS = {"大前": -3, "前": -2, "去": -1, "上": -1, "今": 0, "本": 0, "当": 0, "明": 1, "来": 1, "后": 2}

_WRITTEN = r"(?<![\dA-Za-z])(?P<written>20\d{2})[-/.](?P<of_written>\d{1,2})(?:[-/.]\d{1,2})?(?!\d)"
_TOGETHER = r"(?<![\dA-Za-z])(?P<together>20\d{2})(?P<of_together>0[1-9]|1[0-2])(?!\d)"
_SAME = rf"{_YEAR}(?P<same>这个?月|同月|同期|今天|此时|这时候?)"
_AGO = r"(?P<ago>\d{1,2}|[一二两三四五六七八九十]{1,2}) ?个月(?:以前|之前|前)"
_RELATIVE = rf"(?P<relative>上上上|上上|大上|上|前一|这|呢|本|当前|当|今|下下|下|次)(?:一?个|一)?月{_NOT_AFTER}"
_NAMED = rf"(?:{_YEAR.replace('<year>', '<of_year>')})?{_NOT_BEFORE}(?P<month>{_NUMBER}) ?月{_NOT_AFTER}"
# The longest reading of a place first.
_MONTH = re.compile("|".join((_WRITTEN, _TOGETHER, _SAME, _AGO, _RELATIVE, _NAMED)))
_RELATIVES = {
    "上上上": -3, "上上": -2, "大上": -2, "上": -1, "前一": -1,
    "这": 0, "呢": 0, "本": 0, "当前": 0, "当": 0, "今": 0, "下": 1, "次": 1, "下下": 2,
}  # fmt: skip
#: of two months that are compared, the later one is asked about
_COMPARED = re.compile("比|多|少|差|高|涨|贵|不一样|不同|对不上")


def month_in(words: str, date_entity: Mapping[str, Any] | None, now: datetime) -> Month | MonthProblem | None:
    """The month that the words name, what is wrong with it, or None where they name none or no certain one.

    `date_entity`: the normal value of a `date` (docs/understanding.md); read where the words themselves name no month
    (昨天, 国庆期间). A month without its year is the latest one that has begun: 「12月」 in November is last year's.
    """
    this = Month.of(now)
    found = list(dict.fromkeys(_months_in(digits_of(plain(words)), this)))
    if not found:
        return _month_of(date_entity, this)
    months = [month for month in found if isinstance(month, Month)]
    if not months:
        return MonthProblem.NO_SUCH_MONTH
    if len(months) > 1 and _COMPARED.search(words):
        months = [max(months)]
    elif len(months) > 1:  # 「上个月的账单下个月交行吗」
        months = [month for month in months if month <= this]
    return _checked(months[0], this) if len(months) == 1 else None


def _months_in(text: str, this: Month) -> Iterator[Month | MonthProblem]:
    for found in _MONTH.finditer(text):
        named = found.groupdict()
        if named["written"] or named["together"]:
            year, number = named["written"] or named["together"], named["of_written"] or named["of_together"]
            yield _month(int(year), int(number))
        elif named["same"]:
            yield _month(_year(named["year"], this), this.number)
        elif named["ago"]:
            yield this.plus(-_number(named["ago"]))
        elif named["relative"]:
            yield this.plus(_RELATIVES[named["relative"]])
        elif named["of_year"]:
            yield _month(_year(named["of_year"], this), _number(named["month"]))
        else:
            number = _number(named["month"])
            yield _month(this.year if number <= this.number else this.year - 1, number)


def _month(year: int, number: int) -> Month | MonthProblem:
    return Month(year, number) if 1 <= number <= 12 else MonthProblem.NO_SUCH_MONTH


def _year(words: str, this: Month) -> int:
    if not words.isdigit():
        return this.year + _YEARS[words]
    return int(words) + (2000 if len(words) == 2 else 0)


def _number(words: str) -> int:
    """`10`, 十, 十二, 二十; below 100."""
    if words.isdigit() and words.isascii():
        return int(words)
    if "十" not in words:
        return int("".join(str(_DIGITS[sign]) for sign in words))
    tens, _, ones = words.partition("十")
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def _month_of(entity: Mapping[str, Any] | None, this: Month) -> Month | MonthProblem | None:
    """Of a day or a stretch that lies in one month."""
    if not entity or not entity.get("from") or not entity.get("to"):
        return None
    first, last = (date.fromisoformat(entity[end]) for end in ("from", "to"))
    month = Month(first.year, first.month)
    if month != Month(last.year, last.month):
        return None
    checked = _checked(month, this)
    # 「下周要出国」 is about no bill; a whole month was meant as one.
    return checked if isinstance(checked, Month) or entity.get("grain") == "month" else None


def _checked(month: Month, this: Month) -> Month | MonthProblem:
    if month > this:
        return MonthProblem.FUTURE
    return MonthProblem.TOO_OLD if month < this.plus(-OLDEST_MONTHS) else month
