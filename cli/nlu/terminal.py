"""How the trainer's commands write: places first, so that a terminal or an editor can open them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from care.training.corpus import Fault


def console() -> Console:
    """Long lines stay whole: they are wrapped by the terminal and survive a pipe."""
    return Console(highlight=False, soft_wrap=True)


def show(out: Console, title: str, found: Sequence[Fault], style: str, most: int | None = None) -> None:
    """A title with the count, and a line each with what to do; at most `most` of them."""
    if not found:
        return
    out.print(Text(f"\n{title}: {len(found)}", style=f"bold {style}"))
    for fault in found[:most]:
        line = Text(f"  {fault.file}:{fault.line}", style="cyan")
        out.print(line.append(f"  {fault.what} ", style="default").append(fault.todo, style="dim"))
    if most is not None and len(found) > most:
        out.print(Text(f"  … and {len(found) - most} more (--all)", style="dim"))
