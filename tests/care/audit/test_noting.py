"""What is noted is written when its transaction commits, in one chain through all processes, and only then."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.alarms.tables import Alarm
from care.audit.rules import Hashed, canonical, chain_hash, hash_reason
from care.audit.service import note, pending
from care.audit.tables import AuditEntry
from care.audit.verifying import Walk
from care.db import engine, transaction, utcnow
from tests.support.database import count, raw_bytes
from tests.support.waiting import at_once


def _entries() -> list[tuple[int, str]]:
    with transaction() as session:
        return [(entry.id, entry.action) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def _walk() -> Walk:
    walk = Walk()
    with transaction() as session:
        while walk.step(session):
            pass
    walk.finish()
    return walk


@pytest.mark.usefixtures("database")
def test_entries_are_written_with_their_transaction() -> None:
    with transaction() as session:
        note(session, "staff:1001", "reveal", "ticket:1", detail={"what": "phone"}, reason="客户来电核实号码")
        note(session, "staff:1001", "close")
        assert session.scalars(select(AuditEntry)).all() == [], "not before the end"
    with transaction() as session:
        first, second = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    assert (first.id, first.actor, first.action, first.subject) == (1, "staff:1001", "reveal", "ticket:1")
    assert (first.detail, first.reason, first.previous) == ({"what": "phone"}, "客户来电核实号码", bytes(32))
    assert (second.id, second.subject, second.detail, second.reason) == (2, "", {}, None)
    assert second.previous == first.hash
    assert _walk().entries == 2
    assert "客户来电".encode() not in raw_bytes()


@pytest.mark.usefixtures("database")
def test_a_transaction_that_is_undone_leaves_no_entry_and_no_gap() -> None:
    with pytest.raises(KeyError), transaction() as session:  # noqa: PT012
        note(session, "staff:1001", "lost")
        raise KeyError
    with transaction() as session:
        note(session, "staff:1001", "kept")
    assert _entries() == [(1, "kept")]


@pytest.mark.usefixtures("database")
def test_a_session_that_goes_on_begins_anew() -> None:
    """Some sessions live for several transactions: what one left behind is not written by the next."""
    with Session(engine()) as session:
        note(session, "staff:1001", "first")
        session.commit()
        note(session, "staff:1001", "lost")
        session.rollback()
        note(session, "staff:1001", "closed")
        session.execute(text("SELECT 1"))
        session.close()
        note(session, "staff:1001", "second")
        session.commit()
        session.commit()
    assert _entries() == [(1, "first"), (2, "second")]


@pytest.mark.usefixtures("database")
def test_a_savepoint_takes_its_notes_along() -> None:
    with transaction() as session:
        note(session, "staff:1001", "before")
        with pytest.raises(KeyError), session.begin_nested():  # noqa: PT012
            note(session, "staff:1001", "lost")
            with session.begin_nested():
                note(session, "staff:1001", "lost with the outer one")
            raise KeyError
        with session.begin_nested():
            note(session, "staff:1001", "inner")
        with pytest.raises(IntegrityError), session.begin_nested():  # noqa: PT012
            note(session, "staff:1001", "lost in a flush")
            session.execute(text("INSERT INTO staff_presence VALUES (0, 'ready', now(), now())"))
        note(session, "staff:1001", "after")
    assert _entries() == [(1, "before"), (2, "inner"), (3, "after")]


@pytest.mark.usefixtures("database")
def test_sessions_within_each_other_keep_apart() -> None:
    with transaction() as outer:
        note(outer, "staff:1001", "outer")
        with transaction() as inner:
            note(inner, "staff:1001", "inner")
        assert [each.action for each in pending(outer)] == ["outer"]
    assert _entries() == [(1, "inner"), (2, "outer")]
    assert _walk().is_whole


@pytest.mark.usefixtures("database")
def test_an_open_savepoint_does_not_lose_entries_in_silence() -> None:
    with pytest.raises(RuntimeError, match="savepoints"), transaction() as session:  # noqa: PT012
        note(session, "staff:1001", "hidden")
        session.begin_nested()


@pytest.mark.usefixtures("database")
def test_it_is_the_last_thing_of_the_transaction() -> None:
    """Behind the lock nothing is locked any more, not even by what the session had yet to write."""
    ran: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *rest: object) -> None:
        ran.append(statement.split("(")[0].strip())

    event.listen(engine(), "before_cursor_execute", keep)
    try:
        with transaction() as session:
            note(session, "staff:1001", "first")
            session.add(Alarm(kind="late", subject="handoff:1", detail={}, raised_at=utcnow()))
    finally:
        event.remove(engine(), "before_cursor_execute", keep)
    places = [next(n for n, each in enumerate(ran) if word in each) for word in ("alarms", "pg_advisory", "INTO audit")]
    assert places == sorted(places)
    assert len(ran) == 5, "the alarm, the lock, the clock, the end of the chain, the entry"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"actor": ""}, "nobody did it"),
        ({"action": ""}, "nothing was done"),
        ({"actor": "staff:" + "1" * 19}, "longer than the column"),
        ({"action": "a" * 33}, "longer than the column"),
        ({"subject": "s" * 65}, "longer than the column"),
        ({"detail": {"text": "x" * 5000}}, "a text, not a word"),
        ({"detail": {"confidence": float("nan")}}, "no JSON"),
    ],
)
def test_what_the_table_cannot_hold_fails_where_it_is_noted(session: Session, fields: dict[str, Any], why: str) -> None:
    given = {"actor": "staff:1001", "action": "reveal", "subject": "", "detail": None} | fields
    with pytest.raises(ValueError, match=r"audit|JSON|compliant"):
        note(session, given["actor"], given["action"], given["subject"], detail=given["detail"])
    assert pending(session) == [], why


@pytest.mark.parametrize(
    "detail",
    [
        {"confidence": 0.31, "whole": 1.0, "large": 1e22, "small": 1e-7, "negative": -0.0},
        {"b": 1, "a": {"d": [1, 2.0, None, True], "c": '中文 “引号” \\ " \u2028 \U0001f600'}},
        {"": "", "None": None},
        {"tuple": ("from", "to")},
    ],
)
@pytest.mark.usefixtures("database")
def test_a_detail_fits_its_hash_after_jsonb(detail: dict[str, Any]) -> None:
    with transaction() as session:
        note(session, "staff:1001", "reveal", detail=detail)
    assert _walk().is_whole


def test_equal_details_have_one_text() -> None:
    assert canonical({"b": 1.0, "a": 1e22}) == canonical(json.loads('{"a": 10000000000000000000000, "b": 1}'))
    assert canonical({"a": "1"}) != canonical({"a": 1})


def test_the_hash_is_the_same_in_years() -> None:
    """Whoever changes how it is made breaks every chain there is."""
    salt = bytes(range(16))
    at = datetime(2026, 11, 22, 8, 0, 0, 5, tzinfo=UTC)
    entry = Hashed(1, at, "staff:1001", "reveal", "ticket:1", {"what": "号码"}, salt, hash_reason(salt, "核实"))
    assert hash_reason(salt, "核实").hex() == "adbbd427400020a417abb50aedcf21d8f753cb7b3e4dd76a6d8f7fb791d56975"
    assert chain_hash(bytes(32), entry).hex() == "a1e43ee0be95c8cf56721150d0b6d28ac5a48397a266d48055bfcf940c04b7a5"


_WRITER = """
import sys
import care.migrations.models
from care.audit.service import note
from care.db import transaction

