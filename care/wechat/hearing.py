"""Hearing what another process announces by PostgreSQL's NOTIFY, as web/live/announcements.py does for the web."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
from psycopg import sql

from care.logs import get_logger
from care.settings import settings

#: A quiet connection is asked this often whether it is still there; a network that drops packets tells nobody.
_CHECK_SECONDS = 10.0
_ANSWER_SECONDS = 5.0
_BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)

_log = get_logger("care.wechat")


async def hear(channel: str, heard: Callable[[str], None]) -> None:
    """Until cancelled. `heard` is given what was announced; an empty word when something may have been missed, as at
    the beginning."""
    failures = 0
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                settings().database_url.get_secret_value(), autocommit=True, connect_timeout=3
            )
            async with connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                failures = 0
                heard("")
                while True:
                    async for notice in connection.notifies(timeout=_CHECK_SECONDS):
                        heard(notice.payload)
                    await asyncio.wait_for(connection.execute("SELECT 1"), _ANSWER_SECONDS)
        except (OSError, TimeoutError, psycopg.Error) as error:
            _log.warning("announcements_lost", channel=channel, error=type(error).__name__, failures=failures)
        await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
        failures += 1
