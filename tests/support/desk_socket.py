"""A browser of the desk on its live socket, over a real port."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import aiohttp

from care import db
from care.staff import sessions
from care.staff.tables import Staff
from tests.support.desk import member
from web.desk.access import COOKIE

Json = dict[str, Any]


def joins(role: str = "agent", **fields: Any) -> tuple[Staff, str]:
    """Somebody new (committed), and the token of a session of theirs."""
    with db.transaction() as session:
        staff = member(session, role, **fields)
        return staff, sessions.begin(session, staff.id, db.utcnow()).token


class DeskSocket:
    """Keeps what it is sent; `code` is why it was closed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.frames: list[Json] = []
        self.code: int | None = None
        self.is_reading = asyncio.Event()
        self.is_reading.set()
        self._read: dict[str, int] = {}
        self._news = asyncio.Condition()
        self._socket = socket

    async def read(self) -> None:
        socket = self._socket
        while not socket.closed:
            await self.is_reading.wait()
            message = await socket.receive()
            async with self._news:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.frames.append(message.json())
                self._news.notify_all()
        async with self._news:
            self.code = socket.close_code
            self._news.notify_all()

    async def send(self, kind: str, **fields: Any) -> None:
        await self._socket.send_json({"type": kind, **fields})

    async def send_text(self, text: str) -> None:
        await self._socket.send_str(text)

    async def watch(self, *ids: str) -> None:
        """Until the server has taken it up."""
        await self.send("watch", ids=list(ids))
        for each in ids:
            await self.next("conversation", id=each)

    async def next(self, kind: str, seconds: float = 10.0, **fields: Any) -> Json:
        """The next frame of this type with these fields; those of the type before it are passed over."""

        def place() -> int | None:
            places = range(self._read.get(kind, 0), len(self.frames))
            wanted = {"type": kind, **fields}
            return next((at for at in places if wanted.items() <= self.frames[at].items()), None)

        await self._until(lambda: place() is not None, f"a frame {kind} {fields}", seconds)
        at = place()
        assert at is not None
        self._read[kind] = at + 1
        return self.frames[at]

    async def closed(self, seconds: float = 10.0) -> int:
        await self._until(lambda: self.code is not None, "the end", seconds)
        assert self.code is not None
        return self.code

    def count(self, kind: str, **fields: Any) -> int:
        return sum({"type": kind, **fields}.items() <= frame.items() for frame in self.frames)

    async def settled(self) -> None:
        """Whatever was told before has arrived: frames come in order."""
        await asyncio.sleep(0.3)
        await self.send("alive")
        await self.next("alive")

    async def _until(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(condition), seconds)
            except TimeoutError:
                raise AssertionError(f"no {what} in {self.frames}, closed: {self.code}") from None


@contextlib.asynccontextmanager
async def desk(url: str, token: str | None, *, origin: str | None = "", **headers: str) -> AsyncIterator[DeskSocket]:
    """`origin`: that of the page; of our own when empty, none at all when None."""
    sent = dict(headers)
    if token is not None:
        sent["Cookie"] = f"{COOKIE}={token}"
    if origin is not None:
        sent["Origin"] = origin or url
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{url}/api/desk/live", headers=sent) as socket:
        browser = DeskSocket(socket)
        reading = asyncio.create_task(browser.read())
        try:
            yield browser
        finally:
            browser.is_reading.set()
            await socket.close()
            await reading


def types(frames: Iterable[Json]) -> list[str]:
    return [frame["type"] for frame in frames]
