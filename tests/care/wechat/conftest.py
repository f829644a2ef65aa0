from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import pytest

from care.wechat.api import KfApi, OfficialApi
from tests.care.wechat.scripted import Scripted, scripted, settings_for
from tests.support.environment import forget_settings
from tests.support.times import NOW


class Clock:
    """Goes by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """Both platforms, and our settings name it."""
    with scripted() as there, monkeypatch.context() as patch:
        settings_for(there, patch)
        yield there
    forget_settings()


@pytest.fixture
async def official(platform: Scripted, clock: Clock) -> AsyncIterator[OfficialApi]:
    api = OfficialApi(clock=clock)
    yield api
    await api.aclose()


@pytest.fixture
async def kf(platform: Scripted, clock: Clock) -> AsyncIterator[KfApi]:
    api = KfApi(clock=clock)
    yield api
    await api.aclose()
