"""A socket.io client as python-socketio gives one, for whoever knows Rasa's documented events (and, where asked, ours).

Rasa's channel, rasa/core/channels/socketio.py of 3.6: out `session_request` {session_id}, `user_uttered` {message,
session_id}; in `session_confirm` (the session id), `bot_uttered` {text, quick_replies: [{title, payload}]}.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import socketio

SECONDS = 20.0


class SocketClient:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.io = socketio.AsyncClient(reconnection=False, http_session=http)
        self.session_id: str | None = None
        self._confirmed: asyncio.Queue[str] = asyncio.Queue()
        self._bubbles: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._refusals: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.io.on("session_confirm", self._confirmed.put)
        self.io.on("bot_uttered", self._bubbles.put)
        self.io.on("refused", self._refusals.put)

    async def open_session(self, session_id: str | None = None) -> str:
        await self.io.emit("session_request", {"session_id": session_id})
        self.session_id = await asyncio.wait_for(self._confirmed.get(), SECONDS)
        return self.session_id

    async def utter(self, message: str, **ours: Any) -> None:
        await self.io.emit("user_uttered", {"message": message, "session_id": self.session_id} | ours)

    async def bubble(self) -> dict[str, Any]:
        """The next one."""
        return await asyncio.wait_for(self._bubbles.get(), SECONDS)

    async def refusal(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._refusals.get(), SECONDS)


@asynccontextmanager
async def connected(url: str, *transports: str) -> AsyncIterator[SocketClient]:
    """Over these transports (default: long polling first, then a websocket, as a browser does)."""
    # The library leaves a session of its own open when the connection is refused.
    async with aiohttp.ClientSession() as http:
        client = SocketClient(http)
        await client.io.connect(url, transports=list(transports) or None, wait_timeout=10)
        try:
            yield client
        finally:
            # A long poll that is under way takes half a minute to end, and nobody waits for it.
            with suppress(TimeoutError):
                await asyncio.wait_for(client.io.disconnect(), 1)
