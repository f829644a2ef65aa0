"""Whatever is changed in the table behind our back is found, and named; the database refuses what it can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from care.audit.service import Note, expire, forget_reasons, write
from care.audit.tables import AuditEntry
from care.audit.verifying import Head, Walk
from care.crypto import keyring
from care.db import transaction, utcnow
from care.errors import InvalidInput
from tests.support.database import count

Chain = Callable[[int], None]
_LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)


def _walk(known: Head | None = None, page: int = 3) -> Walk:
    walk = Walk(known)
    with transaction() as session:
        while walk.step(session, page):
            pass
    walk.finish()
    return walk


def _behind_our_back(*statements: str, **values: object) -> None:
    """As somebody who owns the database can."""
    with transaction() as session:
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement), values)
        session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))


def _head() -> Head:
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        return Head(entry.id, entry.hash)


def test_an_empty_chain_is_whole(database: object) -> None:
    walk = _walk()
    assert (walk.is_whole, walk.entries, walk.head) == (True, 0, None)


@pytest.mark.parametrize("entries", [1, 2, 3, 4, 7])
def test_a_chain_is_walked_page_by_page(chain: Chain, entries: int) -> None:
    chain(entries)
    walk = _walk()
    assert (walk.is_whole, walk.entries, walk.head) == (True, entries, _head())


_COPY = """INSERT INTO audit_entries SELECT 8, at, actor, action, subject, detail, reason, salt, reason_hash, hash, hash
FROM audit_entries WHERE id = 7"""
NOTHING = "UPDATE audit_entries SET {} WHERE id = 4"
#: what somebody does, the first entry that does not fit, and why
TAMPERED: list[tuple[str, int, str]] = [
    (NOTHING.format("at = at + interval '1 microsecond'"), 4, "not as it was"),
    (NOTHING.format("actor = 'staff:1002'"), 4, "not as it was"),
    (NOTHING.format("action = 'read'"), 4, "not as it was"),
    (NOTHING.format("subject = 'ticket:9'"), 4, "not as it was"),
    (NOTHING.format("detail = '{}'"), 4, "not as it was"),
    (NOTHING.format("""detail = '{"what": ["phone", "name"]}'"""), 4, "not as it was"),
    (NOTHING.format("salt = '\\x00'"), 4, "not as it was"),
    (NOTHING.format("reason_hash = '\\x00'"), 4, "not as it was"),
    (NOTHING.format("previous = '\\x00'"), 4, "does not follow"),
    (NOTHING.format("hash = '\\x00'"), 4, "not as it was"),
    (NOTHING.format("reason = '\\x00'"), 4, "cannot be opened"),
    (NOTHING.format("reason = (SELECT reason FROM audit_entries WHERE id = 3)"), 4, "reason is not as it was"),
    ("UPDATE audit_entries SET reason = :other WHERE id = 3", 3, "reason is not as it was"),
    ("UPDATE audit_entries SET id = 99 WHERE id = 4", 5, "missing"),
    ("DELETE FROM audit_entries WHERE id = 4", 5, "missing"),
    ("DELETE FROM audit_entries WHERE id IN (4, 5)", 6, "missing"),
    ("DELETE FROM audit_entries WHERE id = 1", 2, "gone"),
    ("DELETE FROM audit_entries WHERE id < 4", 4, "gone"),
    (_COPY, 8, "not as it was"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "bad", "why"), TAMPERED)
def test_tampering_is_found_and_named(chain: Chain, statement: str, bad: int, why: str) -> None:
    chain(7)
    _behind_our_back(statement, other=keyring().seal("另一个理由".encode(), "audit_entries.reason"))
    walk = _walk()
    assert (walk.first_bad, walk.is_whole) == (bad, False)
    assert why in walk.why


def test_a_column_that_is_added_later_is_hashed_or_named_here() -> None:
    columns = {column.name for column in AuditEntry.__table__.columns}
    tried = {word for word in columns for statement, *_ in TAMPERED if f"SET {word} =" in statement}
    assert tried == columns


def test_an_end_that_was_cut_off_is_found_by_who_knew_it(chain: Chain) -> None:
    chain(7)
    known = _head()
    assert _walk(known).is_whole
    chain(1)
    assert _walk(known).is_whole, "the chain went on"
    _behind_our_back("DELETE FROM audit_entries WHERE id > 5")
    assert _walk().is_whole, "nobody sees it by the rest alone"
    assert (_walk(known).first_bad, _walk(known).is_whole) == (7, False)
    chain(3)
    assert _walk(known).why == "it is another one than was there"


@pytest.mark.parametrize("text", ["", "7", "7:", "7:zz", "x:00", f"0:{'00' * 32}", f"7:{'00' * 31}"])
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="123:9f86"):
        Head.read(text)
    assert Head.read(f" 7:{'0a' * 32}\n") == Head(7, bytes([10]) * 32)


# What the database itself refuses, also to ourselves


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE audit_entries SET actor = 'staff:2'", "changed"),
        ("UPDATE audit_entries SET hash = previous", "changed"),
        ("UPDATE audit_entries SET reason = NULL, action = 'x'", "words may go, nothing with them"),
        ("UPDATE audit_entries SET reason = '\\x01' WHERE reason IS NULL", "a reason that was never given"),
        ("UPDATE audit_entries SET reason = NULL, reason_hash = '\\x01'", "another reason"),
        ("DELETE FROM audit_entries", "not said up to when"),
        ("DELETE FROM audit_entries WHERE id = 1", "not said up to when"),
        ("TRUNCATE audit_entries", "all at once"),
    ],
)
def test_the_database_refuses_changes(chain: Chain, statement: str, why: str) -> None:
    chain(3)
    with pytest.raises(IntegrityError, match="audit entries"), transaction() as session:
        session.execute(text(statement))
    assert count("audit_entries") == 3, why


@pytest.mark.parametrize(
    ("where", "before", "is_removed"),
    [
        ("id = 1", "2099-01-01", True),
        ("id < 3", "2099-01-01", True),
        ("id < 3", "2023-01-01", False),  # they are younger than was said
        ("id = 2", "2099-01-01", False),  # out of the middle
        ("id = 3", "2099-01-01", False),  # the end
        ("true", "2099-01-01", False),  # nothing to go on from
        ("false", "2099-01-01", True),
    ],
)
def test_the_database_lets_only_the_beginning_go(chain: Chain, where: str, before: str, is_removed: bool) -> None:
    chain(3)

    def remove() -> None:
        with transaction() as session:
            session.execute(text("SELECT set_config('quanyi.audit_expire_before', :before, true)"), {"before": before})
            session.execute(text(f"DELETE FROM audit_entries WHERE {where}"))

    if is_removed:
        remove()
    else:
        with pytest.raises(IntegrityError, match="beginning"):
            remove()
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("DELETE FROM audit_entries"))


# What goes by the rules


def _old(entries: int) -> None:
    with transaction() as session:
        write(session, [Note("staff:1001", "read", "", {}, None)] * entries, _LONG_AGO)


def test_old_entries_go_and_the_chain_holds(chain: Chain) -> None:
    _old(5)
    chain(4)
    before = utcnow() - timedelta(days=1095)
    with transaction() as session:
        assert [expire(session, before, 2) for _ in range(1)] == [2]
    walk = _walk()
    assert (walk.is_whole, walk.first, walk.entries) == (True, 3, 8), "7 entries, and one that says how far"
    for left in (2, 1, 0):
        with transaction() as session:
            assert expire(session, before, 2) == left
    walk = _walk()
    assert (walk.is_whole, walk.first) == (True, 6)
    chain(1)
    _behind_our_back("DELETE FROM audit_entries WHERE id = 6")
    assert _walk().first_bad == 7, "more went than was said"


def test_the_newest_entry_stays_however_old(database: object) -> None:
    _old(3)
    with transaction() as session:
        assert expire(session, utcnow(), 10) == 2
    walk = _walk()
    assert (walk.is_whole, walk.first, walk.head and walk.head.id) == (True, 3, 4)


def test_an_expiry_that_is_only_tried_out_leaves_nothing(chain: Chain) -> None:
    _old(3)
    chain(1)
    with transaction() as session:
        tried = session.begin_nested()
        assert expire(session, utcnow() - timedelta(days=1), 10) == 3
        tried.rollback()
    assert count("audit_entries") == 4


def test_reasons_are_forgotten_and_the_chain_holds(chain: Chain) -> None:
    chain(5)
    with transaction() as session:
        assert forget_reasons(session, AuditEntry.subject.in_(["ticket:1", "ticket:2", "ticket:3"])) == 2
        assert forget_reasons(session, AuditEntry.subject == "ticket:1") == 0
    with transaction() as session:
        rows = session.execute(select(AuditEntry.subject, AuditEntry.reason).order_by(AuditEntry.id)).all()
    assert [bool(reason) for _, reason in rows] == [False, False, False, False, True]
    assert _walk().is_whole


def test_only_the_last_days_are_walked(chain: Chain) -> None:
    _old(5)
    chain(4)
    _behind_our_back("UPDATE audit_entries SET action = 'x' WHERE id = 2")

    def since(moment: datetime) -> Walk:
        walk = Walk()
        with transaction() as session:
            walk.begin_at(session, moment)
            while walk.step(session, 3):
                pass
        walk.finish()
        return walk

    assert (since(utcnow() - timedelta(days=30)).is_whole, since(utcnow() - timedelta(days=30)).entries) == (True, 4)
    assert since(_LONG_AGO).first_bad == 2
    _behind_our_back("UPDATE audit_entries SET action = 'x' WHERE id = 6")
    assert since(utcnow() - timedelta(days=30)).first_bad == 6
