"""What customers see of people: their place in the queue, who answers, that they write, what they send."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import event, select, text, update

from care import db
from care.attachments.tables import Attachment, MessageAttachment
from care.conversations.service import announce, open_conversation, set_owner
from care.conversations.tables import Message
from care.handoff.rules import Reason, Status
from care.handoff.service import request_handoff
from care.handoff.tables import Handoff
from care.staff.announcing import tell_desk
from care.staff.tables import Staff
from tests.support.desk_socket import desk, joins
from tests.support.dialogue import FakeBot
from tests.support.sockets import Widget, web_process
from tests.support.waiting import eventually
from web import sessions
from web.live import rooms

Web = tuple[str, FastAPI]


@pytest.fixture
async def web(database: object, logging_restored: None, bot: FakeBot) -> AsyncIterator[Web]:
    async with web_process(bot) as (url, app):
        yield url, app
        bot.gate.set()


def _conversation(widget: Widget) -> str:
    assert widget.session is not None
    return sessions.resume(widget.session).conversation_id


async def _opened(url: str, protocol: int | None = 1) -> Widget:
    """With a conversation that has begun."""
    widget = await Widget(url, protocol).open()
    await widget.say("你好")
    await widget.hears("听到了：你好")
    return widget


def _asks_for_a_person(widget: Widget) -> None:
    with db.transaction() as session:
        request_handoff(session, _conversation(widget), Reason.ASKED, db.utcnow())
        tell_desk(session, "queue")


def _taken(widget: Widget, staff: Staff) -> None:
    with db.transaction() as session:
        conversation_id = _conversation(widget)
        session.execute(
            update(Handoff)
            .where(Handoff.conversation_id == conversation_id)
            .values(status=Status.PICKED, staff_id=staff.id, picked_at=db.utcnow())
        )
        set_owner(session, conversation_id, "agent")
        tell_desk(session, "queue")


def _writes(widget: Widget, staff: Staff, words: str) -> None:
    with db.transaction() as session:
        session.add(
            Message(
                conversation_id=_conversation(widget),
                author="agent",
                text=words,
                staff=staff.number,
                created_at=db.utcnow(),
            )
        )
        announce(session, _conversation(widget))


async def test_the_place_in_the_queue(web: Web) -> None:
    """Told at once, again when it changes, and to a page that is loaded meanwhile; not after it is over."""
    first, second = await _opened(web[0]), await _opened(web[0])
    _asks_for_a_person(first)
    assert (await first.next("queue"))["position"] == 1
    _asks_for_a_person(second)
    place = await second.next("queue")
    assert place["position"] == 2
    assert place.keys() == {"position", "estimate_seconds", "is_open", "opens_at"}
    other_tab = await Widget(web[0]).open(second.session)
    assert (await other_tab.next("queue"))["position"] == 2
    staff, _ = joins()
    _taken(first, staff)
    assert await first.next("owner", lambda told: told == {"owner": "agent", "staff": staff.number})
    assert (await second.next("queue"))["position"] == 1
    assert (await other_tab.next("queue"))["position"] == 1
    assert len(first.said("queue")) == 1


async def test_a_place_that_stays_is_told_once(web: Web) -> None:
    widget = await _opened(web[0])
    _asks_for_a_person(widget)
    await widget.next("queue")
    for _ in range(10):
        with db.transaction() as session:
            tell_desk(session, "queue")
        await asyncio.sleep(0.05)
    await asyncio.sleep(2.5)
    assert len(widget.said("queue")) == 1


async def test_many_who_wait_are_read_once(web: Web) -> None:
    """What a change costs does not follow how many look on."""
    widgets = [await Widget(web[0]).open() for _ in range(30)]
    with db.transaction() as session:
        for widget in widgets:
            assert widget.session is not None
            resumed = sessions.resume(widget.session)
            open_conversation(session, sessions.CHANNEL, resumed.opening_key, db.utcnow())
            request_handoff(session, resumed.conversation_id, Reason.ASKED, db.utcnow())
        tell_desk(session, "queue")
    for widget in widgets:
        await widget.next("queue")
    statements: list[str] = []
    staff, _ = joins()
    await asyncio.sleep(2.2)

    def note(*run: Any) -> None:
        statements.append(run[2])

    event.listen(db.engine(), "before_cursor_execute", note)
    _taken(widgets[0], staff)
    for widget in widgets[1:]:
        await widget.next("queue")
    event.remove(db.engine(), "before_cursor_execute", note)
    places = sorted(widget.said("queue")[-1]["position"] for widget in widgets[1:])
    assert places == list(range(1, 30))
    reads = [each for each in statements if "handoffs" in each and each.lstrip().startswith("SELECT")]
    assert len(reads) <= 12, "a few readings of the queue, not one a customer"


async def test_a_client_of_rasas_hears_nothing_of_it(web: Web) -> None:
    widget = await _opened(web[0], protocol=None)
    _asks_for_a_person(widget)
    staff, _ = joins()
    _taken(widget, staff)
    with db.transaction() as session:
        tell_desk(session, f"typing:{_conversation(widget)}:staff:1")
    _writes(widget, staff, "我来处理")
    await widget.hears("我来处理")
    assert {name for name, _ in widget.events} == {"session_confirm", "bot_uttered"}


async def test_the_agent_types(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with the message, or by itself: an end that was lost leaves nothing on."""
    monkeypatch.setattr(rooms, "TYPING_SECONDS", 0.3)
    widget = await _opened(web[0])
    staff, token = joins()
    _asks_for_a_person(widget)
    _taken(widget, staff)
    await widget.next("owner", lambda told: told["owner"] == "agent")
    conversation_id = _conversation(widget)
    async with desk(web[0], token) as browser:
        await browser.watch(conversation_id)
        await browser.send("typing", id=conversation_id, on=True)
        assert await widget.next("typing", lambda told: "by" in told) == {"on": True, "by": "agent"}
        assert await widget.next("typing", lambda told: "by" in told) == {"on": False, "by": "agent"}
    with db.transaction() as session:
        tell_desk(session, f"typing:{conversation_id}:staff:1")
    await widget.next("typing", lambda told: "by" in told)
    _writes(widget, staff, "好的")
    await widget.hears("好的")
    order = [name if name != "typing" else data for name, data in widget.events if name in ("typing", "bot_uttered")]
    assert order[-2:] == [{"on": False, "by": "agent"}, "bot_uttered"]


