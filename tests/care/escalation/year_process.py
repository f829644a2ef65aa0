"""A process of the year, which reads times, a line each, does what there is to do by then, and answers with a line.

python -m tests.care.escalation.year_process sweep
python -m tests.care.escalation.year_process live COUNT SHARE BEGINS DAYS SEED
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime

from tests.support.source import ROOT

READY = "ready"


class Process:
    """One of them, from outside. A worker's first line says that it is there, that of the lives when they begin."""

    def __init__(self, *arguments: object) -> None:
        told = [each.isoformat() if isinstance(each, datetime) else str(each) for each in arguments]
        command = [sys.executable, "-m", "tests.care.escalation.year_process", *told]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._is_there = False

    def is_ready(self) -> bool:
        """Whether its first line was read, or can be now."""
        assert self._process.stdout is not None
        if not self._is_there and select.select([self._process.stdout.fileno()], [], [], 0)[0]:
            self.answer()
        return self._is_there

    def send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError("a process of the year ended by itself")
        self._is_there = True
        return line

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def _sweep() -> None:
    from care.db import run
    from care.escalation.sweep import sweep
    from care.sla.pauses import end_long

    print(READY, flush=True)
    for line in sys.stdin:
        now = datetime.fromisoformat(line.strip())
        while run(lambda session, now=now: end_long(session, now, 200)):  # type: ignore[misc]
            pass
        sweep(now)
        print("swept", flush=True)


def _live(arguments: Sequence[str]) -> None:
    from care.db import run
    from tests.care.escalation.lives import Lives

    count, share, begins, days, seed = arguments
    lives = Lives(int(count), int(share), datetime.fromisoformat(begins), int(days), int(seed))
    print(lives.next_at(), flush=True)
    for line in sys.stdin:
        for happens in lives.due(datetime.fromisoformat(line.strip())):
            run(happens)
        print(lives.next_at(), lives.refused, flush=True)


def main(arguments: Sequence[str]) -> None:
    import care.migrations.models  # noqa: F401

    if arguments[0] == "sweep":
        _sweep()
    else:
        _live(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
