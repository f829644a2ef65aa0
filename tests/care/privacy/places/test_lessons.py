"""Answers in lessons: which of them belong to a request, and when they go by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from care.conversations.tables import Conversation
from care.db import transaction
from care.once import OnceKey
from care.privacy.places.lessons import Lessons
from care.rights.lessons import keep_answer
from care.rights.tables import LessonAnswer
from tests.care.privacy.places.talk import erase, expire, subject_of
from tests.support.times import NOW

PLACE = Lessons()
LONG_AGO, LATELY = NOW - timedelta(days=20), NOW - timedelta(days=1)


@pytest.fixture(autouse=True)
def answers(database: object) -> None:
    """Message and conversation: two long ago, one lately, one of somebody else."""
    with transaction() as session:
        session.add_all(Conversation(id=id_, channel="rest", created_at=LONG_AGO) for id_ in ("c1", "c2"))
    for conversation, message_id, at in (
        ("c1", 1, LONG_AGO),
        ("c1", 2, LONG_AGO),
        ("c1", 9, LATELY),
        ("c2", 3, LATELY),
    ):
        with transaction() as session:
            keep_answer(session, OnceKey(conversation, message_id, "lesson"), "bill", f"s{message_id}", True, at)


def left() -> list[int]:
    with transaction() as session:
        return list(session.scalars(select(LessonAnswer.message_id).order_by(LessonAnswer.message_id)))


REACHES: list[tuple[int | None, datetime | None, bool, list[int], str]] = [
    # until, said since, words only, messages whose answers are left, why
    (None, None, False, [3], "all of this person"),
    (5, None, False, [3, 9], "up to the request"),
    (None, NOW - timedelta(days=5), False, [1, 2, 3], "earlier was somebody else"),
    (5, NOW - timedelta(days=5), False, [1, 2, 3, 9], "nothing of theirs in between"),
    (None, None, True, [3], "without a number: what was said here counts"),
    (1, None, True, [2, 3, 9], "without a number, up to the request"),
]


@pytest.mark.parametrize(("until", "said_since", "is_words_only", "kept", "why"), REACHES)
def test_what_a_request_reaches(
    until: int | None, said_since: datetime | None, is_words_only: bool, kept: list[int], why: str
) -> None:
    subject = subject_of("c1", until=until, said_since=said_since, is_words_only=is_words_only)
    theirs = 4 - len(kept)
    with transaction() as session:
        assert len(list(PLACE.records(session, subject))) == theirs, why
        assert PLACE.plan(session, subject, NOW).removed == theirs, why
    assert erase(PLACE, subject).removed == theirs, why
    assert left() == kept, why


def test_what_is_old_goes() -> None:
    assert expire(PLACE, NOW - timedelta(days=10)).removed == 2
    assert left() == [3, 9]
