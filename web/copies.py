"""`/privacy/copy/…`: the page from which somebody fetches the copy of their data, by an address that works once.

Looking at the page uses nothing up: chat programs and mail scanners fetch every address that they are shown. The file
comes by the button. The address is never logged; whoever has it can do nothing without the proof in its conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from care import db
from care.errors import CareError, Unavailable
from care.logs import get_logger
from care.privacy import links
from care.privacy.failures import described
from care.privacy.links import Archive, LinkedCopy
from care.sla.policy import policy
from care.turns.runner import Runner
from care.wording import calendar_time, say
from web import rendering
from web.addresses import address_of
from web.limits import refusals
from web.rates import PerMinute, TooMany

#: of one address: a person needs three or four
PAGES_PER_MINUTE = 30
#: A copy lies in memory while it is sent, and may have 80 MB.
AT_ONCE = 2
_WAIT_SECONDS = 5
#: 80 MB over a line of 1 Mbit/s take 670
_SECONDS = 900
_PIECE = 64 * 1024

_STATUS = {"copy_link_unknown": 404, "copy_link_over": 410, "copy_link_unproved": 403, "too_many": 429}

router = APIRouter(include_in_schema=False)
_log = get_logger("web.copies")


class Desk:
    """What the requests of one process share."""

    def __init__(self) -> None:
        self.rates = PerMinute(PAGES_PER_MINUTE, "copies of one address")
        self.places = asyncio.Semaphore(AT_ONCE)


@router.api_route("/privacy/copy/{token}", methods=["GET", "HEAD"])
async def show(token: str, request: Request) -> Response:
    """What the address leads to: size, until when, the password, and the button."""
    try:
        _desk(request).rates.check(address_of(request.scope))
        copy = await _runner(request).in_database(lambda session: links.look(session, token, db.utcnow()))
    except CareError as error:
        return _refused(error)
    except Exception as error:
        return _broken(error)
    return _page(200, copy)


@router.post("/privacy/copy/{token}")
async def fetch(token: str, request: Request) -> Response:
    """The ZIP; the address is used up."""
    desk = _desk(request)
    try:
        desk.rates.check(address_of(request.scope))
        async with asyncio.timeout(_WAIT_SECONDS):
            await desk.places.acquire()
    except TooMany as error:
        return _refused(error)
    except TimeoutError:
        return _refused(Unavailable("busy", "too many copies are being sent"))
    archive = None
    try:
        archive = await _runner(request).in_database(lambda session: links.fetch(session, token, db.utcnow()))
    except CareError as error:
        return _refused(error)
    except Exception as error:
        return _broken(error)
    finally:
        if archive is None:
            desk.places.release()
    _log.info("copy_fetched", size=len(archive.content))
    return _Download(archive, desk)


class _Download(StreamingResponse):
    """Holds its place until the last byte, the client's leaving, or the end of its time."""

    def __init__(self, archive: Archive, desk: Desk) -> None:
        headers = _HEADERS | {
            "Content-Length": str(len(archive.content)),
            "Content-Disposition": f'attachment; filename="{archive.name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        super().__init__(_pieces(archive.content), media_type="application/zip", headers=headers)
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            _log.warning("copy_slow")
        finally:
            self._desk.places.release()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


def _refused(error: CareError) -> Response:
    """What to do now, as a page; counted by its reason, logged without the address."""
    refusals.labels(error.reason).inc()
    _log.info("copy_refused", reason=error.reason)
    if isinstance(error, TooMany):
        return _page(429, None, [say("copy_page_too_many")], {"Retry-After": str(error.after)})
    if error.reason in _STATUS:
        return _page(_STATUS[error.reason], None, [say(f"copy_page_{error.reason}"), say("copy_page_again")])
    what = "busy" if error.reason == "busy" else "broken"
    return _page(503, None, [say(f"copy_page_{what}")], {"Retry-After": "10"})


def _broken(error: Exception) -> Response:
    # Not to the handler of all errors: it logs the path, and this one is a secret.
    _log.error("copy_broken", error=described(error))
    return _page(500, None, [say("copy_page_broken"), say("copy_page_again_later")])


def _page(
    status: int, copy: LinkedCopy | None, sentences: list[str] | None = None, headers: dict[str, str] | None = None
) -> Response:
    values = {
        "title": say("copy_page_title"),
        "operator": policy().operator.title,
        "copy": copy,
        "size": _readable(copy.size) if copy else "",
        "until": calendar_time(copy.until) if copy else "",
        "sentences": sentences or [],
    }
    return rendering.page("copy", status, values, _HEADERS | (headers or {}))


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    # The address must not be told to anybody, and nothing of it be kept by a browser or a proxy.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


def _readable(size: int) -> str:
    """`3.2 MB`, `12 KB`."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB"


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.copies
    return desk


def _runner(request: Request) -> Runner:
    runner: Runner = request.app.state.runner
    return runner
