"""`/report`: how well we served, signed by name, for everybody; each report under an address that stays.

Only signed ones are here. Of one that was withdrawn the page tells so, with reason and day, and the file is gone (410).
Without scripts; in print; the same content as PDF.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from care.errors import Unavailable
from care.reports import pictures
from care.reports.content import Content
from care.reports.pdf import as_pdf
from care.reports.rules import PUBLISHED, Kind, Status
from care.reports.service import published, published_of
from care.reports.tables import Report
from care.reports.telling import PAGE
from care.reports.words import day_in_words, moment_in_words
from care.sla.policy import policy
from web import rendering
from web.published import base_of, cached, tagged

#: one at a time: charts and a PDF take some tenths of a second of a core
_WAIT_SECONDS = 10
#: kept in memory; one is below 1 MB
_FILES = 8
_NOT_KEPT = {"Cache-Control": "no-store"}
_STYLES = ("public", "report")
#: a path of ours in a paragraph
_PATH = re.compile(r"/(?:rights|report|privacy)[a-z/-]*")
_PDF_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

router = APIRouter(include_in_schema=False)


class Desk:
    """What the requests of one process share."""

    def __init__(self) -> None:
        self._drawing = asyncio.Lock()
        #: files of signed reports, which never change; by report
        self.files: dict[int, bytes] = {}

    @asynccontextmanager
    async def drawing(self) -> AsyncIterator[None]:
        """Raises Unavailable (`busy`)."""
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._drawing.acquire()
        except TimeoutError:
            raise Unavailable("busy", "reports are being drawn; try again") from None
        try:
            yield
        finally:
            self._drawing.release()


@dataclass(frozen=True)
class Shown:
    """A report, with its content read."""

    id: int
    kind: str
    period: str
    status: str
    content: Content
    signed_name: str | None
    signed_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


def shown(report: Report) -> Shown:
    return Shown(
        report.id,
        report.kind,
        report.period,
        report.status,
        Content.model_validate(report.content),
        report.signed_name,
        report.signed_at,
        report.withdrawn_at,
        report.withdrawn_reason,
    )


@router.api_route(PAGE, methods=["GET", "HEAD"])
async def index(request: Request) -> Response:
    """The newest one in short, and all of them."""

    def read(session: Session) -> list[Shown]:
        return [shown(report) for report in published(session)]

    reports = await request.app.state.runner.in_database(read)
    signed = [report for report in reports if report.status == Status.SIGNED]
    values = _values() | {
        "reports": reports,
        "newest": signed[0] if signed else None,
        "address": base_of(request) + PAGE,
    }
    return tagged(rendering.page("reports", 200, values, cached(), _STYLES), request)


@router.api_route(f"{PAGE}/{{kind}}/{{period}}", methods=["GET", "HEAD"])
async def show(kind: str, period: str, request: Request) -> Response:
    """One report; with `.pdf` behind it the file."""
    is_file = period.endswith(".pdf")
    found = await request.app.state.runner.in_database(partial(_read, kind=kind, period=period.removesuffix(".pdf")))
    if not found:
        values = _values() | {"reports": [], "newest": None, "address": base_of(request) + PAGE}
        return rendering.page("reports", 404, values, _NOT_KEPT, _STYLES)
    newest, withdrawn = found[0], [each for each in found if each.status == Status.WITHDRAWN]
    desk: Desk = request.app.state.reports
    if is_file and newest.status == Status.SIGNED:
        response = Response(
            await _file(desk, newest), media_type="application/pdf", headers=file_headers(newest) | cached()
        )
        return tagged(response, request)
    if newest.status == Status.WITHDRAWN:
        status = 410 if is_file else 200
        values = page_values(newest, withdrawn, is_public=True) | {"content": None, "address": None}
        return tagged(rendering.page("report", status, values, cached(), _STYLES), request)
    values = page_values(newest, withdrawn, is_public=True) | {
        "address": base_of(request) + path_of(newest),
        "pdf": f"{path_of(newest)}.pdf",
    }
    return tagged(await drawn(desk, values, cached()), request)


async def drawn(desk: Desk, values: dict[str, Any], headers: dict[str, str]) -> Response:
    """The page, made in a thread: its charts are drawn when they are asked for first."""
    async with desk.drawing():
        return await anyio.to_thread.run_sync(rendering.page, "report", 200, values, headers, _STYLES)


def page_values(report: Shown, withdrawn: list[Shown], *, is_public: bool, notice: str | None = None) -> dict[str, Any]:
    """For the template; the same page for everybody and, as a draft, for staff."""
    return _values() | {
        "content": report.content,
        "told": report.content,
        "signed_name": report.signed_name,
        "signed_at": report.signed_at,
        "withdrawn": withdrawn,
        "is_public": is_public,
        "notice": notice,
        "address": None,
        "pdf": None,
        "svg": _svg,
        "linked": _linked,
    }


def path_of(report: Shown) -> str:
    return f"{PAGE}/{report.kind}/{report.period}"


async def pdf_of(desk: Desk, report: Shown) -> bytes:
    async with desk.drawing():
        return await anyio.to_thread.run_sync(as_pdf, report.content, report.signed_name, report.signed_at)


async def _file(desk: Desk, report: Shown) -> bytes:
    if report.id not in desk.files:
        desk.files[report.id] = await pdf_of(desk, report)
        while len(desk.files) > _FILES:
            desk.files.pop(next(iter(desk.files)))
    return desk.files[report.id]


def file_headers(report: Shown) -> dict[str, str]:
    name = f"report-{report.kind}-{report.period}.pdf"
    return _PDF_HEADERS | {"Content-Disposition": f'inline; filename="{name}"'}


def _read(session: Session, kind: str, period: str) -> list[Shown]:
    if kind not in PUBLISHED:
        return []
    return [shown(report) for report in published_of(session, Kind(kind), period)]


def _values() -> dict[str, Any]:
    return {"operator": policy().operator, "day": _day, "path_of": path_of}


def _day(day: date | datetime) -> str:
    return moment_in_words(day) if isinstance(day, datetime) else day_in_words(day)


def _svg(chart: Any, width: str) -> Markup:
    return Markup(pictures.svg(chart, width))


def _linked(text: str) -> Markup:
    """Paths of ours become links."""
    parts, end = [], 0
    for found in _PATH.finditer(text):
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
