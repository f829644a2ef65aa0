"""The table of turns in PostgreSQL: one row a turn, appended, never changed except by another key. Knows SQL, nothing
of Rasa.

The pool opens lazily in the running event loop and never blocks it. Every statement is one round trip in autocommit and
has a time limit, on the server and here (a stopped server does not answer a server-side limit). After PostgreSQL was
killed and is back, the first read repairs the pool: it drops the dead connections and tries once more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
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
CREATE INDEX IF NOT EXISTS bot_turns_created_at ON bot_turns (created_at);
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
# A row goes behind the one that its turn began from, which it holds until it is written: a turn that ran while its
# conversation was deleted, by whatever process, finds nothing there and is not stored.
_INSERT = """
INSERT INTO bot_turns (sender_id, session, turn, message_id, data)
SELECT %(sender)s, %(session)s, %(turn)s, %(message)s, %(data)s
 WHERE (%(session)s = 0 AND %(turn)s = 0)
    OR EXISTS (SELECT 1 FROM bot_turns WHERE sender_id = %(sender)s AND session = %(after)s AND turn < %(below)s
                ORDER BY turn DESC LIMIT 1 FOR KEY SHARE)
"""
_DELETE = "DELETE FROM bot_turns WHERE sender_id = %s"
_KEYS = "SELECT DISTINCT sender_id FROM bot_turns"

_PAGE = """
SELECT session, turn, message_id, data, created_at FROM bot_turns
 WHERE sender_id = %(sender)s AND (session, turn) > (%(session)s, %(turn)s) ORDER BY session, turn LIMIT %(limit)s
"""
_PAGE_OF_NEWEST = """
SELECT session, turn, message_id, data, created_at FROM bot_turns
 WHERE sender_id = %(sender)s AND (session, turn) > (%(session)s, %(turn)s)
   AND session = (SELECT max(session) FROM bot_turns WHERE sender_id = %(sender)s)
 ORDER BY session, turn LIMIT %(limit)s
"""
# The last row of a session stands for it. Held, so that no turn goes on from it before it is gone.
_OLD_SESSIONS = """
SELECT sender_id, session FROM bot_turns last
 WHERE created_at < %(before)s AND NOT EXISTS (
       SELECT 1 FROM bot_turns WHERE sender_id = last.sender_id AND session = last.session AND turn > last.turn)
 ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
# A statement of its own sees the turns that were written until the rows were held.
_EXPIRE = """
DELETE FROM bot_turns USING unnest(%(senders)s::text[], %(sessions)s::integer[]) AS old (sender_id, session)
 WHERE bot_turns.sender_id = old.sender_id AND bot_turns.session = old.session AND NOT EXISTS (
       SELECT 1 FROM bot_turns newer WHERE newer.sender_id = old.sender_id AND newer.session = old.session
          AND newer.created_at >= %(before)s)
"""
_HEADS = """
SELECT sender_id, session, turn, substr(data, 1, %(bytes)s) FROM bot_turns
 WHERE (sender_id, session, turn) > (%(sender)s, %(session)s, %(turn)s)
 ORDER BY sender_id, session, turn LIMIT %(limit)s
"""
_DATA = "SELECT data FROM bot_turns WHERE sender_id = %s AND session = %s AND turn = %s"
_REPLACE = "UPDATE bot_turns SET data = %s WHERE sender_id = %s AND session = %s AND turn = %s AND data = %s"

_NEVER_REACHED = 2**31 - 1  # of turns in a session

T = TypeVar("T")


class DatabaseError(Exception):
    """Root of this module's errors."""


class DatabaseDown(DatabaseError):
    """PostgreSQL did not answer: not reachable, gone in the middle, or too slow. Try again later."""


class TurnTaken(DatabaseError):
    """This turn or this message id is stored already: another process was faster."""


class Forgotten(TurnTaken):
    """What this turn began from was deleted meanwhile. Run again, it begins afresh."""


class Row(NamedTuple):
    """One stored turn; ``data`` is sealed."""

    session: int
    turn: int
    message_id: str | None
    data: bytes


class StoredRow(NamedTuple):
    """A ``Row``, and when it was written."""

    session: int
    turn: int
    message_id: str | None
    data: bytes
    created_at: datetime


class Place(NamedTuple):
    """The primary key of a row; the order in which ``heads`` goes through the table."""

    sender_id: str
    session: int
    turn: int


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
        values = {
            "sender": sender_id,
            "session": row.session,
            "turn": row.turn,
            "message": row.message_id,
            "data": row.data,
            "after": row.session if row.turn else row.session - 1,
            "below": row.turn or _NEVER_REACHED,
        }
        try:
            cursor = await self._run(lambda conn: conn.execute(_INSERT, values))
        except psycopg.errors.UniqueViolation:
            raise TurnTaken("this turn is stored already: another process was faster") from None
        if not cursor.rowcount:
            raise Forgotten("the conversation was deleted while this turn ran")

    async def delete(self, sender_id: str) -> int:
        """Delete a conversation; returns the number of rows."""
        deleted = 0
        while True:
            # Again: the first one does not see a turn that was being written while it waited for the row before it.
            cursor = await self._repairing(lambda conn: conn.execute(_DELETE, (sender_id,)))
            if not cursor.rowcount:
                return deleted
            deleted += cursor.rowcount

    async def page(
        self, sender_id: str, after: tuple[int, int], limit: int, *, newest: bool = False
    ) -> list[StoredRow]:
        """Up to ``limit`` rows of a conversation behind this session and turn; ``newest``: of its last session only."""

        async def fetch(conn: AsyncConnection[Any]) -> list[StoredRow]:
            values = {"sender": sender_id, "session": after[0], "turn": after[1], "limit": limit}
            cursor = await conn.execute(_PAGE_OF_NEWEST if newest else _PAGE, values)
            return [StoredRow(*row) for row in await cursor.fetchall()]

        return await self._repairing(fetch)

    async def expire(self, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` sessions whose newest row is older than ``before``; returns the number of rows."""

        async def work(conn: AsyncConnection[Any]) -> int:
            async with conn.transaction():
                cursor = await conn.execute(_OLD_SESSIONS, {"before": before, "limit": limit})
                old = await cursor.fetchall()
                senders, sessions = [sender for sender, _ in old], [session for _, session in old]
                values = {"senders": senders, "sessions": sessions, "before": before}
                return (await conn.execute(_EXPIRE, values)).rowcount

        return await self._repairing(work)

    async def heads(self, after: Place, limit: int, size: int) -> list[tuple[Place, bytes]]:
        """Up to ``limit`` rows of all conversations behind ``after``: each one's place and first ``size`` bytes."""
        values = {"bytes": size, "limit": limit, **after._asdict()}
        values["sender"] = values.pop("sender_id")

        async def fetch(conn: AsyncConnection[Any]) -> list[tuple[Place, bytes]]:
            cursor = await conn.execute(_HEADS, values)
            return [(Place(*row[:3]), row[3]) for row in await cursor.fetchall()]

        return await self._repairing(fetch)

    async def replace(self, place: Place, change: Callable[[bytes], bytes]) -> bool:
        """Write what ``change`` makes of a row's data; False: the row is gone, or somebody else has just done it."""

        async def work(conn: AsyncConnection[Any]) -> bool:
            row = await (await conn.execute(_DATA, place)).fetchone()
            if row is None:
                return False
            cursor = await conn.execute(_REPLACE, (change(row[0]), *place, row[0]))
            return cursor.rowcount == 1

        return await self._repairing(work)

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
