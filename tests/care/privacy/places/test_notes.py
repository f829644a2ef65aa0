"""What agents noted, and the marks they were given: in the copy, gone with a deletion, and by their age."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from care.conversations.tables import Conversation
from care.db import transaction
from care.desk.tables import ConversationNote
from care.handoff.rules import Status
from care.handoff.tables import Handoff
from care.privacy.places.conversations import Conversations
from care.privacy.subject import Subject
from care.satisfaction.tables import Rating
from tests.support.database import count
from tests.support.times import NOW

PLACE = Conversations()
OLD = NOW - timedelta(days=400)
BEFORE = NOW - timedelta(days=365)
SUBJECT = Subject(None, None, ("c1",), ())


@pytest.fixture(autouse=True)
def _two_conversations(database: object) -> None:
    for name, at in (("c1", NOW), ("c2", OLD)):
        with transaction() as session:
            session.add(Conversation(id=name, channel="rest", created_at=at))
            session.flush()
            session.add(
                ConversationNote(conversation_id=name, note_id="n", staff="1007", text="下午方便", created_at=at)
            )
            handoff = Handoff(
                conversation_id=name,
                reason="asked",
                status=Status.CLOSED,
                requested_at=at,
                changed_at=at,
                served_from=at,
            )
            session.add(handoff)
            session.flush()
            session.add(Rating(handoff_id=handoff.id, conversation_id=name, staff="1007", asked_at=at, score=9))


def _erase(subject: Subject, now: datetime = NOW) -> None:
    with transaction() as session:
        planned = PLACE.plan(session, subject, now).removed
        done = PLACE.erase(session, subject, now).removed
    assert done == planned


def test_the_customer_gets_them_without_who_wrote_them() -> None:
    with transaction() as session:
        told = {each.table: each.values for each in PLACE.records(session, SUBJECT)}
    assert told["conversation_notes"]["text"] == "下午方便"
    assert told["ratings"]["score"] == 9
    assert "1007" not in repr(told)


def test_a_deletion_takes_both_and_nobody_elses() -> None:
    _erase(SUBJECT)
    assert (count("conversation_notes"), count("ratings")) == (1, 1)


def test_who_only_sits_at_the_browser_takes_no_notes() -> None:
    _erase(replace(SUBJECT, is_words_only=True))
    assert count("conversation_notes") == 2


def test_they_go_by_their_age() -> None:
    with transaction() as session:
        PLACE.expire(session, BEFORE, NOW, 100)
    assert (count("conversation_notes"), count("ratings"), count("handoffs")) == (1, 1, 1)
