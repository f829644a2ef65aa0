"""「谁用过我的信息」: the log of uses and what the conversations tell, of one person and of nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.privacy.subject import Subject
from care.privacy.usage import usages_of
from tests.support.database import scalar
from tests.support.tickets import file
from tests.support.times import NOW

PHONE = "13800138000"
MONTH, DAY = timedelta(days=30), timedelta(days=1)


def said(session: Session, author: str, conversation: str, at: datetime, staff: str | None = None) -> None:
    status = "answered" if author == "customer" else None
    session.add(
        Message(conversation_id=conversation, author=author, text="话费", staff=staff, created_at=at, status=status)
    )


@pytest.fixture
def subject(database: object) -> Subject:
    """c1 is theirs, c2 is somebody else's; a ticket was filed in c1."""
    with transaction() as session:
        session.add_all([Conversation(id=name, channel="rest", created_at=NOW - MONTH) for name in ("c1", "c2")])
    file()
    with transaction() as session:
        for conversation in ("c1", "c2"):
            for days in (0, 2, 3, 40):
                said(session, "customer", conversation, NOW - days * DAY)
            said(session, "bot", conversation, NOW)
            said(session, "agent", conversation, NOW - 4 * DAY, "1007")
        for phone, conversation, at in (
            (PHONE, "c1", NOW - 5 * DAY),
            (PHONE, None, NOW - 6 * DAY),
            (None, "c1", NOW - 7 * DAY),
            ("13800138001", "c2", NOW),
            (PHONE, None, NOW - 10 * DAY),
        ):
            note_access(
                session, Reader.PARTNER, Use.ANSWER, "balance", at, phone=phone, conversation_id=conversation, who="b"
            )
    ticket = int(str(scalar("SELECT id FROM tickets")))
    return Subject(PHONE, None, ("c1",), (ticket,), number_from=NOW - 8 * DAY)


def test_all_uses_of_one_kind_are_one_line(subject: Subject) -> None:
    with transaction() as session:
        found = usages_of(session, subject, NOW - MONTH)
    assert [(each.reader, each.use, each.what, each.who, each.times, each.first_at) for each in found] == [
        ("bot", "answer", "messages", "", 3, NOW - 3 * DAY),  # 40 days ago is before what was asked for
        ("bot", "ticket", "ticket", "", 1, NOW),
        ("agent", "answer", "messages", "1007", 1, NOW - 4 * DAY),
        # One of them ten days ago was about whoever had the number then.
        ("partner", "answer", "balance", "b", 3, NOW - 7 * DAY),
    ]


def test_what_is_said_behind_the_request_is_another_matter(subject: Subject) -> None:
    first = int(str(scalar("SELECT min(id) FROM messages WHERE conversation_id = 'c1'")))
    with transaction() as session:
        found = usages_of(session, replace(subject, until=first), NOW - MONTH)
    assert [each.times for each in found if each.what == "messages"] == [1]


def test_this_conversation_alone(subject: Subject) -> None:
    with transaction() as session:
        found = usages_of(session, Subject(None, None, ("c2",), ()), NOW - MONTH)
    assert {(each.reader.value, each.times) for each in found} == {("bot", 3), ("partner", 1), ("agent", 1)}
