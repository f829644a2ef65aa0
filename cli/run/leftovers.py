"""What a killed `quanyi run` leaves behind, and how the next one recognises it.

`var/run.json` lists every process group that was started, with the process's start time: numbers are given out
again. A process is ended only if it is provably ours: it is the process of that number *and* that start time, or it
carries this checkout's mark in its environment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from cli.run.processes import MARK, group_members, kill_processes

#: Seconds by which a start time may differ between two readings (it is computed from the boot time).
_TOLERANCE = 1.5


@dataclass(frozen=True, slots=True)
class Started:
    """A process that we started, the leader of its group."""

    pid: int
    created: float
    command: str


def started(pid: int, command: str) -> Started:
    try:
        return Started(pid, psutil.Process(pid).create_time(), command)
    except psutil.Error:
        return Started(pid, 0.0, command)  # gone already: no living process has this start time


def write_run_file(path: Path, address: str, parts: Mapping[str, Started]) -> None:
    content = {
        "address": address,
        "supervisor": asdict(started(os.getpid(), "quanyi run")),
        "parts": {name: asdict(part) for name, part in parts.items()},
    }
    half = path.with_suffix(".half")
    half.write_text(json.dumps(content, indent=1), encoding="utf-8")
    half.replace(path)


def end_leftovers(path: Path, root: Path) -> list[str]:
    """End what the last run left behind, and forget it. Returns the names of the parts that were still there."""
    found = []
    for name, part in _read(path).items():
        ours = [process for process in group_members(part.pid) if is_ours(process, part, root)]
        if ours:
            found.append(name)
            kill_processes(ours, patience=3.0)
    path.unlink(missing_ok=True)
    return found


def is_ours(process: psutil.Process, part: Started, root: Path) -> bool:
    try:
        if process.pid == part.pid and abs(process.create_time() - part.created) < _TOLERANCE:
            return True
    except psutil.Error:
        return False
    return carries_mark(process, root)


def carries_mark(process: psutil.Process, root: Path) -> bool:
    try:
        return bool(process.environ().get(MARK) == str(root))
    except (psutil.Error, OSError):
        return False


def _read(path: Path) -> dict[str, Started]:
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))["parts"]
        return {name: Started(**part) for name, part in parts.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
