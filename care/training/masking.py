"""Personal data out of what a trainer sees: each place gets a mark of its kind, 〔号码〕. Pure functions.

Rather too much than too little: an amount of five digits goes as well. It is found by its form (`numbers`, `addresses`,
links, plates) or by the words around it (`names`); a name that stands alone in a sentence is not found.
"""

from __future__ import annotations

import re
from itertools import chain

from care import numbers
from care.training import addresses, names, signs

MARK = re.compile("〔[^〔〕]{1,6}〕")

#: Rounds until nothing changes. Each takes something away, so there are few.
_ROUNDS = 6


def mask(text: str) -> str:
    """The text with marks in the place of personal data; masking it again changes nothing."""
    for _ in range(_ROUNDS):
        masked = _once(text)
        if masked == text:
            break
        text = masked
    return text


def kinds_in(text: str) -> list[str]:
    """The kinds of personal data in a text, as their marks call them, each once; empty: there is none."""
    return list(dict.fromkeys(mark[1:-1] for mark in MARK.findall(mask(without_marks(text)))))


def without_marks(text: str) -> str:
    return MARK.sub("", text)


def _once(text: str) -> str:
    width = numbers.width_of(text)
    read = numbers.read_of(text, width)
    taken: list[numbers.Found] = []
    for start, end, kind in chain(
        signs.find(width),
        names.find_accounts(read),
        numbers.find(read, width),
        names.find_names(width),
        addresses.find(width),
    ):
        # What was found before is more certain and names the kind; both places go.
        over = [each for each in taken if each[0] < end and start < each[1]]
        taken = [each for each in taken if each not in over]
        first, last = min([start, *(each[0] for each in over)]), max([end, *(each[1] for each in over)])
        taken.append((first, last, over[0][2] if over else kind))
    for start, end, kind in sorted(taken, reverse=True):
        text = f"{text[:start]}〔{kind}〕{text[end:]}"
    return text
