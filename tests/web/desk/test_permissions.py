"""Every way into the desk × every role, as the tables of docs/operate/permissions.md say; and customers get nowhere.

The ways come from the app itself, so a new one is tried as soon as it is there; it fails until it stands in the page
(`python -m tests.support.permissions`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from care import db
from care.conversations.service import open_conversation
from care.staff.rules import MAY, Permission, Role, permissions_of
from tests.support.desk import Browser, sign_in
from tests.support.permissions import OPEN, Way, documented_roles, documented_ways, ways
from web import sessions, tokens
from web.desk.access import COOKIE, CSRF, PREFIX

#: of what a path names; anything else is the number 1
VALUES = {"number": "1001", "evidence_id": "e1", "reply_id": "greeting"}
_SOCKET = "WEBSOCKET"


@pytest.fixture
def conversation(app: FastAPI) -> str:
    with db.transaction() as session:
        return open_conversation(session, "socketio", uuid4().hex, db.utcnow())


def _path(way: Way, conversation: str) -> str:
    return re.sub(
        r"{(\w+)(?::\w+)?}", lambda name: (VALUES | {"conversation_id": conversation}).get(name[1], "1"), way.path
    )


async def _answer(client: httpx.AsyncClient, way: Way, conversation: str, **headers: str) -> tuple[int, str]:
    """Status and reason; nothing is sent but what every request has, so what is allowed fails later, by its body."""
    body = None if way.method == "GET" else {}
    response = await client.request(way.method, _path(way, conversation), json=body, headers=headers)
    assert response.headers["cache-control"] == "no-store", str(way)
    reason = response.json().get("reason", "") if response.status_code >= 400 else ""
    return response.status_code, reason


async def _socket(app: FastAPI, way: Way, token: str | None, *headers: tuple[bytes, bytes]) -> tuple[int, str]:
    """As an HTTP answer would be: what the socket says first, or why it was closed."""
    cookie = [] if token is None else [(b"cookie", f"{COOKIE}={token}".encode())]
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": way.path,
        "raw_path": way.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"web"), (b"origin", b"http://web"), *cookie, *headers],
        "client": ("127.0.0.1", 1),
        "server": ("web", 80),
        "subprotocols": [],
        "state": {},
    }
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said.put_nowait({"type": "websocket.connect"})
    running = asyncio.create_task(app(scope, said.get, heard.put))  # type: ignore[arg-type]
    try:
        while True:
            message = await asyncio.wait_for(heard.get(), 10)
            if message["type"] == "websocket.close":
                return {4401: (401, "signed_out"), 4403: (403, "permission")}[message["code"]]
            if message["type"] == "websocket.send":
                return 200, ""
    finally:
        said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(running, 10)


def test_the_page_says_what_each_role_may() -> None:
    assert documented_roles() == dict(MAY)


async def test_the_page_names_every_way_in(app: FastAPI) -> None:
    found = {str(way): way.permissions[0] if way.permissions else None for way in ways(app)}
    assert documented_ways() == found, "python -m tests.support.permissions"


async def test_every_way_has_exactly_one_permission(app: FastAPI) -> None:
    several = {str(way): way.permissions for way in ways(app) if len(way.permissions) != 1}
    assert several == {OPEN: ()}


async def test_every_way_for_every_role(app: FastAPI, conversation: str) -> None:
    documented, roles = documented_ways(), documented_roles()
    wrong, tried = [], 0
    for way in ways(app):
        permission = documented[str(way)]
        if permission is None:
            continue
        for role in Role:
            async with sign_in(app, role) as browser:
                status, reason = await _as_staff(app, browser, way, conversation)
            is_refused = status == 401 or reason == "permission"
            tried += 1
            if is_refused is (role in roles[permission]) or status == 500:
                wrong.append(f"{way} as {role}: {status} {reason}")
    assert wrong == []
    assert tried >= 100


async def _as_staff(app: FastAPI, browser: Browser, way: Way, conversation: str) -> tuple[int, str]:
    if way.method == _SOCKET:
        return await _socket(app, way, browser.token)
    return await _answer(browser, way, conversation)


async def test_nobody_and_customers_get_nowhere(app: FastAPI, client: httpx.AsyncClient, conversation: str) -> None:
    """Also somebody who has the right token of staff, in the wrong place."""
    wrong = []
    async with sign_in(app, Role.SUPERVISOR) as supervisor:
        for way in ways(app):
            if str(way) == OPEN:
                continue
            for what, headers in _credentials(conversation, supervisor.token):
                if way.method == _SOCKET:
                    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
                    answer = await _socket(app, way, None, *raw)
                else:
                    answer = await _answer(client, way, conversation, **headers)
                if answer != (401, "signed_out"):
                    wrong.append(f"{way} with {what}: {answer}")
    assert wrong == []


def _credentials(conversation: str, staff_token: str) -> Iterator[tuple[str, dict[str, str]]]:
    widget, rest = sessions.begin().token, tokens.issue(conversation)
    yield "nothing", {}
    yield "an unknown token", {"cookie": f"{COOKIE}={'x' * 43}", CSRF: "x"}
    for name, token in (("a widget's session", widget), ("a conversation's token", rest)):
        yield f"{name} as the cookie", {"cookie": f"{COOKIE}={token}"}
        yield f"{name} as a bearer", {"authorization": f"Bearer {token}"}
    yield "a widget's session in its header", {"x-quanyi-session": widget}
    yield "a conversation's token in its headers", {"x-quanyi-conversation": conversation, "x-quanyi-token": rest}
    yield "staff's token as a bearer", {"authorization": f"Bearer {staff_token}"}
    yield "staff's token under another name", {"cookie": f"quanyi={staff_token}"}


async def test_staff_who_must_choose_a_password_do_nothing_before(app: FastAPI, conversation: str) -> None:
    wrong = []
    for way in ways(app):
        if str(way) == OPEN or way.permissions == (Permission.OWN,):
            continue
        role = next(role for role in Role if way.permissions[0] in permissions_of(role))
        async with sign_in(app, role, must_change=True) as browser:
            answer = await _as_staff(app, browser, way, conversation)
        expected = "permission" if way.method == _SOCKET else "must_change"
        if answer != (403, expected):
            wrong.append(f"{way}: {answer}")
    assert wrong == []


async def test_what_changes_something_is_refused_without_csrf(app: FastAPI, conversation: str) -> None:
    wrong = []
    for way in ways(app):
        if str(way) == OPEN or way.method in ("GET", _SOCKET):
            continue
        role = next(role for role in Role if way.permissions[0] in permissions_of(role))
        async with sign_in(app, role) as browser:
            for csrf in ("", "x" * 32):
                answer = await _answer(browser, way, conversation, **{CSRF: csrf})
                if answer != (403, "csrf"):
                    wrong.append(f"{way}: {answer}")
    assert wrong == []


def test_the_prefix_is_what_the_cookie_goes_to() -> None:
    assert PREFIX == "/api/desk"
