"""The real web app over a real database, with a bot of our own behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from care.turns.runner import Runner
from tests.support.api import Api
from tests.support.desk import Browser, sign_in
from tests.support.dialogue import FakeBot
from tests.support.sockets import web_process
from web.app import create_app

SignIn = Callable[..., Browser]


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
async def app(database: object, logging_restored: None, bot: FakeBot) -> AsyncIterator[FastAPI]:
    app = create_app()
    async with app.router.lifespan_context(app):
        app.state.runner = Runner(bot)
        yield app
        bot.gate.set()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
        yield client


@pytest.fixture
async def web(database: object, logging_restored: None, bot: FakeBot) -> AsyncIterator[str]:
    """The address of the app on a port of its own, for sockets."""
    async with web_process(bot) as (url, _):
        yield url
        bot.gate.set()


@pytest.fixture
def api(client: httpx.AsyncClient) -> Api:
    return Api(client)


@pytest.fixture
async def signed_in(app: FastAPI) -> AsyncIterator[SignIn]:
    """`signed_in("agent", skills=["billing"])`: a client of the app with cookie and csrf; each call is somebody new."""
    async with AsyncExitStack() as opened:
        browsers: list[Browser] = []

        def one(role: str = "agent", **fields: Any) -> Browser:
            browsers.append(sign_in(app, role, **fields))
            return browsers[-1]

        yield one
        for each in browsers:
            opened.push_async_callback(each.aclose)
