"""What our own widget gets besides Rasa's events: acknowledgements, history, who answers, typing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest

from care import db
from care.conversations.history import PAGE
from care.conversations.rules import MAX_TEXT, Reply
from care.conversations.service import close_matter
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.settings import settings
from care.turns.dialogue import Question
from care.wording import buttons, say
from tests.support.database import count
from tests.support.dialogue import FakeBot, down
from tests.support.sockets import Widget
from tests.support.waiting import eventually

Json = dict[str, Any]

HELLO = say("introduction")
SKIP = {"title": "跳过", "payload": "/skip"}
CARD = {"kind": "summary", "rows": [{"label": "号码", "value": "13800138000"}]}


@pytest.fixture
async def opened(web: str) -> AsyncIterator[Callable[..., Any]]:
    """Opens widgets, and closes them."""
    widgets: list[Widget] = []

    async def open_one(session: str | None = None) -> Widget:
        widgets.append(Widget(web))
        return await widgets[-1].open(session)

    yield open_one
    for widget in widgets:
        await widget.close()


@pytest.fixture
async def widget(opened: Callable[..., Any]) -> Widget:
    new: Widget = await opened()
    return new


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "reply_patience", 0.05)


async def test_what_an_answer_says_of_itself(widget: Widget, bot: FakeBot) -> None:
    bot._answer = lambda question: [Reply("请核对", [SKIP], CARD)]
    assert await widget.say("没信号", "m-1") == {"ok": True, "message_id": "m-1"}
    answer = await widget.hears("请核对")
    assert answer == {
        "id": 3,
        "author": "bot",
        "text": "请核对",
        "at": answer["at"],
        "quick_replies": [{"content_type": "text", **SKIP}],
        "card": CARD,
        "in_reply_to": "m-1",
    }
    hello = widget.said()[0]
    assert (hello["text"], hello["author"], hello["in_reply_to"]) == (HELLO, "system", "m-1")


async def test_a_message_is_acknowledged_when_it_is_stored_not_when_it_is_answered(
    widget: Widget, bot: FakeBot
) -> None:
    bot.gate.clear()
    assert (await widget.say("没信号"))["ok"] is True
    assert count("messages") == 1
    assert widget.texts == []
    bot.gate.set()
    await widget.hears("听到了：没信号")


REFUSED: list[tuple[Json, str]] = [
    ({"message": ""}, "empty"),
    ({"message": "\u200b"}, "empty"),  # nothing that anybody sees
    ({"message": "网" * (MAX_TEXT + 1)}, "too_long"),
    ({"message": 12}, "request"),
    ({}, "request"),
    ({"message": "没信号", "message_id": 12}, "request"),
    ({"message": "没信号", "message_id": "a b"}, "message_id"),
    ({"message": "没信号", "message_id": "x" * 129}, "message_id"),
    ({"message": "没信号", "session_id": "another"}, "session"),
    ({"message": "没信号", "session_id": 7}, "session"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED)
async def test_why_a_message_was_not_stored(widget: Widget, bot: FakeBot, fields: Json, reason: str) -> None:
    message = {"message_id": str(uuid4()), "session_id": widget.session} | fields
    answer = await widget.sio.call("user_uttered", message, timeout=10)
    assert answer == {"ok": False, "reason": reason, "detail": answer["detail"], "retry": False}
    assert answer["detail"]
    assert "没信号" not in answer["detail"]
    assert (count("conversations"), count("messages"), bot.asked, widget.said()) == (0, 0, [], [])


async def test_a_message_id_that_was_used_for_another_text(widget: Widget, bot: FakeBot) -> None:
    await widget.say("没信号", "m-1")
    await widget.hears("听到了：没信号")
    answer = await widget.say("断网", "m-1")
    assert (answer["ok"], answer["reason"], answer["retry"]) == (False, "message_id", False)
    assert bot.heard == ["没信号"]


async def test_a_message_that_is_sent_again_is_answered_once(widget: Widget, bot: FakeBot) -> None:
    """The acknowledgement was lost: the same again, on the same connection and on the next."""
    assert (await widget.say("没信号", "m-1"))["ok"]
    assert (await widget.say("没信号", "m-1"))["ok"]
    await widget.hears("听到了：没信号")
    again = await Widget(widget.url).open(widget.session)
    assert (await again.say("没信号", "m-1"))["ok"]
    assert (await again.say("第二句", "m-2"))["ok"]
    await again.hears("听到了：第二句")
    assert bot.heard == ["没信号", "第二句"]
    assert again.texts == ["听到了：第二句"], "the first answer was in the history"
    assert count("messages") == 5
    await again.close()


async def test_an_answer_that_came_while_nobody_was_connected(widget: Widget, bot: FakeBot) -> None:
    bot.gate.clear()
    await widget.say("没信号", "m-1")
    await widget.close()
    bot.gate.set()

    async def answered() -> bool:
        return count("messages") == 3

    await eventually(answered, "the answer")
    again = await Widget(widget.url).open(widget.session)
    (history,) = again.said("history")
    assert [message["text"] for message in history["messages"]] == ["没信号", HELLO, "听到了：没信号"]
    assert again.said() == []
    await again.close()


async def test_two_messages_at_once_stay_in_order(widget: Widget, bot: FakeBot) -> None:
    answers = await asyncio.gather(*(widget.say(f"第{number}句") for number in range(8)))
    assert all(answer["ok"] for answer in answers)
    await widget.hears("听到了：第7句")
    assert bot.heard == [f"第{number}句" for number in range(8)]
    assert widget.texts == [HELLO, *(f"听到了：第{number}句" for number in range(8))]


async def test_reload(opened: Callable[..., Any], widget: Widget, bot: FakeBot) -> None:
    bot._answer = lambda question: [Reply("哪个号码？", [SKIP], CARD)]
    await widget.say("没信号", "m-1")
    await widget.hears("哪个号码？")
    await widget.say("/skip", "m-2")
    await widget.hears("哪个号码？")
    again = await opened(widget.session)
    assert again.session == widget.session
    (history,) = again.said("history")
    assert (history["owner"], history["more"]) == ("bot", False)
    shown = [(message["author"], message["text"], message["message_id"]) for message in history["messages"]]
    assert shown == [
        ("customer", "没信号", "m-1"),
        ("system", HELLO, None),
        ("bot", "哪个号码？", None),
        ("customer", "跳过", "m-2"),  # what was on the button, not our command
        ("bot", "哪个号码？", None),
    ]
    answer = history["messages"][2]
    assert answer == {
        "id": 3,
        "author": "bot",
        "staff": None,
        "text": "哪个号码？",
        "buttons": [SKIP],
        "card": CARD,
        "attachment": None,
        "at": answer["at"],
        "message_id": None,
        "in_reply_to": "m-1",
    }
    assert again.said() == [], "nothing twice"
    await again.say("谢谢")
    await again.hears("哪个号码？")
    assert again.texts == ["哪个号码？"], "and it is not introduced again"


async def test_a_new_widget_has_an_empty_history(widget: Widget) -> None:
    assert widget.said("history") == [{"messages": [], "owner": "bot", "more": False}]
    assert widget.said("owner") == [{"owner": "bot"}]
    assert (count("conversations"), count("messages")) == (0, 0), "looking in leaves nothing behind"


async def test_an_empty_session_id_is_none(widget: Widget, bot: FakeBot) -> None:
    """Some clients keep an empty string where nothing is kept yet."""
    await widget.ask("")
    assert widget.said("refused") == []
    assert (await widget.say("没信号", session_id=""))["ok"]
    await widget.hears("听到了：没信号")


async def test_history_in_pages(opened: Callable[..., Any], widget: Widget, bot: FakeBot) -> None:
    bot._answer = lambda question: [Reply(f"{question.text}-{number}") for number in range(50)]
    for text in ("a", "b", "c"):
        await widget.say(text)
        await widget.hears(f"{text}-49")
    ids = list(range(1, 155))  # one introduction, three messages, 150 answers
    again = await opened(widget.session)
    (last,) = again.said("history")
    assert [message["id"] for message in last["messages"]] == ids[-PAGE:]
    assert last["more"] is True

    async def page(**asked: int) -> tuple[list[int], bool]:
        await again.sio.emit("history_request", asked)
        found = await again.next("history")
        return [message["id"] for message in found["messages"]], found["more"]

    await again.next("history")
    assert await page(before=55) == (ids[:54], False)
    assert await page(before=1) == ([], False)
    assert await page(after=150) == (ids[150:], False)
    assert await page(after=10) == (ids[10:110], True)
    assert await page() == (ids[-PAGE:], True)


@pytest.mark.parametrize("asked", [{"before": "1"}, {"before": -1}, {"after": True}, {"after": 2**63}])
async def test_a_page_that_is_not_one(widget: Widget, asked: Json) -> None:
    await widget.sio.emit("history_request", asked)
    refused = await widget.next("refused")
    assert (refused["reason"], refused["retry"]) == ("request", False)


async def test_history_without_a_session(web: str) -> None:
    widget = await Widget(web).connect()
    await widget.sio.emit("history_request", {})
    assert (await widget.next("refused"))["reason"] == "session"
    await widget.close()


async def test_typing(widget: Widget, bot: FakeBot) -> None:
    bot.gate.clear()
    await widget.say("没信号")
    assert await widget.next("typing") == {"on": True}
    bot.gate.set()
    await widget.hears("听到了：没信号")
    assert await widget.next("typing") == {"on": False}


@pytest.mark.usefixtures("impatient")
async def test_a_slow_answer_is_told_once(opened: Callable[..., Any], widget: Widget, bot: FakeBot) -> None:
    bot.gate.clear()
    await widget.say("没信号")
    late = await widget.next("bot_uttered", lambda message: message.get("transient", False))
    assert late == {"id": None, "transient": True, "author": "system", "text": say("answer_delayed"), "at": late["at"]}
    assert widget.texts == [HELLO, say("answer_delayed")], "who is told to wait knows who speaks"
    reloaded = await opened(widget.session)
    await reloaded.hears(say("answer_delayed"))
    assert reloaded.said("typing") == [{"on": True}]
    bot.gate.set()
    await widget.hears("听到了：没信号")
    assert widget.texts == [HELLO, say("answer_delayed"), "听到了：没信号"]
    assert count("messages") == 3, "the notice is not stored"


@pytest.mark.usefixtures("impatient")
async def test_a_bot_that_keeps_failing(widget: Widget, bot: FakeBot) -> None:
    """Each step of it is shown: typing, the delay, and the answer of a later try."""
    bot.failures = [down()]
    await widget.say("没信号")
    await widget.hears(say("answer_delayed"))
    await widget.hears("听到了：没信号")
    assert widget.texts == [HELLO, say("answer_delayed"), "听到了：没信号"]


async def test_a_person_is_asked_for(widget: Widget, bot: FakeBot) -> None:
    def hand_off(question: Question) -> list[Reply]:
        with db.transaction() as session:
            request_handoff(session, question.conversation_id, Reason.ASKED, db.utcnow())
            close_matter(session, question.conversation_id, int(question.message_id))
        return [Reply("正在为您转人工", buttons("handoff_requested"))]

    bot._answer = hand_off
    await widget.say("转人工")
    assert await widget.next("owner") == {"owner": "queue"}
    await widget.hears("正在为您转人工")
    assert widget.texts[0] == HELLO, "also when the first thing is to hand over"
    await widget.say("快一点")
    await widget.hears(say("in_queue"))
    await widget.say("/stop_waiting")
    assert await widget.next("owner") == {"owner": "bot"}
    await widget.hears(say("stopped_waiting"))
    assert len(bot.asked) == 1


async def test_another_tab(opened: Callable[..., Any], widget: Widget, bot: FakeBot) -> None:
    """What is typed in one is shown in the other; the one that sent it has it already."""
    other = await opened(widget.session)
    await widget.say("没信号", "m-1")
    shown = await other.next("history", lambda event: event["messages"] != [])
    assert [(each["text"], each["message_id"]) for each in shown["messages"]] == [("没信号", "m-1")]
    await other.hears("听到了：没信号")
    await widget.hears("听到了：没信号")
    assert other.texts == widget.texts == [HELLO, "听到了：没信号"]
    assert len(widget.said("history")) == 1, "only the empty one from the beginning"


async def test_another_session_on_the_same_connection(widget: Widget, bot: FakeBot) -> None:
    """「新对话」: what belongs to the old one is not shown any more."""
    first = widget.session
    bot.gate.clear()
    await widget.say("没信号")
    await widget.ask()
    assert widget.session != first
    bot.gate.set()
    await widget.say("断网")
    await widget.hears("听到了：断网")
    assert widget.texts == [HELLO, "听到了：断网"]
    refused = await widget.say("还是没信号", session_id=first)
    assert (refused["ok"], refused["reason"]) == (False, "session")
