"""What the inbox looks like. Customers' words are put in as they are, never as markup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from care.timezone import CHINA
from care.training.examples import Span, parse
from care.training.tables import TrainingStep
from cli.nlu.inbox_items import Item
from cli.nlu.trainer import spelled

_RANKED = 3


def show_groups(out: Console, groups: Sequence[Sequence[Item]], has_more: bool) -> None:
    count = sum(map(len, groups))
    if not count:
        out.print("The inbox is empty: nothing was misunderstood that its customer let us learn from.")
        return
    for number, group in enumerate(groups, 1):
        if len(group) > 1:
            out.print(Text(f"\nGroup {number}: {len(group)} that say much the same", style="bold"))
        for each in group:
            out.print(_line(each))
    out.print(f"\n{count} messages in {len(groups)} groups.", style="bold")
    if has_more:
        out.print("There are older ones; they come when these are decided.", style="dim")


def _line(item: Item) -> Text:
    line = Text(f"  {item.id:>6}  ", style="cyan")
    line.append(item.text, style="default").append(f"  {spelled(item.meaning)}", style="yellow")
    line.append(_doubt(item), style="dim")
    return line


def _doubt(item: Item) -> str:
    if item.corrected is not None:
        return f" (said {item.corrected_by})"
    return "" if item.confidence is None else f" {item.confidence:.2f}"


def show_item(out: Console, item: Item) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_row("message", str(item.id))
    table.add_row("said", item.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"))
    table.add_row("text", Text(item.text))
    table.add_row("understood", f"{item.label or 'not asked'}{f'/{item.sub}' if item.sub else ''}")
    ranking = ", ".join(f"{label} {share:.2f}" for label, share in item.ranking[:_RANKED])
    table.add_row("nearest", ranking or "–")
    if item.corrected is not None:
        table.add_row("corrected", Text(f"{spelled(item.corrected)}, by {item.corrected_by}"))
    if item.draft is not None:
        table.add_row("draft", Text(item.draft))
    out.print(table)


def show_entities(out: Console, written: str) -> None:
    text, spans = parse(written)
    out.print(Text(text))
    for number, span in enumerate(spans, 1):
        out.print(Text(f"  {number}  {_entity(text, span)}"))
    if not spans:
        out.print("  no entities", style="dim")


def _entity(text: str, span: Span) -> str:
    value = f" = {span.value}" if span.value is not None else ""
    return f"{text[span.start : span.end]}  {span.entity}{value}"


def show_steps(out: Console, steps: Sequence[TrainingStep]) -> None:
    for step in steps:
        when = step.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        meant = spelled((step.label, step.sub)) if step.label else ""
        out.print(Text(f"{when}  {step.staff}  {step.kind} {step.message_id}  {meant}  {step.words or ''}".rstrip()))
    if not steps:
        out.print("Nothing was done yet.")


def as_json(groups: Sequence[Sequence[Item]], has_more: bool) -> str:
    """For scripts: one object, masked as everything here."""
    return json.dumps(
        {"groups": [[_fields(each) for each in group] for group in groups], "more": has_more}, ensure_ascii=False
    )


def _fields(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "text": item.text,
        "at": item.at.isoformat(),
        "understood": {"label": item.label, "sub": item.sub, "confidence": item.confidence},
        "ranking": item.ranking,
        "corrected": None if item.corrected is None else spelled(item.corrected),
        "draft": item.draft,
    }
