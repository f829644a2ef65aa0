"""``signals``: precision, recall and F1 of the emotion and risk signals on the hand-labelled set, with the thresholds.

In: ``{"model"}``, a trained model. Out: what ``score`` gives, measured through the whole pipeline.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.lab.payload import BadInput, path
from bot.nlu import signal_data
from bot.nlu.signal_data import SIGNALS, SignalDataFault

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT = ROOT / "tests" / "bot" / "signals" / "heldout.yml"
#: reasons for a person, with the probability from which on a signal is one
REASONS = ROOT / "care" / "handoff" / "handoff.yml"

Figures = dict[str, Any]


def score(read: Callable[[str], Mapping[str, float]], held_out: Path = HELD_OUT) -> Figures:
    """Figures ready for JSON.

    Args:
        read: a message as written → probabilities of its signals; one that is left out is none.
        held_out: a file of the form of data/signals.

    Returns:
        ``{"messages", "without", "false_alarms", "signals": {signal: figures}}``: messages, those without a signal,
        and how many of these are taken for one; figures are ``threshold``, ``support`` (messages with the signal),
        ``precision``, ``recall``, ``f1``; null where there is nothing to divide by.
    """
    examples = signal_data.read_file(held_out)
    thresholds = read_thresholds()
    readings = [read(example.text) for example in examples]
    found = [{name for name in SIGNALS if reading.get(name, 0.0) >= thresholds[name]} for reading in readings]
    without = [each for example, each in zip(examples, found, strict=True) if not example.signals]
    return {
        "messages": len(examples),
        "without": len(without),
        "false_alarms": sum(bool(each) for each in without),
        "signals": {
            name: _figures(
                [name in example.signals for example in examples], [name in each for each in found], thresholds[name]
            )
            for name in SIGNALS
        },
    }


def read_thresholds() -> dict[str, float]:
    """Of every signal: from which probability on it counts."""
    reasons = yaml.safe_load(REASONS.read_text(encoding="utf-8"))["reasons"]
    return {name: reasons[name]["thresholds"]["probability"] for name in SIGNALS}


def _figures(expected: list[bool], found: list[bool], threshold: float) -> Figures:
    right = sum(one and other for one, other in zip(expected, found, strict=True))
    return {
        "threshold": threshold,
        "support": sum(expected),
        "precision": _share(right, sum(found)),
        "recall": _share(right, sum(expected)),
        "f1": _share(2 * right, sum(expected) + sum(found)),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def run(payload: dict[str, Any]) -> Figures:
    """Answer the command."""
    from bot.lab.loading import load  # Rasa: seconds that ``score`` alone need not wait

    model = path(payload, "model")
    if model is None:
        raise BadInput('"model" must be a path.')
    pipeline = load(model)
    try:
        return score(lambda text: pipeline.parse(text)[1].get("signals") or {})
    except SignalDataFault as fault:
        raise BadInput(str(fault)) from fault
