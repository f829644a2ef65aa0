"""Runs the worker's deletion job once, and is killed just before the n-th thing that it does to the database.

    python -m tests.care.privacy.killed_child RASA_URL N

Counted are statements and commits; N = 0 lets it end, and prints how many there were. SIGKILL: nothing is caught,
nothing is cleaned up, PostgreSQL finds a connection gone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from sqlalchemy import event

import care.migrations.models  # noqa: F401
from care.db import engine
from care.privacy.erasing import erase_due
from tests.support.tracker import tracker_at


class Killer:
    def __init__(self, at: int) -> None:
        self.at = at
        self.done = 0

    def __call__(self, *what: object) -> None:
        self.done += 1
        if self.done == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, at: int) -> None:
    killer = Killer(at)
    event.listen(engine(), "before_cursor_execute", killer)
    event.listen(engine(), "commit", killer)
    tracker = tracker_at(url)
    await erase_due(tracker)
    await tracker.aclose()
    print(killer.done)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
