"""One platform over HTTPS: with a good access token, within a time, and with what its refusals ask for.

Nothing is tried again here but a call whose token was too old: what was sent may have arrived, and only who sends knows
whether that would harm. The token stands in every URL, the customer's name in every body: neither is ever logged.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import httpx
from prometheus_client import Counter

from care.logs import get_logger
from care.wechat import stops
from care.wechat.errors import STOPPING, Trouble, WeChatError, answered
from care.wechat.tokens import Database, Fetched, Tokens

T = TypeVar("T")
Json = dict[str, Any]

#: what asking for a token is called
TOKEN_CALL: Final = "token"
#: bytes; a page of a thousand messages is a quarter of it
_LARGEST: Final = 16 * 1024 * 1024

_log = get_logger("care.wechat")
_calls = Counter("quanyi_wechat_calls_total", "Calls of WeChat's platforms, by call and outcome", ["call", "outcome"])


@dataclass(frozen=True)
class Call:
    """One of a platform's."""

    #: for logs, metrics, errors
    name: str
    path: str
    #: in all, from the connection to the last byte
    seconds: float = 5.0
    #: when it is refused everything of this app waits: it is what the app is there for
    stops: bool = False
    #: when it is refused a supervisor hears of it
    alarms: bool = False


@dataclass(frozen=True)
class Answer:
    content: bytes
    media_type: str
    #: it did not fit into what was to be read
    is_cut: bool

    def json(self, call: Call, codes: Mapping[int, Trouble]) -> Json:
        """Raises WeChatError for an `errcode`, and for what is none of these answers."""
        try:
            read = json.loads(self.content)
        except ValueError:
            read = None
        if not isinstance(read, dict) or self.is_cut:
            raise WeChatError(Trouble.TRANSIENT, call.name, "the answer is no JSON object", maybe_sent=True)
        code = read.get("errcode", 0)
        if isinstance(code, int) and code != 0:
            raise answered(dict(codes), call.name, code, read.get("errmsg"))
        return read


class Wire:
    """HTTP and nothing else; https, or a program on the same machine (care.settings). Close with `aclose()`."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        # A connection belongs to the event loop that opened it.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    async def send(
        self,
        call: Call,
        query: Mapping[str, str],
        *,
        body: object = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        largest: int = _LARGEST,
    ) -> Answer:
        """GET without `body` and `files`. Raises WeChatError."""
        headers, content = {"Accept-Encoding": "identity"}, None
        if body is not None:
            # As it is: the platforms show the customer \\u4f60 where it is escaped, or refuse it (40033).
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json; charset=utf-8"
        method = "GET" if body is None and files is None else "POST"
        client = self._client()
        request = client.build_request(
            method, self._base + call.path, params=dict(query), content=content, files=files, headers=headers
        )
        try:
            # Not httpx's own time-outs: each read has its own, and a server that drips would hold us for ever.
            async with asyncio.timeout(call.seconds):
                response = await client.send(request, stream=True)
                try:
                    return await _answer(call, response, largest)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise WeChatError(Trouble.TRANSIENT, call.name, "no answer in time", maybe_sent=True) from None
        except httpx.TransportError as error:
            never = isinstance(error, httpx.ConnectError)
            why = f"cannot be reached: {type(error).__name__}"
            raise WeChatError(Trouble.TRANSIENT, call.name, why, maybe_sent=not never) from None

    async def aclose(self) -> None:
        """The connections of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(verify=_tls(), timeout=None, follow_redirects=False)
        return self._clients[loop]


class Platform:
    """One app of one platform. `name`: official | kf. `despite_stop`: for a check by hand, which wants to know."""

    def __init__(
        self,
        name: str,
        app: str,
        base: str,
        codes: Mapping[int, Trouble],
        fetch: Callable[[Wire, bool], Awaitable[Fetched]],
        database: Database,
        clock: Callable[[], datetime],
        *,
        can_force: bool,
        despite_stop: bool,
    ) -> None:
        self._name = name
        self._app = app
        self.codes = codes
        self.wire = Wire(base)
        self._database = database
        self._clock = clock
        self._despite_stop = despite_stop
        self._tokens = Tokens(
            app,
            lambda force: fetch(self.wire, force),
            codes,
            database,
            clock,
            can_force=can_force,
            despite_stop=despite_stop,
        )

    async def post(self, call: Call, body: object) -> Json:
        async def send(token: str) -> Json:
            answer = await self.wire.send(call, {"access_token": token}, body=body)
            return answer.json(call, self.codes)

        return await self.ask(call, send)

    async def get(self, call: Call) -> Json:
        async def send(token: str) -> Json:
            return (await self.wire.send(call, {"access_token": token})).json(call, self.codes)

        return await self.ask(call, send)

    async def ask(self, call: Call, send: Callable[[str], Awaitable[T]]) -> T:
        """`send` with a good token; raises WeChatError when what it asks for is done."""
        try:
            with counted(call):
                given = await self._tokens.token()
                try:
                    done = await send(given.token)
                except WeChatError as error:
                    if error.trouble is not Trouble.TOKEN:
                        raise
                    given = await self._tokens.token(refused=given.token)
                    done = await send(given.token)
        except WeChatError as error:
            await self._failed(call, error)
            raise
        if given.stopped_by is not None:
            await self._database(
                lambda session: stops.go_on(
                    session, self._app, self._name, self._clock(), despite_stop=self._despite_stop
                )
            )
        return done

    async def _failed(self, call: Call, error: WeChatError) -> None:
        if error.call == "stopped":  # nobody was asked
            return
        _log.warning("wechat_call_failed", platform=self._name, call=error.call, trouble=error.trouble, code=error.code)
        if error.trouble in STOPPING and (call.stops or error.call == TOKEN_CALL):
            error.stopped_until = await self._database(
                lambda session: stops.stop(session, self._app, self._name, error, self._clock())
            )
        elif call.alarms and error.trouble in (Trouble.CONTENT, Trouble.UNKNOWN, Trouble.REFUSED, Trouble.QUOTA):
            await self._database(lambda session: stops.tell_refused(session, self._name, error, self._clock()))


@contextmanager
def counted(call: Call) -> Iterator[None]:
    outcome = "cancelled"
    try:
        yield
        outcome = "ok"
    except WeChatError as error:
        outcome = error.trouble
        raise
    finally:
        _calls.labels(call.name, outcome).inc()


async def _answer(call: Call, response: httpx.Response, largest: int) -> Answer:
    status = response.status_code
    if status == 429 or status >= 500:
        trouble = Trouble.RATE if status == 429 else Trouble.TRANSIENT
        raise WeChatError(trouble, call.name, f"HTTP {status}", code=status, maybe_sent=True)
    if not response.is_success:  # a redirect too: it could lead anywhere, and our token with it
        raise WeChatError(Trouble.REFUSED, call.name, f"HTTP {status}", code=status)
    content, is_cut = bytearray(), False
    async for chunk in response.aiter_raw():
        content += chunk
        if is_cut := len(content) > largest:
            break
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(bytes(content), media_type, is_cut)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes 20 ms."""
    return httpx.create_ssl_context()
