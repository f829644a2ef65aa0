"""What a test leaves is gone before the next one, without a trace (tests/support/database.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from care.audit.service import note
from care.conversations.tables import Message
from care.db import engine, transaction, utcnow
from cli.run.postgres import Embedded
from tests.support.database import Cleaner, count, outage, scalar

_TALK = "INSERT INTO conversations (id, channel, owner, created_at) SELECT 'c' || n, 'rest', 'bot', now()"


def _talks(number: int = 1) -> None:
    with transaction() as session:
        session.execute(text(f"{_TALK} FROM generate_series(1, {number}) n"))


def _undone() -> None:
    with engine().connect() as connection:
        connection.execute(text(f"{_TALK} FROM generate_series(1, 3) n"))
        connection.rollback()


def _refused() -> None:
    """A number is taken and no row is there."""
    with pytest.raises(IntegrityError), engine().begin() as connection:
        connection.execute(text("INSERT INTO messages (conversation_id) VALUES ('c1')"))


def _audited() -> None:
    with transaction() as session:
        note(session, "operator", "staff_added", "staff:1003")


def _looked_at() -> None:
    with engine().begin() as connection:
        connection.execute(text("ANALYZE"))


LEFT: list[tuple[str, Callable[[], None]]] = [
    ("rows", _talks),
    ("more than VACUUM makes small again", lambda: _talks(3000)),
    ("pages of rows that were never committed", _undone),
    ("a number that nobody has", _refused),
    ("the audit, which may not be emptied", _audited),
    ("figures of the planner", _looked_at),
]


@pytest.mark.parametrize(("what", "leave"), LEFT, ids=[what for what, _ in LEFT])
def test_nothing_stays(database: object, cleaner: Cleaner, what: str, leave: Callable[[], None]) -> None:
    before = _state()
    leave()
    if what != "figures of the planner":
        assert _state() != before
    cleaner.clean()
    assert _state() == before
    with transaction() as session:
        session.execute(text(f"{_TALK} FROM generate_series(1, 1) n"))
        message = Message(conversation_id="c1", author="customer", text="没信号", created_at=utcnow())
        session.add(message)
        session.flush()
        assert message.id == 1


def test_after_an_outage(database: Embedded, cleaner: Cleaner) -> None:
    _talks()
    with outage(database):
        pass
    cleaner.clean()
    assert count("conversations") == 0


def _state() -> object:
    """Pages and figures of our tables, and where their numbers stand."""
    return scalar(
        "SELECT jsonb_object_agg(relname, ARRAY[pg_relation_size(oid), relpages, reltuples::int8] ORDER BY relname)"
        " || (SELECT jsonb_object_agg(sequencename, last_value) FROM pg_sequences WHERE schemaname = 'public')"
        " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname NOT LIKE 'procrastinate%' AND relname <> 'alembic_version'"
    )
