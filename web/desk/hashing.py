"""Passwords in threads: each check takes 64 MiB and 0.1 s of a processor, so only a few at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from care.errors import Unavailable

T = TypeVar("T")

#: in one process: 128 MiB
AT_ONCE = 2
#: for one of those places
_WAIT_SECONDS = 5


class Hashing:
    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self, work: Callable[[], T]) -> T:
        """Raises Unavailable (reason `busy`) when too many wait already."""
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unavailable("busy", "too many sign in at the same moment; try again") from error
        try:
            return await anyio.to_thread.run_sync(work)
        finally:
            self._places.release()
