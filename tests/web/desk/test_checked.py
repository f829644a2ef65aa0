"""What cannot be stored is refused at every way into the desk, wherever it stands: 4xx, never a fault of ours.

The ways, their words and the fields of their bodies come from the app itself, so a new one is tried as soon as it is
there.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIWebSocketRoute, iter_route_contexts
from pydantic import BaseModel

from care.handoff.policy import handoff_policy
from care.staff.rules import Role, permissions_of
from tests.support.api import check_problem
from tests.support.desk import Browser
from tests.support.permissions import OPEN, Way, ways
from tests.support.talk import Talk
from tests.web.conftest import SignIn
from web.desk.access import PREFIX

_BEYOND = 2**63


def _cursor(*keys: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


#: in a path or after `?`, as it is sent
WORDS = {
    "a NUL": "%00",
    "a NUL between": "a%00b",
    "half a pair": "%ED%A0%BD",
    "no UTF-8": "%ff%fe",
    "beyond bigint": str(_BEYOND),
    "far beyond": "9" * 60,
    "more digits than Python reads": "9" * 5_000,
    "a negative number": "-1",
    "no number": "NaN",
    "the last day": "9999-12-31",
    "the last moment": "9999-12-31T23:59:59-12:00",
    "the first moment": "0001-01-01T00:00:00%2B14:00",
    "a day that is none": "2026-02-30",
}
CURSORS = {
    "beyond bigint": _cursor(_BEYOND),
    "far beyond": _cursor(10**30),
    "infinite": base64.urlsafe_b64encode(b"[1e400]").decode().rstrip("="),
    "no number": base64.urlsafe_b64encode(b"[NaN]").decode().rstrip("="),
    "a NUL in a key": _cursor(1, "\0"),
    "half a pair in a key": _cursor(1, "\ud83d"),
    "another order's key": _cursor(1, "x", "y", "z"),
    "the last day as a key": _cursor(1, "9999-12-31T23:59:59-12:00"),
    "no list": _cursor()[:-1] + "A",
    "deep": base64.urlsafe_b64encode(b"[" * 140).decode(),
    "no base64": "%00%00%00",
}
#: in a body, as JSON
VALUES = {
    "a NUL": '"\\u0000"',
    "a NUL between": '"a\\u0000b"',
    "half a pair": '"\\ud83d"',
    "beyond bigint": str(_BEYOND),
    "below it": str(-_BEYOND - 1),
    "far beyond": "1" + "0" * 60,
    "more digits than Python reads": "9" * 5_000,
    "infinite": "1e400",
    "no number": "NaN",
    "the last day": '"9999-12-31"',
    "the last moment": '"9999-12-31T23:59:59-12:00"',
    "a list": '["\\u0000"]',
    "an object": '{"\\u0000": "\\ud83d"}',
    "true": "true",
}
#: of VALUES, what is refused wherever it stands
_NEVER_TAKEN = ("a NUL", "half a pair", "beyond bigint", "below it", "far beyond", "infinite", "a list", "an object")


@pytest.fixture
def everybody(signed_in: SignIn, agent: Browser) -> dict[Role, Browser]:
    skills = handoff_policy().skills
    return {role: agent if role is Role.AGENT else signed_in(role, skills=skills) for role in Role}


@pytest.fixture
async def ticket(agent: Browser) -> str:
    entry = {"entry_id": uuid4().hex, "kind": "complaint", "channel": "hotline", "category": "complaint_vas"}
    answer = await agent.post(f"{PREFIX}/tickets", json=entry | {"description": "没有信号", "line": "13800138000"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["number"])


def _http(app: FastAPI) -> list[Way]:
    return [way for way in ways(app) if way.method != "WEBSOCKET"]


def _who(way: Way, everybody: dict[Role, Browser]) -> Browser:
    if str(way) == OPEN:
        return everybody[Role.ADMIN]
    return next(everybody[role] for role in Role if way.permissions[0] in permissions_of(role))


def _path(way: Way, talk: Talk, ticket: str, other: dict[str, str]) -> str:
    real = {"conversation_id": talk.id, "conversation": talk.id, "number": ticket, "reply_id": "greeting"}
    return re.sub(r"{(\w+)(?::\w+)?}", lambda name: other.get(name[1], real.get(name[1], "1")), way.path)


def _fields(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Names of what each way reads after `?`, and the model of its body."""
    found: dict[str, dict[str, Any]] = {}
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if not path.startswith(PREFIX) or isinstance(context.original_route, APIWebSocketRoute):
            continue
        model = context.body_field.field_info.annotation if context.body_field else None
        query = [each.alias for each in context.dependant.query_params]
        for method in context.methods or ():
            found[f"{method} {path}"] = {"query": query, "model": model}
    return found


def _is_answered(word: str, answer: httpx.Response) -> bool:
    """No fault of ours, and a NUL is never taken."""
    return answer.status_code == 422 if "%00" in word else answer.status_code < 500


