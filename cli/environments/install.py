"""Running an installer so that one sees that it lives, and understands why it failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.environments.lock import is_running
from cli.environments.stamp import remove_stamp
from cli.errors import Stop
from cli.run.disk import require_space
from cli.run.progress import Progress

#: Seconds between two lines while an installer is silent.
HEARTBEAT = 15.0

_REASONS = (
    ("No space left on device", "the disk is full; make room and start again"),
    ("os error 28", "the disk is full; make room and start again"),
    ("HASHES", "a downloaded file is not the one that was locked; do not use it, and check where pip downloads from"),
    ("Hash mismatch", "a downloaded file is not the one that was locked; do not use it, and check where it came from"),
    ("No matching distribution", "a locked package is not to be had; check the network and pip's index settings"),
    ("error sending request", "the package index cannot be reached; check the network and start again"),
    ("Failed to establish a new connection", "the package index cannot be reached; check the network and start again"),
    ("Network connectivity is disabled", "the package index cannot be reached; check the network and start again"),
    ("EINTEGRITY", "a downloaded file is not the one that was locked; do not use it, and check where it came from"),
    ("ENOSPC", "the disk is full; make room and start again"),
    ("npm error network", "npm's registry cannot be reached; check the network and start again"),
    ("ETARGET", "a locked package is not to be had; check the network and npm's registry setting"),
    ("Failed to fetch", "the package index cannot be reached; check the network and start again"),
)


def is_link(environment: Path, progress: Progress) -> bool:
    """A link is a developer's own doing: what it points to is not ours to change."""
    if environment.is_symlink():
        progress.say(f".venv/{environment.name} is a link; it is used as it is")
        return True
    return False


def start_anew(environment: Path, root: Path, *, gigabytes: float) -> None:
    """Before anything in `environment` changes."""
    if is_running(root):
        raise Stop(f"{environment} is outdated but `make run` is using it; stop it with Ctrl-C first.")
    require_space(environment.parent, gigabytes, f"installing {environment.name}")
    remove_stamp(environment)


def remove(environment: Path) -> None:
    if environment.exists():
        shutil.rmtree(environment)


def run_installer(
    command: Sequence[str | Path], *, what: str, log: Path, progress: Progress, env: Mapping[str, str] | None = None
) -> None:
    """Run `command` with its output in `log`, saying every now and then that it still runs."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(env or {})},
            )
        except OSError as error:
            raise Stop(f"{what} failed: {command[0]} cannot be started ({error.strerror}).") from None
        finished = threading.Event()
        heartbeat = threading.Thread(target=_beat, args=(finished, what, progress), daemon=True)
        heartbeat.start()
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        finally:
            finished.set()
            heartbeat.join()
    if code != 0:
        raise Stop(f"{what} failed: {reason(log)}. The whole output is in {log}.")


def reason(log: Path) -> str:
    """Why the installer failed, in words; its own last line when we know no better."""
    text = log.read_text(encoding="utf-8", errors="replace")[-20_000:]
    for sign, sentence in _REASONS:
        if sign in text:
            return sentence
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def _beat(finished: threading.Event, what: str, progress: Progress) -> None:
    while not finished.wait(HEARTBEAT):
        progress.say(f"{what}: still at it")
