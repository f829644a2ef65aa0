"""Conversations about personal data of the demo operator's customers, on the clock of tests/actions/conftest.py."""

from __future__ import annotations

import pytest

from tests.support.billing import seed
from tests.support.rasa import Actions
from tests.support.times import NOW


@pytest.fixture
def customers(actions: Actions) -> None:
    """Every story of the contract; the last two numbers belong to one holder."""
    seed(NOW, 14)
