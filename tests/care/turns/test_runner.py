"""The whole way of a message in one process: a real database, a bot that is slow, fails, or is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from care import db
from care.conversations.rules import Inbound, Reply
from care.turns.rules import LEASE
from care.turns.runner import Runner
from care.turns.service import Accepted, Outcome, waiting_conversations
from care.wording import say
from tests.support.chat import Chat
from tests.support.database import count, scalar
from tests.support.dialogue import FakeBot, down
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("database")

Look = Callable[[], Awaitable[bool]]

#: It comes before the first answer of every conversation.
HELLO = Reply(say("introduction"))

LONG = 10.0
SHORT = 0.05


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
async def runner(bot: FakeBot) -> AsyncIterator[Runner]:
    runner = Runner(bot)
    yield runner
    bot.gate.set()
    await runner.aclose(seconds=2)


def _message(words: str, conversation_id: str | None = None) -> Inbound:
    return Inbound("rest", str(uuid4()), words, conversation_id)


async def _send(runner: Runner, inbound: Inbound, patience: float = LONG) -> tuple[Accepted, Outcome]:
    return await runner.accept_and_answer(inbound, patience)


async def _answered(runner: Runner, inbound: Inbound) -> Outcome:
    """Ask again with the same id until the answer is there, as clients do."""

    async def look() -> Outcome | None:
        outcome = (await _send(runner, inbound, SHORT))[1]
        return outcome if outcome.status == "answered" else None

    outcome = await eventually(look, "the answer")
    assert outcome is not None
    return outcome


async def test_answered_in_time(runner: Runner, bot: FakeBot) -> None:
    accepted, outcome = await _send(runner, _message("没信号"))
    assert outcome == Outcome("answered", "bot", [HELLO, Reply("听到了：没信号")])
    (question,) = bot.asked
    assert question.conversation_id == accepted.received.conversation_id
    assert question.message_id == str(accepted.received.message_id)
    assert not question.is_payload


async def test_a_slow_answer_comes_later(runner: Runner, bot: FakeBot) -> None:
    bot.gate.clear()
    inbound = _message("没信号")
    accepted, outcome = await _send(runner, inbound, SHORT)
    assert outcome == Outcome("pending", "bot", [HELLO]), "who is told to wait knows who speaks"
    assert (await _send(runner, inbound, SHORT))[1] == outcome, "asked again: still the same turn"
    bot.gate.set()
    assert (await _answered(runner, inbound)).replies == [HELLO, Reply("听到了：没信号")]
    assert bot.heard == ["没信号"]
    assert accepted.turn is not None


async def test_a_caller_that_goes_away_does_not_lose_the_answer(runner: Runner, bot: FakeBot) -> None:
    bot.gate.clear()
    inbound = _message("没信号")
    request = asyncio.create_task(_send(runner, inbound))
    await eventually(_asked(bot, 1), "the bot to be asked")
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    bot.gate.set()
    assert (await _answered(runner, inbound)).replies == [HELLO, Reply("听到了：没信号")]
    assert len(bot.asked) == 1


async def test_a_failure_is_tried_again_while_the_customer_waits(runner: Runner, bot: FakeBot) -> None:
    """The action server is being restarted: the customer notices half a second."""
    bot.failures = [down("rasa_503")]
    _, outcome = await _send(runner, _message("没信号"))
    assert outcome == Outcome("answered", "bot", [HELLO, Reply("听到了：没信号")])
    assert bot.heard == ["没信号", "没信号"]
    assert len({question.message_id for question in bot.asked}) == 1, "under one id: the bot may have answered before"
    assert count("handoffs") == 0


async def test_the_fifth_failure_asks_for_a_person_and_leaves_the_next_try_to_the_worker(
    runner: Runner, bot: FakeBot
) -> None:
    chat = Chat(now=db.utcnow())
    turn = chat.turn("没信号")
    chat.fail(turn)
    with db.transaction() as session:
        session.execute(text("UPDATE messages SET attempts = 4, next_attempt_at = now() - interval '1 second'"))
    bot.failures = [down()]
    await runner.run(str(chat.id))
    outcome = chat.outcome(turn.message_id)
    assert outcome == Outcome("pending", "queue", [HELLO, Reply(say("bot_failure"))])
    assert len(bot.asked) == 1
    chat.now = db.utcnow() + timedelta(seconds=5)
    assert chat.waiting() == [chat.id]


async def test_two_messages_of_one_conversation_are_answered_in_order(runner: Runner, bot: FakeBot) -> None:
    bot.gate.clear()
    first = asyncio.create_task(_send(runner, first_message := _message("第一句")))
    await eventually(_asked(bot, 1), "the first message to be asked")
    opened = await _send(runner, first_message, SHORT)
    second = asyncio.create_task(_send(runner, _message("第二句", opened[0].received.conversation_id)))
    await eventually(_stored(2), "the second message to be stored")
    bot.gate.set()
    (_, one), (_, two) = await asyncio.gather(first, second)
    assert (one.replies, two.replies) == ([HELLO, Reply("听到了：第一句")], [Reply("听到了：第二句")])
    assert bot.heard == ["第一句", "第二句"]


async def test_what_arrived_meanwhile_is_answered_without_being_asked_for(runner: Runner, bot: FakeBot) -> None:
    """Its sender hung up; the turn before it takes it along."""
    bot.gate.clear()
    opening = _message("第一句")
    accepted, _ = await _send(runner, opening, SHORT)
    second, _ = await _send(runner, _message("第二句", accepted.received.conversation_id), SHORT)
    bot.gate.set()
    await eventually(_all_answered, "both to be answered")
    assert bot.heard == ["第一句", "第二句"]
    assert second.turn is None


async def test_one_message_sent_twice_at_once_is_answered_once(runner: Runner, bot: FakeBot) -> None:
    inbound = _message("没信号")
    results = await asyncio.gather(*(_send(runner, inbound) for _ in range(4)))
    assert [outcome.replies for _, outcome in results] == [[HELLO, Reply("听到了：没信号")]] * 4
    assert len(bot.asked) == 1
    assert count("messages") == 3


async def test_one_message_sent_to_two_processes_is_answered_once(runner: Runner, bot: FakeBot) -> None:
    bot.gate.clear()
    inbound = _message("没信号")
    other_bot = FakeBot()
    other = Runner(other_bot)
    here = asyncio.create_task(_send(runner, inbound))
    await eventually(_asked(bot, 1), "the first process to ask")
    there = asyncio.create_task(_send(other, inbound))
    bot.gate.set()
    results = await asyncio.gather(here, there)
    assert [outcome.replies for _, outcome in results] == [[HELLO, Reply("听到了：没信号")]] * 2
    assert other_bot.asked == []
    await other.aclose()


async def test_many_conversations_at_once(runner: Runner, bot: FakeBot) -> None:
    """Four times as many as connections: they queue, nobody is refused."""
    results = await asyncio.gather(*(_send(runner, _message(f"第{number}位")) for number in range(40)))
    assert [outcome.replies for _, outcome in results] == [
        [HELLO, Reply(f"听到了：第{number}位")] for number in range(40)
    ]


async def test_an_overtaken_process_stores_nothing(runner: Runner, bot: FakeBot) -> None:
    """Its call to the bot hung longer than the lease; the worker has answered meanwhile."""
    bot.gate.clear()
    inbound = _message("没信号")
    accepted, _ = await _send(runner, inbound, SHORT)
    with db.transaction() as session:
        session.execute(text("UPDATE turn_leases SET expires_at = now() - interval '1 second'"))
    worker = Runner(FakeBot(lambda question: [Reply("新的答复")]))
    await worker.run(accepted.received.conversation_id)
    bot.gate.set()
    await runner.aclose(seconds=5)
    assert (await _answered(worker, inbound)).replies == [HELLO, Reply("新的答复")]
    assert count("messages") == 3
    await worker.aclose()


async def test_a_bot_that_breaks_in_an_unknown_way_loses_nothing(runner: Runner, bot: FakeBot) -> None:
    bot.failures = [KeyError("replies")]
    inbound = _message("没信号")
    accepted, outcome = await _send(runner, inbound, SHORT)
    assert outcome.status == "pending"
    await runner.aclose(seconds=5)
    with db.transaction() as session:
        assert waiting_conversations(session, db.utcnow() + LEASE) == [accepted.received.conversation_id]
        session.execute(text("UPDATE turn_leases SET expires_at = now()"))
    await runner.run_many([accepted.received.conversation_id], at_once=1)
    assert (await _answered(runner, inbound)).replies == [HELLO, Reply("听到了：没信号")]


async def test_messages_left_behind_are_taken_up(runner: Runner, bot: FakeBot) -> None:
    """Twelve conversations whose process was killed; the sweep runs them four at a time."""
    chats = [Chat(now=db.utcnow() - timedelta(seconds=30)) for _ in range(12)]
    for number, chat in enumerate(chats):
        chat.turn(f"第{number}位")
    with db.transaction() as session:
        waiting = waiting_conversations(session, db.utcnow())
    assert waiting == [chat.id for chat in chats]
    bot.takes = 0.02
    await runner.run_many([str(each) for each in waiting], at_once=4)
    assert await _all_answered()
    assert sorted(bot.heard) == sorted(f"第{number}位" for number in range(12))
    assert 1 < bot.most_at_once <= 4


async def test_an_empty_message_does_not_reach_the_bot(runner: Runner, bot: FakeBot) -> None:
    _, outcome = await _send(runner, _message(""))
    assert outcome == Outcome("answered", "bot", [HELLO, Reply(say("empty_message"))])
    assert bot.asked == []


async def test_closing_waits_for_running_turns_but_not_for_ever(bot: FakeBot) -> None:
    bot.gate.clear()
    runner = Runner(bot)
    await _send(runner, _message("没信号"), SHORT)
    await runner.aclose(seconds=SHORT)
    status = scalar("SELECT status FROM messages WHERE author = 'customer'")
    assert status == "pending", "the worker takes it up when the lease is over"


def _asked(bot: FakeBot, times: int) -> Look:
    async def look() -> bool:
        return len(bot.asked) >= times

    return look


def _stored(messages: int) -> Look:
    async def look() -> bool:
        return count("messages") >= messages

    return look


async def _all_answered() -> bool:
    return scalar("SELECT bool_and(status = 'answered') FROM messages WHERE author = 'customer'") is True
