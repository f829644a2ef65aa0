"""Browsers of the desk, over the real web app (`app` of tests/web/conftest.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from fastapi import FastAPI

from care.handoff.policy import handoff_policy
from tests.support.desk import Browser, sign_in
from tests.support.talk import Talk, taken_by

SignIn = Callable[..., Browser]


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


@pytest.fixture
def agent(signed_in: SignIn) -> Browser:
    """Ready, with every skill."""
    return signed_in("agent", skills=handoff_policy().skills, presence="ready")


@pytest.fixture
def supervisor(signed_in: SignIn) -> Browser:
    return signed_in("supervisor", skills=handoff_policy().skills, presence="ready")


@pytest.fixture
def talk(agent: Browser) -> Talk:
    """A customer whom `agent` has taken."""
    return taken_by(agent)
