"""``annotate``: texts of training examples with the entities that our rules find, in Rasa's inline form.

stdin ``{"texts": [...], "replace": false}``; stdout ``{"texts": [...], "skipped": [{"index", "entity", "value"}]}``, in
the same order. Marks that a text has already stay and win over ours; with ``replace`` they are taken off first.

Brackets of the text itself (``[怒]``) stay. Rasa has no sign to escape them, so that a mark beside one may be read as
something else: what Rasa's own reader would not give back exactly is left unmarked, and listed in ``skipped``.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.training_data.entities_parser import find_entities_in_training_example, replace_entities

from bot.lab.entities import ROOT
from bot.lab.payload import BadInput, strings
from bot.nlu.recogniser import KINDS, Recogniser

# Which day it is changes what a find means, never what is found.
_ANY_DAY = date(2026, 1, 1)


class _Mark(NamedTuple):
    start: int
    end: int
    kind: str
    #: as written, where it was there before: it may carry a value, a role or a group
    kept: str | None = None


class Annotated(NamedTuple):
    """The text with its marks, and the finds (kind, words) that could not be marked."""

    text: str
    skipped: list[tuple[str, str]]


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """See the module. Raises ``BadInput``."""
    replace = payload.get("replace", False)
    if not isinstance(replace, bool):
        raise BadInput('"replace" must be true or false.')
    texts = strings(payload, "texts")
    recogniser = Recogniser.load(ROOT)
    done = [annotate(text, recogniser, replace) for text in texts]
    return {
        "texts": [each.text for each in done],
        "skipped": [
            {"index": index, "entity": kind, "value": value}
            for index, each in enumerate(done)
            for kind, value in each.skipped
        ],
    }


def annotate(text: str, recogniser: Recogniser, replace: bool = False) -> Annotated:
    """One text; ``text`` may be marked already."""
    plain, kept = _taken_apart(text)
    if text.startswith("/"):
        return Annotated(text, [])
    if kept is None or _marked(plain, kept) != text:
        return Annotated(text, [(each.kind, text[each.start : each.end]) for each in recogniser.find(text, _ANY_DAY)])
    marks = [] if replace else kept
    found = [_Mark(each.start, each.end, each.kind) for each in recogniser.find(plain, _ANY_DAY)]
    ours = [mark for mark in found if all(mark.end <= other.start or other.end <= mark.start for other in marks)]
    if _is_read_back(plain, [*marks, *ours]):
        return Annotated(_marked(plain, [*marks, *ours]), [])
    skipped: list[tuple[str, str]] = []
    for mark in ours:
        if _is_read_back(plain, [*marks, mark]):
            marks = [*marks, mark]
        else:
            skipped.append((mark.kind, plain[mark.start : mark.end]))
    return Annotated(_marked(plain, marks), skipped)


def _taken_apart(text: str) -> tuple[str, list[_Mark] | None]:
    """The plain text and its marks; None where brackets of the text are no marks but would be read as such."""
    try:
        plain, entities = replace_entities(text), find_entities_in_training_example(text)
    except RasaException:
        return text, None
    marks: list[_Mark] = []
    at = 0
    for entity in sorted(entities, key=lambda entity: int(entity["start"])):
        if entity["entity"] not in KINDS:
            return text, None
        start, end = int(entity["start"]), int(entity["end"])
        opening = text.index(f"[{plain[start:end]}]", at)
        behind = opening + end - start + 2
        closing = text.index({"(": ")", "{": "}", "[": "]"}[text[behind]], behind) + 1
        marks.append(_Mark(start, end, entity["entity"], text[opening:closing]))
        at = closing
    return plain, marks


def _marked(plain: str, marks: Iterable[_Mark]) -> str:
    marked, at = "", 0
    for mark in sorted(marks):
        written = mark.kept or f"[{plain[mark.start : mark.end]}]({mark.kind})"
        marked, at = marked + plain[at : mark.start] + written, mark.end
    return marked + plain[at:]


def _is_read_back(plain: str, marks: list[_Mark]) -> bool:
    marked = _marked(plain, marks)
    try:
        read = find_entities_in_training_example(marked)
        places = sorted((int(each["start"]), int(each["end"]), str(each["entity"])) for each in read)
        return replace_entities(marked) == plain and places == sorted(mark[:3] for mark in marks)
    except RasaException:
        return False
