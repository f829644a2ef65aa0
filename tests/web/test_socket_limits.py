"""What a stranger may not do: every refusal says why, is logged without the address, and changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import socketio
from fastapi import FastAPI
from itsdangerous import URLSafeTimedSerializer

from care.settings import settings
from care.wording import say
from tests.support.api import Api, check_problem
from tests.support.database import count
from tests.support.dialogue import FakeBot
from tests.support.environment import VARIABLES
from tests.support.sockets import Widget, web_process
from tests.support.waiting import eventually
from web import sessions, tokens
from web.limits import MAX_BODY

Logged = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Logged:
    """What was logged under this event."""

    def lines(event: str) -> list[dict[str, Any]]:
        ours = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        return [line for line in ours if line["event"] == event]

    return lines


def _rows() -> dict[str, int]:
    return {table: count(table) for table in ("conversations", "messages", "turn_leases", "tickets")}


@pytest.fixture
async def victim(web: str) -> AsyncIterator[Widget]:
    """Somebody with a conversation worth reading."""
    widget = await Widget(web).open()
    await widget.say("我的号码是13800138000")
    await widget.hears("听到了：我的号码是13800138000")
    yield widget
    await widget.close()


def _forged(victim: Widget) -> list[tuple[str, Any]]:
    assert victim.session is not None
    body, stamp, signature = victim.session.split(".")
    opening_key = sessions.resume(victim.session).opening_key
    return [
        ("under a signature of the forger", URLSafeTimedSerializer("x" * 32, salt="widget-session").dumps(opening_key)),
        ("under the signature of the forger's own session", f"{body}.{sessions.begin().token.split('.', 1)[1]}"),
        ("without a signature", f"{body}.{stamp}"),
        ("the signature cut", f"{body}.{stamp}.{signature[:-2]}"),
        ("the key itself", opening_key),
        ("the conversation's id", sessions.resume(victim.session).conversation_id),
        ("a token for the REST API", tokens.issue(sessions.resume(victim.session).conversation_id)),
        ("as Rasa makes them", uuid4().hex),
        ("no text", 12),
        ("a list", [victim.session]),
    ]


async def test_forged_tokens(web: str, victim: Widget, bot: FakeBot, logged: Logged) -> None:
    before = _rows()
    for how, token in _forged(victim):
        stranger = await Widget(web).connect()
        await stranger.sio.emit("session_request", {"session_id": token, "protocol": 1})
        refused = await stranger.next("refused")
        assert (refused["reason"], refused["retry"]) == ("session", False), how
        assert refused["detail"]
        given = await stranger.next("session_confirm")
        assert given not in (token, victim.session), "a new one, never somebody else's"
        assert await stranger.next("history") == {"messages": [], "owner": "bot", "more": False}, how
        assert (await stranger.say("没信号", session_id=token))["reason"] == "session"
        await stranger.close()
    assert _rows() == before
    assert len(bot.asked) == 1
    lines = logged("socket_refused")
    assert len(lines) == 2 * len(_forged(victim))
    assert {line["reason"] for line in lines} == {"session"}
    assert {line["address"] for line in lines} == {"127.0.0.0/24"}


async def test_an_expired_token(web: str, victim: Widget, monkeypatch: pytest.MonkeyPatch, logged: Logged) -> None:
    import time

    before, now = _rows(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * 24 * 3600 + 60)
    late = await Widget(web).connect()
    await late.sio.emit("session_request", {"session_id": victim.session, "protocol": 1})
    refused = await late.next("refused")
    assert refused["reason"] == "session"
    assert "30 days" in refused["detail"]
    assert await late.next("session_confirm") != victim.session
    assert (await late.next("history"))["messages"] == []
    assert _rows() == before
    assert len(logged("socket_refused")) == 1
    await late.close()


async def test_a_message_into_the_conversation_of_somebody_else(web: str, victim: Widget, bot: FakeBot) -> None:
    """A token that is good, but not this connection's: even who has stolen it must show it first."""
    before = _rows()
    stranger = await Widget(web).open()
    answer = await stranger.say("投诉", session_id=victim.session)
    assert (answer["ok"], answer["reason"], answer["retry"]) == (False, "session", False)
    assert _rows() == before
    assert len(bot.asked) == 1
    assert stranger.said() == []
    await stranger.close()


