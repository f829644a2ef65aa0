"""Trainers and their supervisor, over the real web app."""

from __future__ import annotations

import pytest

from tests.support.desk import Browser
from tests.web.conftest import SignIn


@pytest.fixture
def trainer(signed_in: SignIn) -> Browser:
    return signed_in("trainer")


@pytest.fixture
def supervisor(signed_in: SignIn) -> Browser:
    return signed_in("supervisor")
