"""The parts' logs: one file each in `var/log`, the last run's kept as `.1`, none larger than a cap."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

#: Bytes.
CAP = 20_000_000

_PASSWORD_IN_URL = re.compile(r"(\w+://[^\s:/@]*:)[^\s@]+@")


def rotate(log: Path) -> None:
    """At the start: the last run's log gets out of the way."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(_old(log))


def forget_old(folder: Path, days: int, now: float) -> None:
    """Logs of parts that have written nothing for so long: of runs that are long over. `now`: POSIX seconds."""
    for log in (*folder.glob("*.log"), *folder.glob("*.log.1")):
        if log.stat().st_mtime < now - days * 86_400:
            log.unlink()


def shorten(log: Path, cap: int = CAP) -> None:
    """Keep a log below its cap while its writer goes on: it has the file open for appending, so the file stays."""
    try:
        if log.stat().st_size <= cap:
            return
        shutil.copyfile(log, _old(log))
        os.truncate(log, 0)
    except OSError:
        pass  # the disk is full or the file is gone: neither is a reason to stop anything


def size(log: Path) -> int:
    try:
        return log.stat().st_size
    except OSError:
        return 0


def tail(log: Path, lines: int, secrets: Iterable[str] = (), *, since: int = 0) -> list[str]:
    """The last lines that say something, without the secrets; only what was written after byte `since`."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            # A file that is shorter than that was shortened meanwhile.
            file.seek(max(end - 20_000, since if since <= end else 0, 0))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    spoken = [line.rstrip() for line in text.splitlines() if line.strip()]
    return [redact(line, secrets)[:300] for line in spoken[-lines:]]


def last_words(log: Path) -> str:
    """What the log ends with, and where it is: the second half of a sentence about a failure."""
    said = tail(log, 1)
    return f"{said[0] if said else 'it said nothing'} (its log is {log})"


def redact(line: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, "***")
    return _PASSWORD_IN_URL.sub(r"\1***@", line)


def _old(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")
