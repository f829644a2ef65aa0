"""Giving the customers' process (`benchmarks.client`) a task, and measuring the sides while it is at it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.client import Measured
from cli.errors import Stop

_ROOT = Path(__file__).resolve().parents[1]


class Client:
    """A task under way. Use it in `with`: the process does not outlive the block."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.client"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Client:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._task))
        self._process.stdin.close()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def wait(self, on: dict[str, Callable[[], None]] | None = None) -> Measured:
        """What was measured. `on`: called when the client says that word."""
        assert self._process.stdout is not None
        last = ""
        for line in self._process.stdout:
            last = line.strip()
            if on and last in on:
                on[last]()
        if self._process.wait() or not last.startswith("{"):
            raise Stop(f"the benchmark's customers gave up ({self._task['do']}); what they said is above.")
        measured = Measured(**json.loads(last))
        measured.messages = [(int(turn), float(seconds)) for turn, seconds in measured.messages]
        return measured


def do(task: dict[str, Any], on: dict[str, Callable[[], None]] | None = None) -> Measured:
    with Client(task) as client:
        return client.wait(on)