@pytest.mark.parametrize(
    ("owner", "is_told"),
    [
        ("agent", True),
        ("queue", False),  # nobody is there to see it
        ("bot", False),
    ],
)
async def test_the_customer_types(web: Web, owner: str, is_told: bool) -> None:
    widget = await _opened(web[0])
    staff, token = joins()
    if owner != "bot":
        _asks_for_a_person(widget)
    if owner == "agent":
        _taken(widget, staff)
    if owner != "bot":
        await widget.next("owner", lambda told: told["owner"] == owner)
    conversation_id = _conversation(widget)
    async with web_process(FakeBot()) as (url, _), desk(url, token) as browser:
        await browser.send("watch", ids=[conversation_id])
        await browser.settled()
        for on in (True, True, False, False):
            await widget.sio.emit("typing", {"on": on})
        for nonsense in (None, 1, {"on": "x"}, ["on"]):
            await widget.sio.emit("typing", nonsense)
        if is_told:
            await browser.next("typing", id=conversation_id, on=False)
        await browser.settled()
        # On and off within 100 ms are one frame: the last word counts.
        assert browser.count("typing", on=False) == (1 if is_told else 0)
        assert browser.count("typing") <= (2 if is_told else 0)


async def test_both_sides_talk_in_two_processes(web: Web) -> None:
    """The customer is connected to one, the agent to the other; each is told of the other within a second."""
    widget = await _opened(web[0])
    staff, token = joins()
    _asks_for_a_person(widget)
    _taken(widget, staff)
    conversation_id = _conversation(widget)
    async with web_process(FakeBot()) as (url, _), desk(url, token) as browser:
        await browser.watch(conversation_id)
        await browser.settled()
        for number in range(5):
            began = time.monotonic()
            await widget.say(f"第{number}句")
            await browser.next("conversation", id=conversation_id, seconds=1.0)
            _writes(widget, staff, f"收到第{number}句")
            await widget.hears(f"收到第{number}句")
            assert time.monotonic() - began < 2
            await asyncio.sleep(0.15)


