"""A message is received once, however often it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.rules import Inbound, Reply, id_from
from care.conversations.service import (
    Received,
    close_matter,
    exists,
    open_conversation,
    owner_of,
    receive,
    replies_to,
    set_owner,
    set_status,
    store_replies,
)
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.errors import Conflict, NotAllowed
from care.wording import say
from tests.support.database import count, raw_bytes
from tests.support.times import NOW
from tests.support.waiting import at_once

#: It comes before the first answer of every conversation.
HELLO = Reply(say("introduction"))
UUID = "b7a0b1de-3f0a-4c1e-9d5e-0a2f5d0c8f11"
LATER = NOW + timedelta(seconds=3)


def _send(session: Session, message_id: str, text: str = "没信号", conversation_id: str | None = None) -> Received:
    return receive(session, Inbound("rest", message_id, text, conversation_id), NOW)


def test_a_new_message_opens_a_conversation(session: Session) -> None:
    received = _send(session, UUID)
    assert received == Received(received.conversation_id, 1, "没信号", False, "pending", "bot", is_new=True)
    conversation = session.scalars(select(Conversation)).one()
    assert (conversation.channel, conversation.owner, conversation.closed_by) == ("rest", "bot", None)
    assert conversation.created_at == NOW


def test_conversation_ids_cannot_be_guessed(session: Session) -> None:
    ids = {_send(session, f"{UUID}-{number}").conversation_id for number in range(50)}
    assert len(ids) == 50
    assert all(len(each) == 25 for each in ids), "144 random bits in base64"


def test_the_same_message_again(session: Session) -> None:
    first = _send(session, UUID)
    again = _send(session, UUID)
    assert (again.conversation_id, again.message_id) == (first.conversation_id, first.message_id)
    assert (first.is_new, again.is_new) == (True, False)
    assert session.query(Message).count() == 1


def test_the_same_message_again_with_its_conversation(session: Session) -> None:
    """The client learned the conversation's id from an answer that came late."""
    first = _send(session, UUID)
    again = _send(session, UUID, conversation_id=first.conversation_id)
    assert again.message_id == first.message_id
    assert not again.is_new


def test_the_same_message_again_tells_how_it_stands(session: Session) -> None:
    first = _send(session, UUID)
    set_status(session, first.message_id, "answered", LATER)
    set_owner(session, first.conversation_id, "queue")
    again = _send(session, UUID)
    assert (again.status, again.owner) == ("answered", "queue")


OPENINGS = [
    # Who knows a UUID (RFC 9562), sent it
    (UUID, True),  # version 4, random
    ("01943f6e-7b2c-7a10-8f3d-5e6c7d8e9fa0", True),  # version 7, time and random
    (UUID.replace("-", ""), True),  # without its dashes
    (UUID.upper(), True),
    # Anything else, another client may send as well
    ("1", False),  # a counter: every client begins with it
    ("message-number-001", False),  # a long counter is one too
    ("x" * 36, False),  # as long as a UUID
    ("0123456789abcdef0123456789abcdef", False),  # 32 hexadecimal digits, but of no version
    ("b7a0b1de-3f0a-4c1e-1d5e-0a2f5d0c8f11", False),  # a version, but of no variant of RFC 9562
    ("00000000-0000-0000-0000-000000000000", False),  # the nil UUID
    (f"{UUID}-1", False),  # more than a UUID
]


@pytest.mark.parametrize(("message_id", "found"), OPENINGS)
def test_a_repeated_opening_finds_its_conversation_only_by_an_id_that_nobody_guesses(
    session: Session, message_id: str, found: bool
) -> None:
    first, again = _send(session, message_id), _send(session, message_id)
    assert (first.conversation_id == again.conversation_id) is found
    assert again.is_new is not found


def test_another_channel_has_ids_of_its_own(session: Session) -> None:
    first = receive(session, Inbound("rest", UUID, "没信号"), NOW)
    other = receive(session, Inbound("wechat", UUID, "没信号"), NOW)
    assert other.is_new
    assert other.conversation_id != first.conversation_id


