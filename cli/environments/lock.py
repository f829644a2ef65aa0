"""One at a time: two `make` in one checkout must not install into the same environment."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.run.progress import Progress


@contextmanager
def exclusive(root: Path, progress: Progress) -> Iterator[None]:
    directory = root / ".venv"
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("another make is preparing the environments of this checkout; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_running(root: Path) -> bool:
    """Whether `quanyi run` is using the environments (it keeps this lock as long as it lives)."""
    path = root / "var" / "run.lock"
    if not path.exists():
        return False
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