async def test_what_happens_in_a_conversation_is_shown_to_nobody_else(web: str, victim: Widget) -> None:
    stranger = await Widget(web).open()
    await victim.say("身份证丢了")
    await victim.hears("听到了：身份证丢了")
    await stranger.say("没信号")
    await stranger.hears("听到了：没信号")
    assert stranger.texts == [say("introduction"), "听到了：没信号"]
    await stranger.close()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, postgres: object) -> Iterator[pytest.MonkeyPatch]:
    """For limits of their own: read before the app is made."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    settings.cache_clear()


async def test_a_hundred_sockets_from_one_address(web: str, bot: FakeBot, logged: Logged) -> None:
    clients = [Widget(web) for _ in range(100)]
    results = await asyncio.gather(*(client.connect() for client in clients), return_exceptions=True)
    taken = [result for result in results if isinstance(result, Widget)]
    assert len(taken) == settings().sockets_per_address == 50
    assert len([result for result in results if isinstance(result, socketio.exceptions.ConnectionError)]) == 50
    lines = logged("socket_refused")
    assert len(lines) == 50
    assert {(line["reason"], line["address"]) for line in lines} == {("too_many_sockets", "127.0.0.0/24")}
    assert "at most 50 connections from one address" in lines[0]["detail"]
    assert _rows() == dict.fromkeys(_rows(), 0)
    async with httpx.AsyncClient(base_url=web) as http:
        refused = await http.get("/socket.io/?EIO=4&transport=polling")
        assert refused.status_code == 401
        assert refused.json()["reason"] == "too_many_sockets"
        assert "at most 50 connections" in refused.json()["detail"]
        assert (await http.get("/healthz")).status_code == 200, "who asks for something else is not refused"
        await Api(http).say("没信号")
    await taken[0].close()

    async def there_is_room() -> Widget | None:
        widget = Widget(web)
        try:
            return await widget.open()
        except socketio.exceptions.ConnectionError:
            return None

    late = await eventually(there_is_room, "a place")
    assert late is not None
    assert (await late.say("没信号"))["ok"]


@pytest.fixture
async def behind_a_proxy(
    database: object,
    logging_restored: None,
    bot: FakeBot,
    few: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> AsyncIterator[str]:
    """One socket an address. The clients of the tests are the proxy, and ours unless the parameter says otherwise."""
    few.setenv("QUANYI_TRUSTED_PROXIES", getattr(request, "param", "127.0.0.1"))
    few.setenv("QUANYI_SOCKETS_PER_ADDRESS", "1")
    settings.cache_clear()
    async with web_process(bot) as (url, _):
        yield url


async def test_customers_behind_our_proxy_are_told_apart(behind_a_proxy: str, logged: Logged) -> None:
    """And an address is never logged in full, not by the server's own log either."""
    one, other, third = (Widget(behind_a_proxy) for _ in range(3))
    await one.open(headers={"X-Forwarded-For": "203.0.113.77"})
    await other.open(headers={"X-Forwarded-For": "198.51.100.9"})
    with pytest.raises(socketio.exceptions.ConnectionError):
        await third.open(headers={"X-Forwarded-For": "198.51.100.9"})
    (line,) = logged("socket_refused")
    assert line["address"] == "198.51.100.0/24"
    await one.close()
    await other.close()


@pytest.mark.parametrize("behind_a_proxy", ["192.0.2.0/24, 192.0.3.1"], indirect=True)
async def test_who_is_no_proxy_of_ours_is_not_believed(behind_a_proxy: str, logged: Logged) -> None:
    """Anybody can claim to be somebody else with every connection."""
    await Widget(behind_a_proxy).open(headers={"X-Forwarded-For": "203.0.113.77"})
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Widget(behind_a_proxy).open(headers={"X-Forwarded-For": "198.51.100.9"})
    (line,) = logged("socket_refused")
    assert line["address"] == "127.0.0.0/24"


