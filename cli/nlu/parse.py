"""`quanyi nlu parse 'TEXT'`: everything that 小益 makes of one message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.errors import Stop
from cli.nlu import lab
from cli.nlu.terminal import console
from cli.nlu.trained import trained_model
from cli.run.checkout import Checkout

_RANKED = 5


def parse(checkout: Checkout, text: str, *, model: Path | None, as_json: bool) -> None:
    """Raises Stop."""
    if not text.strip():
        raise Stop("Give a message: quanyi nlu parse '宽带断了三天'.")
    found = lab.run(checkout, "parse", {"model": str(trained_model(checkout, model)), "text": text})
    out = console()
    if as_json:
        out.out(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _show(out, found)


def _show(out: Console, found: dict[str, Any]) -> None:
    table = Table(show_header=False, box=None)
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    table.add_row("text", Text(found["text"]))
    label = f"{found['label']}/{found['sub']}" if found["sub"] else found["label"]
    table.add_row("label", Text(f"{label}  {found['confidence']:.3f}"))
    if found["asked_back"]:
        table.add_row("", Text("too unsure: the bot asks back", style="yellow"))
    table.add_row("stage", f"{found['stage']}, {found['core_seconds'] * 1000:.1f} ms")
    others = "\n".join(f"{probability:.3f}  {name}" for name, probability in found["ranking"][:_RANKED])
    table.add_row("ranking", others)
    for each in found["entities"]:
        normal = "" if each["normal"] is None else f" = {_plain(each['normal'])}"
        table.add_row(each["entity"], Text(f"{each['value']}{normal}"))
    for each in found["matters"]:
        table.add_row("matter", Text(f"{each['label']}  {each['words']}"))
    for name, value in found["more"].items():
        table.add_row(name, Text(_plain(value)))
    out.print(table)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
