"""Of staff's own log customers get what names them; the words about them go when they ask, the entries by their age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.audit.service import Note, write
from care.audit.tables import AuditEntry
from care.audit.verifying import Walk
from care.db import transaction
from care.privacy.places.staff import Staff as Place
from care.privacy.subject import Subject
from care.staff import sessions
from care.staff.tables import Staff, StaffSession
from tests.support.desk import member
from tests.support.times import NOW

PLACE = Place()
LONG_AGO = NOW - timedelta(days=2000)
BEFORE = NOW - timedelta(days=1095)

pytestmark = pytest.mark.usefixtures("database")


def _entry(subject: str, at: object = NOW, reason: str | None = "客户来电核实") -> None:
    with transaction() as session:
        write(session, [Note("staff:1001", "reveal", subject, {"what": ["phone"]}, reason)], at)  # type: ignore[arg-type]


def _is_whole() -> bool:
    walk = Walk()
    with transaction() as session:
        while walk.step(session):
            pass
    walk.finish()
    return walk.is_whole


def _expire() -> tuple[int, int]:
    with transaction() as session:
        counts = PLACE.expire(session, BEFORE, NOW, 100)
    return counts.removed, counts.anonymised


def test_a_customer_is_told_what_names_them_and_not_who_did_it() -> None:
    for subject in ("conversation:c1", "conversation:c2", "ticket:TS261121-000001", "staff:1002", ""):
        _entry(subject)
    with transaction() as session:
        (told,) = PLACE.records(session, Subject(None, None, ("c1",), ()))
    assert (told.table, told.values["actor"], told.values["reason"]) == ("audit_entries", "staff", "客户来电核实")
    assert not {"hash", "previous", "salt", "reason_hash"} & told.values.keys()


@pytest.mark.parametrize(
    ("subject", "told", "why"),
    [
        (Subject(None, None, ("c1",), (), is_words_only=True), 0, "whoever sits down at the browser"),
        (Subject(None, None, ("c1",), (), is_words_only=True, said_since=LONG_AGO), 1, "a minor, by retention"),
        (Subject(None, None, ("c1",), (), said_since=NOW + timedelta(days=1)), 0, "of before"),
        (Subject(None, None, (), ()), 0, "nothing of theirs"),
    ],
)
def test_what_a_request_reaches(subject: Subject, told: int, why: str) -> None:
    _entry("conversation:c1")
    with transaction() as session:
        assert len(list(PLACE.records(session, subject))) == told, why
        assert PLACE.plan(session, subject, NOW).anonymised == told
        assert PLACE.erase(session, subject, NOW).anonymised == told


def test_a_deletion_takes_the_words_and_leaves_the_chain() -> None:
    for subject in ("conversation:c1", "conversation:c2"):
        _entry(subject)
    with transaction() as session:
        assert PLACE.erase(session, Subject(None, None, ("c1",), ()), NOW).anonymised == 1
    with transaction() as session:
        rows = session.execute(select(AuditEntry.subject, AuditEntry.reason).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in rows] == [("conversation:c1", None), ("conversation:c2", "客户来电核实")]
    assert _is_whole()


def test_old_entries_go_and_the_last_one_keeps_no_words() -> None:
    for at in (LONG_AGO, LONG_AGO, LONG_AGO):
        _entry("conversation:c1", at)
    assert _expire() == (2, 1)
    assert _expire() == (1, 0), "another one is the newest now: it says how far they went"
    assert _expire() == (0, 0)
    assert _is_whole()


def test_young_entries_stay_with_their_words() -> None:
    _entry("conversation:c1", LONG_AGO)
    _entry("conversation:c1", NOW)
    assert _expire() == (1, 0)
    with transaction() as session:
        reasons = session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id)).all()
    assert reasons == ["客户来电核实", None], "the second says how far"


def test_names_go_three_years_after_they_left() -> None:
    with transaction() as session:
        for number, left_at in (("1", LONG_AGO), ("2", NOW), ("3", None)):
            member(session, number=number, name=f"赵{number}", now=LONG_AGO).left_at = left_at
    assert _expire() == (0, 1)
    assert _expire() == (0, 0)
    with transaction() as session:
        names = {staff.number: staff.name for staff in session.scalars(select(Staff))}
    assert names == {"1": "", "2": "赵2", "3": "赵3"}


def test_sessions_go_a_month_after_they_ended() -> None:
    with transaction() as session:
        staff = member(session, now=LONG_AGO)
        for at in (NOW - timedelta(days=31), NOW - timedelta(days=29), NOW):
            sessions.begin(session, staff.id, at)
    assert _expire() == (1, 0)
    with transaction() as session:
        assert len(session.scalars(select(StaffSession)).all()) == 2
