"""Precision, recall and F1 of the entity rules on sentences that were annotated by hand (tests/bot/entities).

A file: ``reference`` (the day that the sentences were written on) and ``sentences``, each with its entities marked
``【text|kind|normal】``. Normal values in short (``brief``):

- phone, ticket_number as they are; amount 80.00, about 200.00: ~200.00; data_volume 3 GB; duration 30 (minutes);
- date: 2025, 2026-10, 2026-10-05, 2026-10-01..2026-10-07, ..2026-06-18; a clock time behind @; contact_time:
  weekdays, day and hours, ``67 09:00-18:00``, ``2026-11-19 18:00-``, ``any``;
- plan: name/price; service and place: the name; ``-``: none.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.lab.payload import BadInput, strings
from bot.nlu.recogniser import KINDS, Recogniser
from bot.nlu.values import Normal

ROOT = Path(__file__).resolve().parents[2]
EVALUATION = ROOT / "tests" / "bot" / "entities"
_MARK = re.compile(r"【([^|】]+)\|([a-z_]+)\|([^】]*)】")


class AnnotationFault(Exception):
    """A sentence whose marks cannot be read: which file and sentence, and why."""


class Marked(NamedTuple):
    """An annotated entity: kind, place in the plain text, its value in short."""

    kind: str
    start: int
    end: int
    value: str


class Sentence(NamedTuple):
    """The plain text and what is in it."""

    text: str
    marks: tuple[Marked, ...]


def read(path: Path) -> tuple[date, list[Sentence]]:
    """The reference day and the sentences of an annotated file. Raises ``AnnotationFault``."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return content["reference"], [_sentence(str(text)) for text in content["sentences"]]
    except (AnnotationFault, KeyError, TypeError) as error:
        raise AnnotationFault(f"{path}: {error}; marks are 【text|kind|normal】") from error


def _sentence(marked: str) -> Sentence:
    text, marks, at = "", [], 0
    for found in _MARK.finditer(marked):
        text += marked[at : found.start()]
        words, kind, value = found.groups()
        if kind not in KINDS:
            raise AnnotationFault(f"unknown kind {kind!r} in {marked!r}; there are {', '.join(KINDS)}")
        marks.append(Marked(kind, len(text), len(text) + len(words), value))
        text, at = text + words, found.end()
    text += marked[at:]
    if "【" in text or "】" in text:
        raise AnnotationFault(f"a mark that cannot be read in {marked!r}")
    return Sentence(text, tuple(marks))


def score(path: str | Path, recogniser: Recogniser | None = None) -> dict[str, Any]:
    """Figures of one file, ready for JSON.

    ``{"sentences": n, "kinds": {kind: figures}, "all": figures}``; figures are ``support`` (entities annotated),
    ``precision``, ``recall``, ``f1`` (kind and both ends must be right), ``normal`` (share of the rightly found whose
    normal value is right too). A figure is null where there is nothing to divide by.
    """
    recogniser = recogniser or Recogniser.load(ROOT)
    reference, sentences = read(Path(path))
    tally = {kind: Counter[str]() for kind in KINDS}
    for sentence in sentences:
        for kind, outcome in _compare(sentence, recogniser, reference):
            tally[kind][outcome] += 1
    whole = sum(tally.values(), Counter[str]())
    return {
        "sentences": len(sentences),
        "kinds": {kind: _figures(counts) for kind, counts in tally.items()},
        "all": _figures(whole),
    }


def _compare(sentence: Sentence, recogniser: Recogniser, reference: date) -> Iterable[tuple[str, str]]:
    expected = {(mark.kind, mark.start, mark.end): mark.value for mark in sentence.marks}
    for found in recogniser.find(sentence.text, reference):
        value = expected.pop((found.kind, found.start, found.end), None)
        if value is None:
            yield found.kind, "wrong"
        else:
            yield found.kind, "right"
            if brief(found.kind, found.normal) == value:
                yield found.kind, "normal"
    for kind, _, _ in expected:
        yield kind, "missed"


def _figures(counts: "Counter[str]") -> dict[str, Any]:
    right, wrong, missed = counts["right"], counts["wrong"], counts["missed"]
    precision, recall = _share(right, right + wrong), _share(right, right + missed)
    both = (precision or 0) + (recall or 0)
    return {
        "support": right + missed,
        "precision": precision,
        "recall": recall,
        "f1": round(2 * (precision or 0) * (recall or 0) / both, 3) if both else (0.0 if wrong or missed else None),
        "normal": _share(counts["normal"], right),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def brief(kind: str, normal: Normal) -> str:
    """A normal value in the short form of the annotated files."""
    if normal is None:
        return "-"
    if isinstance(normal, str):
        return normal
    about = "~" if normal.get("approximate") else ""
    match kind:
        case "amount":
            return about + normal["amount"]
        case "data_volume":
            return f"{about}{normal['value']} {normal['unit']}"
        case "duration":
            return about + normal["value"]
        case "plan":
            return "/".join([normal["name"] or "", *([normal["price"]] if normal["price"] else [])])
        case "date":
            return _brief_days(normal) + (f"@{normal['time']}" if "time" in normal else "")
        case "contact_time":
            return _brief_times(normal)
    return str(normal["name"])


def _brief_days(normal: dict[str, Any]) -> str:
    first, last = normal["from"] or "", normal["to"] or ""
    if first == last:
        return str(first)
    if first.endswith("-01-01") and last == f"{first[:4]}-12-31":
        return str(first[:4])
    if first.endswith("-01") and last[:7] == first[:7] and int(last[8:]) == monthrange(*_year_and_month(first))[1]:
        return str(first[:7])
    return f"{first}..{last}"


def _year_and_month(day: str) -> tuple[int, int]:
    return int(day[:4]), int(day[5:7])


def _brief_times(normal: dict[str, Any]) -> str:
    days = normal["date"] or "".join(map(str, normal["weekdays"] or ()))
    hours = f"{normal['from'] or ''}-{normal['to'] or ''}"
    return " ".join(part for part in (days, hours if hours != "-" else "") if part) or "any"


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """``entities``: ``{"paths": [...]}`` → ``{path: figures}``; without paths all files of tests/bot/entities."""
    given = (
        strings(payload, "paths") if "paths" in payload else [str(path) for path in sorted(EVALUATION.glob("*.yml"))]
    )
    recogniser = Recogniser.load(ROOT)
    try:
        return {path: score(path, recogniser) for path in given}
    except (AnnotationFault, OSError) as fault:
        raise BadInput(str(fault)) from fault
