"""What is new reaches every connected customer once and in order, whichever process made it and whatever broke."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.orm import Session

from care import db
from care.attachments.rules import CheckedFile
from care.attachments.service import store_evidence
from care.conversations.history import Said
from care.conversations.rules import Inbound, Reply
from care.conversations.service import announce, set_owner, store_replies
from care.conversations.statements import ANNOUNCEMENTS
from care.conversations.tables import Message
from care.turns.runner import Runner
from care.wording import say
from cli.run.postgres import Embedded
from tests.support.database import count, outage
from tests.support.dialogue import FakeBot
from tests.support.sockets import Widget, web_process
from tests.support.times import NOW
from tests.support.waiting import eventually
from web import sessions
from web.live.room import Room

HELLO = say("introduction")


@pytest.fixture
async def app(database: object, logging_restored: None, bot: FakeBot) -> AsyncIterator[tuple[str, FastAPI]]:
    async with web_process(bot) as (url, app):
        yield url, app
        bot.gate.set()


@pytest.fixture
async def widget(app: tuple[str, FastAPI]) -> AsyncIterator[Widget]:
    widget = await Widget(app[0]).open()
    yield widget
    await widget.close()


def _conversation(widget: Widget) -> str:
    assert widget.session is not None
    return sessions.resume(widget.session).conversation_id


def _from_elsewhere(widget: Widget, words: str) -> None:
    """A reply that another process stores."""
    with db.transaction() as session:
        store_replies(session, 1, _conversation(widget), [Reply(words)], "bot", db.utcnow())


async def test_two_processes(app: tuple[str, FastAPI], widget: Widget, bot: FakeBot) -> None:
    """The same session in two tabs, which the proxy gave to two processes."""
    async with web_process(FakeBot(lambda question: [Reply(f"从乙：{question.text}")])) as (url, _):
        other = await Widget(url).open(widget.session)
        await widget.say("一")
        await other.hears("听到了：一")
        await other.say("二")
        await widget.hears("从乙：二")
        await widget.say("三")
        await other.hears("听到了：三")
        await widget.hears("听到了：三")
        assert widget.texts == other.texts == [HELLO, "听到了：一", "从乙：二", "听到了：三"]
        echoes = [event["messages"][0]["text"] for event in other.said("history")[1:]]
        assert echoes == ["一", "三"], "its own 二 it has already"
        await other.close()


async def test_the_worker_answers(widget: Widget, bot: FakeBot) -> None:
    """The process that took the message died; the sweep of the worker runs its turn."""
    bot.gate.clear()
    await widget.say("没信号")
    with db.transaction() as session:
        session.execute(text("UPDATE turn_leases SET expires_at = now() - interval '1 second'"))
    worker = Runner(FakeBot(lambda question: [Reply("来自后台")]))
    await worker.run(_conversation(widget))
    await widget.hears("来自后台")
    assert widget.texts == [HELLO, "来自后台"]
    await worker.aclose()


async def test_an_agent_writes(widget: Widget, bot: FakeBot) -> None:
    """What the desk will do."""
    await widget.say("转人工")
    await widget.hears("听到了：转人工")
    with db.transaction() as session:
        set_owner(session, _conversation(widget), "agent")
        session.add(
            Message(
                conversation_id=_conversation(widget),
                author="agent",
                text="您好，我来处理",
                staff="8021",
                created_at=db.utcnow(),
            )
        )
    said = await widget.hears("您好，我来处理")
    assert (said["author"], said["staff"]) == ("agent", "8021")
    assert await widget.next("owner", lambda event: event["owner"] == "agent")


async def test_a_smaller_id_that_appears_later(widget: Widget, bot: FakeBot) -> None:
    """Ids are given out when a row is written; whose transaction is slower is seen later, and not skipped."""
    await widget.say("没信号")
    await widget.hears("听到了：没信号")
    with Session(db.engine()) as slow:
        store_replies(slow, 1, _conversation(widget), [Reply("慢")], "bot", db.utcnow())
        slow.flush()
        _from_elsewhere(widget, "快")
        await widget.hears("快")
        slow.commit()
    await widget.hears("慢")
    _from_elsewhere(widget, "最后")
    await widget.hears("最后")
    assert widget.texts == [HELLO, "听到了：没信号", "快", "慢", "最后"]


async def test_what_was_rolled_back_was_never_said(widget: Widget, bot: FakeBot) -> None:
    await widget.say("没信号")
    await widget.hears("听到了：没信号")
    with Session(db.engine()) as broken:
        store_replies(broken, 1, _conversation(widget), [Reply("没有的事")], "bot", db.utcnow())
        broken.rollback()
    _from_elsewhere(widget, "最后")
    await widget.hears("最后")
    assert widget.texts == [HELLO, "听到了：没信号", "最后"]


def _terminate_listeners() -> None:
    with db.engine().connect() as connection:
        killed = connection.execute(
            text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        )
        assert killed.scalar_one() >= 1


async def test_the_listening_connection_is_cut(app: tuple[str, FastAPI], widget: Widget, bot: FakeBot) -> None:
    """What was said meanwhile is announced to nobody, and shown all the same."""
    await widget.say("没信号")
    await widget.hears("听到了：没信号")
    announcements = app[1].state.sockets.announcements
    for round_ in range(3):
        _terminate_listeners()
        # Nothing of the process has run since: nobody listens when this is committed.
        _from_elsewhere(widget, f"第{round_}次")
        await widget.hears(f"第{round_}次")
        await eventually(lambda: _is(announcements.state, "ok"), "the process to listen again")
    _from_elsewhere(widget, "最后")
    await widget.hears("最后")
    assert widget.texts == [HELLO, "听到了：没信号", "第0次", "第1次", "第2次", "最后"]


async def _is(state: str, wanted: str) -> bool:
    return state == wanted


async def test_the_database_is_away_for_a_while(
    postgres: Embedded, app: tuple[str, FastAPI], widget: Widget, bot: FakeBot
) -> None:
    await widget.say("没信号")
    await widget.hears("听到了：没信号")
    live = app[1].state.sockets.announcements
    with outage(postgres):
        await eventually(lambda: _is(live.state, "down"), "the process to notice")
        refused = await widget.say("断网", "m-2")
        assert refused == {"ok": False, "reason": "database", "detail": refused["detail"], "retry": True}
        # A page that is opened now: it has its session, and its history when there is one to read.
        again = Widget(app[0])
        await again.connect()
        await again.sio.emit("session_request", {"session_id": widget.session, "protocol": 1})
        assert await again.next("session_confirm") == widget.session
        told = await again.next("refused")
        assert (told["reason"], told["retry"]) == ("database", True)
        assert again.said("history") == []
    assert (await widget.say("断网", "m-2"))["ok"]
    await widget.hears("听到了：断网")
    history = await again.next("history")
    shown = [message["text"] for message in history["messages"]] + again.texts
    assert shown[:3] == ["没信号", HELLO, "听到了：没信号"]
    await again.close()
    assert widget.texts == [HELLO, "听到了：没信号", "听到了：断网"]
    assert bot.heard == ["没信号", "断网"]
    assert count("messages") == 5


async def test_a_file_is_the_first_thing(app: tuple[str, FastAPI], widget: Widget) -> None:
    """It comes over HTTP, perhaps to another process; the socket knows its conversation before there is one."""
    other = await Widget(app[0]).open(widget.session)
    with db.transaction() as session:
        conversation_id = sessions.conversation_of(session, widget.session, db.utcnow(), opens=True)
        assert conversation_id is not None
        file = CheckedFile("测速截图.png", "image/png", b"not looked at here")
        stored = store_evidence(session, conversation_id, file, str(uuid4()), db.utcnow())
    for each in (widget, other):
        event = await each.next("history", lambda event: event["messages"] != [])
        (message,) = event["messages"]
        assert message["author"] == "customer"
        assert message["attachment"] == {
            "id": stored.evidence.id,
            "name": "测速截图.png",
            "media_type": "image/png",
            "size": 18,
        }
        await each.hears(HELLO)
    again = await Widget(app[0]).open(widget.session)
    (history,) = again.said("history")
    assert history["messages"][0]["attachment"]["id"] == stored.evidence.id
    await again.close()
    await other.close()


@asynccontextmanager
async def _listening(postgres: Embedded) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(postgres.url, autocommit=True) as connection:
        await connection.execute(f"LISTEN {ANNOUNCEMENTS}")
        yield connection


async def _heard(connection: psycopg.AsyncConnection) -> list[str]:
    await connection.execute(f"NOTIFY {ANNOUNCEMENTS}, 'end'")
    heard = [notice.payload async for notice in connection.notifies(timeout=10, stop_after=1)]
    while heard[-1] != "end":
        heard += [notice.payload async for notice in connection.notifies(timeout=10, stop_after=1)]
    return heard[:-1]


async def test_only_ids_are_announced_and_only_where_somebody_may_be_connected(database: Embedded) -> None:
    runner = Runner(FakeBot())
    async with _listening(database) as connection:
        rest, _ = await runner.accept_and_answer(Inbound("rest", str(uuid4()), "13800138000"), 5)
        assert await _heard(connection) == [], "who asks over REST gets the answer there"
        key = uuid4().hex
        inbound = Inbound("socketio", str(uuid4()), "13800138000", opening_key=key)
        accepted, _ = await runner.accept_and_answer(inbound, 5)
        heard = await _heard(connection)
        assert set(heard) == {accepted.received.conversation_id}
        assert len(heard) == 2, "when the message is stored and when its answer is"
        with db.transaction() as session:
            announce(session, rest.received.conversation_id)
            set_owner(session, accepted.received.conversation_id, "queue")
        assert await _heard(connection) == [accepted.received.conversation_id]
    await runner.aclose()


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_a_process_that_stops_hangs_up(
    database: object, logging_restored: None, bot: FakeBot, transport: str
) -> None:
    """It does not wait for open polls, and its customers are free to go to another one."""
    widget_closed = asyncio.Event()
    async with web_process(bot) as (url, _):
        widget = await Widget(url).open(transports=[transport])
        await widget.say("没信号")
        await widget.hears("听到了：没信号")
        widget.sio.on("disconnect", lambda reason: widget_closed.set())
        began = time.monotonic()
        widget.url = ""  # so that it is not closed before the process
    assert time.monotonic() - began < 4
    await asyncio.wait_for(widget_closed.wait(), 5)
    await widget.close()


async def test_nobody_is_left_in_memory(app: tuple[str, FastAPI], bot: FakeBot) -> None:
    bot.gate.clear()
    sockets = app[1].state.sockets
    for _ in range(3):
        widget = await Widget(app[0]).open()
        await widget.say("没信号")
        await widget.close()

    async def gone() -> bool:
        return (sockets._rooms._rooms, sockets._clients, sockets._connections._held) == ({}, {}, {})

    await eventually(gone, "everybody to be gone")
    assert REGISTRY.get_sample_value("quanyi_sockets") == 0


def test_what_was_shown_long_ago_becomes_the_cursor() -> None:
    """The list of ids that were shown stays short."""
    room = Room("c1")
    said = [Said(number, "bot", None, "", [], None, NOW + timedelta(seconds=number), None, None) for number in range(9)]
    room.mark(said[:3])
    room.shown = {number: moment - 61 for number, moment in room.shown.items()}
    room.mark(said[5:6])
    assert (room.settled, list(room.shown)) == (2, [5])
    assert [each.id for each in room.unseen(said)] == [3, 4, 6, 7, 8]


async def test_customers_of_many_conversations(app: tuple[str, FastAPI], bot: FakeBot) -> None:
    widgets = [await Widget(app[0]).open() for _ in range(30)]
    bot.takes = 0.01
    answers = await asyncio.gather(*(widget.say(f"第{number}位") for number, widget in enumerate(widgets)))
    assert all(answer["ok"] for answer in answers)
    for number, widget in enumerate(widgets):
        await widget.hears(f"听到了：第{number}位")
        assert widget.texts == [HELLO, f"听到了：第{number}位"]
        await widget.close()
