"""One PostgreSQL for both sides: the embedded server with everything that keeps data safe switched on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from cli.run.pgroles import CARE, TRACKER
from cli.run.postgres import Embedded

STOCK_DATABASE = STOCK_ROLE = "stock"
STOCK_PASSWORD = "stock"


@contextmanager
def empty_database(directory: Path) -> Iterator[Embedded]:
    """The server's files are kept for the next run, its databases are made anew."""
    server = Embedded(directory)
    try:
        server.prepare()
        server.launch()
        server.wait_until_ready()
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            for name in (CARE.database, TRACKER.database, STOCK_DATABASE):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            role = sql.Identifier(STOCK_ROLE)
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(STOCK_PASSWORD)))
            database = sql.Identifier(STOCK_DATABASE)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
        server.provision()
        yield server
    finally:
        server.stop()


def port_of(server: Embedded) -> int:
    return urlsplit(server.url).port or 0


def add_conversations(server: Embedded, prefix: str, number: int) -> None:
    """Rows that our channel writes and stock Rasa's does not; the actions need them (a ticket belongs to one)."""
    with psycopg.connect(server.url) as connection:
        connection.execute(
            "INSERT INTO conversations (id, channel, owner, created_at)"
            " SELECT %s || n, 'rest', 'bot', now() FROM generate_series(0, %s) n",
            (prefix, number - 1),
        )


def tickets(server: Embedded) -> int:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT count(*) FROM tickets").fetchone()
        return int(row[0]) if row else 0


def commits(server: Embedded) -> int:
    """Transactions of all databases so far. PostgreSQL tells it up to a second late."""
    with psycopg.connect(server.admin_url) as connection:
        row = connection.execute("SELECT sum(xact_commit) FROM pg_stat_database").fetchone()
        return int(row[0]) if row else 0


def answers_of_latest(server: Embedded, messages: int) -> dict[int, int]:
    """Of the newest customers' messages: number of bot answers to a message -> number of messages.

    The bubbles of one answer are stored at one moment.
    """
    query = (
        "SELECT answers, count(*) FROM ("
        " SELECT m.id, (SELECT count(DISTINCT r.created_at) FROM messages r"
        " WHERE r.in_reply_to = m.id AND r.author = 'bot') AS answers"
        " FROM messages m WHERE m.author = 'customer' ORDER BY m.id DESC LIMIT %s"
        ") AS newest GROUP BY answers"
    )
    with psycopg.connect(server.url) as connection:
        return dict(connection.execute(query, (messages,)).fetchall())
