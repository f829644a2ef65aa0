"""One form for what customers write, so that rules see 攜號轉網, ＡＢ１２ and 幺三八 as 携号转网, AB12 and 138.

Rasa's pipeline has the same step of its own (bot/nlu/text.py, another Python); actions get the words as written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_SPACE = re.compile(r"\s+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
#: speech recognition puts spaces there
_SPACE_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")

_SPOKEN = dict(zip("零〇一幺二三四五六七八九", "001123456789", strict=True))
_SIGN = f"[0-9{''.join(_SPOKEN)}]"
# Four or more signs in a row are read out one by one: 幺三八…, 尾号八零零零, 二〇二六; fewer may be words (一五一十).
_READ_OUT = re.compile(rf"{_SIGN}(?: ?{_SIGN}){{3,}}")


def plain(text: str) -> str:
    """Simplified characters, half-width signs (NFKC), single spaces, none between Chinese characters."""
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    return _SPACE_BETWEEN_HAN.sub("", _to_simplified().convert(text))


def digits_of(text: str) -> str:
    """The text with every number that is full-width or read out sign by sign in ASCII digits: 138零零13八零零零."""
    return _READ_OUT.sub(_in_digits, unicodedata.normalize("NFKC", text))


def _in_digits(found: re.Match[str]) -> str:
    if found[0].isascii():
        return found[0]
    return "".join(_SPOKEN.get(sign, sign) for sign in found[0] if sign != " ")


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")
