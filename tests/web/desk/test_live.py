"""What happens is seen at once by the staff whom it concerns, whichever process it happens in, and by nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from uuid import uuid4

import aiohttp
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from sqlalchemy import select, text, update

from care import db
from care.conversations.rules import Inbound, Reply
from care.conversations.service import open_conversation, set_owner, store_replies
from care.desk.typing import agent_types
from care.handoff.rules import Status
from care.handoff.tables import Handoff
from care.staff import sessions
from care.staff.announcing import tell_desk
from care.staff.rules import Role
from care.staff.tables import StaffPresence, StaffSession
from tests.support.desk_socket import DeskSocket, desk, joins
from tests.support.dialogue import FakeBot
from tests.support.sockets import web_process
from tests.support.waiting import eventually
from web.desk import floor, live

Web = tuple[str, FastAPI]


@pytest.fixture
async def web(database: object, logging_restored: None, bot: FakeBot) -> AsyncIterator[Web]:
    async with web_process(bot) as (url, app):
        yield url, app
        bot.gate.set()


def _conversation(staff_id: int | None, *, channel: str = "rest", status: Status = Status.PICKED) -> str:
    """One that came to a person: to this one, or it still waits."""
    now = db.utcnow()
    with db.transaction() as session:
        conversation_id = open_conversation(session, channel, uuid4().hex, now)
        session.add(
            Handoff(
                conversation_id=conversation_id,
                reason="asked",
                status=status,
                requested_at=now,
                changed_at=now,
                staff_id=staff_id,
                picked_at=now if staff_id else None,
            )
        )
        set_owner(session, conversation_id, "agent" if staff_id else "queue")
    return conversation_id


def _say(conversation_id: str, words: str = "好的") -> None:
    with db.transaction() as session:
        store_replies(session, 1, conversation_id, [Reply(words)], "system", db.utcnow())


def _tell(word: str) -> None:
    with db.transaction() as session:
        tell_desk(session, word)


# Who comes in


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.AGENT, None),
        (Role.SUPERVISOR, None),
        (Role.TRAINER, 4403),  # has no customers
        (Role.AUDITOR, 4403),
        (Role.ADMIN, 4403),
    ],
)
async def test_roles(web: Web, role: Role, code: int | None) -> None:
    _, token = joins(role)
    async with desk(web[0], token) as browser:
        if code is None:
            await browser.next("hello")
        else:
            assert await browser.closed() == code
            assert browser.frames == []


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (None, "no cookie"),
        ("", "an empty one"),
        ("widget-session", "something else, as a customer's token"),
        ("ü" * 40, "no ASCII"),
    ],
)
async def test_no_session(web: Web, token: str | None, why: str) -> None:
    async with desk(web[0], token) as browser:
        assert await browser.closed() == 4401, why
    assert browser.frames == []


async def test_a_customers_token_opens_nothing(web: Web) -> None:
    from web import sessions as widgets

    async with desk(web[0], widgets.begin().token) as browser:
        assert await browser.closed() == 4401


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("http://evil.example", "a page of somebody else's, with the cookie of whoever looks at it"),
        (None, "no browser: a cookie was taken along"),
        ("null", "a sandboxed frame"),
    ],
)
async def test_other_origins(web: Web, origin: str | None, why: str) -> None:
    _, token = joins()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with desk(web[0], token, origin=origin):
            pass
    assert refused.value.status == 403, why


async def test_who_must_change_the_password_first(web: Web) -> None:
    _, token = joins(must_change=True)
    async with desk(web[0], token) as browser:
        assert await browser.closed() == 4403


async def test_a_person_has_so_many_sockets(web: Web) -> None:
    """Those that were closed count no more."""
    _, token = joins()
    async with AsyncExitStack() as opened:
        for _ in range(floor.SOCKETS_OF_A_PERSON):
            browser = await opened.enter_async_context(desk(web[0], token))
            await browser.next("hello")
        async with desk(web[0], token) as one_more:
            assert await one_more.closed() == 4429
    async with desk(web[0], token) as again:
        await again.next("hello")


# How it ends


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("signed out", 4401),
        ("left", 4401),
        ("a role without customers", 4403),
    ],
)
async def test_a_session_that_ends_elsewhere(web: Web, what: str, code: int) -> None:
    staff, token = joins()
    async with desk(web[0], token) as browser:
        await browser.next("hello")
        with db.transaction() as session:
            if what == "signed out":
                signed = sessions.resume(session, token, db.utcnow())
                sessions.end(session, signed.session_id, db.utcnow())
            elif what == "left":
                session.execute(text("UPDATE staff SET left_at = now() WHERE id = :id"), {"id": staff.id})
            else:
                session.execute(text("UPDATE staff SET role = 'trainer' WHERE id = :id"), {"id": staff.id})
            tell_desk(session, f"staff:{staff.number}")
        if code == 4401:
            await browser.next("signed_out")
        assert await browser.closed() == code


async def test_a_session_that_runs_out(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """No word is told of it: it is looked at every minute, here every 0.1 s."""
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.1)
    _, token = joins()
    async with desk(web[0], token) as browser:
        await browser.next("hello")
        with db.transaction() as session:
            session.execute(update(StaffSession).values(expires_at=db.utcnow() - timedelta(seconds=1)))
        await browser.next("signed_out")
        assert await browser.closed() == 4401


async def test_an_open_connection_is_nobody_who_is_there(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that was left open is signed out after an hour, however often it says that it is alive."""
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.1)
    _, token = joins()
    seen = db.utcnow() - timedelta(minutes=50)
    with db.transaction() as session:
        session.execute(update(StaffSession).values(seen_at=seen))
    async with desk(web[0], token) as browser:
        await browser.next("hello")
        await browser.settled()
        with db.transaction() as session:
            assert session.scalar(select(StaffSession.seen_at)) == seen
            session.execute(update(StaffSession).values(seen_at=seen - timedelta(minutes=11)))
        await browser.next("signed_out")
        assert await browser.closed() == 4401


