"""Starting and ending processes so that none stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

#: In the environment of every process that we start: proves at the next start that a process is ours.
MARK = "QUANYI_CHECKOUT"

_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True, slots=True)
class User:
    """Whom a process runs as."""

    name: str
    uid: int
    gid: int


def spawn(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: Path,
    user: User | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` as the leader of its own process group, with its output appended to `log`.

    It gets `death_signal` when the thread that calls this ends: call it from the main thread.
    """
    argv = leashed(command, user, death_signal)
    log.parent.mkdir(parents=True, exist_ok=True)
    # O_APPEND: the file may be shortened while the process writes (see `logs.shorten`).
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env={**env, "QUANYI_LEASH_PARENT": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    finally:
        os.close(output)


def leashed(
    command: Sequence[str | Path], user: User | None = None, death_signal: signal.Signals = signal.SIGTERM
) -> list[str]:
    """The command as it dies with the thread that starts it; its environment names us in `QUANYI_LEASH_PARENT`."""
    who = f"{user.uid}:{user.gid}" if user else "-"
    return [sys.executable, "-I", "-S", str(_LEASH), str(int(death_signal)), who, *map(str, command)]


def group_members(pgid: int) -> list[psutil.Process]:
    """The living processes of the group, its leader first."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == pgid and _lives(process):
                members.append(process)
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return sorted(members, key=lambda process: process.pid != pgid)


def signal_group(pgid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pgid, number)
    except (ProcessLookupError, PermissionError):
        pass  # already gone, or macOS: only zombies are left


def end_group(pgid: int) -> None:
    """Kill whoever is left of a group whose leader ended: it would go on, and keep the port."""
    signal_group(pgid, signal.SIGKILL)
    wait_until_gone(group_members(pgid), 2.0)


def wait_until_gone(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those still alive after `seconds`."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if _lives(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [process for process in left if _lives(process)]
    return left


def kill_processes(processes: Sequence[psutil.Process], *, patience: float = 0.0) -> None:
    """SIGTERM, then SIGKILL for those that are still there after `patience` seconds."""
    if patience:
        for process in processes:
            _quietly(process.terminate)
        processes = wait_until_gone(processes, patience)
    for process in processes:
        _quietly(process.kill)
    wait_until_gone(processes, 3.0)


def alive(process: subprocess.Popen[bytes] | None) -> bool:
    return process is not None and process.poll() is None


def wait_for_exit(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process ended within `seconds`."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def _lives(process: psutil.Process) -> bool:
    """A zombie does not: in a container without an init, nobody ever collects the orphaned ones."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _quietly(end: object) -> None:
    try:
        end()  # type: ignore[operator]
    except psutil.Error:
        pass