async def test_addresses_are_in_no_log(behind_a_proxy: str, caplog: pytest.LogCaptureFixture) -> None:
    widget = await Widget(behind_a_proxy).open(headers={"X-Forwarded-For": "203.0.113.77"})
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Widget(behind_a_proxy).open(headers={"X-Forwarded-For": "203.0.113.77"})
    await widget.say("", "m-1")
    await widget.close()
    written = "\n".join(record.getMessage() for record in caplog.records)
    assert "203.0.113.0/24" in written
    assert "203.0.113.77" not in written


async def test_a_flood_of_messages(web: str, bot: FakeBot, logged: Logged) -> None:
    widget = await Widget(web).open()
    ids = [str(uuid4()) for _ in range(35)]
    answers = [await widget.say(f"第{number}句", id_) for number, id_ in enumerate(ids)]
    assert [answer["ok"] for answer in answers] == [True] * 30 + [False] * 5
    refused = answers[30]
    assert (refused["reason"], refused["retry"]) == ("too_many", True)
    assert "at most 30 messages of one conversation a minute" in refused["detail"]
    assert 50 <= refused["after"] <= 60
    assert (await widget.say("第3句", ids[3]))["ok"], "what was taken is taken, however often it is asked for"
    await widget.hears("听到了：第29句")
    assert count("messages") == 61
    assert len(bot.asked) == 30
    assert len(logged("socket_refused")) == 5
    other = await Widget(web).open(widget.session)
    assert (await other.say("再来"))["reason"] == "too_many", "another connection of the session is no way round"
    await other.close()
    await widget.close()


async def test_a_flood_over_rest(api: Api, bot: FakeBot) -> None:
    first = await api.say("没信号")
    for number in range(30):
        await api.say(f"第{number}句")
    message_id = api.message_id
    response = await api.send("再来")
    detail = check_problem(response, 429, "too_many", "再来")
    assert "at most 30 messages" in detail
    assert 0 < int(response.headers["retry-after"]) <= 60
    assert len(bot.asked) == 31
    again = await api.send("第29句", message_id)
    assert again.status_code == 200, "the answer to what was taken can be asked for"
    api.state = {}
    assert (await api.say("没信号"))["conversation_id"] != first["conversation_id"]


async def test_a_flood_of_session_requests(web: str, logged: Logged) -> None:
    widget = await Widget(web).connect()
    for _ in range(12):
        await widget.sio.emit("session_request", {"protocol": 1})
    refused = await widget.next("refused")
    assert (refused["reason"], refused["retry"]) == ("too_many", True)
    assert "at most 10 session_request events" in refused["detail"]
    await widget.next("refused")
    for _ in range(10):
        await widget.next("session_confirm")
    assert len(logged("socket_refused")) == 2
    await widget.close()


async def test_who_does_not_stop_is_cut_off(web: str, bot: FakeBot, logged: Logged) -> None:
    """Refusing costs something as well."""
    widget = await Widget(web).open()
    closed = asyncio.Event()
    widget.sio.on("disconnect", lambda reason: closed.set())
    for _ in range(150):
        await widget.sio.emit("user_uttered", {"message": "", "message_id": "m-1"})
    await asyncio.wait_for(closed.wait(), 10)
    assert len(logged("socket_refused")) == 100
    assert len(logged("socket_cut_off")) == 1
    assert _rows() == dict.fromkeys(_rows(), 0)


async def test_a_flood_of_history_requests(web: str) -> None:
    widget = await Widget(web).open()
    for _ in range(31):
        await widget.sio.emit("history_request", {})
    assert (await widget.next("refused"))["reason"] == "too_many"
    assert len(widget.said("history")) <= 31
    await widget.close()