async def test_the_process_stops(database: object, logging_restored: None, bot: FakeBot) -> None:
    """Everybody is told to come back, to a process that goes on."""
    _, token = joins()
    async with AsyncExitStack() as opened:
        async with web_process(bot) as (url, _):
            browser = await opened.enter_async_context(desk(url, token))
            await browser.next("hello")
        assert await browser.closed() == 1012


async def test_who_does_not_read_is_cut_off(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """And keeps nobody else waiting, and no memory."""
    monkeypatch.setattr(floor, "_PATIENCE_SECONDS", 0.5)
    _, slow_token = joins()
    _, token = joins()
    async with desk(web[0], slow_token) as slow, desk(web[0], token) as quick:
        await slow.next("hello")
        slow.is_reading.clear()
        desk_floor: floor.Floor = web[1].state.live.floor
        seat = next(each for each in desk_floor._seats if each.signed.number == _number(slow_token))
        wide = f'"{"x" * 1_000_000}"'
        for number in range(200):
            seat.push_text("queue", wide, number)
            await asyncio.sleep(0)
        await quick.next("hello")

        async def gone() -> bool:
            return seat not in desk_floor._seats

        await eventually(gone, "the slow reader to be cut off")
        await quick.settled()


def _number(token: str) -> str:
    with db.transaction() as session:
        return sessions.resume(session, token, db.utcnow()).number


@pytest.mark.parametrize(
    ("sent", "code", "why"),
    [
        ("not json", 1007, "no JSON"),
        ("[]", 1007, "no object"),
        ('{"type":"take","handoff":1}', 1007, "what changes something goes over HTTP"),
        ('{"type":"watch","ids":"c1"}', 1007, "no list"),
        ('{"type":"watch","ids":[1]}', 1007, "no ids"),
        (r'{"type":"watch","ids":["\u0000"]}', 1007, "a NUL"),
        (r'{"type":"watch","ids":["\ud800"]}', 1007, "half a pair"),
        ('{"type":"watch","ids":["c1",""]}', 1007, "no id"),
        ('{"type":"watch","ids":["c1\\n"]}', 1007, "an id and more"),
        (json.dumps({"type": "watch", "ids": ["c" * 41]}), 1007, "longer than an id"),
        (json.dumps({"type": "watch", "ids": ["c"] * 101}), 1007, "more than anybody talks with"),
        ('{"type":"typing","id":"c1","on":"yes"}', 1007, "no truth value"),
        ("[" * 9_000, 1007, "deeper than Python reads"),
        ('{"type":"alive","x":"' + "x" * 20_000 + '"}', 1009, "too large"),
    ],
)
async def test_frames_that_are_none(web: Web, sent: str, code: int, why: str) -> None:
    _, token = joins()
    async with desk(web[0], token) as browser:
        await browser.next("hello")
        await browser.send_text(sent)
        assert await browser.closed() == code, why


async def test_too_many_frames(web: Web) -> None:
    _, token = joins()
    async with desk(web[0], token) as browser:
        for _ in range(live.FRAMES_PER_MINUTE + 1):
            await browser.send("alive")
        assert await browser.closed() == 4429


# What is told


async def test_a_conversation_that_is_watched(web: Web) -> None:
    """Of any channel. Nobody hears of those that are not theirs."""
    staff, token = joins()
    _, other_token = joins()
    mine, foreign = _conversation(staff.id), _conversation(None)
    async with desk(web[0], token) as browser, desk(web[0], other_token) as other:
        await browser.watch(mine)
        await browser.send("watch", ids=[mine, foreign])
        await other.send("watch", ids=[mine])
        await other.settled()
        await browser.settled()
        before = len(browser.frames)
        _say(foreign)
        _say(mine)
        await browser.next("conversation", id=mine)
        await browser.settled()
        await other.settled()
        assert {frame.get("id") for frame in browser.frames[before:]} - {None} == {mine}
        assert other.count("conversation") == 0


async def test_a_message_of_a_customer_over_rest(web: Web, bot: FakeBot) -> None:
    staff, token = joins()
    mine = _conversation(staff.id)
    async with desk(web[0], token) as browser:
        await browser.watch(mine)
        await web[1].state.runner.accept(Inbound("rest", str(uuid4()), "还在吗", mine))
        await browser.next("conversation", id=mine)
        with db.transaction() as session:
            set_owner(session, mine, "bot")
        await browser.next("conversation", id=mine)
    assert bot.heard == [], "the bot is mute while people talk"


async def test_it_happens_in_another_process(web: Web) -> None:
    staff, token = joins()
    mine = _conversation(staff.id)
    async with web_process(FakeBot()) as (url, _), desk(url, token) as browser:
        await browser.watch(mine)
        await web[1].state.runner.accept(Inbound("rest", str(uuid4()), "还在吗", mine))
        await browser.next("conversation", id=mine)


async def test_twenty_changes_are_few_frames(web: Web) -> None:
    """The first at once, and then one each 100 ms."""
    staff, token = joins()
    mine = _conversation(staff.id)
    async with desk(web[0], token) as browser:
        await browser.watch(mine)
        await browser.settled()
        before = browser.count("conversation")
        for number in range(20):
            _say(mine, f"第{number}句")
        await browser.settled()
        assert 1 <= browser.count("conversation") - before <= 8


async def test_what_is_not_theirs_any_more(web: Web) -> None:
    """Given to somebody else: who had it hears no more of it."""
    staff, token = joins()
    other, _ = joins()
    mine = _conversation(staff.id)
    async with desk(web[0], token) as browser:
        await browser.watch(mine)
        with db.transaction() as session:
            session.execute(update(Handoff).values(staff_id=other.id))
            tell_desk(session, f"staff:{staff.number}")
        await browser.next("mine")
        await browser.settled()
        before = browser.count("conversation")
        _say(mine)
        await browser.settled()
        assert browser.count("conversation") == before


@pytest.mark.parametrize(
    ("word", "agents", "supervisors"),
    [
        ("ticket:QY2026112200001", {"type": "ticket", "number": "QY2026112200001"}, None),
        ("alarm", None, {"type": "alarm"}),
        ("insight", None, {"type": "insight"}),
    ],
)
async def test_words(web: Web, word: str, agents: dict[str, str] | None, supervisors: dict[str, str] | None) -> None:
    _, agent_token = joins()
    _, lead_token = joins(Role.SUPERVISOR)
    async with desk(web[0], agent_token) as agent, desk(web[0], lead_token) as lead:
        await agent.next("hello")
        await lead.next("hello")
        _tell(word)
        kind = word.partition(":")[0]
        await lead.next(kind)
        await agent.settled()
        assert [frame for frame in agent.frames if frame["type"] == kind] == ([agents] if agents else [])
        assert [frame for frame in lead.frames if frame["type"] == kind] == [supervisors or agents]


async def test_mine_is_told_to_one_person(web: Web) -> None:
    staff, token = joins()
    _, other_token = joins()
    async with desk(web[0], token) as browser, desk(web[0], other_token) as other:
        await browser.next("hello")
        await other.next("hello")
        _tell(f"staff:{staff.number}")
        await browser.next("mine")
        await other.settled()
        assert other.count("mine") == 0


async def test_the_listening_connection_is_cut(web: Web) -> None:
    """What was told meanwhile is told to nobody: everybody rereads everything."""
    _, token = joins()
    async with desk(web[0], token) as browser:
        await browser.next("hello")
        with db.engine().connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            )
        await browser.next("hello")


