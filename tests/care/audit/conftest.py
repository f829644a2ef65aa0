"""Chains of a few entries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from care.audit.service import note
from care.db import transaction


@pytest.fixture
def chain(database: object) -> Callable[[int], None]:
    """So many entries, each in a transaction of its own; every second one has a reason."""

    def make(entries: int) -> None:
        for each in range(1, entries + 1):
            with transaction() as session:
                reason = "客户来电核实" if each % 2 else None
                note(session, "staff:1001", "reveal", f"ticket:{each}", detail={"what": ["phone"]}, reason=reason)

    return make
