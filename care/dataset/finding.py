"""Examples as they are searched: by words, label, and what is odd about them. In memory: no cost in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from care.dataset.rules import Known, State
from care.plain import plain


class Mark(StrEnum):
    """What is odd about an example."""

    #: another label has this text
    CONFLICT = "conflict"
    #: its label has this text twice, but for spaces and marks
    TWICE = "twice"


@dataclass(frozen=True)
class Wanted:
    """None: whatever it is."""

    words: str | None = None
    label: str | None = None
    sub: str | None = None
    mark: Mark | None = None
    #: only what trainers wrote or changed
    changed: bool = False


def find(known: State, wanted: Wanted) -> list[Known]:
    """The newest changes first, then as the files have them."""
    words = plain(wanted.words).lower() if wanted.words else None
    found = [
        each
        for key, each in known.examples.items()
        if (wanted.label is None or each.meaning.label == wanted.label)
        and (wanted.sub is None or each.meaning.sub == wanted.sub)
        and (not wanted.changed or each.change is not None)
        and (words is None or words in known.searched[key])
        and (wanted.mark is None or key in known.twins)
    ]
    if wanted.mark is not None:
        found = [each for each in found if wanted.mark in marks(known, each)]
    return sorted(found, key=lambda each: (-(each.change or 0), each.file or "", each.line or 0))


def marks(known: State, example: Known) -> list[Mark]:
    full = example.meaning.full_label
    others = known.twins.get(example.key, ())
    return sorted({Mark.CONFLICT if each.meaning.full_label != full else Mark.TWICE for each in others})


def page(found: list[Known], after: str | None, limit: int) -> tuple[list[Known], str | None]:
    """Behind the example with the key `after`; one that is gone begins anew."""
    start = next((at + 1 for at, each in enumerate(found) if each.key == after), 0) if after else 0
    rows = found[start : start + limit]
    return rows, rows[-1].key if start + limit < len(found) else None


def ids(examples: Iterable[Known]) -> set[int]:
    """The changes that left them so."""
    return {each.change for each in examples if each.change is not None}
