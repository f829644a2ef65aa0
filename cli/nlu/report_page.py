"""The report as a page of Markdown. Texts in it are of the half of the rows that may be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cli.nlu.measures import MEASURES, Values

_HALVES = """Rows are split in two by the first byte of the SHA-256 of their text: the texts of one half may be looked
at (`look`), of the other (`score`) there are numbers only. Where a row has an alternative label, either is right."""
_OUT_OF_SCOPE = """Out of scope, not taken for a wish: read as out_of_scope, greet_chitchat, satisfaction or as a bare
answer (affirm, deny, cancel, …), or asked back. The strict figure counts only what was read, and answered, as
out_of_scope. A request for a human counts only where it was read as handoff and not asked back."""
_SPEED = """Every message went through the whole Rasa pipeline once, on one core, with nothing remembered. Times are by
the clock, so that a busy machine adds to them; `core p95` is what the core worked."""


def page(found: Mapping[str, Any], values: Values, before: Values, floors: Mapping[str, float]) -> str:
    """`found`: the report; `values`, `before`: of each measure, now and in the last report."""
    parts = [f"# Understanding\n\n{found['at']}, model `{found['model']}`", _summary(values, before, floors)]
    if found["real"] is None:
        parts.append("There was no evaluation set (`QUANYI_EVALUATION`): nothing was measured on real messages.")
    else:
        parts += [_HALVES, _OUT_OF_SCOPE]
    parts.append(_speed(found))
    if found["real"] is not None:
        parts += _real(found["real"])
    if found["own"] is not None:
        parts.append(_own(found["own"], found["gap"]))
    parts.append(_phrasings(found["phrasings"]))
    if found["signals"]:
        parts.append(_signals(found["signals"]))
    parts += [_entities(name, figures) for name, figures in found["entities"].items()]
    if found["real"] is not None:
        parts.append(_misread(found["real"]["misread"]))
    return "\n\n".join(parts) + "\n"


def _summary(values: Values, before: Values, floors: Mapping[str, float]) -> str:
    rows = []
    for measure in MEASURES:
        value, floor = values[measure.name], floors.get(measure.name)
        rows.append(
            (
                measure.title.replace("  ", "· "),
                measure.shown(value),
                measure.shown(before[measure.name]),
                measure.delta(value, before[measure.name]),
                "" if floor is None else measure.shown(floor),
            )
        )
    return table(("measure", "value", "last report", "change", "floor"), rows)


def _speed(found: Mapping[str, Any]) -> str:
    names = ("rows", "share", "median", "p95", "most", "core_p95")
    rows = [
        (of, stage, *(figures[name] for name in names))
        for of, latency in (("real messages", found["latency"]), ("phrasings", found["phrasings"]["latency"]))
        for stage, figures in latency.items()
    ]
    heads = ("of", "stage", "rows", "share", "median, ms", "p95, ms", "most, ms", "core p95, ms")
    speed = found["speed"]
    more = (
        f"First message of a process: {speed['first']} ms. 10,000 characters: {speed['long']} ms; a short message that "
        f"came in behind them: {speed['short_beside_long']} ms instead of {speed['short']} ms. Resident: "
        f"{speed['memory']} MB, at most {speed['memory_peak']} MB."
    )
    return "\n\n".join(("## Speed", _SPEED, table(heads, rows), more))


def _real(real: Mapping[str, Any]) -> list[str]:
    figures = "\n".join(f"![{name}]({name}.png)" for name in ("confusion", "confidence", "calibration"))
    names = ("precision", "recall", "f1", "support")
    labels = [(label, *(figures[name] for name in names)) for label, figures in real["labels"].items()]
    bins = [
        (f"{each['from']:.1f}–{each['to']:.1f}", each["rows"], each["confidence"], each["accuracy"])
        for each in real["all"]["calibration"]["bins"]
    ]
    return [
        f"## Real messages\n\n{figures}",
        "### By label\n\n" + table(("label", *names), labels),
        "### By source\n\n" + _parts(real["sources"]),
        "### By stage\n\n" + _parts(real["stages"]),
        "### Calibration\n\n" + table(("confidence", "rows", "mean confidence", "accuracy"), bins),
    ]


def _parts(parts: Mapping[str, Any]) -> str:
    rows = [(name, each["rows"], each["share"], each["accuracy"]) for name, each in parts.items()]
    return table(("", "rows", "share", "accuracy"), rows)


def _own(own: Mapping[str, Any], gap: Sequence[Mapping[str, Any]]) -> str:
    names = ("precision", "recall", "f1", "support")
    labels = [(label, *(figures[name] for name in names)) for label, figures in own["labels"].items()]
    gaps = [(each["label"], each["own"], each["real"], each["gap"], each["support"]) for each in gap]
    parts = [
        "## Our own examples, cross-validation",
        f"{own['examples']} examples in five parts, each read by a model that has not seen it.",
        "![confusion-own](confusion-own.png)",
        table(("label", *names), labels),
    ]
    if gaps:
        parts += [
            "### How much better we are on our own examples than on real messages",
            table(("label", "F1 own", "F1 real", "gap", "real rows"), gaps),
        ]
    return "\n\n".join(parts)


def _phrasings(phrasings: Mapping[str, Any]) -> str:
    kinds = [(kind, count) for kind, count in phrasings["missed_of_kind"].items()]
    missed = [(each["kind"], each["text"], each["read"], _asked(each)) for each in phrasings["missed_texts"]]
    alarms = [(each["text"], each["label"]) for each in phrasings["false_alarm_texts"]]
    counts = (
        f"{phrasings['rows']} phrasings, {phrasings['missed']} missed; {phrasings['near_misses']} that only sound like "
        "it. Texts are of the half that may be looked at."
    )
    return "\n\n".join(
        (
            "## Asking for a human",
            counts,
            table(("kind", "missed"), kinds),
            "### Missed\n\n" + table(("kind", "text", "read as", ""), missed),
            "### Taken for it\n\n" + table(("text", "is"), alarms),
        )
    )


def _signals(found: Mapping[str, Any]) -> str:
    names = ("threshold", "precision", "recall", "f1", "support")
    rows = [(signal, *(figures[name] for name in names)) for signal, figures in found["signals"].items()]
    counts = f"{found['messages']} messages; of {found['without']} without a signal {found['false_alarms']} raise one."
    return "\n\n".join(("## Emotion and risk", counts, table(("signal", *names), rows)))


def _entities(name: str, found: Mapping[str, Any]) -> str:
    names = ("precision", "recall", "f1", "support", "normal")
    kinds = {**found["kinds"], "all": found["all"]}
    rows = [(kind, *(figures[name] for name in names)) for kind, figures in kinds.items()]
    heads = ("entity", *names[:-1], "value right")
    return "\n\n".join((f"## Entities in {found['sentences']} sentences of {name}", table(heads, rows)))


def _misread(misread: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (each["text"], each["label"], each["alt"] or "", each["read"], each["confidence"], each["stage"], _asked(each))
        for each in misread
    ]
    heads = ("text", "is", "or", "read as", "confidence", "stage", "")
    return f"## Misread, of the half that may be looked at: {len(rows)}\n\n" + table(heads, rows)


def _asked(each: Mapping[str, Any]) -> str:
    return "asked back" if each["asked_back"] else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table of Markdown; None is a dash."""
    lines = [list(heads), ["---"] * len(heads), *(list(map(_cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return " ".join(str(value).replace("\\", "\\\\").replace("|", "\\|").split())
