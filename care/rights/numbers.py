"""Times, sums, shares and multiples in a text, in one spelling: 三倍 is 3 倍, and 15 天 is 15 日."""

from __future__ import annotations

import re

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_UNITS = {
    "个工作日": "工作日",
    "工作日": "工作日",
    "个自然日": "日",
    "个月": "个月",
    "小时": "小时",
    "分钟": "分钟",
    "周岁": "岁",
    "万元": "万元",
    "日": "日",
    "天": "日",
    "年": "年",
    "秒": "秒",
    "岁": "岁",
    "元": "元",
    "块": "元",
    "倍": "倍",
    "%": "%",
    "‰": "‰",
}
_DATE = re.compile(r"\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}-\d{2}-\d{2}")
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMBER = re.compile(rf"(百分之)?(\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千万零〇]+)\s*({_UNIT})?")


def numbers_in(text: str) -> list[str]:
    """Those with a unit, like 15日, 3倍, 48小时; without dates, and without 一天 and its like, which count nothing."""
    found = []
    for share, number, unit in _NUMBER.findall(_DATE.sub(" ", text)):
        value = _value(number)
        if share:
            found.append(f"{value}%")
        elif unit and number != "一" and value != "0":
            found.append(f"{value}{_UNITS[unit]}")
    return found


def _value(number: str) -> str:
    if number[0].isdigit():
        return number.replace(",", "").removesuffix(".0")
    total = current = 0
    for sign in number:
        if sign in _DIGITS:
            current = _DIGITS[sign]
        elif sign == "万":
            total, current = (total + current) * _TENS[sign], 0
        else:
            total, current = total + (current or 1) * _TENS[sign], 0
    return str(total + current)
