"""An SMS gateway as docs/operate/sms.md tells operators to build one, on a real port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.docs.pages import DOCS, code_blocks, text
from tests.support.serving import served

KEY = "key-of-the-gateway-of-the-tests"


def is_genuine(header: str, body: bytes, key: str, now: float) -> bool:
    """The example of the page, run as it stands there."""
    (example,) = code_blocks(text(DOCS / "operate" / "sms.md"), "python")
    names: dict[str, Any] = {}
    exec(example, names)
    return bool(names["is_genuine"](header, body, key, now))


@dataclass
class Gateway:
    """Takes every SMS whose signature is right, each id once."""

    #: seconds since 1970, what its clock says
    now: float
    url: str = ""
    #: answers instead of 204
    status: int | None = None
    #: takes an SMS and never says so, or says so for ever
    hangs: bool = False
    drips: bool = False
    #: what came, valid or not
    requests: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, tuple[str, str]] = field(default_factory=dict)

    def arrived(self) -> list[tuple[str, str]]:
        return list(self.sent.values())

    async def answer(self, request: Request) -> Response:
        header, body = request.headers.get("x-quanyi-signature", ""), await request.body()
        sms = json.loads(body)
        self.requests.append(sms)
        if self.status is not None:
            return Response(status_code=self.status, headers={"Location": "/elsewhere"})
        if not is_genuine(header, body, KEY, self.now):
            return Response(status_code=403)
        self.sent.setdefault(sms["id"], (sms["phone"], sms["text"]))
        if self.hangs:
            await asyncio.sleep(30)
        return StreamingResponse(_drops()) if self.drips else Response(status_code=204)


async def _drops() -> AsyncIterator[bytes]:
    for _ in range(600):
        yield b"."
        await asyncio.sleep(0.05)


@contextmanager
def gateway(now: float) -> Iterator[Gateway]:
    there = Gateway(now)
    app = Starlette(routes=[Route("/sms", there.answer, methods=["POST"])])
    with served(app) as address:
        there.url = f"{address}/sms"
        yield there
