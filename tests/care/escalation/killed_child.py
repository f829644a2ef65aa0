"""Sweeps once at a given time, and is killed just before the n-th thing that it does to the database.

    python -m tests.care.escalation.killed_child NOW N

Counted are statements and commits; N = 0 lets it end, and prints how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime

from sqlalchemy import event

import care.migrations.models  # noqa: F401
from care.db import engine
from care.escalation.sweep import sweep


class Killer:
    def __init__(self, at: int) -> None:
        self.at = at
        self.done = 0

    def __call__(self, *what: object) -> None:
        self.done += 1
        if self.done == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def main(now: datetime, at: int) -> None:
    killer = Killer(at)
    event.listen(engine(), "before_cursor_execute", killer)
    event.listen(engine(), "commit", killer)
    sweep(now)
    print(killer.done)


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]), int(sys.argv[2]))
