"""`quanyi nlu compare MODEL_A MODEL_B`: which real messages the second model reads better or worse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.errors import Stop
from cli.nlu import lab
from cli.nlu.real_set import real_rows
from cli.nlu.terminal import console
from cli.nlu.trained import read, trained_model
from cli.run.checkout import Checkout

#: Where the output is no terminal, tables are as wide as their content needs.
_WIDE = 200
_LABELS_SHOWN = 15


def compare(checkout: Checkout, one: Path, other: Path) -> None:
    """Raises Stop where a model or the evaluation set is missing."""
    rows = real_rows(checkout.root)
    if rows is None:
        raise Stop("Models are compared on real messages: name the evaluation set with QUANYI_EVALUATION.")
    texts = [row["text"] for row in rows]
    readings = [read(checkout, trained_model(checkout, each), texts)["readings"] for each in (one, other)]
    found = lab.run(checkout, "compare", {"rows": rows, "one": readings[0], "other": readings[1]})
    out = console()
    if not out.is_terminal:
        out.width = _WIDE
    _show(out, one.name, other.name, found)


def _show(out: Console, one: str, other: str, found: dict[str, Any]) -> None:
    for name, style in (("better", "green"), ("worse", "red")):
        _show_rows(out, name, style, found[name])
    changed = [each for each in found["labels"] if each["delta"]]
    if changed:
        table = Table(title="F1 by label", title_justify="left")
        for column in ("label", "rows", "before", "after", "change"):
            table.add_column(column, justify="left" if column == "label" else "right")
        for each in changed[:_LABELS_SHOWN]:
            cells = (f"{each['one']:.3f}", f"{each['other']:.3f}", f"{each['delta']:+.3f}")
            table.add_row(each["label"], str(each["support"]), *cells)
        out.print(table, soft_wrap=False)
        if len(changed) > _LABELS_SHOWN:
            out.print(f"… and {len(changed) - _LABELS_SHOWN} labels that changed less", style="dim")
    better, worse = (found[name]["look"] + found[name]["score"] for name in ("better", "worse"))
    first, second = found["accuracy"]
    out.print(
        f"\n{one}: {first:.1%}, {other}: {second:.1%} of {found['rows']} real messages. {better} better, {worse} "
        f"worse, {found['changed']} read otherwise."
    )
    verdict = "is more than chance" if found["p"] < 0.05 else "may be chance"
    out.print(f"McNemar's test: p = {found['p']:.3f}: the difference {verdict}.")


def _show_rows(out: Console, name: str, style: str, found: dict[str, Any]) -> None:
    counts = f"{found['look']} of the half to look at, {found['score']} of the other"
    out.print(Text(f"\n{name}: {counts}", style=f"bold {style}"))
    for row in found["rows"]:
        told = f"{row['label']}{' or ' + row['alt'] if row['alt'] else ''}: {row['one']} → {row['other']}"
        out.print(Text(f"  {told}  ", style="cyan").append(row["text"], style="default"))
