"""Transactions that commit once, and PostgreSQL that went away for a moment."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care import db
from care.accounts.tables import Customer
from care.conversations.tables import Conversation
from care.errors import InvalidInput
from cli.migrate import check
from cli.run.postgres import Embedded
from tests.support.database import count, raw_bytes, scalar
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")


def _conversation(name: str) -> Conversation:
    return Conversation(id=name, channel="rest", owner="bot", created_at=NOW)


def test_models_and_migrations_agree() -> None:
    check()  # raises Stop with the difference


def test_a_transaction_commits_once_at_its_end() -> None:
    with db.transaction() as session:
        session.add(_conversation("c1"))
        session.flush()
        assert count("conversations") == 0, "nobody else sees it yet"
    assert count("conversations") == 1


def test_an_exception_undoes_everything() -> None:
    def work(session: Session) -> None:
        session.add(_conversation("c1"))
        session.flush()
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        db.run(work)
    assert count("conversations") == 0


def test_a_connection_that_died_is_replaced(database: Embedded) -> None:
    """PostgreSQL was restarted: the connections in the pool are dead, and the customer notices nothing."""
    tries = []

    def work(session: Session) -> int:
        tries.append(session.scalar(text("SELECT pg_backend_pid()")))
        if len(tries) == 1:
            with psycopg.connect(database.admin_url) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (tries[0],))
        session.add(_conversation("c1"))
        session.flush()
        return len(tries)

    assert db.run(work) == 2
    assert tries[0] != tries[1]
    assert count("conversations") == 1


def test_an_error_of_ours_is_not_tried_again() -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.add_all([_conversation("c1"), _conversation("c2")])
        session.flush()
        session.execute(text("UPDATE conversations SET id = 'c1'"))

    with pytest.raises(IntegrityError):
        db.run(work)
    assert len(tries) == 1


def test_the_server_guards_itself_against_our_mistakes() -> None:
    """No statement runs long, nobody waits long for a lock, no transaction is left open."""
    limits = [scalar(f"SHOW {name}") for name in ("statement_timeout", "lock_timeout")]
    assert limits == ["5s", "3s"]
    assert scalar("SHOW idle_in_transaction_session_timeout") == "10s"


def test_a_sealed_column_reads_as_text_and_is_bytes() -> None:
    with db.transaction() as session:
        session.add(Customer(phone="13800138000", phone_index=b"x", name="王小明", created_at=NOW))
        session.add(Customer(phone="13800138001", phone_index=b"y", created_at=NOW))
    with db.transaction() as session:
        rows = session.query(Customer).order_by(Customer.id).all()
        assert [(row.phone, row.name) for row in rows] == [("13800138000", "王小明"), ("13800138001", None)]
    assert b"13800138" not in raw_bytes()
    assert "王小明".encode() not in raw_bytes()


def test_a_sealed_value_cannot_be_moved_to_another_column() -> None:
    with db.transaction() as session:
        session.add(Customer(phone="13800138000", phone_index=b"x", created_at=NOW))
        session.flush()
        session.execute(text("UPDATE customers SET name = phone"))
    with db.transaction() as session, pytest.raises(InvalidInput) as refused:
        session.query(Customer).one()
    assert refused.value.reason == "sealed"
    assert "customers.name" in str(refused.value)
