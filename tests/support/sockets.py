"""Clients of the socket.io channel over a real port: one of Rasa's own, and one that knows our protocol."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import aiohttp
import socketio
from fastapi import FastAPI

from care.turns.dialogue import Dialogue
from care.turns.runner import Runner
from tests.support.waiting import eventually
from web.app import create_app
from web.serving import Server

Json = dict[str, Any]
_widgets: list[Widget] = []


@contextlib.asynccontextmanager
async def web_process(bot: Dialogue) -> AsyncIterator[tuple[str, FastAPI]]:
    """The whole web app on a port of its own, in this event loop; the address and the app."""
    app = create_app()
    server = Server(app, "127.0.0.1", 0)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started or serving.done()

    await eventually(started, "the server to start")
    app.state.runner = Runner(bot)

    async def listens() -> bool:
        return bool(app.state.sockets.announcements.state == "ok")

    await eventually(listens, "the process to listen")
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield url, app
    finally:
        for widget in [each for each in _widgets if each.url == url]:
            await widget.close()
        server.should_exit = True
        await asyncio.wait_for(serving, 10)


class Widget:
    """Keeps what it is sent. `protocol=None`: a client of Rasa's, which knows nothing of ours.

    It is closed with the web process, if not before.
    """

    def __init__(self, url: str, protocol: int | None = 1, identity: object = None) -> None:
        self.url = url
        self.protocol = protocol
        #: what the page says of who is logged in
        self.identity = identity
        self.events: list[tuple[str, Any]] = []
        self.session: str | None = None
        self._read: dict[str, int] = {}
        self._news = asyncio.Condition()
        # Of our own: python-socketio leaves its session open when a connection is refused.
        self._http = aiohttp.ClientSession()
        self.sio = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self.sio.on("*", self._keep)
        _widgets.append(self)

    async def _keep(self, event: str, data: Any = None) -> None:
        async with self._news:
            self.events.append((event, data))
            self._news.notify_all()

    async def connect(self, **options: Any) -> Widget:
        await self.sio.connect(self.url, **{"transports": ["websocket"]} | options)
        return self

    async def open(self, session: str | None = None, **options: Any) -> Widget:
        """Connect and ask for a session, a new one or this one."""
        await self.connect(**options)
        return await self.ask(session)

    async def ask(self, session: str | None = None) -> Widget:
        asked: Json = {"session_id": session}
        if self.identity is not None:
            asked["identity"] = self.identity
        if self.protocol is not None:
            asked["protocol"] = self.protocol
        await self.sio.emit("session_request", asked)
        self.session = await self.next("session_confirm")
        if self.protocol is not None:
            await self.next("owner")
        return self

    async def say(self, text: Any, message_id: Any = None, **fields: Any) -> Json:
        """Send a message as our widget does; the acknowledgement."""
        message = {"message": text, "message_id": message_id or str(uuid4()), "session_id": self.session} | fields
        answer: Json = await self.sio.call("user_uttered", message, timeout=10)
        return answer

    async def next(self, event: str, like: Callable[[Any], bool] = lambda data: True, seconds: float = 10.0) -> Any:
        """The next event of this name that looks like that; those of the name before it are passed over."""

        def place() -> int | None:
            first = self._read.get(event, 0)
            places = range(first, len(self.events))
            return next((at for at in places if self.events[at][0] == event and like(self.events[at][1])), None)

        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(lambda: place() is not None), seconds)
            except TimeoutError:
                raise AssertionError(f"no {event} like that in {self.events}") from None
            at = place()
            assert at is not None
            self._read[event] = at + 1
        return self.events[at][1]

    async def hears(self, text: str) -> Any:
        return await self.next("bot_uttered", lambda message: message["text"] == text)

    def said(self, event: str = "bot_uttered") -> list[Any]:
        """Everything of this name so far."""
        return [data for name, data in self.events if name == event]

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.said()]

    async def close(self) -> None:
        if self not in _widgets:
            return
        _widgets.remove(self)
        if self.sio.connected and self.sio.transport() == "polling":
            # As a page that is closed: python-socketio would first wait for its last poll, up to 25 s.
            await self.sio.eio.disconnect(abort=True)
        elif self.sio.connected:
            await self.sio.disconnect()
        await self._http.close()
