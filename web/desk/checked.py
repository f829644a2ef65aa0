"""What no part of the desk can use is refused here, once for all of its endpoints: a NUL and half a surrogate pair,
which PostgreSQL takes in no text, and numbers and times that fit into no column."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import DataError
from starlette.requests import ClientDisconnect

from care.errors import InvalidInput
from care.logs import get_logger

#: of PostgreSQL's bigint
LARGEST = 2**63 - 1
_log = get_logger("web.desk")


class CheckedRoute(APIRoute):
    """Raises InvalidInput (reason `request`) instead of a fault of ours."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle, path = super().get_route_handler(), self.path

        async def checked(request: Request) -> Response:
            query: bytes = request.scope["query_string"]
            _check_text(request.scope["path"])
            _check_text(unquote_to_bytes(query).decode("utf-8", "replace"))
            if "json" in request.headers.get("content-type", ""):
                _check_json(await _json(request))
            try:
                return await handle(request)
            except (DataError, OverflowError, UnicodeEncodeError) as error:
                # What is seen only where it is used: a number in a path, what is inside a cursor, a day of year 9999.
                _log.warning("desk_input_refused", route=path, error=type(error).__name__)
                raise InvalidInput("request", "a number, a time or a word is beyond what can be stored") from error

        return checked


async def _json(request: Request) -> Any:
    """None for what is no JSON, which the endpoint itself refuses. It is read once: the request keeps it."""
    try:
        return await request.json()
    except (ValueError, RecursionError, ClientDisconnect):
        return None


def _check_json(body: Any) -> None:
    waiting = [body]
    while waiting:
        match waiting.pop():
            case str(text):
                _check_text(text)
            case bool():
                pass
            case int() | float() as number if not (math.isfinite(number) and -LARGEST <= number <= LARGEST):
                raise InvalidInput("request", "a number is beyond what can be stored")
            case dict(fields):
                waiting += [*fields, *fields.values()]
            case list(items):
                waiting += items


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidInput("request", "a text has a NUL character or half a surrogate pair; send it without")
