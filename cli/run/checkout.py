"""Where things are in this checkout, and who is running it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.errors import Stop

#: Seconds during which somebody may hold the lock for a look only (`cli.environments.lock.is_running`).
_LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Checkout:
    root: Path

    @property
    def var(self) -> Path:
        """Everything that running makes: data of the embedded server, secrets, logs. `QUANYI_VAR` names another place
        (tests do, so that they run beside the 小益 of this checkout)."""
        return Path(os.environ.get("QUANYI_VAR") or self.root / "var")

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def app_python(self) -> Path:
        return self.root / ".venv" / "app" / "bin" / "python"

    @property
    def bot_python(self) -> Path:
        return self.root / ".venv" / "bot" / "bin" / "python"

    @property
    def run_file(self) -> Path:
        """What runs: read by the next start after a crash, and by a second start meanwhile."""
        return self.var / "run.json"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one `quanyi run` a checkout. The lock goes with the process, however it ends."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "run.lock").open("a") as file:
            deadline = time.monotonic() + _LOOK
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Stop(self._already_running()) from None
                    time.sleep(0.05)
            yield

    def _already_running(self) -> str:
        try:
            run = json.loads(self.run_file.read_text(encoding="utf-8"))
            where = f"; open {run['address']}, or stop it with Ctrl-C there (process {run['supervisor']['pid']})"
        except (OSError, ValueError, KeyError, TypeError):
            where = " and is just starting or stopping"
        return f"小益 is already running from this checkout{where}."


def here() -> Checkout:
    return Checkout(Path(__file__).resolve().parents[2])
