"""More examples out of those that were written: with the phrases that customers put around a matter.

Written examples are about their matter only; real messages open with 「喂你好我想问一下」, close with 「谢谢」 or with
anger, and lack punctuation where speech recognition wrote them. Without such examples the closing decides:
「想办个流量包，谢谢」 is taken for thanks.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

APPEAL = "rights_appeal"
PERSON = "handoff"

_WITH_PHRASES = 0.3
_WITHOUT_MARKS = 0.2
_WITH_APPEAL = 0.08
_FOR_A_PERSON = 0.025
_SHORTEST_STORY = 12
#: told with other labels these phrases are matters themselves, or what is said is too short for them
_ABOUT_PHRASES = ("satisfaction", "greet_chitchat", PERSON, "ticket_status", "complaint_service", APPEAL)
_GRIEVANCES = ("complaint_", "billing_arrears_suspension", "rights_cancellation", "rights_portability")
_MARKS = re.compile(r"[,，。.!！?？;；、…~]+")
_JOINTS = (",", "，", " ", "！", "。", "…")


@dataclass(frozen=True)
class Phrases:
    """See data/phrases.yml, whose keys these are."""

    openings: tuple[str, ...]
    courtesies: tuple[str, ...]
    anger: tuple[str, ...]
    appeals: tuple[str, ...]
    persons: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "Phrases":
        """Raises ValueError with the file and what is wrong in it."""
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        names = tuple(field.name for field in fields(cls))
        if not isinstance(content, dict) or set(content) != set(names):
            raise ValueError(f"{path}: must have exactly the keys {', '.join(names)}.")
        for name in names:
            phrases = content[name]
            if not isinstance(phrases, list) or not phrases or not all(isinstance(each, str) for each in phrases):
                raise ValueError(f"{path}: {name} must be a list of phrases; quote those that YAML takes for numbers.")
        return cls(**{name: tuple(content[name]) for name in names})


def augmented(
    texts: Sequence[str], labels: Sequence[str], moves: frozenset[str], phrases: Phrases
) -> list[tuple[str, str]]:
    """Further examples (text, label), the same ones every time.

    Args:
        texts, labels: normalised; a label may be ``label/sub``.
        moves: labels that are bare answers, which nothing is put around.
    """
    found: list[tuple[str, str]] = []
    for text, label in zip(texts, labels, strict=True):
        if label.partition("/")[0] not in moves:
            # of the text alone: another example in the data changes nothing about this one
            found += [
                (new, given) for new, given in _variants(text, label, phrases, random.Random(text)) if new != text
            ]
    return found


def _variants(text: str, label: str, phrases: Phrases, chance: random.Random) -> Iterator[tuple[str, str]]:
    is_grievance = label.startswith(_GRIEVANCES) and not label.startswith(_ABOUT_PHRASES)
    if chance.random() < _WITH_PHRASES and not label.startswith(_ABOUT_PHRASES[:2]):
        yield _around(text, is_grievance, phrases, chance), label
    if chance.random() < _WITHOUT_MARKS:
        yield _MARKS.sub("", text), label
    if is_grievance and len(text) >= _SHORTEST_STORY and chance.random() < _WITH_APPEAL:
        yield _joined(text, chance.choice(phrases.appeals), chance), APPEAL
    if not label.startswith((*_ABOUT_PHRASES, "out_of_scope")) and chance.random() < _FOR_A_PERSON:
        person = chance.choice(phrases.persons)
        yield (_joined(text, person, chance) if chance.random() < 0.7 else _joined(person, text, chance)), PERSON


def _around(text: str, is_grievance: bool, phrases: Phrases, chance: random.Random) -> str:
    if is_grievance and chance.random() < 0.3:
        return _joined(text, chance.choice(phrases.anger), chance)
    where = chance.random()
    if where < 0.6:
        text = chance.choice(phrases.openings) + text
    if where > 0.4:
        text = _joined(text, chance.choice(phrases.courtesies), chance)
    return text


def _joined(text: str, phrase: str, chance: random.Random) -> str:
    return text.rstrip(",，。.!！;；、…~ ") + chance.choice(_JOINTS) + phrase
