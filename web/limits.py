"""A body that is too large is refused before it is read into memory."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem

#: 12,000 characters of four bytes, each escaped as JSON may do, and the other fields.
MAX_BODY = 160_000


class _TooLarge(Exception):
    pass


class BodyLimit:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAX_BODY:
                raise _TooLarge
            return message

        declared = dict(scope["headers"]).get(b"content-length", b"0")
        try:
            if declared.isdigit() and int(declared) > MAX_BODY:
                raise _TooLarge
            await self._app(scope, limited, send)
        except _TooLarge:
            refusal = problem(413, "too_large", f"a request may have {MAX_BODY} bytes")
            await refusal(scope, receive, send)
