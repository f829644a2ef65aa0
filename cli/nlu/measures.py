"""What the report says in one number each, and the floors below which CI fails (data/floors.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.errors import Stop

FLOORS = "data/floors.yml"
#: parts of that file that other reports read
_OTHERS = {"rights"}

Values = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """`path`: where the report has it. `is_ceiling`: the less the better, and its floor is the most it may be."""

    name: str
    title: str
    path: str
    is_ceiling: bool = False
    unit: str = "%"

    def value(self, report: Mapping[str, Any]) -> float | None:
        """None where it was not measured."""
        found: Any = report
        for name in self.path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return None if found is None else float(found)

    def shown(self, value: float | None) -> str:
        if value is None:
            return "–"
        return f"{value:.1%}" if self.unit == "%" else f"{value:.3f}" if not self.unit else f"{value:.1f} {self.unit}"

    def delta(self, value: float | None, before: float | None) -> str:
        """The change with its sign; empty where there is nothing to compare with."""
        if value is None or before is None:
            return ""
        scale, digits = (100, 1) if self.unit == "%" else (1, 1 if self.unit else 3)
        change = round((value - before) * scale, digits)
        return f"{change:+.{digits}f}" if change else "="


@dataclass(frozen=True, slots=True)
class Missed:
    """A floor and what was measured instead."""

    measure: Measure
    floor: float
    value: float

    def __str__(self) -> str:
        measure, by = self.measure, abs(self.value - self.floor)
        side = "above the most allowed" if measure.is_ceiling else "below its floor"
        distance = f"{by * 100:.2f} points" if measure.unit == "%" else f"{by:.3f} {measure.unit}".strip()
        return f"{measure.name} is {measure.shown(self.value)}, {distance} {side} of {measure.shown(self.floor)}"


def _of_halves(name: str, title: str, path: str) -> list[Measure]:
    return [
        Measure(name, title, f"real.all.{path}"),
        Measure(f"{name}_look", "  half to look at", f"real.look.{path}"),
        Measure(f"{name}_score", "  half to score", f"real.score.{path}"),
    ]


MEASURES = (
    *_of_halves("accuracy", "real messages: right label", "accuracy"),
    *_of_halves("groups", "real messages: right group", "groups"),
    *_of_halves("top_three", "real messages: among the best three", "top_three"),
    Measure("asked_back", "asked back instead of answered", "real.all.asked_back", is_ceiling=True),
    Measure("answered_accuracy", "right where it answered", "real.all.answered_accuracy"),
    Measure("calibration_error", "calibration error (ECE)", "real.all.calibration.error", is_ceiling=True, unit=""),
    Measure("out_of_scope", "out of scope: not taken for a wish", "real.all.out_of_scope.not_taken"),
    Measure("out_of_scope_strict", "  read as out of scope", "real.all.out_of_scope.strict"),
    Measure("sent_away", "in scope, but sent away", "real.all.out_of_scope.false_alarms", is_ceiling=True),
    Measure("handoff_real", "asking for a human: real messages", "real.all.handoff.recall"),
    Measure("handoff_phrasings", "  our phrasings", "phrasings.recall"),
    Measure("handoff_near_misses", "  near misses taken for it", "phrasings.false_alarms", is_ceiling=True),
    Measure("own_accuracy", "own examples: right label", "own.accuracy"),
    Measure("own_groups", "  right group", "own.groups"),
    Measure("own_top_three", "  among the best three", "own.top_three"),
    Measure("own_sub_accuracy", "  right sub-label", "own.sub_accuracy"),
    Measure("ngrams_share", "first stage is sure", "latency.ngrams.share"),
    Measure("ngrams_accuracy", "  and right", "real.stages.ngrams.accuracy"),
    Measure("encoder_accuracy", "  otherwise right", "real.stages.encoder.accuracy"),
    Measure("ngrams_median", "  its median", "latency.ngrams.median", is_ceiling=True, unit="ms"),
    Measure("ngrams_p95", "  its p95", "latency.ngrams.p95", is_ceiling=True, unit="ms"),
    Measure("encoder_median", "second stage, median", "latency.encoder.median", is_ceiling=True, unit="ms"),
    Measure("encoder_p95", "  its p95", "latency.encoder.p95", is_ceiling=True, unit="ms"),
    Measure("long", "10,000 characters", "speed.long", is_ceiling=True, unit="ms"),
    Measure("beside_long", "  a short message behind it", "speed.short_beside_long", is_ceiling=True, unit="ms"),
    Measure("memory", "resident memory", "speed.memory", is_ceiling=True, unit="MB"),
)
_BY_NAME = {measure.name: measure for measure in MEASURES}


def values(report: Mapping[str, Any]) -> Values:
    """Each measure's value, None where it was not measured."""
    return {measure.name: measure.value(report) for measure in MEASURES}


def missed(found: Values, floors: Mapping[str, float]) -> list[Missed]:
    """The floors that are not kept. What was not measured keeps every floor: see `unmeasured`."""
    return [
        Missed(_BY_NAME[name], floor, value)
        for name, floor in floors.items()
        if (value := found[name]) is not None and (value > floor if _BY_NAME[name].is_ceiling else value < floor)
    ]


def unmeasured(found: Values, floors: Mapping[str, float]) -> list[str]:
    return [name for name in floors if found[name] is None]


def floors_of(written: str) -> dict[str, float]:
    """`accuracy=0.76,memory=800`. Raises Stop."""
    found: dict[str, float] = {}
    for part in written.split(","):
        name, sign, number = part.strip().partition("=")
        found |= _floor(name.strip(), number.strip() if sign else None, "--floor")
    return found


def floors_in(root: Path) -> dict[str, float]:
    """The floors of data/floors.yml. Raises Stop."""
    path = root / FLOORS
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Stop(f"{path} cannot be read ({type(error).__name__}): it must be lines of MEASURE: NUMBER.") from None
    if not isinstance(content, dict) or not content:
        raise Stop(f"{path} must be lines of MEASURE: NUMBER.")
    found: dict[str, float] = {}
    for name, number in content.items():
        if name in _OTHERS:
            continue
        found |= _floor(str(name), number, FLOORS)
    return found


def _floor(name: str, number: Any, where: str) -> dict[str, float]:
    if name not in _BY_NAME:
        raise Stop(f"{where}: there is no measure {name!r}; there are {', '.join(_BY_NAME)}.")
    try:
        return {name: float(number)}
    except (TypeError, ValueError):
        raise Stop(f"{where}: {name} needs a number, like {name}=0.76.") from None
