"""One part, supervised: its state, its health, its failures."""

from __future__ import annotations

import enum
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from cli.errors import Stop
from cli.run import logs, ports
from cli.run.leftovers import carries_mark
from cli.run.part import Part
from cli.run.probes import Health
from cli.run.processes import end_group, kill_processes
from cli.run.progress import Progress

#: Seconds between two health questions, before and after a part is healthy.
_ASK_STARTING = 0.2
_ASK_READY = 2.0
#: Seconds without any answer after which a living part counts as hung. A stalled one of a few seconds recovers.
UNHEALTHY_AFTER = 30.0
#: Seconds that a part must have been healthy for its failures to be forgotten.
SETTLED = 2.0
BACKOFF_FIRST = 0.5
BACKOFF_MOST = 15.0
FAILURES_MOST = 8
#: A step that fails does so for a reason that seldom goes away.
STEP_FAILURES_MOST = 3
_LOG_LOOK = 5.0
#: Seconds between two looks after which we ourselves were suspended (Ctrl-Z, a closed laptop).
_PAUSED = 5.0


class State(enum.Enum):
    WAITING = "waiting for its needs"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    RESTING = "resting before the next try"


class Runner:
    def __init__(
        self, part: Part, progress: Progress, pool: ThreadPoolExecutor, *, root: Path, secrets: Sequence[str]
    ) -> None:
        self.part = part
        self.state = State.WAITING
        self.process: subprocess.Popen[bytes] | None = None
        self._progress = progress
        self._pool = pool
        self._root = root
        self._secrets = secrets
        self._question: Future[Health] | None = None
        self._failures = 0
        self._ticked_at = 0.0
        self._log_start = 0
        self._needs_met = False
        self._started_at = 0.0
        self._ready_at = 0.0
        self._answered_at = 0.0
        self._ask_at = 0.0
        self._try_at = 0.0
        self._log_look_at = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def is_settled(self) -> bool:
        return self.state in (State.READY, State.DONE)

    def do_again(self) -> None:
        """A step whose result turned out to be useless."""
        self.state = State.WAITING

    def tick(self, needs_met: bool) -> str | None:
        """One look. Returns the name of a step that must be done again."""
        now = time.monotonic()
        if now - self._ticked_at > _PAUSED:
            self._answered_at = now  # we were suspended, not the part
        self._ticked_at = now
        self._needs_met = needs_met
        if needs_met and (self.state is State.WAITING or (self.state is State.RESTING and now >= self._try_at)):
            self._start(now)
        elif self.state in (State.STARTING, State.READY):
            return self._look(now)
        return None

    # Inside.

    def _start(self, now: float) -> None:
        if self.part.runs_once and self.part.is_done():
            self.state = State.DONE
            return
        self._clear_port()
        self._started_at = self._answered_at = self._ask_at = now
        self._question = None
        self.state = State.STARTING
        self._progress.say(f"{self.part.title}: {self.part.doing}" + ("" if self._failures == 0 else " again"))
        self._log_start = logs.size(self.part.log)
        self.process = self.part.start()

    def _clear_port(self) -> None:
        """A worker of ours that outlived its parent, and left its group, keeps the port."""
        port = self.part.port
        if port is not None and not ports.is_free(port):
            kill_processes([holder for holder in ports.holders(port) if carries_mark(holder, self._root)])

    def _look(self, now: float) -> str | None:
        assert self.process is not None
        code = self.process.poll()
        if code is not None:
            if code == 0 and self.part.runs_once:
                self._succeed(now)
                return None
            return self._fail(now, f"ended {_how(code)}")
        if now >= self._log_look_at:
            self._log_look_at = now + _LOG_LOOK
            logs.shorten(self.part.log)
        if self.part.probe is None:
            return None
        return self._ask(now)

    def _ask(self, now: float) -> str | None:
        assert self.part.probe is not None
        if self._question is not None and self._question.done():
            health = self._question.result()
            self._question = None
            self._ask_at = now + (_ASK_READY if self.state is State.READY else _ASK_STARTING)
            if health is not Health.SILENT:
                self._answered_at = now
            if health is Health.GOOD and self.state is State.STARTING:
                self._succeed(now)
            elif health is Health.POOR and self.state is State.STARTING and self.part.is_hopeless(self._said()):
                return self._fail(now, "cannot work")
        elif self._question is None and now >= self._ask_at:
            self._question = self._pool.submit(self.part.probe)
        if self.state is State.READY and self._failures and now - self._ready_at > SETTLED:
            self._failures = 0
        patience = UNHEALTHY_AFTER if self.state is State.READY else self.part.patience
        if now - self._answered_at > patience:
            return self._fail(now, f"gave no answer for {patience:.0f} seconds")
        return None

    def _succeed(self, now: float) -> None:
        self.part.ready()
        self._ready_at = self._answered_at = now
        self.state = State.DONE if self.part.runs_once else State.READY
        verb = "done" if self.part.runs_once else "ready"
        self._progress.say(f"{self.part.title}: {verb} ({now - self._started_at:.1f} s)")

    def _fail(self, now: float, how: str) -> str | None:
        assert self.process is not None
        end_group(self.process.pid)
        self.process.wait()
        if self.state is State.READY and now - self._ready_at > SETTLED:
            self._failures = 0
        # Without what it needs it could not but fail: PostgreSQL was killed, and the worker follows.
        self._failures += 1 if self._needs_met else 0
        again = self.part.mend(self._said())
        most = STEP_FAILURES_MOST if self.part.runs_once else FAILURES_MOST
        if self._failures >= most:
            raise Stop(self._last_words(how))
        pause = min(BACKOFF_FIRST * 2 ** max(self._failures - 1, 0), BACKOFF_MOST)
        self._try_at = now + pause
        self.state = State.RESTING if again is None else State.WAITING
        what = f"trying again in {pause:.1f} s" if again is None else "mending it"
        self._progress.say(f"{self.part.title}: {how}; {what}")
        return again

    def _said(self) -> list[str]:
        return logs.tail(self.part.log, 100, since=self._log_start)

    def _last_words(self, how: str) -> str:
        said = logs.tail(self.part.log, 8, self._secrets, since=self._log_start)
        if any("No space left on device" in line for line in said):
            return f"{self.part.title} cannot run because the disk is full; make room and start again."
        blocked = ""
        if self.part.port is not None and not ports.is_free(self.part.port):
            blocked = f" Its port {self.part.port} is held by {ports.describe_holder(self.part.port)}."
        end = "\n".join(f"    {line}" for line in said)
        return (
            f"{self.part.title} {how}, {self._failures} times in a row.{blocked} "
            f"The end of its log {self.part.log}:\n{end}"
        )


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"
