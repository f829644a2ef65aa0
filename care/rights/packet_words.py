"""What somebody wrote, as it stands in papers: numbers masked, nothing that nobody sees, no longer than is printed."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

from care.accounts.rules import mask_phone
from care.numbers import Found, find, find_mobiles, read_of, width_of
from care.wording import say

#: signs and lines of one field; what is longer is cut, and says so
MOST_SIGNS, MOST_LINES = 6000, 200
#: signs of what was said in one step, or of a file's name
_MOST_IN_LINE = 300
#: on one letter; the scripts in which people write here need no more
_MOST_MARKS = 3
#: digits; fewer are amounts
_SHORTEST = 6
_MARKS = ("Mn", "Me")
_CHINA = re.compile(r"^(?:00)?86(?=[01])")


def readable(words: str) -> str:
    text = masked(_clean(words[: 2 * MOST_SIGNS]))
    cut = "\n".join(text.split("\n")[:MOST_LINES])[:MOST_SIGNS]
    return cut if len(cut) == len(text) and len(words) <= 2 * MOST_SIGNS else f"{cut}\n{say('appeal_paper_cut')}"


def one_line(words: str) -> str:
    text = " ".join(masked(_clean(words[: 2 * MOST_SIGNS])).split())
    return text if len(text) <= _MOST_IN_LINE else f"{text[:_MOST_IN_LINE]}…"


def masked(text: str) -> str:
    """With telephone, identity and card numbers masked, however they are written; hotlines and amounts stay."""
    width = width_of(text)
    read = read_of(text, width)
    end, parts = 0, []
    for start, stop, digits in _runs(text, read, width):
        parts += [text[end:start], mask_phone(digits)]
        end = stop
    return "".join((*parts, text[end:]))


def _runs(text: str, read: str, width: str) -> list[Found]:
    """Places of numbers with their digits, none over another, in the order of the text."""
    found: list[Found] = []
    places = chain(find(read, width), find_mobiles(read))
    for start, stop, kind in sorted(places, key=lambda each: (each[0], -each[1])):
        digits = re.sub("[^0-9x]", "", read[start:stop])
        # Amounts and days in a list are no number: 「36、36、40.5」.
        is_list = kind == "编号" and re.search(r"[.,，、/~·•()\n]", text[start:stop]) is not None
        if len(digits) < _SHORTEST or is_list or (found and start < found[-1][1]):
            continue
        found.append((start, stop, _CHINA.sub("", digits).upper()))
    return found


def _clean(words: str) -> str:
    """Composed (NFC), few marks on one letter, signs that cannot be seen as spaces."""
    signs, marks = [], 0
    for sign in words:
        marks = marks + 1 if unicodedata.category(sign) in _MARKS else 0
        if marks <= _MOST_MARKS:
            signs.append(sign if sign.isprintable() or sign == "\n" else " ")
    return unicodedata.normalize("NFC", "".join(signs)).strip()
