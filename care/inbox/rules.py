"""Why a message is in the inbox, and which messages say much the same. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag

from care.rights.choosing import LABELS, NEAR
from care.training.rules import FALLBACK

#: Cosine of a message with the middle of a group from which on it belongs to it (vectors as care/surges/vectors.py
#: stores them). Of 3,000 of our own examples, which are made to differ: 191 groups of two or more with 518 texts, 78 %
#: of which have their group's commonest label, the largest of 10; at 0.5 1,138 texts (67 %), at 0.7 209 (87 %). By the
#: encoder's own vectors at 0.92 one group swallows every second text.
ALIKE = 0.6


class Why(IntFlag):
    """What speaks for reading a message; several may."""

    MISUNDERSTOOD = 1
    UNSURE = 2
    #: an agent or trainer said that it means something else
    CORRECTED = 4
    #: the customer said so right behind the answer
    NOT_MEANT = 8
    #: a question about a right of which no article speaks
    NO_ARTICLE = 16
    #: a blind audit found the answer wrong
    AUDIT = 32

    @property
    def words(self) -> list[str]:
        return [each.name.lower() for each in Why if each in self and each.name]


WORDS = {each.name.lower(): each for each in Why if each.name}


#: The next message says that the answer missed: labels with their sub-labels, …
_MISSED = frozenset({("satisfaction", "unsolved"), ("satisfaction", "no_help")})
#: … and those that say it where nothing had been asked.
_DENIED = frozenset({"deny", "correct"})


def why_of_reading(label: str, confidence: float, article_score: float | None, below: float) -> Why:
    """`below`: the confidence under which a message that was understood is worth a look (0 to 1)."""
    why = Why(0)
    if label == FALLBACK:
        why |= Why.MISUNDERSTOOD
    elif confidence < below:
        why |= Why.UNSURE
    if label in LABELS and (article_score or 0.0) < NEAR:
        why |= Why.NO_ARTICLE
    return why


def says_not_meant(label: str, sub: str | None, was_asked: bool) -> bool:
    """Whether a message read so says that the answer before it missed. `was_asked`: that answer had quick replies, so
    that a no may only choose."""
    return (label, sub) in _MISSED or (label in _DENIED and not was_asked)


def bits(words: Iterable[str]) -> Why:
    """Raises KeyError for a word that there is not."""
    why = Why(0)
    for word in words:
        why |= WORDS[word]
    return why
