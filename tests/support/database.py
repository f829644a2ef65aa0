"""Looking into the database from beside: what is really in the bytes, and who waits for whom."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from care.db import Base, engine
from cli.run.pgroles import CARE
from cli.run.postgres import Embedded


def empty(connection: Connection) -> None:
    """All tables of ours, whatever they hold. Nobody but a test may empty the audit (migration 0008).

    TRUNCATE makes new files for every table and index: 50 ms and more. Fixtures use `Cleaner`.
    """
    connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_not_emptied"))
    connection.execute(text(f"TRUNCATE {', '.join(_tables())} RESTART IDENTITY CASCADE"))
    connection.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_not_emptied"))


class Cleaner:
    """Leaves our tables as `empty` does, and in a tenth of the time where a test wrote little.

    Only what was written to is touched: a table that was emptied has no page, one that was written to has, also where
    the writer rolled back. Its rows are deleted without a look at keys and triggers, then VACUUM takes its pages away:
    the next rows lie in the order in which they came, as after TRUNCATE, which would take with it each table that
    refers to it. The planner's figures are forgotten as well, because plans decide in which order rows come.
    """

    def __init__(self, postgres: Embedded) -> None:
        self._url = f"{postgres.admin_url.rpartition('/')[0]}/{CARE.database}"
        self._connection: psycopg.Connection[Any] | None = None

    def clean(self) -> None:
        try:
            done = self._try()
        except psycopg.OperationalError:  # cut by the test before (`outage`), and what waits in the pool as well
            self.close()
            engine().dispose()
            done = self._try()
        if not done:
            with engine().begin() as connection:
                empty(connection)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _try(self) -> bool:
        """Whether all tables are empty now."""
        connection = self._connected()
        written, sequences, large = self._written(connection)
        if large:
            return False
        if written or sequences:
            names = ", ".join(written)
            steps = [f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"] if written else []  # waits for who still writes
            steps += [f"DELETE FROM {name}" for name in written]
            steps += [f"SELECT setval({sequence}, {first}, false)" for sequence, first in sequences]
            connection.execute("; ".join(steps))
        if written:
            connection.execute(f"VACUUM (INDEX_CLEANUP ON) {names}")
            connection.execute(_FORGET_FIGURES, [written])
            return self._written(connection) == ([], [], False)
        return True

    def _written(self, connection: psycopg.Connection[Any]) -> tuple[list[str], list[tuple[int, int]], bool]:
        """Tables, sequences with what they begin with, and whether an index grew beyond what VACUUM makes small."""
        rows = connection.execute(_WRITTEN, [_tables()]).fetchall()
        return (
            [name for kind, name, *_ in rows if kind == "r"],
            [(oid, first) for kind, _, oid, first, _ in rows if kind == "S"],
            any(large for *_, large in rows),
        )

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            options = "-c session_replication_role=replica -c lock_timeout=3000"
            self._connection = psycopg.connect(self._url, autocommit=True, options=options)
        return self._connection


@functools.cache
def _tables() -> list[str]:
    return [table.name for table in Base.metadata.sorted_tables]


#: An index that was just made has a page and gets a second with the first row.
_WRITTEN = """
WITH ours AS (
    SELECT oid, relname, reltuples FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)
)
SELECT 'r', relname, oid::int8, 0, EXISTS (
    SELECT FROM pg_index WHERE indrelid = ours.oid AND pg_relation_size(indexrelid) > 2 * 8192
)
FROM ours WHERE pg_relation_size(oid) > 0 OR reltuples >= 0
UNION ALL
SELECT 'S', '', seqrelid::int8, seqstart, false
FROM pg_sequence
JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = seqrelid AND deptype IN ('a', 'i')
JOIN ours ON refclassid = 'pg_class'::regclass AND refobjid = ours.oid
CROSS JOIN LATERAL pg_get_sequence_data(seqrelid) AS state
WHERE state.is_called OR state.last_value <> seqstart
"""
#: As TRUNCATE leaves them: no figures of a table, one page of an index.
_FORGET_FIGURES = """
WITH emptied AS (
    SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)
), forgotten AS MATERIALIZED (
    SELECT count(pg_clear_relation_stats('public', relname)) FROM emptied
)
SELECT count(pg_restore_relation_stats(
    'schemaname', 'public', 'relname', each.relname::text, 'relpages', 1, 'reltuples', 0::real, 'relallvisible', 0
))
FROM forgotten, emptied JOIN pg_index ON indrelid = emptied.oid JOIN pg_class AS each ON each.oid = indexrelid
"""


def scalar(query: str, **values: object) -> object:
    """One value, in a transaction of its own: what others see."""
    with engine().connect() as connection:
        return connection.execute(text(query), values).scalar()


def count(table: str) -> int:
    return int(str(scalar(f"SELECT count(*) FROM {table}")))


def somebody_waits_for_a_lock() -> bool:
    return bool(scalar("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def raw_bytes() -> bytes:
    """Everything that our tables hold, as it would lie on a stolen disk: text as text, `bytea` as its bytes."""
    found = []
    with engine().connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(text(f"SELECT * FROM {table.name}")):
                found += [bytes(value) if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(found)


@contextmanager
def outage(postgres: Embedded) -> Iterator[None]:
    """The database takes no connection, and those that there were are cut."""
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        name = scalar("SELECT current_database()")
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
