"""Before the first answer of a conversation it is said that a robot speaks and how to get a person; once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from care import db
from care.conversations.service import store_replies
from care.turns.service import late
from care.wording import say
from tests.support.chat import Chat
from tests.support.database import scalar
from tests.support.waiting import at_once

pytestmark = pytest.mark.usefixtures("database")

HELLO = say("introduction")


@pytest.fixture
def chat() -> Chat:
    return Chat()


def _introductions(chat: Chat) -> int:
    return [text for _, text in chat.transcript].count(HELLO)


def test_what_it_says() -> None:
    assert "不是真人" in HELLO
    assert "转人工" in HELLO


def _answered(chat: Chat) -> None:
    chat.complete(chat.turn("没信号"), "请说说情况")


def _empty(chat: Chat) -> None:
    chat.send("")


def _failed(chat: Chat) -> None:
    chat.fail_until_it_waits(chat.turn("没信号"), 5)


def _waited_too_long(chat: Chat) -> None:
    chat.send("没信号")
    chat.after(minutes=3).begin("worker")


def _impatient(chat: Chat) -> None:
    turn = chat.turn("没信号")
    with db.transaction() as session:
        late(session, str(chat.id), turn.message_id, chat.now)


def _handed_over(chat: Chat) -> None:
    turn = chat.turn("转人工")
    chat.ask_for_a_person()
    chat.complete(turn, "正在为您转人工")


def _held(chat: Chat) -> None:
    """Two messages at once; the first one brought the queue, and its answer is not stored yet."""
    chat.turn("转人工")
    chat.ask_for_a_person()
    chat.send("快点")


FIRST = [_answered, _empty, _failed, _waited_too_long, _impatient, _handed_over, _held]


@pytest.mark.parametrize("first", FIRST)
def test_it_is_the_first_thing_that_is_said(chat: Chat, first: Callable[[Chat], None]) -> None:
    first(chat)
    said = [(author, text) for author, text in chat.transcript if author != "customer"]
    assert said[0] == ("system", HELLO)
    assert _introductions(chat) == 1


@pytest.mark.parametrize("first", FIRST)
def test_it_is_said_once(chat: Chat, first: Callable[[Chat], None]) -> None:
    first(chat)
    chat.send("")
    chat.send("还在吗")
    chat.after(minutes=5)
    turn = chat.begin("worker")
    if turn is not None:
        chat.complete(turn, "在的")
    with db.transaction() as session:
        late(session, str(chat.id), 1, chat.now)
    assert _introductions(chat) == 1


def test_a_turn_that_is_run_again_says_it_once(chat: Chat) -> None:
    """Overtaken, failed, and answered at last."""
    turn = chat.turn("没信号")
    chat.now = chat.fail(turn)
    again = chat.begin()
    assert again is not None
    assert chat.complete(again, "请说说情况").outcome.replies[0].text == HELLO
    assert chat.said_to(turn.message_id) == [HELLO, "请说说情况"]


def test_an_answer_whose_introduction_somebody_else_has_said_comes_with_it(chat: Chat) -> None:
    """Both asked for the same message: the one that waited shorter was told who speaks, the other gets the answer."""
    turn = chat.turn("没信号")
    with db.transaction() as session:
        late(session, str(chat.id), turn.message_id, chat.now)
    outcome = chat.complete(turn, "请说说情况").outcome
    assert [reply.text for reply in outcome.replies] == [HELLO, "请说说情况"]


def test_an_answer_that_was_rolled_back_has_introduced_nobody(chat: Chat) -> None:
    turn = chat.turn("没信号")
    with Session(db.engine()) as session:
        store_replies(session, turn.message_id, str(chat.id), [], "system", chat.now)
        session.rollback()
    assert scalar("SELECT introduced FROM conversations") is False
    chat.complete(turn, "请说说情况")
    assert _introductions(chat) == 1


def test_first_answers_at_the_same_time_say_it_once(chat: Chat) -> None:
    message_id = chat.turn("没信号").message_id

    def answer() -> None:
        with db.transaction() as session:
            store_replies(session, message_id, str(chat.id), [], "system", chat.now)

    assert at_once(*[answer] * 6) == [None] * 6
    assert _introductions(chat) == 1


def test_every_conversation_has_its_own() -> None:
    one, other = Chat(), Chat()
    for chat in (one, other):
        chat.complete(chat.turn("没信号"), "请说说情况")
        assert chat.transcript[1] == ("system", HELLO)


def test_it_costs_one_statement_in_the_first_turn_and_none_later(chat: Chat) -> None:
    counted: list[str] = []

    def count(*args: Any) -> None:
        counted.append(args[2])

    event.listen(db.engine(), "before_cursor_execute", count)
    costs = []
    for text in ("一", "二", "三"):
        turn = chat.turn(text)
        counted.clear()
        chat.complete(turn, "答")
        costs.append(len(counted))
    event.remove(db.engine(), "before_cursor_execute", count)
    assert costs == [costs[1] + 1, costs[1], costs[1]]
