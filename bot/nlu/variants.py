"""A text in simplified characters and half-width signs, character by character: positions stay those of the text."""

import unicodedata
from functools import lru_cache

from opencc import OpenCC

_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
_WIDE = (range(0x2010, 0x2016), range(0x3000, 0x3001), range(0xFF01, 0xFF5F), range(0xFFE0, 0xFFE7))
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
_ZERO = {ord("〇"): "零"}
# Halves of a character that a broken channel sends: no encoding has them, and spaCy fails on them.
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
# OpenCC leaves these as they are; the words in question are meant so.
_SPOKEN = {ord("乾"): "干", ord("著"): "着"}


def simplified(text: str) -> str:
    """Same length. Case stays."""
    return text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    characters = [chr(code) for block in _HAN for code in block]
    # One call: a line break keeps OpenCC from reading two characters as a word.
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(old): new for old, new in zip(characters, converted, strict=True) if new != old and len(new) == 1}
    for code in (code for block in _WIDE for code in block):
        narrow = unicodedata.normalize("NFKC", chr(code))
        if len(narrow) == 1:
            table[code] = narrow
    return {**table, **_DASHES, **_ZERO, **_HALVES, **_SPOKEN}
