"""What one test laid over the words of this process is gone for the next one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from care import wording
from care.rights import articles


@pytest.fixture
def words_restored() -> Iterator[None]:
    yield
    wording.lay_over({})
    articles.lay_over({}, {})
