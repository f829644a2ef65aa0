from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from care.wechat.api import KfApi, OfficialApi
from care.wechat.rules import Window
from care.wechat.sending import Pusher
from tests.care.wechat.sending.play import Clock, Customer, Make
from tests.support.wechat.handle import Simulator


@pytest.fixture
def platform(wechat: Simulator) -> Simulator:
    return wechat


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def official(platform: Simulator, clock: Clock) -> AsyncIterator[OfficialApi]:
    api = OfficialApi(clock=clock)
    yield api
    await api.aclose()


@pytest.fixture
async def kf(platform: Simulator, clock: Clock) -> AsyncIterator[KfApi]:
    api = KfApi(clock=clock)
    yield api
    await api.aclose()


@pytest.fixture
def pusher(official: OfficialApi, kf: KfApi, clock: Clock) -> Pusher:
    return Pusher(official, kf, clock=clock)


@pytest.fixture
def customer(platform: Simulator, clock: Clock) -> Make:
    def make(openid: str = "o-li", what: Window | None = Window.MESSAGE, *, is_kf: bool = False) -> Customer:
        made = Customer(platform, clock, openid, is_kf=is_kf)
        if what is not None:
            made.does(what)
        return made

    return make
