"""`/rights/appeal/…`: papers for an appeal as a page to print, and as PDF, by an address that works for a day.

Nothing is used up by looking. The address is never logged; whoever has it sees the papers, in which telephone numbers
are masked and the customer's name is an empty line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from weakref import WeakValueDictionary

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from care import db
from care.errors import CareError, Unavailable
from care.logs import get_logger
from care.privacy.failures import described
from care.rights.packet_blocks import Papers
from care.rights.packet_papers import opened
from care.rights.packet_pdf import as_pdf
from care.turns.runner import Runner
from care.wording import say
from web import rendering
from web.addresses import address_of
from web.limits import refusals
from web.rates import PerMinute, TooMany
from web.refusals import Refusals

#: of one address: a person needs three or four
PAGES_PER_MINUTE = 30
#: a PDF takes some tenths of a second of one core
AT_ONCE = 2
_WAIT_SECONDS = 5

_STATUS = {"appeal_unknown": 404, "appeal_over": 410, "appeal_unproved": 410}
_PDF = ".pdf"

router = APIRouter(include_in_schema=False)
_log = get_logger("web.appeals")


class Desk:
    """What the requests of one process share."""

    def __init__(self) -> None:
        self.rates = PerMinute(PAGES_PER_MINUTE, "appeal papers of one address")
        self.places = asyncio.Semaphore(AT_ONCE)
        self.refused = Refusals()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def place(self, conversation_id: str) -> AsyncIterator[None]:
        """To make a file: one at a time of one conversation, which waits without taking others' places.

        Raises Unavailable (`busy`).
        """
        turn = self._turns.setdefault(conversation_id, asyncio.Lock())
        async with AsyncExitStack() as taken:
            try:
                async with asyncio.timeout(_WAIT_SECONDS):
                    await taken.enter_async_context(turn)
                    await taken.enter_async_context(self.places)
            except TimeoutError:
                raise Unavailable("busy", "too many papers are being made") from None
            yield


# With whatever stands behind a slash: a redirect to the address without it would tell it once more.
@router.api_route("/rights/appeal/{token:path}", methods=["GET", "HEAD"])
async def show(token: str, request: Request) -> Response:
    """The papers; with `.pdf` behind it the file."""
    is_file = token.endswith(_PDF)
    desk: Desk = request.app.state.appeals
    runner: Runner = request.app.state.runner
    try:
        desk.rates.check(address_of(request.scope))
        papers = await runner.in_database(partial(_opened, token=token.removesuffix(_PDF)))
        if not is_file:
            return _page(200, papers, file=f"{token}{_PDF}")
        # Chat programs ask what an address is; nothing is made for that.
        return _file_of(papers, b"" if request.method == "HEAD" else await _made(papers, desk))
    except CareError as error:
        desk.refused.log("appeal_page_refused", request.scope, reason=error.reason)
        return _refused(error)
    except Exception as error:
        # Not to the handler of all errors: it logs the path, and this one is a secret.
        _log.error("appeal_broken", error=described(error))
        return _page(500, None, [say("appeal_page_broken")])


def _opened(session: Session, token: str) -> Papers:
    return opened(session, token, db.utcnow())


async def _made(papers: Papers, desk: Desk) -> bytes:
    async with desk.place(papers.conversation_id):
        return await anyio.to_thread.run_sync(as_pdf, papers)


def _file_of(papers: Papers, content: bytes) -> Response:
    headers = _HEADERS | {
        "Content-Disposition": f'inline; filename="appeal{"-" + papers.number if papers.number else ""}.pdf"',
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _refused(error: CareError) -> Response:
    """What to do now, as a page; counted by its reason."""
    refusals.labels(error.reason).inc()
    if isinstance(error, TooMany):
        return _page(429, None, [say("appeal_page_too_many")], headers={"Retry-After": str(error.after)})
    if error.reason in _STATUS:
        return _page(_STATUS[error.reason], None, [say(f"appeal_page_{error.reason}"), say("appeal_page_again")])
    what = "busy" if error.reason == "busy" else "broken"
    return _page(503, None, [say(f"appeal_page_{what}")], headers={"Retry-After": "10"})


def _page(
    status: int,
    papers: Papers | None,
    sentences: list[str] | None = None,
    *,
    file: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    values = {"title": say("appeal_paper_title"), "papers": papers, "file": file, "sentences": sentences or []}
    return rendering.page("appeal", status, values, _HEADERS | (headers or {}))


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    # The address must not be told to anybody, and nothing of it be kept by a browser or a proxy.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
