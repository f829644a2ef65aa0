"""The table of turns in PostgreSQL: one row a turn, appended, never changed. Knows SQL, nothing of Rasa.

The pool opens lazily in the running event loop and never blocks it. Every statement is one round trip in autocommit and
has a time limit, on the server and here (a stopped server does not answer a server-side limit). After PostgreSQL was
killed and is back, the first read repairs the pool: it drops the dead connections and tries once more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

URL_VARIABLE = "QUANYI_TRACKER_URL"
POOL_SIZE = 8
CONNECT_SECONDS = 2.0
STATEMENT_SECONDS = 3.0

_LOCK = 0x7175616E  # advisory lock that serialises the creation of the table ("quan")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS bot_turns (
    sender_id  text        NOT NULL,
    session    integer     NOT NULL,
    turn       integer     NOT NULL,
    message_id text,
    data       bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sender_id, session, turn)
);
CREATE UNIQUE INDEX IF NOT EXISTS bot_turns_message ON bot_turns (sender_id, message_id) WHERE message_id IS NOT NULL;
"""

# The newest session, and in the same round trip the turn of an older session that already handled the message.
_NEWEST = """
WITH newest AS (SELECT max(session) AS session FROM bot_turns WHERE sender_id = %(sender)s)
SELECT session, turn, message_id, data FROM bot_turns
 WHERE sender_id = %(sender)s AND session = (SELECT session FROM newest)
UNION ALL
SELECT session, turn, message_id, data FROM bot_turns
 WHERE sender_id = %(sender)s AND message_id = %(message)s AND session < (SELECT session FROM newest)
"""
_ALL = "SELECT session, turn, message_id, data FROM bot_turns WHERE sender_id = %s ORDER BY session, turn"
_OF_MESSAGE = "SELECT session, turn, message_id, data FROM bot_turns WHERE sender_id = %s AND message_id = %s"
_INSERT = "INSERT INTO bot_turns (sender_id, session, turn, message_id, data) VALUES (%s, %s, %s, %s, %s)"
_DELETE = "DELETE FROM bot_turns WHERE sender_id = %s"
_KEYS = "SELECT DISTINCT sender_id FROM bot_turns"

T = TypeVar("T")


class DatabaseError(Exception):
    """Root of this module's errors."""


class DatabaseDown(DatabaseError):
    """PostgreSQL did not answer: not reachable, gone in the middle, or too slow. Try again later."""


class TurnTaken(DatabaseError):
    """This turn or this message id is stored already: another process was faster."""


class Row(NamedTuple):
    """One stored turn; ``data`` is sealed."""

    session: int
    turn: int
    message_id: str | None
    data: bytes


class TurnTable:
    """Reads and appends the rows of conversations.

    Args:
        url: ``postgresql://…`` of the bot's own database, with a role that may create a table there.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] | None = None
        self._opening = asyncio.Lock()

    async def newest_session(self, sender_id: str, message_id: str | None = None) -> list[Row]:
        """Rows of the newest session in order; behind an older session's row of ``message_id``, if there is one."""
        rows = await self._read(_NEWEST, {"sender": sender_id, "message": message_id})
        return sorted(rows, key=lambda row: (row.session, row.turn))

    async def all_sessions(self, sender_id: str) -> list[Row]:
        """All rows of a conversation in order."""
        return await self._read(_ALL, (sender_id,))

    async def of_message(self, sender_id: str, message_id: str) -> Row | None:
        """The row of the turn that handled this message."""
        rows = await self._read(_OF_MESSAGE, (sender_id, message_id))
        return rows[0] if rows else None

    async def append(self, sender_id: str, row: Row) -> None:
        """Insert one turn.

        Raises:
            TurnTaken: see there.
            DatabaseDown: nothing is known about the row then; the next read shows whether it was written.
        """
        try:
            await self._run(lambda conn: conn.execute(_INSERT, (sender_id, *row)))
        except psycopg.errors.UniqueViolation:
            raise TurnTaken("this turn is stored already: another process was faster") from None

    async def delete(self, sender_id: str) -> int:
        """Delete a conversation; returns the number of rows."""
        cursor = await self._run(lambda conn: conn.execute(_DELETE, (sender_id,)))
        return cursor.rowcount

    async def senders(self) -> list[str]:
        """Ids of all stored conversations."""
        cursor = await self._run(lambda conn: conn.execute(_KEYS))
        return [row[0] for row in await cursor.fetchall()]

    async def ping(self) -> None:
        """Raise ``DatabaseDown`` unless PostgreSQL answers and the table is there."""
        await self._repairing(lambda conn: conn.execute("SELECT 1"))

    async def close(self) -> None:
        """Close the pool; a later call opens a new one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close(timeout=1.0)

    async def _read(self, query: str, values: Any) -> list[Row]:
        async def fetch(conn: AsyncConnection[Any]) -> list[Row]:
            cursor = await conn.execute(query, values)
            return [Row(*row) for row in await cursor.fetchall()]

        return await self._repairing(fetch)

    async def _repairing(self, use: Callable[[AsyncConnection[Any]], Awaitable[T]]) -> T:
        try:
            return await self._run(use)
        except DatabaseDown as down:
            # Connections in the pool may be dead since PostgreSQL restarted; reading twice does no harm.
            if self._pool is None or not isinstance(down.__cause__, psycopg.OperationalError):
                raise
            await self._within(self._pool.check())
            return await self._run(use)

    async def _run(self, use: Callable[[AsyncConnection[Any]], Awaitable[T]]) -> T:
        pool = self._pool or await self._open()

        async def work() -> T:
            async with pool.connection(timeout=CONNECT_SECONDS) as conn:
                return await use(conn)

        return await self._within(work())

    async def _within(self, work: Awaitable[T]) -> T:
        try:
            return await asyncio.wait_for(work, CONNECT_SECONDS + STATEMENT_SECONDS)
        except (PoolTimeout, psycopg.OperationalError, asyncio.TimeoutError, OSError) as error:
            # QueryCanceled is an OperationalError too: the server-side limit. The cause is kept for _repairing and
            # the log.
            raise DatabaseDown(f"the tracker database did not answer ({type(error).__name__})") from error

    async def _open(self) -> AsyncConnectionPool[AsyncConnection[Any]]:
        async with self._opening:
            if self._pool is not None:
                return self._pool
            pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
                self._url,
                open=False,
                min_size=1,
                max_size=POOL_SIZE,
                timeout=CONNECT_SECONDS,
                # Give up a try soon: the next turn starts a new one, so a restarted server is used within 2 seconds.
                reconnect_timeout=CONNECT_SECONDS,
                kwargs={
                    "autocommit": True,
                    "connect_timeout": int(CONNECT_SECONDS),
                    "application_name": "quanyi-bot",
                    "options": f"-c statement_timeout={int(STATEMENT_SECONDS * 1000)}",
                },
            )
            await pool.open()
            try:
                await self._within(self._create(pool))
            except BaseException:
                await pool.close(timeout=1.0)
                raise
            self._pool = pool
            return pool

    @staticmethod
    async def _create(pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        # CREATE … IF NOT EXISTS of two processes at once can still collide in the catalogue; the lock puts them in
        # order.
        async with pool.connection() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            await conn.execute(_SCHEMA)
