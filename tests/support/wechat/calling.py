"""What every call of a platform's API goes through: faults that a test wants, token, quota, and reading the request.

全局返回码: https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html,
https://developer.work.weixin.qq.com/document/path/90313
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.wechat.world import Json, World

App = Literal["official", "kf", "mini"]
Handler = Callable[[World, Json, Request], Awaitable[Json | Response]]

#: escaped characters reach the customer as they are, so the platform refuses them
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[0-7])[0-9a-fA-F]{4}")
_TOKEN_FAULTS = {
    ("official", "unknown"): 40001,  # wrong, or not the newest
    ("kf", "unknown"): 40014,
    ("official", "expired"): 42001,
    ("kf", "expired"): 42001,
}


def said(code: int, text: str = "") -> Json:
    return {"errcode": code, "errmsg": text or ("ok" if code == 0 else f"error {code}")}


def called(
    world: World,
    app: App,
    path: str,
    handler: Handler,
    *,
    method: str = "POST",
    asks_token: bool = True,
    name: str = "",
) -> Route:
    """A path of a platform's; `name`: in counts and faults, where it is not the path."""
    name = name or path
    world.paths.add(name)

    async def endpoint(request: Request) -> Response:
        world.calls[name] += 1
        fault = world.fault_of(name)
        answer: Json | Response | None = None
        if fault is None or fault.done:
            answer = await _answer(request)
        if fault is not None:
            await asyncio.sleep(fault.seconds)
            if fault.status != 200:
                return Response("", status_code=fault.status)
            if fault.errcode:
                answer = said(fault.errcode)
        if answer is None:
            answer = await _answer(request)
        if isinstance(answer, Response):
            return answer
        if code := answer.get("errcode"):
            world.refused[str(code)] += 1
        return JSONResponse(answer)

    async def _answer(request: Request) -> Json | Response:
        refused = _refusal(world, app, request, method, asks_token) or _over_quota(world, app, path, asks_token)
        if refused:
            return refused
        body = await _body(request, is_strict=app == "official")
        return said(body, "data format error") if isinstance(body, int) else await handler(world, body, request)

    return Route(path, endpoint, methods=["GET", "POST"])


def _refusal(world: World, app: App, request: Request, method: str, asks_token: bool) -> Json | None:
    if request.method != method:
        return said(43001, "require GET method") if method == "GET" else said(43002, "require POST method")
    host = request.client.host if request.client else "127.0.0.1"
    if not world.config.whitelisted and app == "official" and not asks_token:
        return said(40164, f"invalid ip {host} ipv6 ::ffff:{host}, not in whitelist")
    if not world.config.whitelisted and app == "kf":
        return said(60020, f"not allow to access from your ip, from ip: {host}")
    if not asks_token:
        return None
    token = request.query_params.get("access_token", "")
    if not token:
        return said(41001, "access_token missing")
    ways = ("official", "plain") if app == "official" else (app,)
    faults = {world.tokens[way].fault(token) for way in ways}
    if None in faults:
        return None
    return said(_TOKEN_FAULTS[(app, "expired" if "expired" in faults else "unknown")], "invalid credential")


def _over_quota(world: World, app: App, path: str, asks_token: bool) -> Json | None:
    if app != "official" or not asks_token:
        return None
    world.used[path] += 1
    if world.config.quota and world.used[path] > world.config.quota:
        return said(45009, "reach max api daily quota limit")
    return None


async def _body(request: Request, *, is_strict: bool) -> Json | int:
    """What was posted, or an error code."""
    if request.method != "POST" or request.headers.get("content-type", "").startswith("multipart/"):
        return {}
    raw = await request.body()
    if is_strict and _ESCAPED.search(raw):
        return 40033
    try:
        body = json.loads(raw)
    except ValueError:
        return 47001
    return body if isinstance(body, dict) else 47001
