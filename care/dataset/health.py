"""How each label is doing, and what to write next. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from care.dataset.rules import State

#: times as many examples as the usual label has
_TOO_MANY = 4
#: F1 on real messages below which a label needs more examples
_WEAK = 0.6
#: times that it was taken for one other label
_CONFUSED = 2
_NAMED = 3


@dataclass(frozen=True)
class LabelHealth:
    label: str
    count: int
    #: as many as it needs (data/labels.yml)
    least: int
    #: on real messages, of the newest report; None: it was not measured there
    f1: float | None
    support: int
    #: what it is taken for, the most often first
    confused_with: list[tuple[str, int]]
    #: too_few | unbalanced | weak | confused
    advice: list[str]


def health(known: State, figures: Mapping[str, Any] | None) -> list[LabelHealth]:
    """Every label, those that need most first. `figures`: `care.models.service.latest_figures`."""
    measured: Mapping[str, Any] = figures["labels"] if figures else {}
    confused: Sequence[Sequence[Any]] = figures["confused"] if figures else []
    counts = {label: known.counts.get(label, 0) for label in known.labels.intents}
    usual = median(counts.values()) if counts else 0
    found = []
    for label, count in counts.items():
        least = known.labels.least(label)
        told = measured.get(label)
        f1, support = (told["f1"], told["support"]) if told else (None, 0)
        others = [(read, times) for true, read, times in confused if true == label][:_NAMED]
        advice = [
            word
            for word, applies in (
                ("too_few", count < least),
                ("unbalanced", count > _TOO_MANY * usual),
                ("weak", f1 is not None and f1 < _WEAK),
                ("confused", any(times >= _CONFUSED for _, times in others)),
            )
            if applies
        ]
        found.append(LabelHealth(label, count, least, f1, support, others, advice))
    return sorted(found, key=lambda each: (-len(each.advice), 1.0 if each.f1 is None else each.f1, each.label))


def pairs(figures: Mapping[str, Any] | None, most: int = 10) -> list[tuple[str, str, int]]:
    """Labels that are taken for each other, whichever way round, the most often first."""
    both: dict[tuple[str, str], int] = {}
    for true, read, times in figures["confused"] if figures else ():
        one, other = sorted((true, read))
        both[one, other] = both.get((one, other), 0) + times
    ranked = sorted(both.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [(one, other, times) for (one, other), times in ranked]
