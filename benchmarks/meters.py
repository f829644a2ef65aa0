"""CPU seconds and memory of process trees, and how much of the machine somebody else was using meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Reading:
    """Counters of one moment; subtract two for what a window cost."""

    at: float
    #: CPU seconds (user and system) by the name of the part
    cpu: dict[str, float]
    #: CPU seconds that all processors were busy, for whomever
    busy: float

    def until(self, later: Reading) -> Spent:
        return Spent(
            later.at - self.at,
            {name: later.cpu[name] - before for name, before in self.cpu.items()},
            later.busy - self.busy,
        )


@dataclass(frozen=True)
class Spent:
    seconds: float
    cpu: dict[str, float]
    busy: float

    def foreign(self, own: float) -> float:
        """Share of the machine (0 to 1) that was busy with something that is not ours; `own` in CPU seconds."""
        return max(self.busy - own, 0.0) / (self.seconds * (psutil.cpu_count() or 1))


def read(pids: dict[str, int]) -> Reading:
    busy = psutil.cpu_times()
    idle = busy.idle + getattr(busy, "iowait", 0.0)
    # `guest` is counted in `user` as well; `steal` belongs to other machines.
    total = sum(busy) - getattr(busy, "guest", 0.0) - getattr(busy, "guest_nice", 0.0) - getattr(busy, "steal", 0.0)
    return Reading(time.monotonic(), {name: _cpu(pid) for name, pid in pids.items()}, total - idle)


def _cpu(pid: int) -> float:
    """Of a process, its living descendants, and those that it has buried."""
    total = 0.0
    for process in _tree(pid):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue  # ended meanwhile: its parent counts it from now on
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory(pid: int) -> int:
    """Bytes. Pages that processes share are divided among them (PSS), so that a sum counts each once."""
    return sum(_proportional(process) for process in _tree(pid))


def _proportional(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.Error:
        return 0


def _tree(pid: int) -> Iterable[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
