"""What the worker says in a conversation reaches its customer, wherever they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import select

from care.conversations.service import replies_to
from care.conversations.tables import Conversation, Message
from care.conversations.telling import tell
from care.db import transaction, utcnow
from care.privacy.receipts import Receipt
from care.privacy.rules import Kind
from care.privacy.telling import receipt_card
from tests.care.privacy.asked import said
from tests.support.dialogue import FakeBot
from tests.support.sockets import Widget, web_process
from tests.support.times import NOW

CARD = {"kind": "receipt", "number": "YS261121-4K7Q2X", "title": "删除资料", "rows": [], "erased": None}


@pytest.fixture
async def web(database: object, logging_restored: None) -> AsyncIterator[str]:
    async with web_process(FakeBot()) as (url, _):
        yield url


def told(conversation_id: str, now: datetime = NOW) -> int:
    with transaction() as session:
        return tell(session, conversation_id, "utter_erasure_done", now, card=CARD, number="YS261121-4K7Q2X")


async def test_a_connected_widget_is_shown_it_at_once(web: str) -> None:
    widget = await Widget(web).open()
    await widget.say("你好")
    await widget.hears("听到了：你好")
    with transaction() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()
    message = told(conversation_id, utcnow())
    heard = await widget.next("bot_uttered")
    assert (heard["id"], heard["author"], heard["card"]) == (message, "system", CARD)
    assert "YS261121-4K7Q2X" in heard["text"]
    assert "in_reply_to" not in heard, "it answers no message"


async def test_a_widget_that_comes_back_finds_it_in_its_history(web: str) -> None:
    widget = await Widget(web).open()
    await widget.say("你好")
    await widget.hears("听到了：你好")
    token = widget.session
    await widget.close()
    with transaction() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()
    message = told(conversation_id, utcnow())
    again = await Widget(web).connect()
    await again.sio.emit("session_request", {"session_id": token, "protocol": 1})
    last = (await again.next("history"))["messages"][-1]
    assert (last["id"], last["author"], last["card"], last["in_reply_to"]) == (message, "system", CARD, None)


@pytest.mark.usefixtures("database")
def test_rest_fetches_it_with_the_answer_to_its_last_message() -> None:
    """As an answer that came late: the same message_id again."""
    conversation_id, first = said(None, "你好", NOW, "rest")
    _, last = said(conversation_id, "在吗", NOW, "rest")
    told(conversation_id)
    with transaction() as session:
        assert [reply.card for reply in replies_to(session, last)][-1] == CARD
        assert CARD not in [reply.card for reply in replies_to(session, first)]


@pytest.mark.usefixtures("database")
def test_a_conversation_of_which_everything_was_deleted() -> None:
    conversation_id = "c1"
    with transaction() as session:
        session.add(Conversation(id=conversation_id, channel="rest", created_at=NOW))
    message = told(conversation_id)
    with transaction() as session:
        row = session.get_one(Message, message)
        assert (row.author, row.in_reply_to, row.status, row.created_at) == ("system", None, None, NOW)


def test_the_card_of_a_receipt() -> None:
    body = {
        "title": "删除个人信息",
        "asked_at": "2026-11-21T15:20:00+08:00",
        "done_at": "2026-11-21T15:21:00+08:00",
        "result": ["已删除：对话12条", "不再写着是谁：工单1张"],
        "stays": [{"what": "发短信的记录", "why": "", "source": "", "until": None}],
    }
    card = receipt_card(Receipt("YS1", Kind.DELETE, body, "0" * 64), 12)
    assert card == {
        "kind": "receipt",
        "number": "YS1",
        "title": "删除个人信息",
        "rows": [
            {"label": "申请时间", "value": "11月21日 15:20"},
            {"label": "完成时间", "value": "11月21日 15:21"},
            {"label": "结果", "value": "已删除：对话12条\n不再写着是谁：工单1张"},
            {"label": "仍保留", "value": "发短信的记录"},
        ],
        "erased": 12,
    }
    nothing_stays = receipt_card(Receipt("YS1", Kind.DELETE, body | {"stays": []}, "0" * 64))
    assert [row["label"] for row in nothing_stays["rows"]] == ["申请时间", "完成时间", "结果"]
    assert nothing_stays["erased"] is None
