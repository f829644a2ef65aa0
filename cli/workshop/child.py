"""A process that a training starts: watched line by line, ended when the training is, never left behind."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from cli.run.processes import end_group, leashed

#: a step is told to the database so often: seconds
_TICK = 1.0
_LONGEST = 64_000
_PART = re.compile(r"(\d+) of (\d+)")
# Rasa draws bars; what stands before the last carriage return was drawn over.
_DRAWN = re.compile(r"[^\n]*\r")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

#: lines, and the share that the last one tells of (None: it tells none)
Tell = Callable[[list[str], float | None], Awaitable[None]]


async def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    tell: Tell,
    given: bytes = b"",
) -> tuple[int, bytes]:
    """Exit code and standard output. `tell` hears standard error every second, also when nothing was said; whatever it
    raises ends the process and its children."""
    nice = shutil.which("nice")
    command = [nice, "-n", "10", *argv] if nice else [*argv]  # conversations come first
    process = await asyncio.create_subprocess_exec(
        *leashed(command),
        cwd=cwd,
        env={**env, "QUANYI_LEASH_PARENT": str(os.getpid())},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=_LONGEST,
    )
    said = _Said()
    talking = asyncio.gather(_read(process.stderr, said), process.stdout.read(), _feed(process.stdin, given))  # type: ignore[union-attr]
    ended = asyncio.ensure_future(process.wait())
    try:
        while not ended.done():
            await asyncio.wait({ended}, timeout=_TICK)
            await tell(*said.take())
        _, out, _ = await talking
        await tell(*said.take())
        return ended.result(), out
    finally:
        if not ended.done():
            await asyncio.to_thread(end_group, process.pid)
        await asyncio.wait({ended}, timeout=5)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)


class _Said:
    """What was said since it was last told."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, text: str) -> None:
        self._text += text

    def take(self) -> tuple[list[str], float | None]:
        whole, _, self._text = self._text.rpartition("\n")
        lines = [_COLOUR.sub("", _DRAWN.sub("", line.rstrip("\r"))).strip() for line in whole.split("\n")]
        lines = [line for line in lines if line]
        part = _PART.search(lines[-1]) if lines else None
        share = int(part[1]) / int(part[2]) if part and 0 < int(part[1]) <= int(part[2]) else None
        return lines, share


async def _read(stream: asyncio.StreamReader | None, said: _Said) -> None:
    assert stream is not None
    while part := await stream.read(_LONGEST):
        said.add(part.decode("utf-8", "replace"))


async def _feed(stream: asyncio.StreamWriter | None, given: bytes) -> None:
    assert stream is not None
    try:
        stream.write(given)
        await stream.drain()
        stream.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it ended without reading: its exit code says why
