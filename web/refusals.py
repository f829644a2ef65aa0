"""Who was refused and why, in the log: without the address in full, and without letting a stranger fill the disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from care.logs import get_logger
from web.addresses import address_of, shortened
from web.rates import PerMinute, TooMany

_LINES = 60

_log = get_logger("web")


class Refusals:
    """At most 60 lines a minute of one address."""

    def __init__(self) -> None:
        self._lines = PerMinute(_LINES, "lines of one address")

    def log(self, event: str, scope: Mapping[str, Any], **what: object) -> None:
        address = address_of(scope)
        try:
            self._lines.check(address)
        except TooMany:
            return
        _log.warning(event, address=shortened(address), **what)
