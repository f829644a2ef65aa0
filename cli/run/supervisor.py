"""Starts the parts in the order of their needs, watches them, restarts what dies, stops everything.

One thread, because the kernel ends a child when the *thread* that started it ends (see leash.py); only the health
questions, which wait, are asked from other threads.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from cli.run.part import Part
from cli.run.progress import Progress
from cli.run.runner import Runner, State
from cli.run.stopping import stop_all

_TICK = 0.05
_CALM_TICK = 0.2
#: Seconds without news after which the terminal says what is being waited for.
_WAITING_LINE = 10.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    def __init__(
        self,
        parts: Sequence[Part],
        progress: Progress,
        *,
        root: Path,
        secrets: Sequence[str] = (),
        on_start: Callable[[dict[str, int]], None] = lambda _pids: None,
        on_healthy: Callable[[], None] = lambda: None,
    ) -> None:
        self._progress = progress
        self._pool = ThreadPoolExecutor(max_workers=len(parts) + 1, thread_name_prefix="probe")
        self._runners = {part.name: Runner(part, progress, self._pool, root=root, secrets=secrets) for part in parts}
        self._on_start = on_start
        self._on_healthy = on_healthy
        self._interrupts: list[float] = []

    def run(self) -> bool:
        """Until a signal asks to stop; whether there was time to stop in order. Leaves nothing running.

        Raises Stop when a part cannot be kept alive.
        """
        previous = {number: signal.signal(number, self._interrupt) for number in _SIGNALS}
        try:
            self._supervise()
        finally:
            try:
                in_order = stop_all(list(self._runners.values()), self._progress, self._is_impatient)
            finally:
                self._pool.shutdown(wait=False, cancel_futures=True)
                for number, handler in previous.items():
                    signal.signal(number, handler)
        return in_order

    def _supervise(self) -> None:
        announced = False
        last_news = time.monotonic()
        while not self._interrupts:
            changed = self._tick()
            healthy = all(runner.is_settled for runner in self._runners.values())
            if healthy and not announced:
                announced = True
                self._on_healthy()
            now = time.monotonic()
            if changed:
                last_news = now
            elif not healthy and now - last_news > _WAITING_LINE:
                last_news = now
                waiting = [r.part.title for r in self._runners.values() if r.state in (State.STARTING, State.RESTING)]
                self._progress.say(f"still waiting for {', '.join(waiting) or 'the parts'}")
            time.sleep(_CALM_TICK if healthy else _TICK)

    def _tick(self) -> bool:
        """One look at every part; whether there was news."""
        done = {name for name, runner in self._runners.items() if runner.is_settled}
        changed = False
        for runner in self._runners.values():
            before = runner.state
            pid = runner.pid
            again = runner.tick(all(need in done for need in runner.part.needs))
            if again is not None:
                self._runners[again].do_again()
            changed = changed or runner.state != before
            if runner.pid not in (pid, None):
                self._on_start({name: r.pid for name, r in self._runners.items() if r.pid is not None})
        return changed

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._interrupts.append(time.monotonic())

    def _is_impatient(self) -> bool:
        """A second Ctrl-C. Not the echo of the first: a terminal and `make` may both pass it on."""
        return len(self._interrupts) > 1 and self._interrupts[-1] - self._interrupts[0] > 0.3
