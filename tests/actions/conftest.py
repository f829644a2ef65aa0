"""The real action server over a real database, called as Rasa calls it, on Saturday 21 November 2026 at 15:20."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import time_machine

from actions.server import create_app
from care.conversations.tables import Conversation
from care.db import transaction
from tests.support.rasa import Actions
from tests.support.times import NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The actions read the clock themselves, at the edge; here it stands still."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
async def actions(database: object, logging_restored: None) -> AsyncIterator[Actions]:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://actions") as client:
        yield Actions(client)