async def test_how_many_are_connected(web: Web) -> None:
    _, token = joins()
    async with desk(web[0], token) as one, desk(web[0], token) as two:
        await one.next("hello")
        await two.next("hello")
        assert REGISTRY.get_sample_value("quanyi_desk_staff") == 1.0, "two tabs of one person"

    async def nobody() -> bool:
        return REGISTRY.get_sample_value("quanyi_desk_staff") == 0.0

    await eventually(nobody, "the gauge to fall")


# Signs of life and typing


async def test_a_sign_of_life(web: Web) -> None:
    """It is written at once, and then every 15 s of a person, however many browsers and frames there are."""
    staff, token = joins(presence="ready")
    _seen_before(staff.id)
    async with desk(web[0], token) as browser:
        await browser.send("alive")
        await browser.next("alive")

        async def is_written() -> bool:
            return db.utcnow() - _seen(staff.id) < timedelta(seconds=5)

        await eventually(is_written, "the sign of life")
        first = _seen(staff.id)
        async with desk(web[0], token) as other:
            for each in (browser, other):
                await each.send("alive")
                await each.next("alive")
        assert _seen(staff.id) == first


def _seen(staff_id: int) -> datetime:
    with db.transaction() as session:
        return session.scalars(select(StaffPresence.seen_at).where(StaffPresence.staff_id == staff_id)).one()


