"""Stopping all parts: those that use others first, each with a little time to end by itself, none left."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence

from cli.run.processes import alive, end_group, wait_for_exit
from cli.run.progress import Progress
from cli.run.runner import Runner

_LOOK = 0.05


def stop_all(runners: Sequence[Runner], progress: Progress, is_impatient: Callable[[], bool]) -> bool:
    """Whether all ended in order; False after a second Ctrl-C, when all were killed at once."""
    running = [runner for runner in runners if alive(runner.process)]
    left = list(running)
    if running:
        progress.say("stopping")
    for level in sorted({runner.part.level for runner in running}, reverse=True):
        together = [runner for runner in running if runner.part.level == level]
        for runner in together:
            _signal(runner, runner.part.stop_signal)
        if not _wait(together, is_impatient):
            break
        _end(together)
        left = [runner for runner in left if runner not in together]
    _end(left)
    if running:
        progress.say("stopped")
    return not is_impatient()


def _wait(together: Sequence[Runner], is_impatient: Callable[[], bool]) -> bool:
    start = time.monotonic()
    while any(alive(runner.process) and time.monotonic() - start < runner.part.stop_patience for runner in together):
        if is_impatient():
            return False
        time.sleep(_LOOK)
    return True


def _end(runners: Sequence[Runner]) -> None:
    """What has not ended by itself; and the workers of what has."""
    for runner in runners:
        # PostgreSQL's way to end at once, together with its server processes.
        _signal(runner, signal.SIGQUIT if runner.part.stop_signal == signal.SIGINT else signal.SIGKILL)
    for process in [runner.process for runner in runners if runner.process is not None]:
        wait_for_exit(process, 1.0)
        end_group(process.pid)
        process.wait()


def _signal(runner: Runner, number: signal.Signals) -> None:
    if runner.process is not None and alive(runner.process):
        runner.process.send_signal(number)
