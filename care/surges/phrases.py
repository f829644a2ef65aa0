"""What many texts have in common and others have not, as a title of a few words. Pure functions.

A title holds nothing that only one customer wrote: each of its phrases stands in the complaints of at least five.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

#: phrases of a title, its characters, and the longest phrase
MOST_PHRASES, MAX_TITLE = 3, 60
_LONGEST = 16
#: of the customers; and never fewer than so many
_SHARE = 0.3
LEAST_SHARING = 5
_WORDS = re.compile(r"[^\W_]+")
_BETWEEN = " · "


def title_of(texts: Sequence[str], others: Sequence[str]) -> str:
    """`texts`: one of each customer, without personal data; `others`: complaints of other matters. May be empty."""
    shared, usual = _counted(texts), _counted(others)
    needed = max(LEAST_SHARING, math.ceil(_SHARE * len(texts)))

    def weight(phrase: str) -> float:
        more = shared[phrase] / len(texts) - usual[phrase] / max(1, len(others))
        return more * (len(phrase) - 1)

    left = sorted((each for each in shared if shared[each] >= needed), key=lambda each: (-weight(each), each))
    phrases: list[str] = []
    while left and weight(left[0]) > 0 and len(phrases) < MOST_PHRASES:
        phrases.append(left[0])
        taken = _pairs(left[0])
        left = [each for each in left if taken.isdisjoint(_pairs(each))]
    return _BETWEEN.join(phrases)[:MAX_TITLE]


def _counted(texts: Sequence[str]) -> Counter[str]:
    """In how many texts each phrase stands."""
    return Counter(phrase for text in texts for phrase in _phrases(text))


def _phrases(text: str) -> set[str]:
    return {
        words[start:end]
        for words in _WORDS.findall(text.lower())
        for start in range(len(words))
        for end in range(start + 2, min(len(words), start + _LONGEST) + 1)
    }


def _pairs(phrase: str) -> set[str]:
    return {phrase[at : at + 2] for at in range(len(phrase) - 1)}
