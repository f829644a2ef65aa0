"""When a model may be published, and what a threshold would do. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

#: as cli/run/model.py names them: over everything that a model is made from
MODEL_NAME = re.compile(r"quanyi-[0-9a-f]{12}\.tar\.gz")
#: a worker that was not heard of for so many seconds does not train any more
LEASE_SECONDS = 60
LONGEST_REASON = 500
_STEPS = 20


class State(StrEnum):
    WAITING = "waiting"
    TRAINING = "training"
    JUDGING = "judging"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (State.WAITING, State.TRAINING, State.JUDGING)


class Step(StrEnum):
    """What a run does now."""

    PREPARE = "prepare"
    TRAIN = "train"
    READ = "read"
    MEASURE = "measure"
    STORIES = "stories"


class Gate(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True)
class Row:
    """A real message with the labels that are right for it, and what a model read in it."""

    labels: frozenset[str]
    label: str
    confidence: float

    @property
    def is_right(self) -> bool:
        return self.label in self.labels


@dataclass(frozen=True)
class Figure:
    """One number of the candidate beside the current model's; None: it was not measured."""

    name: str
    title: str
    unit: str
    is_ceiling: bool
    value: float | None
    current: float | None


@dataclass(frozen=True)
class Stories:
    passed: int
    failed: list[str]


@dataclass(frozen=True)
class Report:
    """What is told of a candidate beside the model in use. No text of the half that only scores is in it."""

    model: str
    current: str | None
    figures: list[Figure]
    #: {"label", "f1", "current", "support"}
    labels: list[dict[str, Any]]
    #: {"text", "label", "was", "is", "better"}, of the half that may be looked at
    changed: list[dict[str, Any]]
    #: {"better", "worse"}: how many of the other half
    hidden: dict[str, int]
    thresholds: list[dict[str, float | None]]
    #: [label, taken for, how often], most first
    confused: list[list[Any]]
    stories: Stories
    gate: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def gate(
    figures: Sequence[Figure], rows: Sequence[Row], current: Sequence[Row], stories: Stories
) -> tuple[Gate, list[dict[str, str]]]:
    """Whether it may be published, and why not: `reason` words with a sentence each.

    It may not understand a single real message fewer than the model in use (they are read the same way each time, so
    nothing of it is chance), may not miss more requests for a human, and keeps every story. Nothing to compare with:
    not judged, which no more may be published than what failed.
    """
    reasons = []
    if stories.failed:
        many = f"{len(stories.failed)} of {stories.passed + len(stories.failed)} stories fail"
        reasons.append({"reason": "stories", "text": f"{many}: {', '.join(stories.failed[:5])}"})
    if not rows or len(rows) != len(current):
        reasons.append({"reason": "not_judged", "text": "there are no real messages to compare the two models on"})
        return (Gate.FAILED if stories.failed else Gate.NOT_JUDGED), reasons
    right, before = (sum(row.is_right for row in part) for part in (rows, current))
    if right < before:
        text = f"it understands {right} of {len(rows)} real messages, the model in use {before}"
        reasons.append({"reason": "accuracy", "text": text})
    for figure in figures:
        is_told = figure.value is not None and figure.current is not None
        if figure.name in _NO_LOWER and is_told and figure.value < figure.current:  # type: ignore[operator]
            text = f"{figure.title}: {figure.value:.1%}, the model in use {figure.current:.1%}"
            reasons.append({"reason": "handoff", "text": text})
    return (Gate.FAILED if reasons else Gate.PASSED), reasons


#: requests for a human that are recognised
_NO_LOWER = ("handoff_real", "handoff_phrasings")


def thresholds(rows: Sequence[Row], current: Sequence[Row]) -> list[dict[str, float | None]]:
    """For each threshold from 0 to 0.95 the shares of messages that would not be taken as understood (asked about, and
    in the end handed over), and of those that would be answered wrongly, of both models."""
    found = []
    for step in range(_STEPS):
        threshold = step / _STEPS
        handed_off, wrong = _shares(rows, threshold)
        current_handed_off, current_wrong = _shares(current, threshold)
        found.append(
            {
                "threshold": threshold,
                "handed_off": handed_off,
                "wrong": wrong,
                "current_handed_off": current_handed_off,
                "current_wrong": current_wrong,
            }
        )
    return found


def _shares(rows: Sequence[Row], threshold: float) -> tuple[float | None, float | None]:
    if not rows:
        return None, None
    unsure = sum(row.confidence < threshold for row in rows)
    wrong = sum(row.confidence >= threshold and not row.is_right for row in rows)
    return round(unsure / len(rows), 4), round(wrong / len(rows), 4)


def rows_of(messages: Sequence[Mapping[str, Any]], readings: Sequence[Mapping[str, Any]]) -> list[Row]:
    """`messages`: {"label", "alt"}; `readings`: {"label", "confidence"} in the same order."""
    return [
        Row(frozenset({each["label"], each.get("alt") or each["label"]}), read["label"], float(read["confidence"]))
        for each, read in zip(messages, readings, strict=True)
    ]
