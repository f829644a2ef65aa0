"""What a request may bring and hold: a body that is too large is refused before it is read into memory.

Files of customers come and go through places of their own, so that their memory is bounded: `TRANSFERS_AT_ONCE` of
`MAX_UPLOAD` bytes. More wait a moment, their bodies unread, and are then asked to come again.
"""

from __future__ import annotations

import asyncio
import re

from prometheus_client import Counter
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care.attachments.rules import MAX_BYTES
from care.errors import InvalidInput
from care.logs import get_logger
from care.wording import say
from web.problems import problem

#: 12,000 characters of four bytes, each escaped as JSON may do, and the other fields.
MAX_BODY = 160_000
#: a file, the other fields of its form, and what stands between them
MAX_UPLOAD = MAX_BYTES + 16_384

EVIDENCE = "/api/evidence"
_DESK_FILES = re.compile(r"/api/desk/(?:conversations|tickets)/[^/]+/files(?:/[^/]*)?")
#: files that are being received or sent, in one process
TRANSFERS_AT_ONCE = 8
#: for one of those places
WAIT_SECONDS = 5
#: 10 MB over a line of 1 Mbit/s take 84
TRANSFER_SECONDS = 120

refusals = Counter("quanyi_refused_total", "Requests that were refused because of what they brought", ["reason"])
_log = get_logger("web")


class BodyLimit:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._places = asyncio.Semaphore(TRANSFERS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _is_transfer(scope["path"]):
            await self._transfer(scope, receive, send)
        else:
            await self._buffered(scope, receive, send)

    async def _buffered(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._read(receive) if _declared(scope) <= MAX_BODY else None
        if body is None:
            refusals.labels("too_large").inc()
            refusal = problem(413, "too_large", f"a request may have {MAX_BODY} bytes")
            await refusal(scope, receive, send)
            return
        waiting = [body]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self._app(scope, replay, send)

    @staticmethod
    async def _read(receive: Receive) -> Message | None:
        """The whole body as one message; None when it is too large (also one that did not say how large it is)."""
        parts, taken = [], 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            parts.append(message.get("body", b""))
            taken += len(parts[-1])
            if taken > MAX_BODY:
                return None
            if not message.get("more_body", False):
                return {"type": "http.request", "body": b"".join(parts), "more_body": False}

    async def _transfer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _declared(scope) > MAX_UPLOAD:
            await _refusal(413, "evidence_large", f"a file may have {MAX_BYTES} bytes")(scope, receive, send)
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            detail = "too many files are being transferred; send the same message_id again"
            await _refusal(503, "evidence_busy", detail, {"Retry-After": "3"})(scope, receive, send)
            return
        try:
            await self._in_time(scope, _counted(receive), send)
        finally:
            self._places.release()

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A place is not kept for ever by a client that sends or reads a byte a minute."""
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            async with asyncio.timeout(TRANSFER_SECONDS) as limit:
                await self._app(scope, receive, noted)
        except TimeoutError:
            if not limit.expired():
                raise
            refusal = _refusal(408, "evidence_slow", f"a file must be transferred in {TRANSFER_SECONDS} seconds")
            if not has_begun:  # otherwise the connection just ends
                await refusal(scope, receive, send)


def _is_transfer(path: str) -> bool:
    """A file comes or goes: a customer's, or in the desk."""
    return path == EVIDENCE or path.startswith(f"{EVIDENCE}/") or _DESK_FILES.fullmatch(path) is not None


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _counted(receive: Receive) -> Receive:
    """`receive` that raises InvalidInput (reason `evidence_large`) for a body that did not say how large it is."""
    taken = 0

    async def count() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_UPLOAD:
            raise InvalidInput("evidence_large", f"a file may have {MAX_BYTES} bytes")
        return message

    return count


def _refusal(status: int, reason: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    refusals.labels(reason).inc()
    _log.warning("evidence_refused", reason=reason)
    return problem(status, reason, detail, headers, say(reason))
