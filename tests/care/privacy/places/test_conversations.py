"""What goes of a conversation, what stays of it, and where a request's reach ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import raise_concerns, request_handoff, withdraw
from care.handoff.tables import Concern, Handoff
from care.once import OnceKey, Receipt, once
from care.privacy.places.base import Held
from care.privacy.places.conversations import Conversations
from care.privacy.rules import Hold
from care.satisfaction.tables import Rating
from care.turns.tables import MessageReading
from tests.care.privacy.places.talk import complaint, erase, expire, subject_of, talk
from tests.support.database import count, scalar
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

PLACE = Conversations()
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def _left() -> list[int]:
    with transaction() as session:
        return list(session.scalars(select(Message.id).order_by(Message.id)))


def _shell(name: str = "c1") -> tuple[str | None, int | None, bool]:
    """What is left in the row: key, the closed matter, is it a child's."""
    with transaction() as session:
        row = session.get_one(Conversation, name)
        return row.opening_key, row.closed_by, row.minor_at is not None


def test_everything_said_in_their_conversations_goes_and_nobody_elses() -> None:
    talk("c1", NOW, NOW, opening_key="k1")
    talk("c2", NOW)
    (others,) = talk("c3", NOW)
    counts = erase(PLACE, subject_of("c1", "c2"))
    assert (counts.removed, counts.anonymised, counts.held) == (3, 1, [])
    assert _left() == [others]
    assert count("conversations") == 3, "empty rows stay: orders and requests point at them"
    assert _shell() == (None, None, False)


def test_what_is_said_after_the_request_is_another_matter() -> None:
    first, asked = talk("c1", NOW, NOW)
    (elsewhere,) = talk("c2", NOW)
    with transaction() as session:
        answer = Message(conversation_id="c1", author="bot", text="好的", created_at=NOW, in_reply_to=asked)
        session.add(answer)
        session.get_one(Conversation, "c1").closed_by = answer_to = 10**6
        session.get_one(Conversation, "c1").minor_at = NOW
        session.get_one(Conversation, "c2").minor_at = NOW
    counts = erase(PLACE, subject_of("c1", "c2", until=asked))
    assert counts.removed == 2, first
    assert _left() == [elsewhere, answer.id], "also in another conversation"
    assert scalar("SELECT in_reply_to FROM messages WHERE author = 'bot'") is None
    assert _shell("c1") == (None, answer_to, True), "a matter that was closed since, and a child's, goes on"
    erase(PLACE, subject_of("c1", "c2", until=elsewhere))
    assert _shell("c2") == (None, None, False), "nobody goes on in it"


def test_what_was_concluded_goes_with_the_words() -> None:
    asked, later = talk("c1", NOW, NOW)
    with transaction() as session:
        for message in (asked, later):
            session.add(MessageReading(message_id=message, label="nlu_fallback", confidence=0.2, ranking=[]))
        raise_concerns(session, "c1", [Reason.ANGER], asked, NOW)
        raise_concerns(session, "c1", [Reason.FRAUD], later, NOW)
        request_handoff(session, "c1", Reason.ASKED, NOW)
        withdraw(session, "c1", NOW, by=EndedBy.CUSTOMER)
        request_handoff(session, "c1", Reason.ASKED, NOW)  # somebody waits now
        once(session, OnceKey("c1", asked, "x"), NOW, dict)
        once(session, OnceKey("c1", later, "x"), NOW, dict)
    erase(PLACE, subject_of("c1", until=asked))
    with transaction() as session:
        assert session.scalars(select(Concern.reason)).all() == [Reason.FRAUD]
        assert session.scalars(select(Handoff.status)).all() == ["waiting"], "over: gone; open: a person is awaited"
        assert session.scalars(select(MessageReading.message_id)).all() == [later]
        assert session.scalars(select(Receipt.message_id)).all() == [later]


def test_an_open_complaint_keeps_what_was_said_about_it() -> None:
    talk("c1", NOW - 3 * DAY)
    told, added = talk("c1", NOW - MINUTE, NOW + MINUTE)
    talk("c2", NOW)
    complaint("c1")
    counts = erase(PLACE, subject_of("c1", "c2"))
    assert (counts.removed, counts.held) == (2, [Held(Hold.OPEN_TICKET, 2)])
    assert _left() == [told, added]


def test_old_messages_expire_by_their_own_day_in_batches() -> None:
    (evidence,) = talk("c3", NOW - 6 * DAY)
    complaint("c3", at=NOW - 6 * DAY)
    first, _ = talk("c1", NOW - 5 * DAY, NOW - 4 * DAY, opening_key="k1")
    talk("c2", NOW - 3 * DAY, opening_key="k2")
    young = talk("c1", NOW - DAY)
    with transaction() as session:
        raise_concerns(session, "c1", [Reason.ANGER], first, NOW - 5 * DAY)
    counts = expire(PLACE, NOW - 2 * DAY, limit=2)
    assert (counts.removed, counts.held) == (3, [Held(Hold.OPEN_TICKET, 1)]), "two messages and a concern"
    counts = expire(PLACE, NOW - 2 * DAY, limit=2)
    assert (counts.removed, counts.anonymised) == (1, 1)
    counts = expire(PLACE, NOW - 2 * DAY, limit=2)
    assert (counts.removed, counts.anonymised) == (0, 0)
    assert _left() == [evidence, *young]
    assert (_shell("c1")[0], _shell("c2")[0]) == ("k1", None), "only what is empty"


def test_a_hand_off_expires_by_its_own_day() -> None:
    """It may have been closed long after the last message went."""
    talk("c1", NOW - 9 * DAY)
    with transaction() as session:
        request_handoff(session, "c1", Reason.LEAK, NOW - 9 * DAY)
        withdraw(session, "c1", NOW - 3 * DAY, by=EndedBy.CUSTOMER)
    assert expire(PLACE, NOW - 5 * DAY).removed == 1
    assert expire(PLACE, NOW - 3 * DAY).removed == 0, "on its day it stays"
    assert expire(PLACE, NOW - 2 * DAY).removed == 1
    assert count("handoffs") == 0


def test_a_mark_goes_with_its_hand_off() -> None:
    talk("c1", NOW - 9 * DAY)
    with transaction() as session:
        request_handoff(session, "c1", Reason.LEAK, NOW - 9 * DAY)
        handoff = session.scalars(select(Handoff.id)).one()
        session.add(Rating(handoff_id=handoff, conversation_id="c1", staff="1001", asked_at=NOW - 9 * DAY))
        withdraw(session, "c1", NOW - 9 * DAY, by=EndedBy.CUSTOMER)
    expire(PLACE, NOW - 2 * DAY)
    assert [count(table) for table in ("handoffs", "handoff_events", "ratings")] == [0, 0, 0]


def test_nothing_is_old() -> None:
    kept = talk("c1", NOW, NOW)
    assert expire(PLACE, NOW - DAY).removed == 0
    assert _left() == kept


def test_more_than_one_statement_takes() -> None:
    talk("c1", *[NOW] * 1100)
    assert erase(PLACE, subject_of("c1")).removed == 1100
    assert _left() == []
