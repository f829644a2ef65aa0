"""Browsers of the desk, over the real web app (`app` of tests/web/conftest.py)."""

from __future__ import annotations

import pytest

from care.handoff.policy import handoff_policy
from tests.support.desk import Browser
from tests.support.talk import Talk, taken_by
from tests.web.conftest import SignIn


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
