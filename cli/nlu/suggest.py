"""`quanyi nlu suggest`: where a trainer's reading pays most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from care.training.corpus import Example
from cli.nlu import lab
from cli.nlu.check import sound_corpus
from cli.nlu.lint import short
from cli.nlu.terminal import console
from cli.run.checkout import Checkout

#: Where the output is no terminal, tables are as wide as their content needs.
_WIDE = 200
_TEXT = 60


def suggest(checkout: Checkout, *, most: int) -> None:
    """Likely label errors first, then pairs of labels that are taken for each other."""
    examples = sound_corpus(checkout.root).examples
    payload: dict[str, Any] = {"examples": [{"text": each.text, "label": each.full_label} for each in examples]}
    answer = lab.run(checkout, "suggest", payload | lab.shared(checkout))
    out = console()
    if not out.is_terminal:
        out.width = _WIDE
    _show_errors(out, examples, answer["errors"], most)
    _show_pairs(out, examples, answer["pairs"])
    out.print(
        f"\n{len(examples)} examples, {answer['accuracy']:.1%} read as labelled by a model that has not seen them; "
        f"{len(answer['errors'])} likely errors."
    )


def _show_errors(out: Console, examples: Sequence[Example], errors: list[dict[str, Any]], most: int) -> None:
    table = Table(title="Labels that are likely wrong", title_justify="left")
    for column in ("where", "text", "given", "suggested"):
        table.add_column(column, overflow="fold")
    table.add_column("sure", justify="right")
    for error in errors[:most]:
        example = examples[error["index"]]
        table.add_row(
            example.place,
            escape(short(example.text, _TEXT)),
            f"{example.full_label} {error['given']:.2f}",
            error["label"],
            f"{error['sure']:.2f}",
        )
    out.print(table if errors else "No label is likely wrong.", soft_wrap=False)
    if len(errors) > most:
        out.print(f"… and {len(errors) - most} more (--most {len(errors)})", style="dim")


def _show_pairs(out: Console, examples: Sequence[Example], pairs: list[dict[str, Any]]) -> None:
    table = Table(title="Labels that are taken for each other", title_justify="left")
    table.add_column("labels", overflow="fold")
    table.add_column("wrong", justify="right")
    table.add_column("nearest to the border", overflow="fold")
    for pair in pairs:
        shown = [examples[index] for index in pair["examples"]]
        lines = [f"{each.place}  {escape(short(each.text, _TEXT))}  [dim]{each.full_label}[/dim]" for each in shown]
        table.add_row("\n".join(pair["labels"]), str(pair["wrong"]), "\n".join(lines))
    if pairs:
        out.print(table, soft_wrap=False)
