"""Numbers as customers write and say them: 1,280.50, 一百二, 三千五, 两万, 1万2, 廿五, 半, 二零二五, 三点五."""

import re
from decimal import Decimal
from functools import lru_cache

import cn2an

_DIGITS = dict(zip("零〇一二三四五六七八九两幺", "0012345678921", strict=True))
_READ_OUT = re.compile(f"[{''.join(_DIGITS)}]{{2,}}")
_ARABIC = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_NEIGHBOURS = re.compile("([一二三四五六七八])([二三四五六七八九])([十百千])")
_PAIR = re.compile("一[两二]|[二两]三|三[四五]|四五|五六|六七|七八|八九")
_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_SPECIAL = {"半": Decimal("0.5"), "俩": Decimal(2), **{sign: Decimal(unit) for sign, unit in _UNITS.items()}}


@lru_cache(maxsize=1024)
def number(text: str) -> Decimal | None:
    """The value of a numeral; None where it is none, or names no number (几百).

    三四十 is its smaller end, 30, and 三四 is 3; ``is_vague`` tells so. cn2an reads Chinese numerals,
    also in their spoken short form: 一百二 is 120.
    """
    if _ARABIC.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _PAIR.fullmatch(text):
        text = text[0]
    text = _NEIGHBOURS.sub(r"\1\3", text)
    if _READ_OUT.fullmatch(text):
        return Decimal("".join(_DIGITS[sign] for sign in text))
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except ValueError:
        return None


def is_vague(text: str) -> bool:
    """Does the numeral name no exact number: 几十, 三四十?"""
    return "几" in text or bool(_NEIGHBOURS.search(text) or _PAIR.fullmatch(text))
