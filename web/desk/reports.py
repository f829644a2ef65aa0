"""`/api/desk/reports`: reports as they are made, looked at, signed by name and withdrawn (docs/operate/reports.md)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.insight.board import is_demo
from care.reports import service
from care.reports.rules import MAX_REASON, PUBLISHED, Kind, Status, period_of
from care.reports.tables import Report
from care.reports.words import file, period_title, word
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web import report as public
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("reports", "/reports")

Reads = Annotated[Signed, Depends(Allowed(Permission.METRICS))]
Decides = Annotated[Signed, Depends(Allowed(Permission.DECIDE))]
ReportId = Annotated[int, Field(ge=1, le=2**53)]

#: It is opened in a window of its own, may do nothing there, and may stand in no frame.
_SANDBOX = "sandbox; "


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MakeIn(_Strict):
    kind: Kind
    period: Annotated[str, Field(max_length=7)]


class SignIn(_Strict):
    pass


class WithdrawIn(_Strict):
    reason: Annotated[str, Field(max_length=MAX_REASON)]


@router.get("")
async def listed(request: Request, signed: Reads) -> dict[str, list[dict[str, Any]]]:
    def read(session: Session) -> list[dict[str, Any]]:
        demo = is_demo(session)
        return [_row(report, signed, demo) for report in service.reports(session)]

    return {"items": await in_database(request, read)}


@router.post("")
async def make(given: MakeIn, request: Request, signed: Decides) -> dict[str, Any]:
    """Again: a new draft from today's figures, in place of the one that was there."""
    return await _do(
        request, signed, lambda session: service.make(session, given.kind, given.period, signed.number, utcnow())
    )


@router.post("/{report_id}/sign")
async def sign(report_id: ReportId, given: SignIn, request: Request, signed: Decides) -> dict[str, Any]:
    """With the name of whoever is signed in."""
    return await _do(
        request, signed, lambda session: service.sign(session, report_id, signed.number, signed.name, utcnow())
    )


@router.post("/{report_id}/withdraw")
async def withdraw(report_id: ReportId, given: WithdrawIn, request: Request, signed: Decides) -> dict[str, Any]:
    return await _do(
        request, signed, lambda session: service.withdraw(session, report_id, given.reason, signed.number, utcnow())
    )


@router.get("/{report_id}/page")
async def page(report_id: ReportId, request: Request, signed: Reads) -> Response:
    """As it will be read; a draft says that it is one."""
    report, notice = await in_database(request, lambda session: _read(session, report_id))
    withdrawn = [report] if report.status == Status.WITHDRAWN else []
    values = public.page_values(report, withdrawn, is_public=False, notice=notice)
    response = await public.drawn(request.app.state.reports, values, {})
    response.headers["Content-Security-Policy"] = _SANDBOX + response.headers["Content-Security-Policy"]
    return response


@router.get("/{report_id}/pdf")
async def pdf(report_id: ReportId, request: Request, signed: Reads) -> Response:
    report, _ = await in_database(request, lambda session: _read(session, report_id))
    content = await public.pdf_of(request.app.state.reports, report)
    return Response(content, media_type="application/pdf", headers=public.file_headers(report))


def _read(session: Session, report_id: int) -> tuple[public.Shown, str | None]:
    report = service.report_of(session, report_id)
    demo = report.is_demo or is_demo(session)
    notice = word("notice_demo") if demo else (word("notice_draft") if report.status == Status.DRAFT else None)
    return public.shown(report), notice


async def _do(request: Request, signed: Signed, step: Any) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        return _row(step(session), signed, is_demo(session))

    return await in_database(request, work)


def _row(report: Report, signed: Signed, demo: bool) -> dict[str, Any]:
    kind = Kind(report.kind)
    return {
        "id": report.id,
        "kind": kind,
        "kind_title": file().kinds[kind].title,
        "period": report.period,
        "period_title": period_title(kind, period_of(kind, report.period)),
        "status": _status(kind, report.status),
        "is_demo": report.is_demo,
        "made_at": report.made_at,
        "signed_by_name": report.signed_name,
        "signed_at": report.signed_at,
        "withdrawn_at": report.withdrawn_at,
        "withdrawn_reason": report.withdrawn_reason,
        "can": _can(report, demo) if signed.may(Permission.DECIDE) else [],
    }


def _status(kind: Kind, status: str) -> str:
    """`internal`: signed, and for the joint meeting alone."""
    if status != Status.SIGNED:
        return status
    return "public" if kind in PUBLISHED else "internal"


def _can(report: Report, demo: bool) -> list[str]:
    """`make`: once more, from today's figures."""
    if report.status == Status.DRAFT:
        return ["make"] if demo or report.is_demo else ["make", "sign"]
    return ["withdraw"] if report.status == Status.SIGNED else ["make"]
