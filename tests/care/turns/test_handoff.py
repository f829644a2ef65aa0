"""Failures bring a person in; a person mutes the bot; a customer may stop waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.db import transaction
from care.handoff.rules import EndedBy, Reason, Status
from care.handoff.service import request_handoff
from care.handoff.tables import Handoff
from care.wording import buttons, say, spoken_time
from tests.support.chat import Chat
from tests.support.desk import member
from tests.support.times import NOW, china

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def chat() -> Chat:
    return Chat()


def test_failures_are_counted_and_tried_again_later_and_later(chat: Chat) -> None:
    turn = chat.turn("没信号")
    waits = []
    for failures in range(4):
        assert turn.failures == failures
        again_at = chat.fail(turn)
        waits.append((again_at - chat.now).total_seconds())
        assert chat.begin() is None, "not yet"
        chat.now = again_at
        again = chat.begin()
        assert again is not None
        turn = again
    assert waits == [0.5, 1, 2, 4]
    assert chat.status(turn.message_id) == "pending"
    assert chat.handoffs == []
    assert chat.owner == "bot"


def test_after_five_failures_a_person_is_asked_for_and_the_bot_goes_on_trying(chat: Chat) -> None:
    turn = chat.turn("没信号")
    chat.fail_until_it_waits(turn, 5)
    assert chat.handoffs == [("bot_failure", "waiting")]
    assert chat.owner == "queue"
    assert chat.said_to(turn.message_id) == [say("introduction"), say("bot_failure")], "told honestly"
    assert chat.status(turn.message_id) == "pending", "and not given up"
    assert chat.begin() is not None


def test_after_two_minutes_a_person_is_asked_for_even_after_few_failures(chat: Chat) -> None:
    turn = chat.turn("没信号")
    chat.now = chat.fail(turn)
    assert chat.handoffs == []
    chat.now = NOW + timedelta(minutes=2)
    again = chat.begin()
    assert again is not None
    assert chat.handoffs == [("bot_failure", "waiting")]
    assert chat.said_to(turn.message_id) == [say("introduction"), say("bot_failure")]


def test_the_customer_is_told_once(chat: Chat) -> None:
    turn = chat.turn("没信号")
    chat.fail_until_it_waits(turn, 8)
    assert chat.said_to(turn.message_id) == [say("introduction"), say("bot_failure")]
    assert chat.handoffs == [("bot_failure", "waiting")]


def test_the_bots_answer_withdraws_its_own_handoff(chat: Chat) -> None:
    turn = chat.turn("没信号")
    chat.fail_until_it_waits(turn, 5)
    again = chat.begin()
    assert again is not None
    completed = chat.complete(again, "请说说情况")
    assert completed.outcome.owner == "bot"
    assert chat.handoffs == [("bot_failure", "withdrawn")]
    assert chat.said_to(turn.message_id) == [
        say("introduction"),
        say("bot_failure"),
        say("bot_recovered"),
        "请说说情况",
    ]
    assert not chat.turn("继续").question.is_fresh, "the matter goes on"


def test_the_bots_answer_withdraws_a_handoff_that_was_opened_because_nobody_tried(chat: Chat) -> None:
    """Everything was down for three minutes: no failure was counted, and the first try succeeds."""
    chat.send("没信号")
    turn = chat.after(minutes=3).begin("worker")
    assert turn is not None
    assert chat.handoffs == [("bot_failure", "waiting")]
    assert chat.complete(turn, "请说说情况").outcome.owner == "bot"
    assert chat.handoffs == [("bot_failure", "withdrawn")]


def test_the_bots_answer_does_not_withdraw_what_the_customer_asked_for(chat: Chat) -> None:
    """「转人工」 failed five times; the sixth try runs the action that asks for a person."""
    turn = chat.turn("转人工")
    chat.fail_until_it_waits(turn, 5)
    again = chat.begin()
    assert again is not None
    chat.ask_for_a_person(Reason.ASKED)
    assert chat.complete(again, "正在为您转人工").outcome.owner == "queue"
    assert chat.handoffs == [("asked", "waiting")]


def test_a_message_that_is_still_tried_is_held_when_the_customer_asks_for_a_person(chat: Chat) -> None:
    turn = chat.turn("没信号")
    chat.fail_until_it_waits(turn, 5)
    chat.ask_for_a_person(Reason.ASKED)
    assert chat.begin() is None
    assert chat.status(turn.message_id) == "held"


def test_the_bot_does_not_talk_over_a_person(chat: Chat) -> None:
    """Picked up while the bot was asked for the sixth time: its late answer is not sent."""
    turn = chat.turn("没信号")
    chat.fail_until_it_waits(turn, 5)
    again = chat.begin()
    assert again is not None
    chat.pick_up()
    assert chat.complete(again, "请说说情况").outcome.owner == "agent"
    assert chat.said_to(turn.message_id) == [say("introduction"), say("bot_failure")]
    assert chat.status(turn.message_id) == "held"
    assert chat.handoffs == [("bot_failure", "picked")]


def test_a_new_message_while_only_the_bot_failed_is_the_bots(chat: Chat) -> None:
    """Its answer would close the queue again; nothing is held that the bot could still answer."""
    turn = chat.turn("没信号")
    chat.fail_until_it_waits(turn, 5)
    second = chat.send("在吗")
    assert second.received.owner == "queue"
    assert second.turn is not None, "the first message is due, so its turn begins"
    assert second.turn.message_id == turn.message_id
    assert chat.status(second.received.message_id) == "pending"


def test_asked_for_in_the_turn(chat: Chat) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    assert chat.complete(turn, "正在为您转人工").outcome.owner == "queue"
    assert chat.handoffs == [("asked", "waiting")]


def test_in_the_queue_a_message_is_held_and_the_customer_told(chat: Chat) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")
    held = chat.send("快一点")
    assert held.turn is None
    outcome = chat.outcome(held.received.message_id)
    assert (outcome.status, outcome.owner) == ("held", "queue")
    assert [reply.text for reply in outcome.replies] == [say("in_queue")]
    assert [button["payload"] for button in outcome.replies[0].buttons] == ["/stop_waiting"]
    again = chat.send("快一点", message_id=chat.last_message_id)
    assert again.turn is None, "sent again: the same answer"
    assert chat.said_to(again.received.message_id) == [say("in_queue")]


IN_THE_QUEUE = [
    # said in one wait, the last of them answered by
    (["快一点"], "in_queue", {}),
    (["快一点", "没信号三天了"], "in_queue_again", {}),
    (["要等多久"], "in_queue_place", {"position": "1"}),
    (["快一点", "还要等多长时间啊"], "in_queue_place", {"position": "1"}),
    (["快一点", "不等了", "转人工", "在吗"], "in_queue", {}),  # another wait begins
]


@pytest.mark.parametrize(("texts", "key", "values"), IN_THE_QUEUE)
def test_what_is_said_in_the_queue(chat: Chat, texts: list[str], key: str, values: dict[str, str]) -> None:
    chat.complete(chat.turn("转人工"), "好的")
    chat.ask_for_a_person()
    for text in texts:
        sent = chat.after(seconds=5).send(text)
        if sent.turn is not None:
            chat.ask_for_a_person()
            chat.complete(sent.turn, "好的")
    assert chat.said_to(sent.received.message_id) == [say(key, **values)]
    assert buttons(key)[-1]["payload"] == "/stop_waiting"


def _waits(chat: Chat) -> None:
    chat.complete(chat.turn("转人工"), "好的")
    chat.ask_for_a_person()


def test_how_long_is_told_where_lately_some_were_taken(chat: Chat) -> None:
    """Three customers, each the next when they came, were taken after 100 s: at the third place it takes 300 s."""
    with transaction() as session:
        member(session, skills=["service"], presence="ready", load_limit=0)
        for number in range(3):
            _picked_up(session, f"before{number}", waited=timedelta(seconds=100), now=chat.now)
        for number in range(2):
            _conversation(session, f"ahead{number}", chat.now)
            request_handoff(session, f"ahead{number}", Reason.ASKED, chat.now)
    _waits(chat.after(seconds=1))
    asked = chat.send("还要等多久")
    assert chat.said_to(asked.received.message_id) == [say("in_queue_wait", position="3", minutes="5")]


def _conversation(session: Session, conversation_id: str, now: datetime) -> None:
    session.add(Conversation(id=conversation_id, channel="rest", created_at=now))
    session.flush()


def _picked_up(session: Session, conversation_id: str, waited: timedelta, now: datetime) -> None:
    _conversation(session, conversation_id, now)
    request_handoff(session, conversation_id, Reason.ASKED, now - waited)
    handoff = session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id)).one()
    handoff.status, handoff.picked_at = Status.PICKED, now
    session.flush()


def test_outside_opening_hours_it_is_told_when_somebody_comes(chat: Chat) -> None:
    chat.now = china("2026-11-21 23:10")
    _waits(chat)
    asked = chat.send("什么时候有人")
    said = say("in_queue_closed", position="1", opens=spoken_time(china("2026-11-22 08:00"), chat.now))
    assert chat.said_to(asked.received.message_id) == [said]


@pytest.mark.parametrize("text", ["/callback", "安排回电", "给我回电话", "回电话给我"])
def test_a_call_instead_of_waiting(chat: Chat, text: str) -> None:
    """The wait is over, and the bot, which asks when, gets the message."""
    _waits(chat)
    chat.send("要等多久")  # the answer offers the button
    called = chat.send(text)
    assert called.turn is not None
    assert called.turn.question.is_payload is text.startswith("/")
    assert chat.owner == "bot"
    with transaction() as session:
        assert session.scalars(select(Handoff.ended_by)).one() == EndedBy.CALLBACK


def test_a_call_that_nobody_offered_is_words(chat: Chat) -> None:
    _waits(chat)
    assert chat.send("/callback").turn is None
    assert chat.owner == "queue"


def test_who_talks_with_an_agent_asks_them_for_a_call(chat: Chat) -> None:
    _waits(chat)
    chat.pick_up()
    assert chat.send("给我回电话").turn is None
    assert chat.owner == "agent"


def test_a_person_has_the_word(chat: Chat) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")
    chat.pick_up()
    held = chat.send("您好")
    outcome = chat.outcome(held.received.message_id)
    assert (outcome.status, outcome.owner, outcome.replies) == ("held", "agent", [])
    assert chat.after(hours=1).waiting() == [], "the bot is not asked, however long it takes"


def test_a_message_that_waited_while_a_person_was_asked_for_is_held_and_the_customer_told(chat: Chat) -> None:
    """「转人工」 and at once 「没信号」: the second is no longer the bot's, and is not met with silence."""
    turn = chat.turn("转人工")
    second = chat.after(seconds=1).send("没信号").received
    chat.ask_for_a_person()
    assert chat.complete(turn, "正在为您转人工").has_more
    assert chat.begin() is None
    assert chat.status(second.message_id) == "held"
    assert chat.said_to(second.message_id) == [say("in_queue")]


