"""The desk and the customers' window of one web process, in real browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.desk.place import Place, web_in_thread
from tests.browser.wire import Wire, wired
from tests.support.dialogue import FakeBot


@pytest.fixture
def desk(database: object, logging_restored: None) -> Iterator[Place]:
    """In the end no script may have failed in any browser, and no policy been broken."""
    bot = FakeBot()
    with web_in_thread(bot) as url:
        place = Place(url, bot)
        yield place
        place.close()


@pytest.fixture
def cable(desk: Place) -> Iterator[Wire]:
    """Between one browser and the site; a test may pull it out."""
    with wired(desk.url) as wire:
        yield wire