def _bodies(model: Any) -> Iterator[tuple[str, str]]:
    """Each value as each field of the body, beside nothing and beside what else it needs."""
    names = list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else ["x"]
    needed = {
        name: '"seven quiet herons"'
        for name, field in (model.model_fields.items() if names != ["x"] else ())
        if field.is_required()
    }
    for what, value in VALUES.items():
        yield f"{what} alone", value
        for name in names:
            fields = ", ".join(f'"{key}": {text}' for key, text in (needed | {name: value}).items())
            yield f"{what} as {name}", f"{{{fields}}}"


async def test_words_of_a_path(app: FastAPI, everybody: dict[Role, Browser], talk: Talk, ticket: str) -> None:
    wrong, tried = [], 0
    for way in _http(app):
        for name in re.findall(r"{(\w+)", way.path):
            for what, word in WORDS.items():
                path = _path(way, talk, ticket, {name: word})
                body: dict[str, str] | None = None if way.method == "GET" else {}
                answer = await _who(way, everybody).request(way.method, path, json=body)
                tried += 1
                if not _is_answered(word, answer):
                    wrong.append(f"{way}: {what} as {name}: {answer.status_code}")
    assert wrong == []
    assert tried > 300


async def test_words_of_a_query(app: FastAPI, everybody: dict[Role, Browser], talk: Talk, ticket: str) -> None:
    """Also those of the filters of tickets, which stand in no signature."""
    filters = [
        "status", "kind", "category", "department", "assignee", "channel", "partner", "due", "q", "line",
        "created_from", "created_to", "sort", "nothing",
    ]  # fmt: skip
    fields, wrong, tried = _fields(app), [], 0
    for way in _http(app):
        if way.method != "GET":
            continue
        words = [*fields[str(way)]["query"], *(filters if "tickets" in way.path else [])]
        for name in dict.fromkeys(words):
            for what, word in (WORDS | (CURSORS if name == "cursor" else {})).items():
                sort = "&sort=due" if name == "cursor" and "tickets" in way.path else ""
                path = f"{_path(way, talk, ticket, {})}?{name}={word}{sort}"
                answer = await _who(way, everybody).get(path)
                tried += 1
                if not _is_answered(word, answer):
                    wrong.append(f"{way}: {what} as {name}: {answer.status_code}")
    assert wrong == []
    assert tried > 500


async def test_values_of_a_body(app: FastAPI, everybody: dict[Role, Browser], talk: Talk, ticket: str) -> None:
    fields, wrong, tried = _fields(app), [], 0
    for way in _http(app):
        if way.method == "GET" or way.path.endswith(("/sign-in", "/sign-out", "/password")):
            continue  # these count tries, or end what the test needs
        for what, body in _bodies(fields[str(way)]["model"]):
            answer = await _who(way, everybody).request(
                way.method, _path(way, talk, ticket, {}), content=body, headers={"content-type": "application/json"}
            )
            tried += 1
            is_refused = answer.status_code == 422 or not what.startswith(_NEVER_TAKEN)
            if answer.status_code >= 500 or not is_refused:
                wrong.append(f"{way}: {what}: {answer.status_code}")
    assert wrong == []
    assert tried > 1_000


@pytest.mark.parametrize("field", ["number", "password"])
@pytest.mark.parametrize("value", ['"\\u0000"', '"\\ud83d"', "1e400", str(_BEYOND)])
async def test_signing_in(agent: Browser, field: str, value: str) -> None:
    other = "password" if field == "number" else "number"
    body = f'{{"{field}": {value}, "{other}": "1001"}}'
    answer = await agent.post(f"{PREFIX}/sign-in", content=body, headers={"content-type": "application/json"})
    check_problem(answer, 422, "request")


async def test_a_file_with_a_strange_id(agent: Browser, talk: Talk) -> None:
    """No JSON: its fields are checked where the form is read."""
    for message_id in ("a\0b", "9" * 5_000, "消息", ""):
        answer = await agent.post(
            f"{PREFIX}/conversations/{talk.id}/files",
            data={"message_id": message_id},
            files={"file": ("a\0b.png", b"\x89PNG", "image/png")},
        )
        assert 400 <= answer.status_code < 500, (message_id[:10], answer.text)


async def test_what_is_refused_is_not_repeated(agent: Browser, talk: Talk) -> None:
    body = '{"message_id": "1", "text": "我叫王小明\\u0000，13800138000"}'
    answer = await agent.post(
        f"{PREFIX}/conversations/{talk.id}/messages", content=body, headers={"content-type": "application/json"}
    )
    check_problem(answer, 422, "request", "王小明", "13800138000")


async def test_odd_words_that_can_be_stored_are_taken(agent: Browser, talk: Talk) -> None:
    """Whole pairs, signs of control, the largest number."""
    text = "😡 网\u202e慢\x07"
    sent = await agent.post(
        f"{PREFIX}/conversations/{talk.id}/messages", json={"message_id": uuid4().hex, "text": text}
    )
    assert sent.status_code == 200, sent.text
    assert (await agent.get(f"{PREFIX}/tickets?q={quote(text)}")).status_code == 200
    check_problem(await agent.post(f"{PREFIX}/handoffs/{_BEYOND - 1}/take"), 409, "gone")
