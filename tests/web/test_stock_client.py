"""A socket.io client as Rasa documents it (rasa/core/channels/socketio.py, 3.6.21), which knows nothing of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio

from care.conversations.rules import MAX_TEXT, Reply
from care.settings import settings
from care.wording import say
from tests.support.database import count
from tests.support.dialogue import FakeBot
from tests.support.sockets import Widget

HELLO = say("introduction")
SKIP = {"title": "跳过", "payload": "/skip"}


@pytest.fixture
async def stock(web: str) -> AsyncIterator[Widget]:
    widget = Widget(web, protocol=None)
    yield widget
    await widget.close()


async def _utter(client: Widget, text: str, **fields: Any) -> None:
    await client.sio.emit("user_uttered", {"message": text, "session_id": client.session} | fields)


@pytest.mark.parametrize("transports", [["polling", "websocket"], ["websocket"], ["polling"]])
async def test_a_conversation(web: str, bot: FakeBot, transports: list[str]) -> None:
    """With nothing but python-socketio: what is sent and received, word for word."""
    stock = await Widget(web, protocol=None).connect(transports=transports)
    client: socketio.AsyncClient = stock.sio
    bot._answer = lambda question: [Reply("请说说情况"), Reply("哪个号码？", [SKIP])]
    await client.emit("session_request", {"session_id": None})
    session = await stock.next("session_confirm")
    assert isinstance(session, str)
    await client.emit("user_uttered", {"message": "没信号", "customData": {"language": "zh"}, "session_id": session})
    await stock.next("bot_uttered", lambda message: message["text"] == "哪个号码？")
    await client.emit("user_uttered", {"message": "/skip", "customData": {"language": "zh"}, "session_id": session})
    await stock.next("bot_uttered", lambda message: message["text"] == "哪个号码？")
    asked = [{"text": "请说说情况"}, {"text": "哪个号码？", "quick_replies": [{"content_type": "text", **SKIP}]}]
    assert stock.events == [
        ("session_confirm", session),
        ("bot_uttered", {"text": HELLO}),
        *(("bot_uttered", message) for message in asked * 2),
    ], "and no event or field that a widget of Rasa's would stumble over"
    assert [(question.text, question.is_payload) for question in bot.asked] == [("没信号", False), ("/skip", True)]
    await stock.close()


async def test_paragraphs_are_messages_of_their_own(stock: Widget, bot: FakeBot) -> None:
    """As Rasa sends them; the buttons come with the last."""
    bot._answer = lambda question: [Reply("一\n\n二", [SKIP])]
    await stock.open()
    await _utter(stock, "没信号")
    await stock.hears("二")
    assert stock.said()[1:] == [
        {"text": "一", "quick_replies": []},
        {"text": "二", "quick_replies": [{"content_type": "text", **SKIP}]},
    ]


async def test_without_asking_for_a_session(stock: Widget, bot: FakeBot) -> None:
    """The simplest clients only talk: Rasa answers them, and so do we."""
    await stock.connect()
    await stock.sio.emit("user_uttered", {"message": "第一句"})
    await stock.hears("听到了：第一句")
    await stock.sio.emit("user_uttered", {"message": "第二句"})
    await stock.hears("听到了：第二句")
    assert len({question.conversation_id for question in bot.asked}) == 1


async def test_session_request_without_data(stock: Widget) -> None:
    await stock.connect()
    await stock.sio.emit("session_request")
    assert await stock.next("session_confirm")


async def test_the_conversation_goes_on_after_a_reload(web: str, stock: Widget, bot: FakeBot) -> None:
    """It remembers its session_id, as rasa-webchat does in the browser's storage."""
    await stock.open()
    await _utter(stock, "没信号")
    await stock.hears("听到了：没信号")
    again = await Widget(web, protocol=None).open(stock.session)
    assert again.session == stock.session
    await _utter(again, "还是没信号")
    await again.hears("听到了：还是没信号")
    assert again.texts == ["听到了：还是没信号"], "it is not introduced twice, and shown nothing that it cannot place"
    assert len({question.conversation_id for question in bot.asked}) == 1
    await again.close()


NOT_TAKEN: list[tuple[Any, str]] = [
    ({"message": ""}, "empty_message"),
    ({"message": " \u200b "}, "empty_message"),
    ({"message": "网" * (MAX_TEXT + 1)}, "not_sent_too_long"),
    ({"message": None}, "not_sent"),
    ({"message": ["没信号"]}, "not_sent"),
    ({}, "not_sent"),
    ("没信号", "not_sent"),  # words where an object belongs
    ({"message": "没信号", "session_id": "mine"}, "not_sent"),  # an id that it chose itself
]


@pytest.mark.parametrize(("data", "told"), NOT_TAKEN)
async def test_what_is_not_taken_is_told_in_words(stock: Widget, bot: FakeBot, data: Any, told: str) -> None:
    """It reads no acknowledgement: silence would leave its customer waiting."""
    await stock.open()
    await stock.sio.emit("user_uttered", data)
    await stock.hears(say(told))
    assert stock.said() == [{"text": say(told)}]
    assert bot.asked == []
    assert (count("conversations"), count("messages")) == (0, 0)


async def test_a_slow_answer(stock: Widget, bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "reply_patience", 0.05)
    bot.gate.clear()
    await stock.open()
    await _utter(stock, "没信号")
    await stock.hears(say("answer_delayed"))
    bot.gate.set()
    await stock.hears("听到了：没信号")
    assert stock.texts == [HELLO, say("answer_delayed"), "听到了：没信号"]


async def test_many_customers(web: str, bot: FakeBot) -> None:
    """Each hears what is theirs."""
    clients = [Widget(web, protocol=None) for _ in range(20)]
    for number, client in enumerate(clients):
        await client.open()
        await _utter(client, f"第{number}位")
    for number, client in enumerate(clients):
        await client.hears(f"听到了：第{number}位")
        assert client.texts == [HELLO, f"听到了：第{number}位"]
        await client.close()
