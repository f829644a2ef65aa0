"""The same text more than once in the training data, by the form in which the classifier sees it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from care.plain import plain
from care.training.examples import Example, Fault

# as bot/nlu/text.py, on another Python, does: "！！！" is "！" to the classifier
_REPEATED_MARK = re.compile(r"([^\w\s])\1+")
_NO_WORD = re.compile(r"\W+")


def contradictions(examples: Sequence[Example]) -> list[Fault]:
    """Texts that two labels claim. One fault for each place whose label is not the first place's."""
    faults = []
    for group in _groups(examples):
        first = group[0]
        for other in group[1:]:
            if other.full_label != first.full_label:
                faults.append(
                    Fault(
                        other.file,
                        other.line,
                        f"The same text is {other.full_label} here and {first.full_label} in {first.place}.",
                        "Keep it where a careful reader would put it and delete the other.",
                    )
                )
    return faults


def repetitions(examples: Sequence[Example]) -> list[Fault]:
    """Texts that stand twice under one label, annotated differently or not, and texts of two labels that differ in
    marks only (能退？ and 能退)."""
    found = []
    for group in _groups(examples):
        first: dict[str, Example] = {}
        for example in group:
            known = first.setdefault(example.full_label, example)
            if known is not example:
                what = f"The same text stands in {known.place}"
                what += "." if known.spans == example.spans else ", with other entities."
                found.append(Fault(example.file, example.line, what, "Delete one of the two."))
    bare: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        bare[_NO_WORD.sub("", _seen(example.text))].append(example)
    for key, group in bare.items():
        for example in group[1:]:
            first_of = group[0]
            if key and example.full_label != first_of.full_label and _seen(example.text) != _seen(first_of.text):
                what = f"But for its marks the text of {first_of.place}, which is {first_of.full_label}."
                found.append(Fault(example.file, example.line, what, "Keep the one whose label is right."))
    return found


def _groups(examples: Sequence[Example]) -> list[list[Example]]:
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[_seen(example.text)].append(example)
    return [group for group in groups.values() if len(group) > 1]


def _seen(text: str) -> str:
    return _REPEATED_MARK.sub(r"\1", plain(text)).lower()
