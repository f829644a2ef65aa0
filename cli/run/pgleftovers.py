"""What a kill leaves behind: a server without a supervisor, server processes without a server, a pid file."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil

from cli.run.processes import kill_processes, wait_until_gone


def end_leftovers(data: Path) -> None:
    """End every PostgreSQL process that works on `data`, then remove a pid file that means nobody.

    The caller owns `data` (one supervisor a checkout), so whoever still works on it was left behind. A second
    server on the same files would destroy them; PostgreSQL guards against it by refusing to start, for as long as
    an old process lives, and also when the number in the pid file has meanwhile gone to a stranger.
    """
    pid_file = data / "postmaster.pid"
    postmaster = _postmaster(pid_file)
    found = _working_on(data)
    leader = [process for process in found if process.pid == postmaster]
    for process in leader:
        _send(process, signal.SIGINT)  # fast shutdown: leaves clean files
    rest = wait_until_gone(leader, 5.0)
    kill_processes([*rest, *(process for process in _working_on(data) if process.pid != postmaster)])
    pid_file.unlink(missing_ok=True)


def _postmaster(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text(encoding="utf-8").split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _working_on(data: Path) -> list[psutil.Process]:
    """Every server process has its data directory as working directory."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and Path(process.cwd()) == data.resolve():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        pass
