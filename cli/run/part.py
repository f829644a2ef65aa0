"""What the supervisor needs to know about a part."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cli.run.probes import Health


def _nothing() -> None:
    return None


def _never() -> bool:
    return False


def _not_hopeless(_said: list[str]) -> bool:
    return False


def _no_mending(_said: list[str]) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """A program that runs all the time (with `probe`), or a step that runs once and ends (without)."""

    #: also the name of its log.
    name: str
    #: what the terminal calls it.
    title: str
    log: Path
    start: Callable[[], subprocess.Popen[bytes]]
    probe: Callable[[], Health] | None = None
    needs: tuple[str, ...] = ()
    #: what the terminal says that it is doing.
    doing: str = "starting"
    #: parts of a higher level are stopped before those of a lower one.
    level: int = 1
    port: int | None = None
    #: seconds that it may take to become healthy without giving any answer.
    patience: float = 120.0
    #: seconds that it may take to stop by itself.
    stop_patience: float = 2.0
    stop_signal: signal.Signals = signal.SIGTERM
    #: a step that has nothing to do.
    is_done: Callable[[], bool] = field(default=_never)
    #: after it became healthy, or ended well, each time.
    ready: Callable[[], None] = field(default=_nothing)
    #: given what it logged since its start: whether it will never become healthy, although it answers.
    is_hopeless: Callable[[list[str]], bool] = field(default=_not_hopeless)
    #: after a failure, given what it logged since its start: mends the cause and names the step to do again, or None.
    mend: Callable[[list[str]], str | None] = field(default=_no_mending)

    @property
    def runs_once(self) -> bool:
        return self.probe is None
