"""A message's way to its answer: accept, begin, complete or fail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.db import transaction
from care.errors import Conflict
from care.turns.dialogue import Question
from care.turns.rules import LEASE
from care.turns.service import Turn, waiting_conversations
from care.wording import say
from tests.support.chat import Chat
from tests.support.times import NOW
from tests.support.waiting import at_once

#: It comes before the first answer of every conversation.
HELLO = say("introduction")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def chat() -> Chat:
    return Chat()


def test_a_message_and_its_answer(chat: Chat) -> None:
    turn = chat.turn("没信号")
    assert turn == Turn(
        question=Question(str(chat.id), str(turn.message_id), "没信号", is_payload=False, is_fresh=False),
        message_id=turn.message_id,
        fence=1,
        failures=0,
        received_at=NOW,
        is_late=False,
        introduced=False,
        is_live=False,
    )
    assert chat.outcome(turn.message_id).status == "pending"
    completed = chat.after(seconds=1).complete(turn, "请说说情况", "在哪里？")
    assert (completed.outcome.owner, completed.has_more) == ("bot", False)
    outcome = chat.outcome(turn.message_id)
    assert (outcome.status, outcome.owner) == ("answered", "bot")
    assert chat.said_to(turn.message_id) == [HELLO, "请说说情况", "在哪里？"]
    assert chat.begin() is None, "nothing waits"


def test_a_message_that_is_sent_again_after_its_answer_is_not_run_again(chat: Chat) -> None:
    accepted = chat.send("没信号")
    assert accepted.turn is not None
    chat.complete(accepted.turn, "请说说情况")
    again = chat.send("没信号", message_id=chat.last_message_id)
    assert again.turn is None
    assert again.received.status == "answered"
    assert chat.said_to(again.received.message_id) == [HELLO, "请说说情况"]


def test_a_message_that_is_sent_again_while_it_runs_joins_it(chat: Chat) -> None:
    turn = chat.turn("没信号")
    again = chat.send("没信号", message_id=chat.last_message_id, holder="web-2")
    assert again.received.message_id == turn.message_id
    assert again.turn is None


def test_messages_of_a_conversation_go_in_order_one_at_a_time(chat: Chat) -> None:
    first = chat.turn("第一句")
    assert chat.after(seconds=1).send("第二句", holder="web-2").turn is None
    assert chat.after(seconds=1).send("第三句", holder="web-2").turn is None
    heard = []
    turn: Turn | None = first
    while turn is not None:
        heard.append(turn.question.text)
        has_more = chat.after(seconds=1).complete(turn, f"答{turn.question.text}").has_more
        turn = chat.begin()
        assert has_more is (turn is not None)
    assert heard == ["第一句", "第二句", "第三句"]
    assert chat.transcript == [
        ("customer", "第一句"),
        ("customer", "第二句"),
        ("customer", "第三句"),
        ("system", HELLO),
        ("bot", "答第一句"),
        ("bot", "答第二句"),
        ("bot", "答第三句"),
    ]


def test_a_message_that_arrives_just_after_the_answer_begins_at_once(chat: Chat) -> None:
    """With the very same clock reading: a lease that was given back is free, not "over since now"."""
    chat.complete(chat.turn("第一句"), "好")
    assert chat.turn("第二句").fence == 2


def test_conversations_do_not_wait_for_each_other(chat: Chat) -> None:
    other = Chat()
    assert chat.turn("没信号").fence == 1
    assert other.turn("断网").fence == 1


def test_only_one_of_two_gets_the_lease(chat: Chat) -> None:
    chat.complete(chat.turn("第一句"), "好")
    chat.send("第二句")
    chat.after(seconds=LEASE.total_seconds())  # whoever sent it died
    turns = at_once(*[lambda n=n: chat.begin(f"worker-{n}") for n in range(6)])
    assert len([turn for turn in turns if isinstance(turn, Turn)]) == 1
    assert turns.count(None) == 5


LEASES = [
    (0, False),  # it has just begun
    (LEASE.total_seconds() - 0.001, False),  # to the last moment
    (LEASE.total_seconds(), True),  # the holder is dead
    (3600, True),
]


@pytest.mark.parametrize(("seconds", "taken"), LEASES)
def test_a_lease_that_ran_out_is_overtaken(chat: Chat, seconds: float, taken: bool) -> None:
    chat.turn("没信号")
    turn = chat.after(seconds=seconds).begin("worker")
    assert (turn is not None) is taken
    if turn is not None:
        assert (turn.fence, turn.question.text, turn.received_at) == (2, "没信号", NOW)


@pytest.mark.parametrize("late", ["complete", "fail"])
def test_an_overtaken_holder_writes_nothing(chat: Chat, late: str) -> None:
    """It was only slow: its answer comes while, or after, another has answered."""
    old = chat.turn("没信号")
    new = chat.after(seconds=20).begin("worker")
    assert new is not None

    def come_late() -> None:
        with pytest.raises(Conflict) as refused:
            chat.complete(old, "旧的答复") if late == "complete" else chat.fail(old)
        assert refused.value.reason == "lease"

    come_late()
    assert chat.status(old.message_id) == "pending"
    assert chat.said_to(old.message_id) == []
    chat.complete(new, "新的答复")
    come_late()
    assert chat.said_to(old.message_id) == [HELLO, "新的答复"]
    assert chat.handoffs == []


def test_the_next_message_after_a_closed_matter_is_fresh(chat: Chat) -> None:
    turn = chat.turn("确认")
    chat.close_matter(turn)  # as filing does, inside the turn
    chat.complete(turn, "已登记")
    second = chat.turn("我还有个问题")
    assert second.question.is_fresh
    chat.complete(second, "请讲")
    assert not chat.turn("流量不够").question.is_fresh


def test_a_message_that_waited_while_the_matter_was_closed_is_fresh(chat: Chat) -> None:
    turn = chat.turn("确认")
    chat.send("我还有个问题")
    chat.close_matter(turn)
    assert chat.complete(turn, "已登记").has_more
    second = chat.begin()
    assert second is not None
    assert second.question.is_fresh


def test_the_turn_that_closed_the_matter_is_not_fresh_when_it_runs_again(chat: Chat) -> None:
    """The ticket is written, Rasa dies before it answers: the confirmation still belongs to its form."""
    turn = chat.turn("确认")
    chat.close_matter(turn)
    chat.now = chat.fail(turn)
    again = chat.begin()
    assert again is not None
    assert not again.question.is_fresh
    chat.complete(again, "已登记")
    assert chat.turn("我还有个问题").question.is_fresh


def test_a_fresh_message_whose_turn_fails_stays_fresh(chat: Chat) -> None:
    first = chat.turn("确认")
    chat.close_matter(first)
    chat.complete(first, "已登记")
    turn = chat.turn("我还有个问题")
    chat.now = chat.fail(turn)
    again = chat.begin()
    assert again is not None
    assert again.question.is_fresh


def test_a_fresh_turn_may_close_its_own_matter(chat: Chat) -> None:
    first = chat.turn("确认")
    chat.close_matter(first)
    chat.complete(first, "已登记")
    second = chat.turn("再投诉一次，都在上面了")
    chat.close_matter(second)
    chat.complete(second, "已登记")
    assert chat.turn("谢谢").question.is_fresh


def test_a_button_is_a_command(chat: Chat) -> None:
    first = chat.turn("没信号")
    chat.complete(first, "哪个号码？")
    chat.offer(first.message_id, "/skip")
    assert chat.turn("/skip").question.is_payload
    other = Chat()
    assert not other.turn("/skip").question.is_payload


def test_an_empty_message_is_answered_without_the_bot(chat: Chat) -> None:
    accepted = chat.send("")
    assert accepted.turn is None
    outcome = chat.outcome(accepted.received.message_id)
    assert (outcome.status, outcome.owner) == ("answered", "bot")
    assert [reply.text for reply in outcome.replies] == [HELLO, say("empty_message")]
    assert [author for author, _ in chat.transcript] == ["customer", "system", "system"]


def test_an_empty_message_does_not_disturb_a_running_turn(chat: Chat) -> None:
    turn = chat.turn("没信号")
    chat.send("")
    assert not chat.complete(turn, "好").has_more


def test_what_waits_is_found(chat: Chat) -> None:
    """The sweep: a message whose process died, or whose next try is due."""
    turn = chat.turn("没信号")
    assert chat.waiting() == [], "somebody works on it"
    chat.after(seconds=LEASE.total_seconds())
    assert chat.waiting() == [chat.id], "its holder died"
    taken = chat.begin()
    assert taken is not None
    assert chat.waiting() == [], "another has it"
    again_at = chat.fail(taken)
    assert chat.waiting() == [], "the next try is not due"
    chat.now = again_at
    assert chat.waiting() == [chat.id]
    last = chat.begin()
    assert last is not None
    chat.complete(last, "好")
    assert chat.after(days=1).waiting() == [], "it is answered"
    assert turn.message_id == last.message_id


def test_the_sweep_takes_the_longest_waiting_first() -> None:
    chats = [Chat(NOW + timedelta(seconds=number)) for number in range(5)]
    for each in chats:
        each.send("没信号")
    later = Chat(NOW + timedelta(minutes=1))
    assert later.waiting() == [each.id for each in chats]
    with transaction() as session:
        assert waiting_conversations(session, later.now, limit=2) == [each.id for each in chats[:2]]


def test_a_second_message_does_not_overtake_one_that_is_tried_again(chat: Chat) -> None:
    again_at = chat.fail(chat.turn("第一句"))
    assert chat.send("第二句").turn is None
    chat.now = again_at
    turn = chat.begin()
    assert turn is not None
    assert (turn.question.text, turn.failures) == ("第一句", 1)
