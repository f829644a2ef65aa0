"""The demo operator's customers, told from the moment at which the tests stand."""

from __future__ import annotations

import pytest

from care.billing.demo.adapter import DemoBilling
from care.conversations.tables import Conversation
from care.db import transaction
from tests.support.billing import seed
from tests.support.times import NOW


@pytest.fixture
def customers() -> None:
    """Instead of the one that every conversation gets: many answers here are told from values, without a database."""


@pytest.fixture
def demo(database: object) -> DemoBilling:
    seed(NOW, 17)
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    return DemoBilling(clock=lambda: NOW)
