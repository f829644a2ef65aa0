"""Whether a trainer's line is the trainer's own: no customer's words, nobody's personal data. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from care.errors import InvalidInput
from care.plain import digits_of, plain
from care.training.masking import MARK, kinds_in, mask, without_marks
from care.training.personal import EXAMPLE_NUMBER

#: Parts of the letters of both that stand in both, in order (2·common / all); from here on it is the same sentence.
SAME = 0.75
#: Part of the rewording's runs of GRAM characters that stand in the customer's text: whole clauses were taken over.
TAKEN = 0.5
GRAM = 4
#: Characters taken over in one piece, whatever stands around them.
PIECE = 10
#: Characters from which a sentence is somebody's own: 查话费 is everybody's.
OWN = 8
#: Characters that are compared; comparing two texts costs their product.
_COMPARED = 1000

_NO_WORD = re.compile(r"[\W_]+")


def check(rewording: str, original: str, others: Iterable[str] = ()) -> None:
    """`original` and `others`: the words of the customer whose message it rewords, and of others who agreed.

    Raises InvalidInput (reason `mark`, `personal_data`, `own_words`), which names the fault and not the words.
    """
    if MARK.search(rewording):
        raise InvalidInput(
            "mark", f"The text holds a mark like 〔号码〕. Write an invented value; as a number only {EXAMPLE_NUMBER}."
        )
    if is_near(rewording, original):
        raise InvalidInput(
            "own_words",
            "The text is the customer's words or nearly so. Say the same wish as another customer would: other verbs, "
            "another order, other details.",
        )
    if any(_is_own(other) and is_near(rewording, other) for other in others):
        raise InvalidInput(
            "own_words",
            "The text is nearly the words of another customer in the inbox. Say the same wish in other words.",
        )
    if kinds := kinds_in(rewording.replace(EXAMPLE_NUMBER, "〔号码〕")):
        raise InvalidInput(
            "personal_data",
            f"The text seems to hold personal data ({', '.join(kinds)}). Leave it out, or write an amount below "
            f"10,000; as a number only {EXAMPLE_NUMBER}.",
        )


def is_near(rewording: str, original: str) -> bool:
    """Whether a rewording is what the customer wrote, or close to it, also where only numbers or names changed."""
    return any(_is_near(bare(ours), bare(theirs)) for ours in _forms(rewording) for theirs in _forms(original))


def _forms(text: str) -> tuple[str, str]:
    """As it is written, and without everything that names somebody."""
    return text, without_marks(mask(text))


def bare(text: str) -> str:
    """Simplified, half-width, digits read out or not the same, without spaces and marks."""
    return _NO_WORD.sub("", digits_of(plain(text[:_COMPARED]))).lower()


def _is_own(text: str) -> bool:
    return len(bare(text)) >= OWN


def _is_near(ours: str, theirs: str) -> bool:
    if not ours or not theirs:
        return False
    if ours == theirs:
        return True
    if len(ours) < GRAM or len(theirs) < GRAM:
        return False  # 没网了 and 没网: too short to be anybody's
    matcher = SequenceMatcher(None, theirs, ours, autojunk=False)
    if matcher.ratio() >= SAME:
        return True
    if matcher.find_longest_match().size >= PIECE:
        return True
    if len(ours) < OWN:
        return False
    grams = _grams(theirs)
    own = [ours[start : start + GRAM] for start in range(len(ours) - GRAM + 1)]
    return sum(gram in grams for gram in own) >= TAKEN * len(own)


def _grams(text: str) -> set[str]:
    return {text[start : start + GRAM] for start in range(len(text) - GRAM + 1)}
