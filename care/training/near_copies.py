"""Examples that are near copies of the evaluation set: who learns the questions by heart measures nothing."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from care.errors import InvalidInput
from care.plain import plain
from care.training.examples import Example, Fault

#: Characters of a gram; how many two texts must share, and which part of the shorter one's.
GRAM = 4
SHARED = 4
PART = 0.6

_NO_WORD = re.compile(r"\W+")


def evaluation_texts(path: Path) -> list[str]:
    """The column `text` of the evaluation set. Raises InvalidInput where the file is something else."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row["text"] for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise InvalidInput(
            "evaluation",
            f"The evaluation set {path} cannot be read ({type(error).__name__}): it must be a CSV in UTF-8 with a "
            "column text. Set QUANYI_EVALUATION to where it is.",
        ) from None


def near_copies(examples: Sequence[Example], evaluation: Sequence[str]) -> list[Fault]:
    """Our lines that repeat a text of the evaluation set; which one is not told, so that nobody words around it."""
    grams = [_grams(text) for text in evaluation]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(grams):
        for gram in each:
            holders[gram].append(number)
    faults = []
    for example in examples:
        ours = _grams(example.text)
        shared = Counter(number for gram in ours if gram in holders for number in holders[gram])
        if any(
            count >= SHARED and count > PART * min(len(ours), len(grams[number])) for number, count in shared.items()
        ):
            faults.append(
                Fault(
                    example.file,
                    example.line,
                    "A near copy of a text of the evaluation set.",
                    "Delete it, or tell another story in other words.",
                )
            )
    return faults


def _grams(text: str) -> set[str]:
    text = _NO_WORD.sub("", plain(text)).lower()
    return {text[start : start + GRAM] for start in range(len(text) - GRAM + 1)}
