"""Hearing what `care.conversations.service.announce` says: one LISTEN connection a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg

from care.conversations.statements import ANNOUNCEMENTS
from care.logs import get_logger
from care.settings import settings

#: A quiet connection is asked this often whether it is still there; a network that drops packets tells nobody.
_CHECK_SECONDS = 10.0
_ANSWER_SECONDS = 5.0
_BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)

_log = get_logger("web.live")


class Announcements:
    """Calls `heard(conversation_id)` for each, and `gap()` whenever some may have been missed."""

    def __init__(self, heard: Callable[[str], None], gap: Callable[[], None]) -> None:
        self._heard = heard
        self._gap = gap
        #: as the parts in /healthz: unknown | ok | down
        self.state = "unknown"

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    settings().database_url.get_secret_value(), autocommit=True, connect_timeout=3
                )
                async with connection:
                    await connection.execute(f"LISTEN {ANNOUNCEMENTS}")
                    self.state, failures = "ok", 0
                    self._gap()
                    await self._listen(connection)
            except Exception as error:  # whatever it was: who does not listen must try again
                self.state = "down"
                _log.warning("announcements_lost", error=type(error).__name__, failures=failures)
            await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
            failures += 1

    async def _listen(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            async for notice in connection.notifies(timeout=_CHECK_SECONDS):
                self._heard(notice.payload)
            await asyncio.wait_for(connection.execute("SELECT 1"), _ANSWER_SECONDS)
