"""Plain text functions of the understanding: no Rasa, no state."""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

# Format and control characters (zero-width space and joiner, bidi marks, BOM, …), variation selectors, and half
# surrogates. Line break and tab are white space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_SPACE = re.compile(r"\s+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_SPACE_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_REPEATED_MARK = re.compile(r"([^\w\s])\1+")


def normalise(text: str) -> str:
    """Bring a message into the one form that tokenizer and classifier know.

    Traditional to simplified characters, full-width to half-width (NFKC), invisible characters removed, white space
    collapsed and between Han characters removed (speech recognition puts it there), repeated marks collapsed.
    The result never begins with "/": NFKC makes one of the full-width "／" behind which the gateway hides it, and Rasa
    would read an intent.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = _SPACE.sub(" ", text).strip()
    text = _SPACE_BETWEEN_HAN.sub("", _REPEATED_MARK.sub(r"\1", text))
    text = _to_simplified().convert(text)
    return "／" + text[1:] if text.startswith("/") else text


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")
