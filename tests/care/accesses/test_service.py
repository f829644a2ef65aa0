"""The log of uses: a row for all of a kind on one day, found by number and by conversation, naming nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import accesses_of, note_access
from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.db import transaction
from tests.support.database import raw_bytes
from tests.support.times import NOW, china

PHONE, OTHER = "13800138000", "13800138001"


def note(session: Session, now: datetime = NOW, **changes: Any) -> None:
    about = {"reader": Reader.PARTNER, "use": Use.ANSWER, "what": "balance", "phone": PHONE, "conversation_id": "c1"}
    given = about | {"who": "billing"} | changes
    note_access(session, given.pop("reader"), given.pop("use"), given.pop("what"), now, **given)


def test_a_day_of_one_kind_is_one_row(session: Session) -> None:
    for minutes in (0, 5, 3):  # a clock that went back does not make the last use an earlier one
        note(session, NOW + timedelta(minutes=minutes))
    (row,) = session.scalars(select(Access))
    assert (row.times, row.first_at, row.last_at) == (3, NOW, NOW + timedelta(minutes=5))
    assert (row.day.isoformat(), row.phone_index, row.conversation_id) == ("2026-11-21", phone_index(PHONE), "c1")
    assert (row.reader, row.who, row.use, row.what) == ("partner", "billing", "answer", "balance")


@pytest.mark.parametrize(
    ("now", "changes", "rows"),
    [
        (NOW, {}, 1),
        (china("2026-11-22 00:00"), {}, 2),  # the day is China's, where it is still the 21st in UTC
        (NOW, {"reader": Reader.AGENT}, 2),
        (NOW, {"use": Use.TICKET}, 2),
        (NOW, {"what": "bill"}, 2),
        (NOW, {"who": "sms"}, 2),
        (NOW, {"phone": OTHER}, 2),
        (NOW, {"phone": None}, 2),
        (NOW, {"conversation_id": "c2"}, 2),
        (NOW, {"conversation_id": None}, 2),
    ],
)
def test_another_kind_is_another_row(session: Session, now: datetime, changes: dict[str, Any], rows: int) -> None:
    note(session)
    note(session, now, **changes)
    assert len(session.scalars(select(Access)).all()) == rows


@pytest.mark.parametrize("missing", ["phone", "conversation_id"])
def test_rows_without_a_number_or_a_conversation_are_counted_too(session: Session, missing: str) -> None:
    note(session, **{missing: None})
    note(session, **{missing: None}, times=4)
    assert [row.times for row in session.scalars(select(Access))] == [5]


@pytest.mark.parametrize(
    ("phone", "conversations", "since", "found"),
    [
        (PHONE, ("c1",), NOW, ["bill", "balance", "ticket"]),  # the newest first
        (PHONE, (), NOW, ["bill", "balance"]),
        (None, ("c1",), NOW, ["balance", "ticket"]),
        (OTHER, ("c9",), NOW, ["plan"]),
        # A day that began before the number was theirs may be about whoever had it then.
        (PHONE, ("c1",), NOW + timedelta(minutes=2), ["bill"]),
        (None, (), NOW, []),
    ],
)
def test_what_is_one_persons(
    session: Session, phone: str | None, conversations: tuple[str, ...], since: datetime, found: list[str]
) -> None:
    note(session, what="ticket", phone=None)
    note(session, NOW + timedelta(minutes=1))
    note(session, NOW + timedelta(minutes=3), what="bill", conversation_id="c2")
    note(session, NOW + timedelta(minutes=4), what="plan", phone=OTHER, conversation_id="c3")
    assert [row.what for row in accesses_of(session, phone, conversations, since)] == found


@pytest.mark.usefixtures("database")
def test_many_at_once_are_all_counted() -> None:
    """Web, action server and worker note the same number on the same day."""

    def write() -> None:
        for _ in range(20):
            with transaction() as session:
                note(session)

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)
    with transaction() as session:
        assert [row.times for row in session.scalars(select(Access))] == [80]


@pytest.mark.usefixtures("database")
def test_it_names_nobody() -> None:
    with transaction() as session:
        note(session)
    assert PHONE.encode() not in raw_bytes()