sys.stdin.readline()
for each in range(50):
    with transaction() as session:
        note(session, "staff:" + sys.argv[1], "write", f"n:{each}", reason="r" if each % 2 else None)
"""


@pytest.mark.usefixtures("database")
def test_two_processes_at_once_write_one_chain() -> None:
    command = [sys.executable, "-c", _WRITER]
    writers = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, text=True) for name in ("1", "2")]
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in writers:
        each.communicate(timeout=60)
    assert [each.returncode for each in writers] == [0, 0]
    walk = _walk()
    assert (walk.is_whole, walk.entries, walk.head and walk.head.id) == (True, 100, 100)
    with transaction() as session:
        for actor in ("staff:1", "staff:2"):
            subjects = session.scalars(
                select(AuditEntry.subject).where(AuditEntry.actor == actor).order_by(AuditEntry.id)
            ).all()
            assert subjects == [f"n:{each}" for each in range(50)], "each one's own in its order"
        times = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()
        assert times == sorted(times)


@pytest.mark.usefixtures("database")
def test_rows_that_are_locked_crosswise_end_in_no_deadlock() -> None:
    """One has a row and then the audit, the other the audit and then would want the row: it had it before."""
    with transaction() as session:
        session.execute(text("INSERT INTO lookup_locks SELECT 'ticket:' || n, 0, now() FROM generate_series(1, 2) n"))

    def work(subjects: list[str]) -> None:
        for _ in range(20):
            with transaction() as session:
                note(session, "staff:1001", "first")
                for subject in sorted(subjects):
                    session.execute(
                        text("UPDATE lookup_locks SET failures = failures + 1 WHERE subject = :s"), {"s": subject}
                    )

    at_once(lambda: work(["ticket:1", "ticket:2"]), lambda: work(["ticket:2"]), lambda: work(["ticket:1"]))
    assert count("audit_entries") == 60
    assert _walk().is_whole
