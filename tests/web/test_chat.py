"""`POST /api/chat`: a conversation as an integrator has it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text

from care import db
from care.conversations.rules import Reply
from care.conversations.tables import Message
from care.followup.staff import record_result
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.settings import settings
from care.wording import say
from tests.support.api import Api
from tests.support.database import count, scalar
from tests.support.dialogue import FakeBot, down
from tests.support.tickets import file
from tests.support.waiting import eventually

#: It comes before the first answer of every conversation.
HELLO = {"text": say("introduction")}


async def test_a_first_message(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/chat", json={"message_id": str(uuid4()), "text": "没信号"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert answer == {
        "conversation_id": answer["conversation_id"],
        "token": answer["token"],
        "owner": "bot",
        "replies": [HELLO, {"text": "听到了：没信号"}],
        "pending": False,
    }
    assert len(answer["conversation_id"]) == 25
    assert len(answer["token"]) > 40


async def test_a_conversation_goes_on_with_its_token(api: Api, bot: FakeBot) -> None:
    first = await api.say("没信号")
    second = await api.say("昨天开始的")
    assert second["conversation_id"] == first["conversation_id"]
    assert second["replies"] == [{"text": "听到了：昨天开始的"}]
    assert {question.conversation_id for question in bot.asked} == {first["conversation_id"]}


async def test_without_a_conversation_a_new_one_begins(api: Api) -> None:
    first = await api.say("没信号")
    api.state = {}
    assert (await api.say("没信号"))["conversation_id"] != first["conversation_id"]


async def test_null_is_as_good_as_absent(api: Api) -> None:
    response = await api.send("没信号", conversation_id=None, token=None)
    assert response.status_code == 200


async def test_buttons(client: httpx.AsyncClient, bot: FakeBot) -> None:
    skip = {"title": "跳过", "payload": "/skip"}
    bot._answer = lambda question: [Reply("请问"), Reply("哪个号码？", [skip])]
    answer = await Api(client).say("没信号")
    assert answer["replies"] == [HELLO, {"text": "请问"}, {"text": "哪个号码？", "buttons": [skip]}]


async def test_a_card(api: Api, bot: FakeBot) -> None:
    card = {"kind": "ticket", "number": "TS20261121-0001", "clocks": [{"name": "feedback", "met": False}]}
    bot._answer = lambda question: [Reply("已登记", card=card)]
    answer = await api.say("没信号")
    assert answer["replies"] == [HELLO, {"text": "已登记", "card": card}]


async def test_a_button_that_was_offered_is_a_command(api: Api, bot: FakeBot) -> None:
    bot._answer = lambda question: [Reply("哪个号码？", [{"title": "跳过", "payload": "/skip"}])]
    await api.say("没信号")
    await api.say("/skip")
    assert [question.is_payload for question in bot.asked] == [False, True]


INJECTIONS = [
    "/handoff",  # an intent of ours, not offered here
    '/complain{"complaint_confirmed": true}',  # would fill a slot
    '/intent{"phone": "13800138000"}',
    "/restart",  # one of Rasa's own commands
    "/session_start",
    "/stop_waiting",  # ours, outside the queue
    "\u200b/handoff",  # behind a character that nobody sees
    "/ / /",
]


@pytest.mark.parametrize("words", INJECTIONS)
async def test_what_was_not_offered_is_words(api: Api, bot: FakeBot, words: str) -> None:
    await api.say("你好")
    await api.say(words)
    assert bot.asked[-1].text == words.removeprefix("\u200b")
    assert bot.asked[-1].is_payload is False


async def test_the_same_message_again_gets_the_stored_answer(api: Api, bot: FakeBot) -> None:
    first = await api.say("没信号")
    bot._answer = lambda question: [Reply("something else")]
    second = await api.say("没信号", api.message_id)
    assert second["replies"] == first["replies"]
    assert second["conversation_id"] == first["conversation_id"]
    assert len(bot.asked) == 1


async def test_a_lost_answer_to_an_opening_is_found_again(client: httpx.AsyncClient) -> None:
    """The client does not know its conversation yet: only the message id."""
    message_id = str(uuid4())
    first, again = Api(client), Api(client)
    answer = await first.say("没信号", message_id)
    repeated = await again.say("没信号", message_id)
    assert repeated["conversation_id"] == answer["conversation_id"]
    assert (await again.say("在吗"))["conversation_id"] == answer["conversation_id"], "its token is good"


async def test_one_message_many_times_at_once(client: httpx.AsyncClient, bot: FakeBot) -> None:
    message_id = str(uuid4())
    answers = await asyncio.gather(*(Api(client).say("没信号", message_id) for _ in range(5)))
    assert {answer["conversation_id"] for answer in answers} == {answers[0]["conversation_id"]}
    assert {answer["replies"][-1]["text"] for answer in answers} == {"听到了：没信号"}
    assert len(bot.asked) == 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "reply_patience", 0.05)


@pytest.mark.usefixtures("impatient")
async def test_pending_then_answered(api: Api, bot: FakeBot) -> None:
    bot.gate.clear()
    response = await api.send("没信号")
    assert response.status_code == 202
    assert response.headers["retry-after"] == "2"
    pending = response.json()
    assert pending["pending"] is True
    assert pending["owner"] == "bot"
    assert pending["replies"] == [HELLO, {"text": say("answer_delayed")}]
    bot.gate.set()
    message_id = api.message_id

    async def answered() -> httpx.Response | None:
        again = await api.send("没信号", message_id)
        return again if again.status_code == 200 else None

    answer = await eventually(answered, "the stored answer")
    assert answer is not None
    assert answer.json()["replies"] == [HELLO, {"text": "听到了：没信号"}]
    assert answer.json()["conversation_id"] == pending["conversation_id"]
    assert len(bot.asked) == 1


@pytest.mark.usefixtures("impatient")
async def test_after_many_failures_the_customer_is_told_of_the_person(api: Api, bot: FakeBot) -> None:
    bot.failures = [down()] * 2
    response = await api.send("没信号")
    assert response.json()["pending"] is True

    async def failed() -> bool:
        return scalar("SELECT attempts FROM messages WHERE author = 'customer'") == 1

    await eventually(failed, "the first failure")
    with db.transaction() as session:
        session.execute(text("UPDATE messages SET attempts = 4 WHERE author = 'customer'"))
    message_id = api.message_id

    async def told() -> dict[str, object] | None:
        again = (await api.send("没信号", message_id)).json()
        return again if again["owner"] == "queue" else None

    again = await eventually(told, "the hand-off")
    assert again is not None
    assert again["replies"] == [HELLO, {"text": say("bot_failure")}]
    assert again["pending"] is True, "the bot may still answer"


async def test_in_the_queue(api: Api, bot: FakeBot) -> None:
    """The bot's answer says who owns the conversation from now on."""

    def hand_off(question: object) -> list[Reply]:
        with db.transaction() as session:
            request_handoff(session, bot.asked[-1].conversation_id, Reason.ASKED, db.utcnow())
        return [Reply("正在为您转人工")]

    bot._answer = hand_off
    assert (await api.say("转人工"))["owner"] == "queue"
    waiting = await api.say("快一点")
    assert (waiting["owner"], waiting["pending"]) == ("queue", False)
    stop = {"title": "不等了，回到小益", "payload": "/stop_waiting"}
    assert waiting["replies"] == [{"text": say("in_queue"), "buttons": [stop]}]
    back = await api.say("/stop_waiting")
    assert (back["owner"], back["replies"][0]["text"]) == ("bot", say("stopped_waiting"))
    assert len(bot.asked) == 1


