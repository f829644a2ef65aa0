"""Hearing what `care.conversations.service.announce` and `care.staff.announcing.tell_desk` say: one LISTEN connection a
process, for the customers' sockets and those of the desk."""

from __future__ import annotations

import asyncio
from typing import Protocol

import psycopg
from psycopg import sql

from care.conversations.statements import ANNOUNCEMENTS
from care.logs import get_logger
from care.settings import settings
from care.staff.announcing import DESK

#: A quiet connection is asked this often whether it is still there; a network that drops packets tells nobody.
_CHECK_SECONDS = 10.0
_ANSWER_SECONDS = 5.0
_BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)

_log = get_logger("web.live")


class Listener(Protocol):
    """Whoever shows something that another process may have made."""

    def announced(self, conversation_id: str) -> None:
        """There is something new in this conversation."""

    def told(self, word: str) -> None:
        """A word of `tell_desk`."""

    def all_may_be_stale(self) -> None:
        """Some of both may have been missed."""


class Announcements:
    def __init__(self) -> None:
        #: in the order in which they are told
        self.listeners: list[Listener] = []
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
                    for channel in (ANNOUNCEMENTS, DESK):
                        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    self.state, failures = "ok", 0
                    for listener in self.listeners:
                        listener.all_may_be_stale()
                    await self._listen(connection)
            except Exception as error:  # whatever it was: who does not listen must try again
                self.state = "down"
                _log.warning("announcements_lost", error=type(error).__name__, failures=failures)
            await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
            failures += 1

    async def _listen(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            async for notice in connection.notifies(timeout=_CHECK_SECONDS):
                for listener in self.listeners:
                    if notice.channel == DESK:
                        listener.told(notice.payload)
                    else:
                        listener.announced(notice.payload)
            await asyncio.wait_for(connection.execute("SELECT 1"), _ANSWER_SECONDS)