def test_conversations_have_ids_of_their_own(session: Session) -> None:
    one, two = _send(session, "1"), _send(session, "1")
    assert _send(session, "2", conversation_id=one.conversation_id).is_new
    assert _send(session, "2", conversation_id=two.conversation_id).is_new


@pytest.mark.parametrize("text", ["没信号！", "", "没信号 "])
def test_an_id_that_was_used_for_another_text(session: Session, text: str) -> None:
    """Taking one for the other would lose a message silently."""
    first = _send(session, UUID)
    for conversation_id in (None, first.conversation_id):
        with pytest.raises(Conflict) as refused:
            _send(session, UUID, text, conversation_id)
        assert refused.value.reason == "message_id"


def test_an_unknown_conversation(session: Session) -> None:
    with pytest.raises(NotAllowed) as refused:
        _send(session, UUID, conversation_id="c0000000000000000000000000")
    assert refused.value.reason == "conversation"
    assert session.query(Message).count() == 0


def test_a_key_of_ours_stands_for_its_conversation(session: Session) -> None:
    """Whatever the ids of its messages are; and another key, with the same ids, for another one."""

    def send(key: str, message_id: str) -> Received:
        return receive(session, Inbound("socketio", message_id, "没信号", opening_key=key), NOW)

    first, second, other = send("k1", "1"), send("k1", "2"), send("k2", "1")
    assert first.conversation_id == second.conversation_id == id_from("k1")
    assert other.conversation_id == id_from("k2") != first.conversation_id
    assert (first.is_new, second.is_new, other.is_new, send("k1", "1").is_new) == (True, True, True, False)
    assert session.query(Conversation).count() == 2
    assert open_conversation(session, "socketio", "k1", NOW) == first.conversation_id
    assert exists(session, first.conversation_id)
    assert not exists(session, id_from("k3"))


@pytest.mark.usefixtures("database")
def test_a_key_that_opens_five_times_at_once() -> None:
    def send(message_id: int) -> Received:
        with transaction() as session:
            return receive(session, Inbound("socketio", str(message_id), "没信号", opening_key="k1"), NOW)

    received = at_once(*[lambda n=n: send(n) for n in range(5)])
    assert {each.conversation_id for each in received} == {id_from("k1")}
    assert (count("conversations"), count("messages")) == (1, 5)


SKIP = {"title": "跳过", "payload": "/skip"}
CHANGE = {"title": "号码", "payload": '/correct{"field": "line"}'}

PAYLOADS = [
    ("/skip", True),  # exactly what a button says
    ('/correct{"field": "line"}', True),  # with entities
    ("/correct", False),  # only its beginning
    ('/correct{"field": "contact"}', False),  # other entities than were offered
    ('/correct{"field":"line"}', False),  # not even a space may differ
    ("/SKIP", False),  # nor case
    ("/skip ", False),  # (clean_text takes such spaces away before)
    ("/complain", False),  # a command that was not offered here
    ('/complain{"complaint_confirmed": true}', False),  # an injection: Rasa would fill the slot
    ("跳过", False),  # the button's title typed is words
    ("/", False),  # only a slash
    ("//skip", False),
    ("我选/skip", False),  # a slash in the middle is never one
]


@pytest.mark.parametrize(("text", "is_payload"), PAYLOADS)
def test_only_what_was_offered_is_a_command(session: Session, text: str, is_payload: bool) -> None:
    first = _send(session, UUID)
    replies = [Reply("哪个号码？", [SKIP]), Reply("改哪一项？", [CHANGE, SKIP])]
    store_replies(session, first.message_id, first.conversation_id, replies, "bot", NOW)
    assert _send(session, "2", text, first.conversation_id).is_payload is is_payload


def test_a_button_of_another_conversation_is_no_command(session: Session) -> None:
    offered, other = _send(session, "1"), _send(session, "1")
    store_replies(session, offered.message_id, offered.conversation_id, [Reply("?", [SKIP])], "bot", NOW)
    assert not _send(session, "2", "/skip", other.conversation_id).is_payload
    assert not _send(session, "3", "/skip").is_payload, "nor the first message of one"