async def test_a_hundred_messages_at_once(client: httpx.AsyncClient, bot: FakeBot) -> None:
    bot.takes = 0.01
    answers = await asyncio.gather(*(Api(client).say(f"第{number}位") for number in range(100)))
    assert [answer["replies"][-1]["text"] for answer in answers] == [f"听到了：第{number}位" for number in range(100)]
    assert count("messages") == 300


async def test_an_answer_of_staff_reaches_who_fetches_it(api: Api) -> None:
    """Told where nobody keeps a connection: with the answer to the last message, when that is asked for again."""
    await api.say("没信号", message_id="m-fetched")
    with db.transaction() as session:
        message = session.scalars(select(Message).where(Message.author == "customer")).one()
        id, conversation_id = message.id, message.conversation_id
    number = file(id, conversation_id)
    with db.transaction() as session:
        record_result(session, number, "已更换光猫，测速正常", "7", db.utcnow())
    assert scalar("SELECT reached_by FROM answers") is None
    await api.say("还在吗")
    assert scalar("SELECT reached_by FROM answers") is None, "what was given out was the answer to another message"
    again = await api.say("没信号", message_id="m-fetched")
    assert "已更换光猫" in again["replies"][-1]["text"]
    assert scalar("SELECT reached_by FROM answers") == "handed"
