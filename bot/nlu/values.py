"""What a find means: the value of an entity's key ``normal``, ready for JSON. Days and times: ``bot.nlu.dates``.

===============  ==================================================================================================
phone            ``"13800138000"``; a fixed line is area code and number, ``"01062345678"``
amount           ``{"amount": "80.00", "currency": "CNY"}``; ``"approximate": true`` for 两百多块
data_volume      ``{"value": "3", "unit": "GB"}``; KB, MB, GB, TB as said; 1 GB = 1,024 MB, as operators bill
                 (``megabytes``); ``"approximate": true`` for 一个多G
duration         ``{"value": "90", "unit": "minute"}``
ticket_number    ``"TS261118-4K7Q2X"``
plan             ``{"name": "5G畅享套餐" | null, "price": "129.00" | null}``, yuan a month
service          ``{"name": "视频彩铃"}``
place            ``{"name": "广东省深圳市", "kind": "province" | "city" | "district" | "local" | "roaming"}``, and
                 ``"province"``, ``"city"`` where they are known
===============  ==================================================================================================

``None`` where words name no value: 几百兆, 几十块.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot.nlu.numerals import is_vague, number

Normal = dict[str, Any] | str | None

_SPOKEN = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_MISREAD = str.maketrans("OIL", "011")
_NO_SIGN = re.compile(r"[^0-9A-Za-z]")

_CN = "零一二两三四五六七八九十百千万廿半几"
_NUMBER = rf"\d[\d,]*(?:\.\d+)?[万千百]?|[{_CN}点]+"
_YUAN = r"元钱?|块钱?|圆|蚊|RMB|rmb|万元|万块"
_MONEY = re.compile(
    rf"(?:人民币|RMB|[¥￥])?\s?(?P<whole>{_NUMBER})?(?P<more>[多来几])?(?P<unit>{_YUAN}|毛钱?|角钱?|分钱?)?"
    rf"零?(?:(?P<rest>[{_CN}\d]+)(?P<tenth>毛|角)?(?P<cents>[{_CN}\d])?分?)?(?P<about>多)?(?P<around>左右|上下)?",
    re.IGNORECASE,
)
_FACTORS = {"万": 10_000, "千": 1_000, "百": 100}
_CENT = Decimal("0.01")

_SIZE = re.compile(
    rf"(?P<size>{_NUMBER})(?P<more>[多来几])?\s?(?P<counted>个?(?P<over>多)?(?P<half>半)?)?\s?(?P<unit>[A-Za-z]+|兆|吉)"
)
_UNITS = {"兆": "MB", "吉": "GB", "K": "KB", "M": "MB", "G": "GB", "T": "TB"}
_MEGABYTES = {"KB": Decimal(1) / 1024, "MB": Decimal(1), "GB": Decimal(1024), "TB": Decimal(1024 * 1024)}
_TIME = re.compile(rf"(?P<size>{_NUMBER})(?P<more>[多来几])?个?(?P<tail>[半多])?(?P<unit>分钟|小时|钟头)")


def phone(text: str) -> str | None:
    """11 digits, or area code and number of a fixed line."""
    digits = _NO_SIGN.sub("", text.translate(_SPOKEN)).removeprefix("00")
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def ticket_number(text: str) -> str:
    """Upper case with its hyphen; O, I and L, which the alphabet of ticket numbers lacks, for 0 and 1."""
    signs = _NO_SIGN.sub("", text).upper()
    return f"{signs[:2]}{signs[2:8].translate(_MISREAD)}-{signs[8:].translate(_MISREAD)}"


def amount(text: str) -> dict[str, Any] | None:
    """Yuan with two decimals: 38块5 is 38.50, 一毛二 0.12, 两百多块 about 200.00."""
    found = _MONEY.fullmatch(text)
    if found is None or found["whole"] is None:
        return None
    value = _plain(found["whole"])
    if value is None:
        return None
    unit = (found["unit"] or "元")[0]
    step = {"毛": Decimal("0.1"), "角": Decimal("0.1"), "分": _CENT}.get(unit, Decimal(1))
    if found["unit"] and found["unit"].startswith("万"):
        step = Decimal(10_000)
    value *= step
    if found["rest"]:
        rest = _rest(found["rest"], found["cents"], step)
        if rest is None:
            return None
        value += rest
    is_about = bool(found["more"] or found["about"] or found["around"]) or is_vague(found["whole"])
    normal = {"amount": str(value.quantize(_CENT, ROUND_HALF_UP)), "currency": "CNY"}
    return normal | {"approximate": True} if is_about else normal


def _rest(rest: str, cents: str | None, step: Decimal) -> Decimal | None:
    """What follows the unit, in steps a tenth as big: 5 of 38块5, 七毛八 of 四十六块七毛八, 二 of 一毛二."""
    if len(rest) == 2 and cents is None and number(rest[0]) is not None and number(rest[1]) is not None:
        rest, cents = rest[0], rest[1]
    tenths, hundredths = number(rest), number(cents) if cents else Decimal(0)
    if tenths is None or hundredths is None:
        return None
    return (tenths if rest != "半" else Decimal(5)) * step / 10 + hundredths * step / 100


def _plain(text: str) -> Decimal | None:
    """Also 1.2万, 3千, 十几 (10) and 百把 (None)."""
    if text[-1] in _FACTORS and text[0].isdigit():
        factor = _FACTORS[text[-1]]
        size = number(text[:-1])
        return None if size is None else size * factor
    if "几" in text:
        return number(text.rstrip("几")) if text.endswith("几") and len(text) > 1 else None
    return number(text)


def data_volume(text: str) -> dict[str, Any] | None:
    """Value as said, in KB, MB, GB or TB."""
    found = _SIZE.fullmatch(text)
    size = _plain(found["size"]) if found else None
    if found is None or size is None:
        return None
    if found["half"]:
        size += Decimal("0.5")
    unit = _UNITS[found["unit"][0].upper()]
    normal = {"value": _short(size), "unit": unit}
    return normal | {"approximate": True} if found["more"] or found["over"] or is_vague(found["size"]) else normal


def megabytes(normal: dict[str, Any]) -> Decimal:
    """A data volume in MB; 1 GB = 1,024 MB."""
    return Decimal(normal["value"]) * _MEGABYTES[normal["unit"]]


def duration(text: str) -> dict[str, Any] | None:
    """Minutes: 一个半小时 is 90."""
    found = _TIME.fullmatch(text)
    size = _plain(found["size"]) if found else None
    if found is None or size is None:
        return None
    if found["tail"] == "半":
        size += Decimal("0.5")
    minutes = size * (1 if found["unit"] == "分钟" else 60)
    normal = {"value": _short(minutes), "unit": "minute"}
    is_about = found["more"] or found["tail"] == "多" or is_vague(found["size"])
    return normal | {"approximate": True} if is_about else normal


_PRICE = re.compile(rf"(?P<price>\d{{1,3}}(?:\.\d{{1,2}})?|[{_CN}]+)(?P<unit>元|块)?(?P<rest>[{_CN}\d])?")


def price(text: str) -> str | None:
    """Of a plan, from words such as 十八块的, 9块9的, 129: yuan with two decimals."""
    found = _PRICE.search(text)
    if found is None:
        return None
    whole = number(found["price"])
    rest = _rest(found["rest"], None, Decimal(1)) if found["rest"] and found["unit"] else Decimal(0)
    if whole is None or rest is None:
        return None
    return str((whole + rest).quantize(_CENT, ROUND_HALF_UP))


def _short(value: Decimal) -> str:
    """Without zeros at the end and never as 1E+3."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
