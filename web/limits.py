"""A body that is too large is refused before it is read into memory."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem

#: 12,000 characters of four bytes, each escaped as JSON may do, and the other fields.
MAX_BODY = 160_000


class BodyLimit:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        body = await self._read(receive) if not declared.isdigit() or int(declared) <= MAX_BODY else None
        if body is None:
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
