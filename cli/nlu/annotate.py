"""`quanyi nlu annotate`: marks in the training examples what our rules find in them."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from care.training import corpus
from cli.nlu import lab
from cli.nlu.check import stop_for
from cli.nlu.terminal import console
from cli.run.checkout import Checkout

_SHOWN = 20


def annotate(checkout: Checkout, *, check: bool, replace: bool) -> int:
    """The exit code: 1 where `check` finds examples that are not annotated."""
    stop_for([fault for fault in corpus.read(checkout.root).faults if fault.file.startswith(corpus.FOLDER)])
    out = console()
    changes: list[str] = []
    skipped: list[str] = []

    def marked(written: list[str]) -> list[str]:
        answer: dict[str, Any] = lab.run(checkout, "annotate", {"texts": written, "replace": replace})
        texts: list[str] = answer["texts"]
        changes.extend(new for old, new in zip(written, texts, strict=True) if new != old)
        skipped.extend(f"{each['entity']} {each['value']}: {texts[each['index']]}" for each in answer["skipped"])
        return texts

    changed = corpus.annotate(checkout.root, marked, check=check)
    for line in changes[:_SHOWN]:
        out.print(Text(f"  {line}"))
    if len(changes) > _SHOWN:
        out.print(f"  … and {len(changes) - _SHOWN} more", style="dim")
    for file, count in changed.items():
        out.print(f"{file}: {count} {'to annotate' if check else 'annotated'}")
    if skipped:
        out.print(Text(f"\nNot marked, because brackets stand beside it: {len(skipped)}", style="yellow"))
        for line in skipped[:_SHOWN]:
            out.print(Text(f"  {line}"))
    if not changed:
        out.print("All examples are annotated.")
    elif check:
        out.print("Run quanyi nlu annotate.")
    return 1 if check and changed else 0
