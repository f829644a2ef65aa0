"""微信客服 with the simulated platform: a real database, a real Runner, a bot of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from care.turns.runner import Runner
from care.wechat.api import KfApi
from care.wechat.reading import Reader
from tests.care.wechat.kf.talk import Clock
from tests.support.dialogue import FakeBot
from tests.support.wechat.handle import Simulator


@pytest.fixture
def platform(wechat: Simulator) -> Simulator:
    return wechat


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def runner(platform: Simulator, bot: FakeBot) -> AsyncIterator[Runner]:
    runner = Runner(bot)
    yield runner
    bot.gate.set()
    await runner.aclose(seconds=2)


@pytest.fixture
async def new_reader(platform: Simulator, runner: Runner, clock: Clock) -> AsyncIterator[Callable[[], Reader]]:
    """One of a worker's own each time."""
    apis: list[KfApi] = []

    def make() -> Reader:
        apis.append(KfApi())
        return Reader(runner, apis[-1], clock=clock)

    yield make
    for api in apis:
        await api.aclose()


@pytest.fixture
def reader(new_reader: Callable[[], Reader]) -> Reader:
    return new_reader()
