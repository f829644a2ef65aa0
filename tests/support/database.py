"""Looking into the database from beside: what is really in the bytes, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, text

from care.db import Base, engine
from cli.run.pgroles import CARE
from cli.run.postgres import Embedded


def may_empty(postgres: Embedded) -> None:
    """The role of the tests may switch off foreign keys and triggers, for `empty` alone."""
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(f"GRANT SET ON PARAMETER session_replication_role TO {CARE.role}")


def empty(connection: Connection) -> None:
    """All tables of ours, the audit too, their numbers beginning with 1 again.

    Only what a test filled is touched, without looking after keys: TRUNCATE of all is most of the time of a short test.
    """
    tables = Base.metadata.sorted_tables
    asked = " UNION ALL ".join(f"SELECT '{each.name}' WHERE EXISTS (SELECT FROM {each.name})" for each in tables)
    filled = connection.scalars(text(asked)).all()
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for name in filled:
        connection.execute(text(f"DELETE FROM {name}"))
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    begun = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
    ours = "schemaname = 'public' AND last_value IS NOT NULL AND sequencename NOT LIKE 'procrastinate%'"
    connection.execute(text(f"{begun} WHERE {ours}"))


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
