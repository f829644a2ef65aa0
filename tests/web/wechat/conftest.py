from __future__ import annotations

import pytest

from tests.support.wechat.handle import Simulator


@pytest.fixture
def platform(wechat: Simulator) -> Simulator:
    return wechat
