"""A cable between browser and server that a test can pull out.

The browser's own offline mode leaves an open websocket alone; this drops every connection and takes no new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from urllib.parse import urlsplit


class Wire:
    def __init__(self, target: str) -> None:
        self._host: str | None = None
        self._port: int | None = None
        self.lead_to(target)
        self._ends: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_up = Event()
        #: where the browser goes instead of to the target
        self.url = ""

    def cut(self) -> None:
        """Reset every connection, and each new one at once, until `mend`."""
        self._is_cut = True
        self._soon(self._reset)

    def mend(self) -> None:
        self._is_cut = False

    def lead_to(self, target: str) -> None:
        """New connections go there: the same site, started again elsewhere."""
        address = urlsplit(target)
        self._host, self._port = address.hostname, address.port

    def remove(self) -> None:
        self._soon(self._stop.set)

    def _soon(self, work: Callable[[], None]) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(work)

    def _reset(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def carry(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._plugged, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.is_up.set()
        await self._stop.wait()
        server.close()
        self._reset()

    async def _plugged(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            from_target, to_target = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, to_target}
        try:
            await asyncio.gather(_pump(reader, to_target), _pump(from_target, writer))
        finally:
            self._ends -= {writer, to_target}


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()


@contextmanager
def wired(target: str) -> Iterator[Wire]:
    """A wire to `target` (`http://127.0.0.1:8000`), served by a thread of its own."""
    wire = Wire(target)
    thread = Thread(target=lambda: asyncio.run(wire.carry()), daemon=True)
    thread.start()
    assert wire.is_up.wait(5), "the wire did not come up"
    try:
        yield wire
    finally:
        wire.remove()
        thread.join(5)
        assert not thread.is_alive()