def _seen_before(staff_id: int) -> None:
    with db.transaction() as session:
        session.execute(update(StaffPresence).values(seen_at=db.utcnow() - timedelta(minutes=1)))


async def test_the_customer_types(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends by itself when the end was lost."""
    monkeypatch.setattr(floor, "TYPING_SECONDS", 0.3)
    staff, token = joins()
    mine = _conversation(staff.id)
    async with desk(web[0], token) as browser:
        await browser.watch(mine)
        _tell(f"typing:{mine}:customer:1")
        await browser.next("typing", id=mine, on=True)
        await browser.next("typing", id=mine, on=False)
        _tell(f"typing:{mine}:staff:1")
        await browser.settled()
        assert browser.count("typing") == 2, "one's own is no news"


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("holder", ["1", "0"]),
        ("supervisor who listens", []),  # the customer does not know of them
        ("somebody else", []),
    ],
)
async def test_an_agent_types(web: Web, who: str, told: list[str]) -> None:
    staff, token = joins()
    if who != "holder":
        _, token = joins(Role.SUPERVISOR if "listens" in who else Role.AGENT)
    mine = _conversation(staff.id)
    heard: list[str] = []

    class Listener:
        def announced(self, conversation_id: str) -> None: ...

        def told(self, word: str) -> None:
            if word.startswith(f"typing:{mine}:staff:"):
                heard.append(word.rpartition(":")[2])

        def all_may_be_stale(self) -> None: ...

    web[1].state.sockets.announcements.listeners.append(Listener())
    async with desk(web[0], token) as browser:
        await browser.send("watch", ids=[mine])
        await browser.settled()
        await browser.send("typing", id=mine, on=True)
        await browser.send("typing", id=mine, on=True)  # too soon after it
        await browser.send("typing", id=mine, on=False)
        await browser.send("typing", id=mine, on=False)  # nothing to end
        await browser.settled()
    assert heard == told


def test_typing_is_stored_nowhere(database: object) -> None:
    staff, _ = joins()
    mine = _conversation(staff.id)
    with db.transaction() as session:
        before = session.scalar(text("SELECT count(*) FROM messages"))
        agent_types(session, staff.id, mine, True)
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM messages")) == before


# Two browsers of the desk hear what one says


async def test_the_sockets_of_many(web: Web) -> None:
    """Fifty people watch one conversation each; each hears of its own."""
    people = [joins() for _ in range(50)]
    theirs = [_conversation(staff.id) for staff, _ in people]
    async with AsyncExitStack() as opened:
        browsers: list[DeskSocket] = []
        for (_, token), conversation_id in zip(people, theirs, strict=True):
            browsers.append(await opened.enter_async_context(desk(web[0], token)))
            await browsers[-1].watch(conversation_id)
        for conversation_id in theirs:
            _say(conversation_id)
        for browser, conversation_id in zip(browsers, theirs, strict=True):
            await browser.next("conversation", id=conversation_id)
            assert {frame["id"] for frame in browser.frames if "id" in frame} == {conversation_id}
