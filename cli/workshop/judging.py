"""A candidate beside the model in use: read the same messages, rehearse the same conversations, compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from care.models.rules import Figure, Gate, Report, Step, Stories, gate, rows_of, thresholds
from cli.errors import Stop
from cli.nlu.measures import MEASURES
from cli.nlu.real_set import Phrasings, phrasings, real_rows
from cli.run.checkout import Checkout

REHEARSALS = "data/rehearsals.yml"
_READINGS = "readings"
#: what is told of a candidate; time and memory say more of the machine, and what is beside it
_TOLD = [measure for measure in MEASURES if measure.unit == "%" and not measure.name.startswith("own_")]
_CONFUSED = 30
_CHANGED = 200

#: a command of bot.lab, its payload and the step that it is of
Ask = Callable[[str, dict[str, Any], Step], Awaitable[dict[str, Any]]]


async def judge(checkout: Checkout, own: Checkout, model: Path, current: Path | None, ask: Ask) -> tuple[Report, Gate]:
    """`own`: the training's checkout, whose files say what is rehearsed; `current`: the model in use, None where it is
    not on this machine. Raises Stop."""
    rows, asked = real_rows(checkout.root), phrasings(checkout.root)
    texts = [*(row["text"] for row in rows or []), *asked.texts]
    new = await _readings(checkout, model, texts, ask)
    old = await _readings(checkout, current, texts, ask) if current is not None else None
    figures = await _figures(rows, asked, new, ask, own)
    before = await _figures(rows, asked, old, ask, own) if old is not None else {}
    count = len(rows or [])
    compared = _compared(None)
    if rows and old is not None:
        payload = {"rows": rows, "one": old[:count], "other": new[:count]}
        compared = _compared(await ask("compare", payload, Step.MEASURE))
    stories = await _rehearsed(own, model, ask)
    told = [
        Figure(
            measure.name,
            measure.title.strip(),
            measure.unit,
            measure.is_ceiling,
            measure.value(figures),
            measure.value(before),
        )
        for measure in _TOLD
    ]
    new_rows = rows_of(rows or [], new[:count])
    old_rows = rows_of(rows or [], old[:count]) if old is not None else []
    state, reasons = gate(told, new_rows, old_rows, stories)
    report = Report(
        model=model.name,
        current=current.name if current is not None else None,
        figures=told,
        labels=compared["labels"],
        changed=compared["changed"],
        hidden=compared["hidden"],
        thresholds=thresholds(new_rows, old_rows),
        confused=_confused(figures),
        stories=stories,
        gate={"state": state, "reasons": reasons},
    )
    return report, state


async def _readings(checkout: Checkout, model: Path, texts: Sequence[str], ask: Ask) -> list[dict[str, Any]]:
    """Kept by model and texts: the model in use is read once. The texts themselves are not kept."""
    whole = hashlib.sha256(json.dumps([*texts], ensure_ascii=False).encode()).hexdigest()[:16]
    kept = checkout.var / "training" / _READINGS / f"{model.name.removesuffix('.tar.gz')}-{whole}.json"
    try:
        found: list[dict[str, Any]] = json.loads(kept.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        pass
    payload = {"model": str(model), "texts": [*texts], "measure": False, "signals": False}
    readings: list[dict[str, Any]] = (await ask("read", payload, Step.READ))["readings"]
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(".part")
    part.write_text(json.dumps(readings), encoding="utf-8")
    part.replace(kept)
    return readings


async def _figures(
    rows: Sequence[Mapping[str, str]] | None,
    asked: Phrasings,
    readings: Sequence[Mapping[str, Any]],
    ask: Ask,
    own: Checkout,
) -> dict[str, Any]:
    count = len(rows or [])
    drawn = own.var / "drawn"
    drawn.mkdir(parents=True, exist_ok=True)
    payload = {
        "real": None if rows is None else {"rows": rows, "readings": readings[:count]},
        "phrasings": {"wanted": asked.wanted, "not_wanted": asked.not_wanted, "readings": readings[count:]},
        "examples": None,
        "folder": str(drawn),
    }
    return await ask("report", payload, Step.MEASURE)


async def _rehearsed(own: Checkout, model: Path, ask: Ask) -> Stories:
    path = own.root / REHEARSALS
    try:
        cases: Any = yaml.safe_load(path.read_text(encoding="utf-8"))["rehearsals"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise Stop(f"{path} cannot be read ({type(error).__name__}): restore it.") from None
    found = await ask("rehearse", {"model": str(model), "rehearsals": cases}, Step.STORIES)
    return Stories(found["passed"], [str(each["case"]) for each in found["failed"]])


def _compared(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {"labels": [], "changed": [], "hidden": {"better": 0, "worse": 0}}
    changed = [
        {"text": row["text"], "label": row["label"], "was": row["one"], "is": row["other"], "better": name == "better"}
        for name in ("worse", "better")
        for row in found[name]["rows"]
    ]
    return {
        "labels": [
            {"label": each["label"], "f1": each["other"], "current": each["one"], "support": each["support"]}
            for each in found["labels"]
        ],
        "changed": changed[:_CHANGED],
        "hidden": {name: found[name]["score"] for name in ("better", "worse")},
    }


def _confused(figures: Mapping[str, Any]) -> list[list[Any]]:
    """Labels of the real set that were taken for others, the most often first."""
    table = (figures.get("real") or {}).get("confusion")
    if not table:
        return []
    names, counts = table["labels"], table["counts"]
    pairs = [
        [names[true], names[read], count]
        for true, row in enumerate(counts)
        for read, count in enumerate(row)
        if true != read and count
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))[:_CONFUSED]
