"""`quanyi nlu format`."""

from __future__ import annotations

from care.training import corpus
from cli.nlu.check import stop_for
from cli.nlu.terminal import console
from cli.run.checkout import Checkout


def format_files(checkout: Checkout, *, check: bool) -> int:
    """The exit code."""
    stop_for([fault for fault in corpus.read(checkout.root).faults if fault.file.startswith(corpus.FOLDER)])
    changed = corpus.format_all(checkout.root, check=check)
    out = console()
    for file in changed:
        out.print(f"{file}: {'is not formatted' if check else 'formatted'}")
    if check and changed:
        out.print("Run quanyi nlu format.")
        return 1
    if not changed:
        out.print("All files are formatted.")
    return 0
