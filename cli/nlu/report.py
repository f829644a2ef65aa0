"""`quanyi nlu report`: how well 小益 understands, measured and written to reports/nlu."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.nlu import lab, measures
from cli.nlu.check import sound_corpus
from cli.nlu.measures import MEASURES, Values
from cli.nlu.real_set import phrasings, real_rows
from cli.nlu.report_page import page
from cli.nlu.terminal import console
from cli.nlu.trained import classifier_config, read, trained_model
from cli.run.checkout import Checkout
from cli.run.progress import Progress

FOLDER = "reports/nlu"
#: What other components are measured with, where the checkout has it.
_SIGNALS = "tests/bot/signals/heldout.yml"
_ENTITIES = "tests/bot/entities"
#: Where the output is no terminal, the table is as wide as its content needs.
_WIDE = 200


def report(checkout: Checkout, *, model: Path | None, cross_validation: bool, floors: Mapping[str, float]) -> int:
    """The exit code: 1 where a floor is missed."""
    progress = Progress()
    trained = trained_model(checkout, model)
    found = _measured(checkout, trained, progress, cross_validation)
    found["model"] = trained.name
    found["at"] = datetime.now(UTC).isoformat(timespec="seconds")
    values = measures.values(found)
    folder = checkout.root / FOLDER
    before = last_values(folder / "history")
    _write(folder, found, values, page(found, values, before, floors))
    out = console()
    if not out.is_terminal:
        out.width = _WIDE
    _show(out, values, before, floors)
    out.print(f"\n{FOLDER}/report.md, report.json, {', '.join(found['drawn'])}", style="dim")
    if found["real"] is None:
        out.print(
            "No evaluation set was found (QUANYI_EVALUATION): nothing was measured on real messages.", style="yellow"
        )
    return _judge(out, values, floors)


def last_values(history: Path) -> Values:
    """Of each measure the last value that an earlier report has; what it left out an older one may have."""
    found: Values = {measure.name: None for measure in MEASURES}
    for file in sorted(history.glob("*.json"), reverse=True):
        try:
            older = json.loads(file.read_text(encoding="utf-8"))["measures"]
        except (ValueError, KeyError, TypeError):
            continue  # cut off while it was written: one report less to compare with
        for name in found:
            if found[name] is None and isinstance(older.get(name), int | float):
                found[name] = older[name]
    return found


def _measured(checkout: Checkout, model: Path, progress: Progress, cross_validation: bool) -> dict[str, Any]:
    rows, asked = real_rows(checkout.root), phrasings(checkout.root)
    examples = sound_corpus(checkout.root).examples if cross_validation else []
    texts = [row["text"] for row in rows or []]
    progress.say(f"reading {len(texts)} real messages and {len(asked.texts)} phrasings with {model.name}, on one core")
    with_signals = (checkout.root / _SIGNALS).is_file()
    answer = read(checkout, model, [*texts, *asked.texts], measure=True, signals=with_signals)
    readings = answer["readings"]
    progress.say("read")
    payload: dict[str, Any] = {
        "real": None if rows is None else {"rows": rows, "readings": readings[: len(texts)]},
        "phrasings": {
            "wanted": asked.wanted,
            "not_wanted": asked.not_wanted,
            "readings": readings[len(texts) :],
        },
        "examples": [{"text": each.text, "label": each.full_label} for each in examples] or None,
        "config": classifier_config(checkout.root),
        "folder": str(_made(checkout.root / FOLDER)),
    }
    found = lab.run(checkout, "report", payload | lab.shared(checkout))
    entities = lab.run(checkout, "entities", {}) if (checkout.root / _ENTITIES).is_dir() else {}
    progress.say("measured")
    return {
        **found,
        "speed": answer["speed"],
        "signals": answer.get("signals"),
        "entities": {Path(file).name: figures for file, figures in entities.items()},
    }


def _made(folder: Path) -> Path:
    (folder / "history").mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()  # a figure of an older report would look like one of this
    return folder


def _write(folder: Path, found: dict[str, Any], values: Values, written: str) -> None:
    whole = {"at": found["at"], "model": found["model"], "measures": values, **found}
    (folder / "report.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "report.md").write_text(written, encoding="utf-8")
    summary = {name: whole[name] for name in ("at", "model", "measures")}
    name = f"{found['at'][:19].replace(':', '')}.json"
    (folder / "history" / name).write_text(json.dumps(summary, indent=1), encoding="utf-8")


def _show(out: Console, values: Values, before: Values, floors: Mapping[str, float]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("measure", no_wrap=True)
    for column in ("value", "change", "floor"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("its name", style="dim", no_wrap=True)
    for measure in MEASURES:
        value = values[measure.name]
        change = measure.delta(value, before[measure.name])
        floor = floors.get(measure.name)
        table.add_row(
            measure.title,
            measure.shown(value),
            f"[{_colour(change, measure.is_ceiling)}]{change}[/]",
            "" if floor is None else measure.shown(floor),
            measure.name,
        )
    out.print(table)


def _colour(change: str, is_ceiling: bool) -> str:
    if change in ("", "="):
        return "dim"
    return "green" if change.startswith("-") == is_ceiling else "red"


def _judge(out: Console, values: Values, floors: Mapping[str, float]) -> int:
    for name in measures.unmeasured(values, floors):
        out.print(f"not measured, so its floor was not looked at: {name}", style="yellow")
    missed = measures.missed(values, floors)
    for each in missed:
        out.print(f"floor missed: {each}", style="bold red")
    if floors and not missed:
        out.print("All floors that were measured are kept.", style="green")
    return 1 if missed else 0
