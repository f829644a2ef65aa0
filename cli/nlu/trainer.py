"""Who sits at the inbox, and how labels are spelled."""

from __future__ import annotations

import getpass

from cli.errors import Stop

_LONGEST_NAME = 64


def name_of(by: str | None) -> str:
    """`--by`, else the user of the system. Raises Stop."""
    name = (by or getpass.getuser()).strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Stop(f"--by takes 1 to {_LONGEST_NAME} visible characters.")
    return name


def meaning(text: str | None) -> tuple[str, str | None] | None:
    """`label` or `label/sub`."""
    if text is None:
        return None
    label, _, sub = text.strip().partition("/")
    return label, sub or None


def spelled(meant: tuple[str, str | None] | None) -> str:
    if meant is None:
        return "?"
    label, sub = meant
    return f"{label}/{sub}" if sub else label