def test_a_command_that_is_sent_again_stays_what_it_was(session: Session) -> None:
    first = _send(session, UUID)
    before = _send(session, "2", "/skip", first.conversation_id)
    store_replies(session, first.message_id, first.conversation_id, [Reply("?", [SKIP])], "bot", NOW)
    again = _send(session, "2", "/skip", first.conversation_id)
    assert (before.is_payload, again.is_payload) == (False, False), "the bot read it as words"


def test_replies_are_those_of_the_message_in_their_order(session: Session) -> None:
    first = _send(session, UUID)
    second = _send(session, "2", conversation_id=first.conversation_id)
    store_replies(session, first.message_id, first.conversation_id, [Reply("一"), Reply("二", [SKIP])], "bot", NOW)
    store_replies(session, second.message_id, first.conversation_id, [Reply("三")], "bot", NOW)
    store_replies(session, first.message_id, first.conversation_id, [], "bot", NOW)
    assert replies_to(session, first.message_id) == [HELLO, Reply("一"), Reply("二", [SKIP])]
    assert replies_to(session, second.message_id) == [Reply("三")]


CARD = {"kind": "summary", "rows": [{"label": "号码", "value": "13800138000"}]}


def test_a_card_comes_back_as_it_was(session: Session) -> None:
    first = _send(session, UUID)
    replies = [Reply("一", card=CARD), Reply("二", [SKIP])]
    store_replies(session, first.message_id, first.conversation_id, replies, "bot", NOW, introduced=True)
    assert replies_to(session, first.message_id) == replies


def test_what_was_stored_is_returned(session: Session) -> None:
    first = _send(session, UUID)

    def store(*replies: Reply) -> list[Reply]:
        return store_replies(session, first.message_id, first.conversation_id, replies, "bot", NOW)

    assert store(Reply("一")) == [HELLO, Reply("一")]
    assert store(Reply("二"), Reply("三")) == [Reply("二"), Reply("三")]
    assert store() == []


def test_status_and_its_time(session: Session) -> None:
    received = _send(session, UUID)
    message = session.get_one(Message, received.message_id)
    assert (message.status, message.next_attempt_at, message.answered_at) == ("pending", NOW, None)
    set_status(session, received.message_id, "held", LATER)
    session.refresh(message)
    assert (message.status, message.next_attempt_at, message.answered_at) == ("held", None, None)
    set_status(session, received.message_id, "answered", LATER)
    session.refresh(message)
    assert (message.status, message.next_attempt_at, message.answered_at) == ("answered", None, LATER)


def test_owner_and_matter(session: Session) -> None:
    one, other = _send(session, "1"), _send(session, "1")
    set_owner(session, one.conversation_id, "agent")
    close_matter(session, one.conversation_id, one.message_id)
    assert owner_of(session, one.conversation_id) == "agent"
    assert owner_of(session, other.conversation_id) == "bot"
    assert session.get_one(Conversation, one.conversation_id).closed_by == one.message_id
    assert session.get_one(Conversation, other.conversation_id).closed_by is None


@pytest.mark.usefixtures("database")
def test_one_message_sent_five_times_at_once() -> None:
    def send() -> Received:
        with transaction() as session:
            return _send(session, UUID)

    received = at_once(*[send] * 5)
    assert len({(each.conversation_id, each.message_id) for each in received}) == 1
    assert sorted(each.is_new for each in received) == [False] * 4 + [True]
    assert (count("conversations"), count("messages")) == (1, 1)


@pytest.mark.usefixtures("database")
def test_the_table_holds_no_readable_words() -> None:
    with transaction() as session:
        received = _send(session, UUID, "我的号码13800138000没信号")
        replies = [Reply("请稍等片刻", card={"kind": "summary", "rows": [{"label": "联系人", "value": "王小明"}]})]
        store_replies(session, received.message_id, received.conversation_id, replies, "bot", NOW)
    stored = raw_bytes()
    for words in ("13800138000", "没信号", "请稍等片刻", "王小明", "联系人"):
        assert words.encode() not in stored
