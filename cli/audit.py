"""`quanyi audit verify`: whether the chain of the audit is whole."""

from __future__ import annotations

import time
from collections.abc import Callable

import care.migrations.models  # noqa: F401
from care import db
from care.audit.verifying import Head, Walk
from cli.errors import Stop

#: seconds between two lines of progress
_SAID_EVERY = 2.0


def verify(known: str | None, say: Callable[[str], None]) -> None:
    """All of it. Raises Stop naming the first entry that is bad; InvalidInput (reason `audit_head`)."""
    walk = Walk(Head.read(known) if known else None)
    said = time.monotonic()
    while db.run(walk.step):
        if time.monotonic() - said >= _SAID_EVERY:
            said = time.monotonic()
            say(f"{walk.entries} …")
    walk.finish()
    if not walk.is_whole:
        raise Stop(f"Entry {walk.first_bad} is bad: {walk.why}. {walk.entries} entries before it fit.")
    if walk.head is None:
        say("No entries yet.")
        return
    say(f"{walk.entries} entries are whole, {walk.first} to {walk.head.id}.")
    say(f"Keep this outside of the server, for --known next time: {walk.head}")