def test_stop_waiting(chat: Chat) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")
    chat.send("快一点")  # the answer offers the button
    stopped = chat.send("/stop_waiting")
    assert stopped.turn is None
    outcome = chat.outcome(stopped.received.message_id)
    assert (outcome.status, outcome.owner) == ("answered", "bot")
    assert [reply.text for reply in outcome.replies] == [say("stopped_waiting")]
    assert outcome.replies[0].buttons == buttons("stopped_waiting")
    assert chat.handoffs == [("asked", "withdrawn")]
    assert not chat.turn("没信号").question.is_fresh, "a complaint that was half told goes on where it was"


SAID = [
    ("不等了", True),
    ("不等了，回到小益", True),  # the button's own title, typed
    ("不等了 回到小益！", True),
    ("算了我自己说吧", True),
    ("我不等了", True),
    ("我不等了 不要人工了", True),
    ("不要人工了", True),
    ("回到机器人", True),
    ("不排队了", True),
    ("算了不投诉了", True),
    ("那算了，不等了", True),
    ("取消排队", True),
    ("回到小益吧", True),
    ("不用人工了！", True),
    ("不等了，你们什么态度", False),  # there is more in it: for the person
    ("等了半天了", False),
]


@pytest.mark.parametrize(("text", "stops"), SAID)
def test_stop_waiting_in_words(chat: Chat, text: str, stops: bool) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")
    chat.send(text)
    assert chat.owner == ("bot" if stops else "queue")


def test_stop_waiting_is_a_command_only_when_it_was_offered(chat: Chat) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")
    typed = chat.send("/stop_waiting")
    assert chat.status(typed.received.message_id) == "held"
    assert chat.owner == "queue"


def test_stop_waiting_comes_too_late_for_one_that_was_picked_up(chat: Chat) -> None:
    """A person has the conversation: it is not the bot's again, and the customer is not told that it is."""
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")
    chat.send("快一点")
    chat.pick_up()
    stopped = chat.send("/stop_waiting")
    assert chat.owner == "agent"
    assert chat.handoffs == [("asked", "picked")]
    assert say("stopped_waiting") not in chat.said_to(stopped.received.message_id)
    assert chat.status(stopped.received.message_id) == "held"


def test_an_empty_message_in_the_queue_is_answered_as_ever(chat: Chat) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")
    empty = chat.send("")
    assert chat.said_to(empty.received.message_id) == [say("empty_message")]
    assert chat.owner == "queue"
