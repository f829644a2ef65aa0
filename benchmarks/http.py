"""An HTTP/1.1 client as cheap as one can be: the load must not take the CPU that it measures.

One connection, kept open, one request at a time, answers with a Content-Length: what Sanic and uvicorn send.
"""

from __future__ import annotations

import asyncio

_LIMIT = 1 << 20


class Connection:
    """To a port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises OSError or asyncio.IncompleteReadError when there is none."""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        return await self._ask(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    async def get(self, path: str) -> tuple[int, bytes]:
        return await self._ask(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        if self._streams is not None:
            try:
                return await self._exchange(request)
            except (OSError, asyncio.IncompleteReadError) as error:
                if isinstance(error, asyncio.IncompleteReadError) and error.partial:
                    raise
                self.close()  # the server had closed an idle connection: the request was not taken
        self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=_LIMIT)
        return await self._exchange(request)

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        _, _, rest = head.partition(b"content-length:")
        body = await reader.readexactly(int(rest.partition(b"\r\n")[0])) if rest else b""
        if b"connection: close" in head:
            self.close()
        return status, body
