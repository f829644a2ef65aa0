"""Looking into the database from beside: what is really in the bytes, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, text

from care.db import Base, engine
from cli.run.postgres import Embedded


def empty(connection: Connection) -> None:
    """All tables of ours. Nobody but a test may empty the audit (migration 0008).

    DELETE of what is filled would be a quarter faster, but leaves rows in an order that no test can rely on.
    """
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_not_emptied"))
    connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    connection.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_not_emptied"))


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
