"""Roles and databases in the embedded server: care and Rasa's tracker store, each closed to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Owner:
    database: str
    role: str
    extensions: tuple[str, ...] = ()


CARE = Owner("quanyi", "quanyi", extensions=("vector",))
#: Rasa sees nothing of the customers' data, only its own encrypted events (DESIGN 2).
TRACKER = Owner("quanyi_tracker", "quanyi_bot")


def provision(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Make what is missing; the second time it changes nothing."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        # Otherwise every role may enter the superuser's database.
        connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        for owner in (CARE, TRACKER):
            _ensure_role(connection, owner.role, passwords[owner.role])
            _ensure_database(connection, owner)
    for owner in (CARE, TRACKER):
        with psycopg.connect(admin_url, dbname=owner.database, autocommit=True) as connection:
            for extension in owner.extensions:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def _ensure_role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    # Hashed here: a statement that fails is logged with its text.
    secret = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    verb = sql.SQL("ALTER" if known else "CREATE")
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(secret))
    connection.execute(statement)


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]], owner: Owner) -> None:
    name = sql.Identifier(owner.database)
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (owner.database,)).fetchone()
    if not known:
        # template0: a developer may have put something of his own into template1.
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, sql.Identifier(owner.role))
        connection.execute(statement)
    connection.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(name))