async def test_a_frame_over_the_limit(web: str, bot: FakeBot) -> None:
    """It is cut off before it is read; the customer can go on."""
    widget = await Widget(web).open()
    closed = asyncio.Event()
    widget.sio.on("disconnect", lambda reason: closed.set())
    await widget.sio.emit("user_uttered", {"message": "x" * MAX_BODY, "message_id": "m-1"})
    await asyncio.wait_for(closed.wait(), 10)
    assert _rows() == dict.fromkeys(_rows(), 0)
    again = await Widget(web).open(widget.session)
    assert (await again.say("没信号"))["ok"]
    await again.hears("听到了：没信号")
    await again.close()


async def test_a_poll_over_the_limit(web: str) -> None:
    async with httpx.AsyncClient(base_url=web) as http:
        opened = (await http.get("/socket.io/?EIO=4&transport=polling")).text
        sid = json.loads(opened.removeprefix("0"))["sid"]
        response = await http.post(f"/socket.io/?EIO=4&transport=polling&sid={sid}", content=b"4" + b"x" * MAX_BODY)
        check_problem(response, 413, "too_large")


async def test_the_longest_message_fits(web: str, bot: FakeBot) -> None:
    """However JSON escapes it."""
    widget = await Widget(web).open()
    assert (await widget.say("😡" * 12_000))["ok"]
    await eventually(lambda: _heard(bot, 1), "the bot to be asked")
    await widget.close()


async def _heard(bot: FakeBot, times: int) -> bool:
    return len(bot.asked) == times


OURS = "https://www.example.cn"


@pytest.fixture
async def embedded(
    database: object, logging_restored: None, bot: FakeBot, few: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, FastAPI]]:
    few.setenv("QUANYI_ORIGINS", OURS)
    settings.cache_clear()
    async with web_process(bot) as process:
        yield process


ORIGINS = [
    ("{own}", {}, True),  # the demo page
    (OURS, {}, True),
    (None, {}, True),  # no browser
    ("https://www.example.com", {}, False),
    ("https://www.example.cn.evil.com", {}, False),
    ("http://www.example.cn", {}, False),
    ("null", {}, False),
    # Behind a proxy that ends TLS: what the browser calls its origin
    ("https://care.example.cn", {"Host": "care.example.cn", "X-Forwarded-Proto": "https"}, True),
    ("http://care.example.cn", {"Host": "care.example.cn", "X-Forwarded-Proto": "https"}, False),
    ("https://evil.com", {"Host": "care.example.cn", "X-Forwarded-Host": "evil.com"}, False),
]


@pytest.mark.parametrize(("origin", "headers", "allowed"), ORIGINS)
@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_pages_of_others_are_not_let_in(
    embedded: tuple[str, FastAPI],
    origin: str | None,
    headers: dict[str, str],
    allowed: bool,
    transport: str,
    logged: Logged,
) -> None:
    url = embedded[0]
    sent = headers | ({"Origin": origin.format(own=url)} if origin else {})
    widget = Widget(url)
    if allowed:
        await widget.open(headers=sent, transports=[transport])
        await widget.close()
        return
    with pytest.raises(socketio.exceptions.ConnectionError):
        await widget.open(headers=sent, transports=[transport])
    (line,) = logged("socket_refused")
    assert (line["reason"], line["address"]) == ("origin", "127.0.0.0/24")


async def test_cors_headers_of_polling_come_once(embedded: tuple[str, FastAPI]) -> None:
    """A browser refuses an answer in which two parts of ours have each allowed the origin."""
    async with httpx.AsyncClient(base_url=embedded[0]) as http:
        response = await http.get("/socket.io/?EIO=4&transport=polling", headers={"origin": OURS})
    assert response.headers.get_list("access-control-allow-origin") == [OURS]
    assert "access-control-allow-credentials" not in response.headers


def test_the_key_of_the_tests_is_the_key_of_the_tokens() -> None:
    """Otherwise the forgeries above would prove nothing."""
    assert VARIABLES["QUANYI_TOKEN_KEY"] != "x" * 32
