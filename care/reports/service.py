"""Reports are made as drafts, signed by name, and withdrawn where they were wrong; a signed one never changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import raise_alarm, settle_alarm
from care.audit.service import note
from care.errors import Conflict, InvalidInput
from care.insight.board import is_demo
from care.reports.packs import content_of
from care.reports.rules import (
    MAX_REASON,
    MIN_REASON,
    PUBLISHED,
    Kind,
    Period,
    Status,
    is_due,
    is_late,
    newest,
    period_of,
)
from care.reports.tables import Report
from care.staff.announcing import tell_desk

SYSTEM = "system"
_LISTED = 200


def make(session: Session, kind: Kind, name: str, staff: str, now: datetime) -> Report:
    """A draft from today's figures; it takes the place of an older draft of the period.

    Raises InvalidInput `period`; Conflict `report_period_open`: it is not over yet, `report_signed`: withdraw it first.
    """
    period = period_of(kind, name)
    if newest(kind, now).until < period.until:
        raise Conflict("report_period_open", "the period is not over: a report would miss what is still to come")
    report = _draft(session, kind, period, staff, now)
    note(session, f"staff:{staff}", "report_make", f"report:{report.id}")
    return report


def make_due(session: Session, kind: Kind, now: datetime) -> Report | None:
    """The report that should be there by now, of the newest period that is over. None: it is not due, or there has been
    one, be it withdrawn: then somebody makes the next."""
    period = newest(kind, now)
    _lock(session)
    if not is_due(kind, period, now) or _has_any(session, kind, period):
        return None
    return _draft(session, kind, period, SYSTEM, now)


def look_for_missing(session: Session, now: datetime) -> bool:
    """Supervisors hear of a joint meeting's pack that is not there on day 5 (A28). True: it is not."""
    period = newest(Kind.MONTHLY, now)
    is_missing = is_late(period, now) and not _has_any(session, Kind.MONTHLY, period)
    subject = f"report:{Kind.MONTHLY}:{period.name}"
    if is_missing:
        changed = raise_alarm(session, AlarmKind.REPORT_MISSING, subject, now)
    else:
        changed = settle_alarm(session, AlarmKind.REPORT_MISSING, subject, now)
    if changed:
        tell_desk(session, "alarm")
    return is_missing


def sign(session: Session, report_id: int, staff: str, name: str, now: datetime) -> Report:
    """From now on it stays as it is, and one for the public can be read by anybody. `name`: of who answers for it.

    Raises InvalidInput `report`; Conflict `demo`: made-up customers, `report_status`: it is no draft.
    """
    report = _held(session, report_id)
    if report.status == Status.SIGNED and report.signed_by == staff:
        return report
    if report.status != Status.DRAFT:
        raise Conflict("report_status", f"a report that is {report.status} cannot be signed")
    if report.is_demo or is_demo(session):
        raise Conflict("demo", "these are figures of made-up customers: nobody may take them for a report")
    report.status = Status.SIGNED
    report.signed_by, report.signed_name, report.signed_at = staff, name, now
    _settle(session, report, now)
    note(session, f"staff:{staff}", "report_sign", f"report:{report.id}")
    return report


def withdraw(session: Session, report_id: int, reason: str, staff: str, now: datetime) -> Report:
    """It was wrong: nobody reads it any more, and its page says so, with the reason and the day.

    Raises InvalidInput `report`, `report_reason`; Conflict `report_status`: only what is signed is withdrawn.
    """
    said = " ".join(reason.split())
    if not MIN_REASON <= len(said) <= MAX_REASON:
        raise InvalidInput("report_reason", f"{MIN_REASON} to {MAX_REASON} characters; they are published")
    report = _held(session, report_id)
    if report.status != Status.SIGNED:
        raise Conflict("report_status", f"a report that is {report.status} cannot be withdrawn")
    report.status = Status.WITHDRAWN
    report.withdrawn_by, report.withdrawn_reason, report.withdrawn_at = staff, said, now
    tell_desk(session, "insight")
    note(session, f"staff:{staff}", "report_withdraw", f"report:{report.id}", reason=said)
    return report


def report_of(session: Session, report_id: int) -> Report:
    """Raises InvalidInput `report`."""
    report = session.get(Report, report_id)
    if report is None:
        raise InvalidInput("report", "there is no report of this number")
    return report


def reports(session: Session) -> list[Report]:
    """All, the newest period first."""
    return list(session.scalars(select(Report).order_by(Report.until.desc(), Report.id.desc()).limit(_LISTED)))


def published(session: Session) -> list[Report]:
    """What anybody may know of: signed ones, and those that were withdrawn; the newest period first."""
    wanted = Report.kind.in_(PUBLISHED), Report.status.in_([Status.SIGNED, Status.WITHDRAWN])
    return list(session.scalars(select(Report).where(*wanted).order_by(Report.until.desc(), Report.id.desc())))


def newest_published(session: Session, kind: Kind) -> Report | None:
    """The signed one of the newest period."""
    wanted = Report.kind == kind, Report.status == Status.SIGNED
    return session.scalars(select(Report).where(*wanted).order_by(Report.until.desc()).limit(1)).first()


def published_of(session: Session, kind: Kind, period: str) -> list[Report]:
    """Of one period: the signed one first, then those that were withdrawn, the newest first."""
    rows = session.scalars(
        select(Report)
        .where(Report.kind == kind, Report.period == period, Report.status.in_([Status.SIGNED, Status.WITHDRAWN]))
        .order_by((Report.status == Status.SIGNED).desc(), Report.id.desc())
    )
    return list(rows) if kind in PUBLISHED else []


def _draft(session: Session, kind: Kind, period: Period, who: str, now: datetime) -> Report:
    _lock(session)
    current = session.scalar(
        select(Report)
        .where(Report.kind == kind, Report.period == period.name, Report.status != Status.WITHDRAWN)
        .with_for_update()
    )
    if current is not None and current.status == Status.SIGNED:
        raise Conflict("report_signed", "it was signed and stays as it is: withdraw it first")
    if current is not None:
        # A row of its own: nobody signs by its number what was made after they looked.
        settle_alarm(session, AlarmKind.REPORT_TO_SIGN, _subject(current), now)
        session.delete(current)
        session.flush()
    report = Report(
        kind=kind,
        period=period.name,
        until=period.until,
        status=Status.DRAFT,
        content=content_of(session, kind, period, now).model_dump(mode="json"),
        is_demo=is_demo(session),
        made_at=now,
        made_by=who,
    )
    session.add(report)
    session.flush()
    if not report.is_demo:
        raise_alarm(session, AlarmKind.REPORT_TO_SIGN, _subject(report), now, {"kind": kind, "period": period.name})
    settle_alarm(session, AlarmKind.REPORT_MISSING, f"report:{kind}:{period.name}", now)
    tell_desk(session, "alarm")
    tell_desk(session, "insight")
    return report


def _lock(session: Session) -> None:
    """One at a time: two workers, or a worker and somebody at the desk."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("quanyi.reports"))))


def _has_any(session: Session, kind: Kind, period: Period) -> bool:
    return (
        session.scalar(select(Report.id).where(Report.kind == kind, Report.period == period.name).limit(1)) is not None
    )


def _held(session: Session, report_id: int) -> Report:
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None:
        raise InvalidInput("report", "there is no report of this number")
    return report


def _settle(session: Session, report: Report, now: datetime) -> None:
    settle_alarm(session, AlarmKind.REPORT_TO_SIGN, _subject(report), now)
    tell_desk(session, "alarm")
    tell_desk(session, "insight")


def _subject(report: Report) -> str:
    return f"report:{report.id}"
