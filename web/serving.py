"""uvicorn under the web app: what it believes of proxies, how large a frame may be, and how it stops."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from care.settings import settings
from web.channels.socketio import SocketChannel
from web.limits import MAX_BODY


class Server(uvicorn.Server):
    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=8,
                # Whose X-Forwarded-For names the customer: anybody may send one.
                forwarded_allow_ips=settings().trusted_proxies,
                # A longer frame ends the connection (1009) before it is read.
                ws_max_size=MAX_BODY,
                # Messages are short, connections many: packing them costs more memory and time than it saves.
                ws_per_message_deflate=False,
            )
        )
        self._sockets: SocketChannel = app.state.sockets

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hangs up on the widgets first, which connect to another process; else every open poll would be waited for."""
        await self._sockets.hang_up()
        await super().shutdown(sockets)
