"""An answer reaches its customer when their page says that it showed it, when they write about it, or fetch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, select

from care.answers.tables import Answer
from care.conversations.history import Said
from care.conversations.tables import Message
from care.db import engine, transaction, utcnow
from care.followup.notes import ask_customer
from care.followup.staff import record_result
from care.sla.tables import Clock, Pause
from tests.support.dialogue import FakeBot
from tests.support.sockets import Widget
from tests.support.tickets import file
from tests.support.times import NOW
from web.live import shown
from web.live.shown import Shown

Json = dict[str, Any]
RESULT = "已更换光猫，测速正常"


async def _with_ticket(widget: Widget) -> tuple[Widget, str]:
    """In the conversation of a widget, a complaint; its number."""
    await widget.say("没信号")
    await widget.hears("听到了：没信号")
    with transaction() as session:
        conversation_id = session.scalars(select(Message.conversation_id)).first()
        last = max(session.scalars(select(Message.id)))
    assert conversation_id is not None
    # By the clock of the server that notes what was seen: at a fixed time its promises would be over one day.
    return widget, file(last, conversation_id, at=utcnow())


def _answer(number: str) -> None:
    with transaction() as session:
        record_result(session, number, RESULT, "7", utcnow())


def _reached() -> list[str | None]:
    with transaction() as session:
        return list(session.scalars(select(Answer.reached_by)))


def _newest() -> int:
    with transaction() as session:
        return max(session.scalars(select(Message.id)))


async def _seen(widget: Widget, message_id: object) -> Json:
    answer: Json = await widget.sio.call("seen", {"message_id": message_id}, timeout=10)
    return answer


def _is_result(said: Json) -> bool:
    return RESULT in said["text"]


@pytest.fixture
async def ours(web: str, bot: FakeBot) -> tuple[Widget, str]:
    return await _with_ticket(await Widget(web).open())


async def test_the_page_says_that_it_showed_it(ours: tuple[Widget, str]) -> None:
    widget, number = ours
    _answer(number)
    message = await widget.next("bot_uttered", _is_result)
    assert _reached() == [None], "sent, and nobody knows whether it was seen"
    assert await _seen(widget, message["id"] - 1) == {"ok": True}
    assert _reached() == [None], "only what stands above it"
    assert await _seen(widget, message["id"]) == {"ok": True}
    assert _reached() == ["seen"]
    assert await _seen(widget, message["id"]) == {"ok": True}


async def test_a_question_was_seen(ours: tuple[Widget, str]) -> None:
    widget, number = ours
    with transaction() as session:
        ask_customer(session, number, "请问几楼？", "7", utcnow())
    message = await widget.next("bot_uttered", lambda said: "几楼" in said["text"])
    await _seen(widget, message["id"])
    with transaction() as session:
        assert session.scalars(select(Pause.began_at)).one() is not None
        paused = session.scalars(select(Clock.kind).where(Clock.paused_at.is_not(None)))
        assert set(paused) == {"promise", "alarm"}


async def test_it_came_while_the_page_was_closed(ours: tuple[Widget, str], web: str) -> None:
    widget, number = ours
    await widget.close()
    _answer(number)
    again = await Widget(web).open(widget.session)
    assert _reached() == [None], "the history was sent, and nobody knows whether it was seen"
    await _seen(again, _newest())
    assert _reached() == ["seen"]


async def test_nobody_elses_messages_are_seen(ours: tuple[Widget, str], web: str) -> None:
    _, number = ours
    other = await Widget(web).open()
    await other.say("你好")
    await other.hears("听到了：你好")
    _answer(number)
    assert await _seen(other, _newest() + 1_000) == {"ok": True}
    assert _reached() == [None]


@pytest.mark.parametrize("message_id", [None, "3", -1, True, 2**63])
async def test_what_is_no_message(ours: tuple[Widget, str], message_id: object) -> None:
    widget, _ = ours
    answer = await _seen(widget, message_id)
    assert (answer["ok"], answer["reason"], answer["retry"]) == (False, "request", False)


async def test_without_a_session(web: str) -> None:
    widget = await Widget(web).connect()
    assert (await _seen(widget, 3))["reason"] == "session"


@pytest.fixture
def quick_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "READING_SECONDS", 0.0)


@pytest.mark.parametrize("protocol", [1, None])
async def test_who_writes_has_read_it(web: str, bot: FakeBot, quick_reader: None, protocol: int | None) -> None:
    """Also with a widget of Rasa's, which confirms nothing."""
    widget, number = await _with_ticket(await Widget(web, protocol).open())
    _answer(number)
    await widget.next("bot_uttered", _is_result)
    await widget.say("谢谢")
    assert _reached() == ["reply"]


async def test_but_not_at_once(ours: tuple[Widget, str]) -> None:
    """Their words were on the way already."""
    widget, number = ours
    _answer(number)
    await widget.next("bot_uttered", _is_result)
    await widget.say("还没好吗")
    assert _reached() == [None]


async def test_nor_where_the_page_did_not_show_it(web: str, bot: FakeBot, quick_reader: None) -> None:
    """A widget of Rasa's gets no history: what came meanwhile it never shows."""
    widget, number = await _with_ticket(await Widget(web, protocol=None).open())
    await widget.close()
    _answer(number)
    again = await Widget(web, protocol=None).open(widget.session)
    await again.say("在吗")
    await again.hears("听到了：在吗")
    assert _reached() == [None]


@pytest.fixture
def statements() -> Iterator[list[str]]:
    run: list[str] = []

    def keep(*given: Any) -> None:
        run.append(given[2])

    event.listen(engine(), "before_cursor_execute", keep)
    yield run
    event.remove(engine(), "before_cursor_execute", keep)


async def test_where_nothing_was_told_the_database_is_not_asked(
    ours: tuple[Widget, str], statements: list[str]
) -> None:
    widget, _ = ours
    await _seen(widget, _newest())
    await widget.say("第二句")
    await widget.hears("听到了：第二句")
    await asyncio.sleep(0)
    assert not [each for each in statements if "answers" in each]


def _told(id: int, author: str = "system", in_reply_to: str | None = None) -> Said:
    return Said(id, author, None, "", [], None, NOW, None, in_reply_to)


READ = [
    # seconds after it was shown, when the writer came, whether their page shows what was before; what they have read
    (10, 0, True, (5, 7)),
    (10, 0, False, (7, 7)),  # 5 stood in another page's history
    (10, 2, True, (5, 7)),
    (10, 2, False, None),  # came after it was shown
    (1, 0, True, None),  # nobody reads so fast
]


@pytest.mark.parametrize(("later", "came", "with_history", "read"), READ)
def test_who_has_read_what(later: float, came: float, with_history: bool, read: tuple[int, int] | None) -> None:
    moment = [1.0]
    here: Callable[[], float] = lambda: moment[0]  # noqa: E731
    told = Shown(now=here)
    told.note([_told(5)], live=False)
    told.note([_told(6, "bot", "m-1"), _told(7), _told(8, "agent")], live=True)
    moment[0] += later
    assert told.read_by_who_writes(came, with_history=with_history) == read


def test_what_was_confirmed_is_not_asked_for_again() -> None:
    told = Shown()
    told.note([_told(5), _told(7)], live=True)
    assert (told.waits(4), told.waits(5)) == (False, True)
    told.confirm(5)
    assert (told.waits(5), told.waits(7)) == (False, True)
    told.confirm(7, first=7)
    assert not told.waits(100)