async def test_a_network_that_is_cut(web: Web) -> None:
    """Agents' messages meanwhile come once and in order, and what was written meanwhile arrives once."""
    widget = await _opened(web[0])
    staff, _ = joins()
    _asks_for_a_person(widget)
    _taken(widget, staff)
    _writes(widget, staff, "第一句")
    said = await widget.hears("第一句")
    assert (said["author"], said["staff"]) == ("agent", staff.number)
    session_id = widget.session
    await widget.close()
    for words in ("第二句", "第三句", "第四句"):
        _writes(widget, staff, words)
    again = await Widget(web[0]).open(session_id)
    sent = await again.say("断网时写的", "offline-1")
    assert sent["ok"]
    assert (await again.say("断网时写的", "offline-1"))["ok"], "its acknowledgement was lost"
    _writes(widget, staff, "第五句")
    await again.hears("第五句")
    shown = [message for told in again.said("history") for message in told["messages"]]
    agents = [message["text"] for message in shown if message["author"] == "agent"] + again.texts
    assert agents == ["第一句", "第二句", "第三句", "第四句", "第五句"]
    assert {message["staff"] for message in shown if message["author"] == "agent"} == {staff.number}
    with db.transaction() as session:
        stored = list(
            session.scalars(select(Message.text).where(Message.conversation_id == _conversation(widget))).all()
        )
    assert stored.count("断网时写的") == 1


async def test_an_agents_file(web: Web) -> None:
    """Shown with its name and size, live and in the history, so that the customer can open it."""
    widget = await _opened(web[0])
    staff, _ = joins()
    _asks_for_a_person(widget)
    _taken(widget, staff)
    conversation_id = _conversation(widget)
    with db.transaction() as session:
        file = Attachment(
            id=uuid4().hex,
            conversation_id=conversation_id,
            waiting=False,
            name="受理单.pdf",
            media_type="application/pdf",
            size=1234,
            sha256=b"\0" * 32,
            staff=staff.number,
            created_at=db.utcnow(),
        )
        message = Message(
            conversation_id=conversation_id,
            author="agent",
            text="受理单.pdf",
            staff=staff.number,
            created_at=db.utcnow(),
        )
        session.add_all([file, message])
        session.flush()
        session.add(MessageAttachment(message_id=message.id, attachment_id=file.id))
        announce(session, conversation_id)
        expected = {"id": file.id, "name": "受理单.pdf", "media_type": "application/pdf", "size": 1234}
    said = await widget.hears("受理单.pdf")
    assert said["attachment"] == expected
    again = await Widget(web[0]).open(widget.session)
    assert again.said("history")[0]["messages"][-1]["attachment"] == expected


async def test_another_agent_takes_over(web: Web) -> None:
    widget = await _opened(web[0])
    staff, _ = joins()
    other, _ = joins()
    _asks_for_a_person(widget)
    _taken(widget, staff)
    await widget.next("owner", lambda told: told == {"owner": "agent", "staff": staff.number})
    _taken(widget, other)
    await widget.next("owner", lambda told: told == {"owner": "agent", "staff": other.number})
    again = await Widget(web[0]).open(widget.session)
    history = again.said("history")[0]
    assert (history["owner"], history["staff"]) == ("agent", other.number)


async def test_a_gap_in_what_is_heard(web: Web) -> None:
    """The place is right again when the listening connection is back."""
    first, second = await _opened(web[0]), await _opened(web[0])
    _asks_for_a_person(first)
    await first.next("queue")
    _asks_for_a_person(second)
    await second.next("queue", lambda place: place["position"] == 2)
    staff, _ = joins()
    listens = web[1].state.sockets.announcements
    with db.engine().connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
    _taken(first, staff)
    await second.next("queue", lambda place: place["position"] == 1)

    async def again() -> bool:
        return bool(listens.state == "ok")

    await eventually(again, "the process to listen")
