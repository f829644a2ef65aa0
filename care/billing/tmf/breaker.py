"""A circuit breaker: an API that failed several times in a row is left alone for a while, and nobody waits for it.

Closed: everything goes through. Open: nothing does. Half-open, when the pause is over: one call tries; the rest are
refused until it is known how that went.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from care.errors import Unavailable
from care.logs import get_logger

#: failures in a row that open it; each costs a customer up to the whole budget of a question
FAILURES = 5
#: seconds that it stays open: about as long as a customer needs to read "not now" and to ask again
PAUSE = 10.0

_log = get_logger("care.billing.tmf")
_open = Gauge("quanyi_billing_circuit_open", "1 while an API of the billing system is not asked", ["api"])


class Outage(Unavailable):
    """The API cannot be reached, is too slow, or says itself that it cannot now. The only thing that is counted."""


class Breaker:
    """Of one API in one process; used in one event loop at a time, so it needs no lock."""

    def __init__(self, api: str, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._closed_again_at: float | None = None
        self._is_trying = False
        _open.labels(api).set(0)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call. Raises Unavailable (reason `billing`) without making it while the circuit is open.

        Outage is a failure. Whatever else comes out is an answer, but a call that was given up tells nothing.
        """
        if self._closed_again_at is not None:
            if self._is_trying or self._clock() < self._closed_again_at:
                raise Unavailable("billing", f"{self._api} failed {FAILURES} times in a row and is left alone")
            self._is_trying = True
        try:
            yield
        except Outage:
            self._failed()
            raise
        except Exception:
            self._answered()
            raise
        except BaseException:
            self._is_trying = False
            raise
        else:
            self._answered()

    def _failed(self) -> None:
        self._failures += 1
        if self._failures < FAILURES:
            return
        if self._closed_again_at is None:
            _log.warning("billing_circuit_opened", api=self._api, seconds=self._pause)
        self._closed_again_at = self._clock() + self._pause
        self._is_trying = False
        _open.labels(self._api).set(1)

    def _answered(self) -> None:
        if self._closed_again_at is not None:
            _log.info("billing_circuit_closed", api=self._api)
        self._failures = 0
        self._closed_again_at = None
        self._is_trying = False
        _open.labels(self._api).set(0)
