"""`quanyi rights report`: how well the search finds the right article, measured and written to reports/rights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from care.rights.choosing import ANSWER, MARGIN
from cli.errors import Stop
from cli.nlu import lab
from cli.nlu.measures import FLOORS, Measure, Missed
from cli.nlu.terminal import console
from cli.nlu.trained import trained_model
from cli.run.checkout import Checkout

FOLDER = "reports/rights"
#: the part of the file of floors that is about this
PART = "rights"

MEASURES = (
    Measure("first", "right article first", "first"),
    Measure("three", "  among three", "three"),
    Measure("answered", "told at once", "answered"),
    Measure("answered_right", "  and right", "answered_right"),
    Measure("answered_without", "told one, though none answers", "answered_without", is_ceiling=True),
    Measure("median", "search, median", "speed.median", is_ceiling=True, unit="ms"),
    Measure("p95", "  its p95", "speed.p95", is_ceiling=True, unit="ms"),
)
_MOST_ARTICLES = 20


def report(checkout: Checkout, *, model: Path | None, dev: bool, check: bool) -> int:
    """The exit code: 1 where a floor is missed. `dev`: the questions to tune on, whose faults are shown."""
    floors = floors_in(checkout.root) if check else {}
    trained = trained_model(checkout, model)
    name = "dev" if dev else "questions"
    payload = {"model": str(trained), "set": name, "answer": ANSWER, "margin": MARGIN}
    one_core = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    found = lab.run(checkout, "rights", payload, **one_core)
    found |= {"set": name, "model": trained.name, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    folder = checkout.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    out = console()
    _show(out, found, floors)
    out.print(f"\n{FOLDER}/{name}.json", style="dim")
    missed = missed_floors(found, floors)
    for each in missed:
        out.print(f"floor missed: {each}", style="bold red")
    return 1 if missed else 0


def floors_in(root: Path) -> dict[str, float]:
    """The floors under `rights:` of data/floors.yml. Raises Stop."""
    names = {measure.name for measure in MEASURES}
    try:
        part: Any = yaml.safe_load((root / FLOORS).read_text(encoding="utf-8"))[PART]
        floors = {str(name): float(number) for name, number in part.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise Stop(f"{FLOORS} must have MEASURE: NUMBER under {PART} ({type(error).__name__}).") from None
    if unknown := sorted(floors.keys() - names):
        raise Stop(f"{FLOORS}: {PART}: there is no measure {unknown[0]!r}; there are {', '.join(sorted(names))}.")
    return floors


def missed_floors(found: Mapping[str, Any], floors: Mapping[str, float]) -> list[Missed]:
    by_name = {measure.name: measure for measure in MEASURES}
    values = {name: value for name in floors if (value := by_name[name].value(found)) is not None}
    return [
        Missed(by_name[name], floors[name], value)
        for name, value in values.items()
        if (value > floors[name] if by_name[name].is_ceiling else value < floors[name])
    ]


def _show(out: Console, found: Mapping[str, Any], floors: Mapping[str, float]) -> None:
    out.print(f"{found['questions']} questions with an article, {found['without']} without, {found['model']}")
    table = Table(box=None, pad_edge=False)
    table.add_column("measure", no_wrap=True)
    for column in ("value", "floor"):
        table.add_column(column, justify="right", no_wrap=True)
    for measure in MEASURES:
        floor = floors.get(measure.name)
        table.add_row(measure.title, measure.shown(measure.value(found)), "" if floor is None else measure.shown(floor))
    out.print(table)
    topics = Table("topic", "questions", "first", "three", box=None, pad_edge=False)
    for topic, of in found["topics"].items():
        topics.add_row(topic, str(of["questions"]), f"{of['first']:.0%}", f"{of['three']:.0%}")
    out.print(topics)
    out.print("missed most: " + ", ".join(f"{id_} {count}" for id_, count in _most(found["articles"])))
    out.print("labels: " + ", ".join(f"{label} {count}" for label, count in found["labels"].items()))
    for each in found.get("misread", []):
        told = ", ".join(f"{id_} {score:.2f}" for id_, score in each["found"])
        out.print(f"{each['text']}  →  {told or '–'}; right: {', '.join(each['right']) or 'none'}", markup=False)


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_MOST_ARTICLES]
