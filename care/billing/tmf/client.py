"""One TM Forum API over HTTPS: within the time of a question, with tries again where nothing can happen twice.

The URL of a question has the customer's number in it: neither URLs nor bodies are ever logged or put into an error.
"""

from __future__ import annotations

import asyncio
import random
import re
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from prometheus_client import Counter, Histogram

from care.billing.tmf import reading
from care.billing.tmf.breaker import Breaker, Outage
from care.errors import Unavailable
from care.logs import get_logger

#: tries of a call that changes nothing, the first one included
TRIES = 3
#: seconds, the longest first pause; it doubles, and each is drawn anew so that callers do not come back together
_PAUSE = 0.1
#: bytes; the bill of a month with 500 lines is a tenth of it
_LARGEST = 4 * 1024 * 1024
#: entries asked for at once, and pages read of one list: who has more is no private customer
_PAGE = 100
_PAGES = 10

#: a proxy without its server, or a server that is busy: the next try may find it well
_PASSING = {502, 503, 504}
_TOO_MANY = 429

_log = get_logger("care.billing.tmf")
_calls = Counter("quanyi_billing_calls_total", "Calls of the billing system, by API and outcome", ["api", "outcome"])
_seconds = Histogram(
    "quanyi_billing_call_seconds",
    "Seconds that one call of the billing system took",
    ["api"],
    buckets=(0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2),
)
OUTCOMES = ("ok", "outage", "refused", "unusable", "cancelled")


class NotThere(Unavailable):
    """404."""


class _Passing(Outage):
    """Worth another try; `after`: not before so many seconds, where the API says so."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__("billing", why)
        self.after = after


@dataclass(frozen=True)
class _Answer:
    content: Any
    #: X-Total-Count: how long the whole list is
    total: int | None


class Api:
    """`name` is what logs and metrics call it; `until` is a moment of the running event loop's clock.

    Every method raises Unavailable (reason `billing`), NotThere where that is the answer.
    """

    def __init__(self, name: str, url: str, key: str, breaker: Breaker | None = None) -> None:
        self._name = name
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._breaker = breaker or Breaker(name)
        # A connection belongs to the event loop that opened it.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()
        for outcome in OUTCOMES:
            _calls.labels(name, outcome)  # there from the start: a rate needs the zero before the first one

    async def get(self, path: str, until: float) -> Any:
        return (await self._persist("GET", path, until)).content

    async def all(self, path: str, filters: dict[str, str], until: float) -> list[Any]:
        """The whole list, page by page."""
        found: list[Any] = []
        for _ in range(_PAGES):
            page = {**filters, "offset": str(len(found)), "limit": str(_PAGE)}
            answer = await self._persist("GET", path, until, page)
            if not isinstance(answer.content, list):
                raise reading.refused(path, "is not a list")
            found += answer.content
            # A server may give fewer at once than it was asked for; only with the total can one tell.
            is_last = len(answer.content) < _PAGE if answer.total is None else len(found) >= answer.total
            if is_last or not answer.content:
                return found
        raise reading.refused(path, f"has more than {_PAGES} pages")

    async def post(self, path: str, body: dict[str, Any], until: float) -> Any:
        """Tried once: what was asked for may have happened although no answer came."""
        with self._breaker.call():
            return (await self._try("POST", path, until, body=body)).content

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def _persist(self, method: str, path: str, until: float, filters: dict[str, str] | None = None) -> _Answer:
        longest = _PAUSE
        for tries_left in reversed(range(TRIES)):
            try:
                with self._breaker.call():
                    return await self._try(method, path, until, filters)
            except _Passing as failure:
                pause = random.uniform(0, longest) if failure.after is None else failure.after
                if not tries_left or asyncio.get_running_loop().time() + pause >= until:
                    raise
            await asyncio.sleep(pause)
            longest *= 2
        raise AssertionError("the last try returns or raises")

    async def _try(
        self,
        method: str,
        path: str,
        until: float,
        filters: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> _Answer:
        outcome = "cancelled"
        with _seconds.labels(self._name).time():
            try:
                answer = await self._send(method, path, until, filters, body)
                outcome = "ok"
                return answer
            except Outage as failure:
                outcome = "outage"
                _log.warning("billing_call_failed", api=self._name, path=path.split("/")[1], why=str(failure))
                raise
            except reading.Unusable:
                outcome = "unusable"
                raise
            except NotThere:
                outcome = "ok"
                raise
            except Unavailable as failure:
                outcome = "refused"
                _log.error("billing_call_refused", api=self._name, path=path.split("/")[1], why=str(failure))
                raise
            finally:
                _calls.labels(self._name, outcome).inc()

    async def _send(
        self, method: str, path: str, until: float, filters: dict[str, str] | None, body: dict[str, Any] | None
    ) -> _Answer:
        request = self._client().build_request(method, self._url + path, params=filters, json=body)
        try:
            # Not httpx's own time-outs: each read has its own, and a server that drips would hold us for ever.
            async with asyncio.timeout_at(until):
                response = await self._client().send(request, stream=True)
                try:
                    self._check(response)
                    content = await _read(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise Outage("billing", f"{self._name} did not answer in time") from None
        except httpx.TransportError as error:
            raise _Passing(f"{self._name} cannot be reached ({type(error).__name__})") from None
        return _Answer(reading.parsed(content), _count_in(response.headers.get("X-Total-Count", "")))

    def _check(self, response: httpx.Response) -> None:
        """Raises for everything but a success that can be read."""
        status = response.status_code
        why = f"{self._name} answered {status}"
        after = _seconds_in(response.headers.get("Retry-After", ""))
        if status in _PASSING or (status == _TOO_MANY and after is not None):
            raise _Passing(why, after)
        if status == _TOO_MANY or status >= 500:
            raise Outage("billing", why)
        if status == 404:
            raise NotThere("billing", why)
        if not response.is_success:  # a redirect too: it could lead anywhere, and our key with it
            raise Unavailable("billing", why)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise reading.refused("the body", "is compressed, which was not asked for")

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(
                headers=self._headers, verify=_tls(), timeout=None, follow_redirects=False
            )
        return self._clients[loop]


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > _LARGEST:
            raise reading.refused("the body", f"is larger than {_LARGEST} bytes")
    return bytes(content)


def _count_in(total: str) -> int | None:
    return int(total) if re.fullmatch("[0-9]{1,9}", total) else None


def _seconds_in(retry_after: str) -> float | None:
    """None for a date: it is given in whole seconds, and a question has two of them."""
    return float(retry_after) if re.fullmatch("[0-9]{1,9}", retry_after) else None


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes 20 ms."""
    return httpx.create_ssl_context()
