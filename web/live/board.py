"""Who waits for a person, read once a process and change for everybody who looks: staff, and the customers who wait."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from care.errors import Unavailable
from care.handoff.waiting import Snapshot
from care.logs import get_logger

#: Between two readings, however much happens.
_PAUSE_SECONDS = 0.5
#: Opening hours and estimates change without anybody doing anything.
_AGAIN_SECONDS = 30.0
_RETRY_SECONDS = 1.0

_log = get_logger("web.live")


class Looker(Protocol):
    @property
    def looks(self) -> bool:
        """Is there anybody to show the queue to?"""

    def queue_changed(self, queue: Snapshot) -> None:
        """Also when it only may have."""


class Board:
    def __init__(self, read: Callable[[], Awaitable[Snapshot]]) -> None:
        self._read = read
        self._changed = asyncio.Event()
        self._lookers: list[Looker] = []
        #: what was read last, while somebody has looked at it ever since
        self.queue: Snapshot | None = None

    def add(self, looker: Looker) -> None:
        self._lookers.append(looker)

    def look(self) -> Snapshot | None:
        """For somebody who begins to look: what stands there, or None, and it is shown in a moment."""
        if self.queue is None:
            self._changed.set()
        return self.queue

    def announced(self, conversation_id: str) -> None:
        """A message changes nothing here."""

    def told(self, word: str) -> None:
        if word == "queue":
            self._changed.set()

    def all_may_be_stale(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            try:
                await self._show()
            except Unavailable:
                self._changed.set()
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception:
                _log.exception("queue_not_shown")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _show(self) -> None:
        if not any(looker.looks for looker in self._lookers):
            self.queue = None
            return
        self.queue = await self._read()
        for looker in self._lookers:
            if looker.looks:
                looker.queue_changed(self.queue)
