"""Whether words say anything about the matter, and the ways by which an answer reaches a customer. Pure functions.

Not whether it is a good answer, or a true one: only that there is something in it besides 「已收到，正在处理」.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from care.plain import plain

#: signs that say something, after what says nothing was taken out; fewer are no answer
LEAST = 4
#: a figure says more than its digits: 「已退费10元」 is a whole answer
_FIGURE = 4
TOO_SHORT = "too_short"

_FIGURES = re.compile(r"\d+(?:[.:]\d+)*")
_SIGNS = re.compile(r"[^\W_]")


class What(StrEnum):
    """What an answer is; `answers.kind`."""

    FEEDBACK = "feedback"
    RESULT = "result"


class Way(StrEnum):
    """How it came to the customer; `answers.reached_by`. No SMS: it carries no words, and others see a screen."""

    SEEN = "seen"  # the page confirmed that it showed it
    HANDED = "handed"  # /api/chat gave it out
    PUSHED = "pushed"  # the platform of a channel that we send in took it
    REPLY = "reply"  # the customer wrote after it was shown, or objected to it
    WORD = "word"  # a named person said it by phone or at the counter


@dataclass(frozen=True)
class Empty:
    """Phrases that say nothing about the matter."""

    #: None: a filler, which alone is no reason
    name: str | None
    phrases: re.Pattern[str]


def lacking(words: str, empty: Sequence[Empty]) -> list[str]:
    """Names of what makes these words no answer, in the order of `empty`; none: they are one. In linear time."""
    rest, found = plain(words), []
    for each in empty:
        rest, times = each.phrases.subn(" ", rest)
        if times and each.name is not None:
            found.append(each.name)
    if _weight(rest) >= LEAST:
        return []
    return found or [TOO_SHORT]


def _weight(words: str) -> int:
    without, figures = _FIGURES.subn(" ", words)
    return figures * _FIGURE + len(_SIGNS.findall(without))
