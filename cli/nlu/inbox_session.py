"""The inbox one message after the other, at the terminal."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from care import db
from care.errors import CareError, NotAllowed
from cli.errors import Stop
from cli.nlu import inbox_items, inbox_steps, inbox_view
from cli.nlu.terminal import console
from cli.nlu.trainer import name_of
from cli.run.checkout import Checkout

_KEYS = "[a]ccept  [l]abel  [e]ntities  [r]eject  [s]kip  [q]uit"


class _Quit(Exception):
    pass


def go_through(checkout: Checkout, *, by: str | None, below: float | None, group: bool) -> None:
    """Every message once. What is refused is said, and asked again; nothing is decided by leaving."""
    staff, out = name_of(by), console()
    groups, has_more = inbox_steps.read(checkout, below=below, group=group)
    inbox_view.show_groups(out, groups, has_more)
    try:
        for number, members in enumerate(groups, 1):
            for each in members:
                out.print(f"\nGroup {number} of {len(groups)}", style="dim")
                _one(checkout, out, each.id, staff)
    except (_Quit, EOFError, KeyboardInterrupt):
        out.print("\nWhat was not decided stays in the inbox.")


def _one(checkout: Checkout, out: Console, message: int, staff: str) -> None:
    ways: dict[str, Callable[[], bool]] = {
        "a": lambda: _accept(checkout, out, message, staff),
        "l": lambda: _label(checkout, out, message, staff),
        "e": lambda: _entities(checkout, out, message, staff),
        "r": lambda: _reject(checkout, out, message, staff),
        "s": lambda: True,
        "q": _quit,
    }
    is_done = False
    while not is_done:
        try:
            # Read anew each time: its customer may have withdrawn the consent, another trainer decided it.
            inbox_view.show_item(out, db.run(lambda s: inbox_items.item(s, message, db.utcnow())))
        except NotAllowed as reason:
            out.print(Text(str(reason), style="yellow"))
            return
        way = ways.get(_asked(out, _KEYS)[:1].lower())
        if way is None:
            continue
        try:
            is_done = way()
        except (CareError, Stop) as reason:
            out.print(Text(str(reason), style="red"))


def _accept(checkout: Checkout, out: Console, message: int, staff: str) -> bool:
    text = _asked(out, "your own sentence, [八十块](amount) marks entities (empty: the draft)")
    label = _asked(out, "label or label/sub (empty: as shown)")
    inbox_steps.accepted(checkout, message, text=text or None, label=label or None, by=staff)
    return True


def _label(checkout: Checkout, out: Console, message: int, staff: str) -> bool:
    if label := _asked(out, "label or label/sub"):
        inbox_steps.corrected(checkout, message, label, by=staff, listed=True)
    return False


def _entities(checkout: Checkout, out: Console, message: int, staff: str) -> bool:
    text = _asked(out, "your own sentence with its entities (empty: the draft)")
    split = _asked(out, "split NUMBER=WORDS (empty: nothing)")
    mark = _asked(out, "mark WORDS=ENTITY (empty: nothing)")
    inbox_steps.annotated(
        checkout,
        message,
        text or None,
        unmark=[],
        split=[split] if split else [],
        mark=[mark] if mark else [],
        by=staff,
    )
    return False


def _reject(checkout: Checkout, out: Console, message: int, staff: str) -> bool:
    inbox_steps.rejected(checkout, message, _asked(out, "why is nothing learnt from it?"), by=staff)
    return True


def _quit() -> bool:
    raise _Quit


def _asked(out: Console, question: str) -> str:
    out.print(Text(f"{question}: "), end="")
    return input().strip()
