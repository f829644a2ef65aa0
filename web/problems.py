"""Errors as RFC 9457 problem details: `type`, `title`, `status`, `detail`, and our stable word `reason`.

`detail` says what was wrong and what to do, and never repeats what was sent (it may be personal).
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from care.errors import CareError, Conflict, InvalidInput, NotAllowed, Unavailable
from care.logs import get_logger
from web.rates import TooMany
from web.refusals import Refusals

MEDIA_TYPE = "application/problem+json"
_STATUS: dict[type[CareError], int] = {
    InvalidInput: 422,
    NotAllowed: 403,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}
#: NotAllowed that signing in would help
SIGNED_OUT = "signed_out"
_RETRY_AFTER = 2
_log = get_logger("web")


def problem(
    status: int, reason: str, detail: str, headers: dict[str, str] | None = None, message: str | None = None
) -> JSONResponse:
    """`message`: the same for the customer, in our wording, where a client may show it."""
    return JSONResponse(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "reason": reason,
        }
        | ({"message": message} if message else {}),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def install(app: FastAPI) -> None:
    refused = Refusals()

    @app.exception_handler(CareError)
    async def _care(request: Request, error: CareError) -> JSONResponse:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
        if error.reason == SIGNED_OUT:
            status = 401
        after = error.after if isinstance(error, TooMany) else _RETRY_AFTER if status == 503 else None
        headers = None if after is None else {"Retry-After": str(after)}
        if status in (403, 429):
            refused.log("request_refused", request.scope, reason=error.reason, path=request.url.path)
        return problem(status, error.reason, str(error), headers)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "extra_forbidden":
            return problem(422, "request", "a field that we do not know; see /openapi.json for those that we do")
        place = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        return problem(422, "request", f"{place}: {first['msg']}; see /openapi.json")

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "http", str(error.detail), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.exception("unexpected_error", path=request.url.path)
        return problem(500, "internal", "something broke on our side; send the same message_id again")
