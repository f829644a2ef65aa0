"""A platform on a real port that answers as a test tells it: for what goes wrong between us and it, one call at a time.

tests/support/wechat is the platform as it behaves when things go right.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.environment import forget_settings
from tests.support.serving import served

APP, SECRET = "wx0123456789abcdef", "secret-of-the-tests"
CORP, KF_SECRET = "ww0123456789abcdef", "kf-secret-of-the-tests"
TOKEN_PATHS = ("/cgi-bin/stable_token", "/cgi-bin/gettoken")


@dataclass
class Asked:
    path: str
    query: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Scripted:
    """`ahead`: answers that come first, one a request of that path. Tokens are `token-1`, `token-2`, …"""

    url: str = ""
    ahead: dict[str, list[Callable[[], Response]]] = field(default_factory=dict)
    #: what a call that works is given besides `errcode`
    content: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: seconds that a token request takes
    takes: float = 0.0
    expires_in: int = 7200
    #: the one that a normal token request gives, and those that a call may come with
    newest: int = 1
    good: set[int] = field(default_factory=lambda: {1})
    asked: list[Asked] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def calls(self, path: str) -> list[Asked]:
        return [each for each in self.asked if each.path == path]

    def tokens_fetched(self) -> int:
        return sum(path in TOKEN_PATHS for path in self.paths())

    def next(self, path: str, *answers: Callable[[], Response]) -> None:
        self.ahead.setdefault(path, []).extend(answers)

    def renew(self, *, keep: bool = False) -> None:
        """The platform has another one now; the one before is good no more, unless it is kept."""
        self.newest += 1
        self.good = {self.newest, *(self.good if keep else ())}

    async def answer(self, request: Request) -> Response:
        path, body = request.url.path, await request.body()
        self.asked.append(Asked(path, dict(request.query_params), body))
        if path in TOKEN_PATHS and self.takes:
            await asyncio.sleep(self.takes)
        with self._lock:
            if self.ahead.get(path):
                return self.ahead[path].pop(0)()
            if path in TOKEN_PATHS:
                if body and json.loads(body)["force_refresh"]:
                    self.renew()
                return JSONResponse({"access_token": f"token-{self.newest}", "expires_in": self.expires_in})
            if request.query_params.get("access_token") not in {f"token-{each}" for each in self.good}:
                return code(40001)()
        return JSONResponse({"errcode": 0, "errmsg": "ok", **self.content.get(path, {})})


def code(number: int, message: str = "told by the platform") -> Callable[[], Response]:
    return lambda: JSONResponse({"errcode": number, "errmsg": message})


def status(number: int) -> Callable[[], Response]:
    return lambda: Response(status_code=number)


def raw(content: bytes, media_type: str = "application/json") -> Callable[[], Response]:
    return lambda: Response(content, media_type=media_type)


@contextmanager
def scripted() -> Iterator[Scripted]:
    there = Scripted()
    routes = [Route("/{path:path}", there.answer, methods=["GET", "POST"])]
    with served(Starlette(routes=routes)) as there.url:
        yield there


def settings_for(there: Scripted, patch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "QUANYI_WECHAT_API": there.url,
        "QUANYI_WECOM_API": there.url,
        "QUANYI_WECHAT_APP_ID": APP,
        "QUANYI_WECHAT_SECRET": SECRET,
        "QUANYI_WECOM_CORP_ID": CORP,
        "QUANYI_WECOM_SECRET": KF_SECRET,
        "QUANYI_MINI_APP_ID": "wxfedcba9876543210",
        "QUANYI_MINI_SECRET": "mini-secret-of-the-tests",
    }.items():
        patch.setenv(name, value)
    forget_settings()
