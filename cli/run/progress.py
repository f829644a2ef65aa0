"""Progress on the terminal: plain lines with the seconds since the start. Standard library only."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output or sys.stdout
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def say(self, sentence: str) -> None:
        self.plain(f"{self.seconds:6.1f} s  {sentence}")

    def plain(self, line: str = "") -> None:
        try:
            print(line, file=self._output, flush=True)
        except OSError:
            pass  # the terminal was closed: what was started is stopped in order all the same
