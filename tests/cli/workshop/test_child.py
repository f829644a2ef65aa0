"""A process of a training: what it says is told while it runs, and it never outlives the training."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from cli.workshop import child
from tests.support.waiting import eventually


class Told:
    """What was heard; `stops`: raised when this line is."""

    def __init__(self, stops: str = "never") -> None:
        self.lines: list[str] = []
        self.shares: list[float] = []
        self._stops = stops

    async def __call__(self, lines: list[str], share: float | None) -> None:
        self.lines += lines
        self.shares += [] if share is None else [share]
        if self._stops in lines:
            raise Stopped

    def hears_of(self, line: str) -> Callable[[], Awaitable[bool]]:
        async def heard() -> bool:
            return line in self.lines

        return heard


class Stopped(Exception):
    pass


def started(code: str, told: Told, tmp_path: Path, given: bytes = b"") -> asyncio.Task[tuple[int, bytes]]:
    argv = [sys.executable, "-u", "-c", code]
    return asyncio.create_task(child.run(argv, cwd=tmp_path, env=dict(os.environ), tell=told, given=given))


SAID = [
    ("plain", ["plain"], [], "a line"),
    ("\\x1b[36mblue\\x1b[0m", ["blue"], [], "colours go"),
    ("10%\\r55%\\rall of it", ["all of it"], [], "what a bar drew over goes"),
    ("all of it\\r", ["all of it"], [], "but not what it ends with"),
    ("200 of 400 messages read", ["200 of 400 messages read"], [0.5], "a share"),
    ("0 of 0 messages read", ["0 of 0 messages read"], [], "of nothing there is no share"),
    ("7 of 3", ["7 of 3"], [], "no share either"),
    ("", [], [], "an empty line says nothing"),
]


async def test_what_it_says_is_told_line_by_line(tmp_path: Path) -> None:
    for written, lines, shares, why in SAID:
        said = child._Said()
        said.add(written.encode().decode("unicode_escape") + "\nhalf a li")
        found, share = said.take()
        assert (found, [] if share is None else [share]) == (lines, shares), why
    told = Told()
    code = "import sys; print('to tell', file=sys.stderr); print(sys.stdin.read() * 2); sys.exit(3)"
    assert await started(code, told, tmp_path, b"ab") == (3, b"abab\n")
    assert told.lines == ["to tell"]


TREE = """
import pathlib, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path("pid").write_text(str(grandchild.pid))
print("under way", file=sys.stderr)
time.sleep(60)
"""


@pytest.mark.parametrize("way", ["refused", "cancelled"])
async def test_it_ends_with_all_that_it_started_within_two_seconds(tmp_path: Path, way: str) -> None:
    """What it tells may end it (somebody asked for that, another worker has it), and so does the worker that stops."""
    told = Told("under way" if way == "refused" else "never")
    work = started(TREE, told, tmp_path)
    if way == "cancelled":
        await eventually(told.hears_of("under way"), "it to be under way")
        work.cancel()
    begun = time.monotonic()
    with pytest.raises(Stopped if way == "refused" else asyncio.CancelledError):
        await work
    assert way == "refused" or time.monotonic() - begun < 2
    grandchild = int((tmp_path / "pid").read_text())
    assert not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE
