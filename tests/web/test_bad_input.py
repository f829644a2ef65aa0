"""Odd messages get an answer; wrong requests get a problem that says what was wrong and repeats nothing."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from care.wording import say
from tests.support.api import Api, check_problem
from tests.support.database import count
from tests.support.dialogue import FakeBot
from web.limits import MAX_BODY

NAME, NUMBER = "王小明", "13800138000"

ODD = [
    "网" * 10_000,  # a whole story
    "😡" * 10_000,  # four bytes each
    "网" * 12_000,  # the most there may be
    "😡😡😡",  # emoji only
    "👨‍👩‍👧 怎么上不了网",  # joined emoji
    "<script>alert('1')</script><b>没信号</b>",  # HTML
    "'; DROP TABLE messages; --",  # SQL
    "{{7*7}} ${jndi:ldap://x} %s {text}",  # templates
    "没\x00信\x07号\x1b[31m",  # control characters between words
    "\u202e没信号\u202c",  # right to left
    "no signal since yesterday",
    "費用爭議",
    "　没信号　",  # full-width spaces
    "a\r\nb\rc\n\n\nd",
    "/",
]


@pytest.mark.parametrize("text", ODD)
async def test_an_odd_message_is_answered(api: Api, bot: FakeBot, text: str) -> None:
    answer = await api.say(text)
    assert answer["replies"]
    assert len(bot.asked) == 1
    assert not bot.asked[0].is_payload


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x07", "\u200b\u200b", "\ufeff"])
async def test_an_empty_message_is_answered(api: Api, bot: FakeBot, text: str) -> None:
    answer = await api.say(text)
    assert answer["replies"] == [{"text": say("introduction")}, {"text": say("empty_message")}]
    assert bot.asked == [], "there is nothing to understand"


async def test_what_the_bot_hears_is_clean(api: Api, bot: FakeBot) -> None:
    await api.say(" 没\x00信\u200b号\r\n了 ")
    assert bot.heard == ["没信号\n了"]


def _body(**fields: Any) -> dict[str, Any]:
    return {"message_id": str(uuid4()), "text": f"我叫{NAME}，{NUMBER}"} | fields


REFUSED = [
    # body                                    reason          a word of the detail
    (_body(text="网" * 12_001), "too_long", "12000"),  # one character too many: refused, never cut
    (_body(message_id=""), "request", "message_id"),  # no id
    (_body(message_id="x" * 129), "request", "message_id"),  # an id that is too long
    (_body(message_id="消息"), "message_id", "message_id"),  # not ASCII
    (_body(message_id="a b"), "message_id", "message_id"),  # a space
    (_body(message_id=12), "request", "message_id"),  # a number
    (_body(message_id=None), "request", "message_id"),
    (_body(text=None), "request", "text"),
    (_body(text=[NAME]), "request", "text"),  # a list
    (_body(text={"a": NAME}), "request", "text"),
    (_body(name=NAME), "request", "a field that we do not know; see /openapi.json"),
    (_body(is_payload=True), "request", "a field that we do not know"),  # whoever reads our code does not get in by it
    ({"text": NAME}, "request", "message_id"),  # a field is missing
    ({"message_id": "1"}, "request", "text"),
    ({}, "request", "message_id"),
    ([NAME], "request", "body"),  # a list
    (NAME, "request", "body"),  # a string
    (None, "request", "body"),
    (_body(conversation_id=7), "request", "conversation_id"),
    (_body(conversation_id="c" * 65, token="t"), "request", "conversation_id"),
    (_body(conversation_id="c1", token="t" * 513), "request", "token"),
]


@pytest.mark.parametrize(("body", "reason", "word"), REFUSED)
async def test_a_wrong_request(api: Api, bot: FakeBot, body: Any, reason: str, word: str) -> None:
    detail = check_problem(await api.post(body), 422, reason, NAME, NUMBER)
    assert word.lower() in detail.lower()
    assert bot.asked == []
    assert count("messages") == 0


async def test_half_an_emoji(client: httpx.AsyncClient) -> None:
    """A client cut the text in the middle of a surrogate pair: answered or refused, but no fault of ours."""
    body = b'{"message_id": "1", "text": "\\u6ca1\\u4fe1\\u53f7\\ud83d"}'
    response = await client.post("/api/chat", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (200, 422), response.text


async def test_the_name_of_an_unknown_field_is_not_repeated_either(api: Api) -> None:
    """A client that mixed up names and values sends a person as a key."""
    detail = check_problem(await api.post(_body() | {f"{NAME} {NUMBER}": 1}), 422, "request", NAME, NUMBER)
    assert detail.startswith("a field that we do not know; see /openapi.json")


BYTES = [
    (b"", 422),  # nothing
    (b"{", 422),  # cut off
    (b"not json " + NUMBER.encode(), 422),
    (b'{"message_id": "1", "text": "a\x07b"}', 422),  # a raw control character is not JSON
    (b'{"message_id": "1", "text": NaN}', 422),
    (b'{"message_id": "1", "text": "\xff\xfe"}', 400),  # not UTF-8
    ("我叫王小明".encode("gbk"), 400),
    (b"[" * 5000, 400),  # deeper than anybody means it
]


@pytest.mark.parametrize(("body", "status"), BYTES)
async def test_what_is_not_json(client: httpx.AsyncClient, body: bytes, status: int) -> None:
    response = await client.post("/api/chat", content=body, headers={"content-type": "application/json"})
    check_problem(response, status, "request" if status == 422 else "http", NAME, NUMBER)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_another_media_type(client: httpx.AsyncClient, media_type: str) -> None:
    content = json.dumps(_body()).encode()
    response = await client.post("/api/chat", content=content, headers={"content-type": media_type})
    check_problem(response, 422, "request", NAME, NUMBER)


async def test_a_message_id_that_was_used_for_another_text(api: Api, bot: FakeBot) -> None:
    await api.say("没信号")
    check_problem(await api.send(f"我叫{NAME}", api.message_id), 409, "message_id", NAME)
    assert bot.heard == ["没信号"]
    assert count("messages") == 3


async def test_a_body_over_the_limit(client: httpx.AsyncClient, bot: FakeBot) -> None:
    content = json.dumps(_body(text=NAME + "x" * MAX_BODY)).encode()
    response = await client.post("/api/chat", content=content, headers={"content-type": "application/json"})
    detail = check_problem(response, 413, "too_large", NAME)
    assert str(MAX_BODY) in detail
    assert bot.asked == []


async def test_a_body_over_the_limit_that_does_not_tell_its_length(client: httpx.AsyncClient, bot: FakeBot) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 10_000

    response = await client.post("/api/chat", content=pieces(), headers={"content-type": "application/json"})
    check_problem(response, 413, "too_large")
    assert bot.asked == []


async def test_the_longest_message_fits_however_it_is_escaped(client: httpx.AsyncClient) -> None:
    content = json.dumps(_body(text="😡" * 12_000), ensure_ascii=True).encode()
    assert 140_000 < len(content) <= MAX_BODY
    response = await client.post("/api/chat", content=content, headers={"content-type": "application/json"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/chat", 405),  # it takes messages, it shows none
        ("PUT", "/api/chat", 405),
        ("GET", "/api/nothing", 404),
        ("GET", f"/{NUMBER}", 404),  # somebody's number in the address
        ("POST", "/", 405),
        ("GET", "/docs", 404),  # the interactive pages load scripts from elsewhere
    ],
)
async def test_wrong_addresses(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    check_problem(await client.request(method, path), status, "http", NUMBER)


async def test_something_unexpected_says_nothing_of_what_was_sent(client: httpx.AsyncClient, app: Any) -> None:
    class Broken:
        async def accept_and_answer(self, inbound: object, patience: float) -> None:
            raise RuntimeError(f"cannot handle {inbound}")

        async def aclose(self) -> None:
            pass

    app.state.runner = Broken()
    check_problem(await Api(client).post(_body()), 500, "internal", NAME, NUMBER)
