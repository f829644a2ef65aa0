"""Which connections are taken at all: from which pages, and how many from one address."""

from __future__ import annotations

from typing import Any

import engineio
from prometheus_client import Gauge
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.addresses import address_of, shortened
from web.limits import refusals
from web.problems import problem
from web.rates import AtOnce
from web.refusals import Refusals

Environ = dict[str, Any]
_connected = Gauge("quanyi_sockets", "Connections of widgets")


class Connections:
    """Counts connections of an address, and lets in only what comes from no page, our own, or an allowed one."""

    def __init__(self, per_address: int, origins: list[str]) -> None:
        self._at_once = AtOnce(per_address)
        self._origins = frozenset(origins)
        self._held: dict[str, str] = {}
        self._refused = Refusals()

    def guard(self, engine: engineio.AsyncServer) -> None:
        """Count the connections below socket.io: one that never says anything holds memory as well."""
        connected, disconnected = engine.handlers["connect"], engine.handlers["disconnect"]

        async def connect(engine_id: str, environ: Environ) -> Any:
            scope: Scope = environ["asgi.scope"]
            address = address_of(scope)
            if not self._at_once.take(address):
                detail = f"at most {self._at_once.limit} connections from one address at once; try again later"
                refusals.labels("too_many_sockets").inc()
                self._refused.log("socket_refused", scope, reason="too_many_sockets", detail=detail)
                return {"reason": "too_many_sockets", "detail": detail}
            self._held[engine_id] = address
            _connected.inc()
            return await connected(engine_id, environ)

        async def disconnect(engine_id: str, reason: str) -> None:
            if (address := self._held.pop(engine_id, None)) is not None:
                self._at_once.give_back(address)
                _connected.dec()
            await disconnected(engine_id, reason)

        engine.on("connect", connect)
        engine.on("disconnect", disconnect)

    def from_our_pages(self, app: ASGIApp) -> ASGIApp:
        """`app`, for requests of our own origin, of those in `QUANYI_ORIGINS`, and of no page at all.

        For WebSockets this is the only check: a browser lets any page open one, and sends its origin along.
        """

        async def checked(scope: Scope, receive: Receive, send: Send) -> None:
            origin = Headers(scope=scope).get("origin")
            if origin is None or origin in self._origins or origin == own_origin(scope):
                await app(scope, receive, send)
                return
            refusals.labels("origin").inc()
            self._refused.log("socket_refused", scope, reason="origin", detail=origin)
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": "origin"})
            else:
                refusal = problem(403, "origin", "pages of this origin may not connect; see QUANYI_ORIGINS")
                await refusal(scope, receive, send)

        return checked

    @staticmethod
    def address(environ: Environ) -> str:
        """For logs."""
        return shortened(address_of(environ["asgi.scope"]))


def own_origin(scope: Scope) -> str:
    """As a browser names it; uvicorn has put the scheme right that a trusted proxy tells."""
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return f"{scheme}://{Headers(scope=scope).get('host', '')}"
