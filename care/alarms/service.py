"""Raised once for its subject, seen by somebody, over when its cause is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.alarms.rules import MOMENTS, Kind
from care.alarms.tables import Alarm

_OPEN_AT_MOST = 200
_KEPT = timedelta(days=365)


def raise_alarm(
    session: Session, kind: Kind, subject: str, now: datetime, detail: Mapping[str, Any] | None = None,
    *, once_since: datetime | None = None,
) -> bool:  # fmt: skip
    """False: this one is open already, or was raised since `once_since`; an older one gives way to it.

    `subject`: `handoff:<id>`, `ticket:<number>`, `queue:<name>`, `staff:<number>`. `detail`: words of ours and numbers,
    nobody's personal data. The caller tells the desk (`alarm`).
    """
    if once_since is not None:
        is_it = Alarm.kind == kind, Alarm.subject == subject
        if session.scalar(select(exists().where(*is_it, Alarm.raised_at >= once_since))):
            return False
        settle_alarm(session, kind, subject, now)
    raised = session.scalar(
        insert(Alarm)
        .values(kind=kind, subject=subject, detail=dict(detail or {}), raised_at=now)
        .on_conflict_do_nothing(index_elements=[Alarm.kind, Alarm.subject], index_where=text("over_at IS NULL"))
        .returning(Alarm.id)
    )
    return raised is not None


def settle_alarm(session: Session, kind: Kind, subject: str, now: datetime) -> bool:
    """What it was about is over. False: none was open."""
    settled = session.execute(
        update(Alarm)
        .where(Alarm.kind == kind, Alarm.subject == subject, Alarm.over_at.is_(None))
        .values(over_at=now)
        .returning(Alarm.id)
    ).all()
    return bool(settled)


def open_alarms(session: Session, kind: Kind | None = None) -> list[Alarm]:
    """Those that are not over, the newest first."""
    of_kind = [] if kind is None else [Alarm.kind == kind]
    newest = select(Alarm).where(Alarm.over_at.is_(None), *of_kind).order_by(Alarm.raised_at.desc(), Alarm.id.desc())
    return list(session.scalars(newest.limit(_OPEN_AT_MOST)))


def latest_alarms(session: Session, since: datetime) -> list[Alarm]:
    """Those that are open or were raised since, the newest first."""
    newest = select(Alarm).where(Alarm.raised_at >= since).order_by(Alarm.raised_at.desc(), Alarm.id.desc())
    recent = list(session.scalars(newest.limit(_OPEN_AT_MOST)))
    return [alarm for alarm in open_alarms(session) if alarm.raised_at < since] + recent


def note_seen(session: Session, alarm_id: int, staff: str, now: datetime) -> Alarm | None:
    """By the first supervisor who says so. None: there is none of that id."""
    is_moment = Alarm.kind.in_(MOMENTS) & Alarm.over_at.is_(None)
    session.execute(
        update(Alarm)
        .where(Alarm.id == alarm_id, Alarm.seen_at.is_(None))
        .values(seen_at=now, seen_by=staff, over_at=case((is_moment, now), else_=Alarm.over_at))
    )
    return session.get(Alarm, alarm_id, populate_existing=True)


def forget_alarms(session: Session, now: datetime) -> int:
    """Those that have been over for long; how many."""
    forgotten = session.execute(delete(Alarm).where(Alarm.over_at < now - _KEPT).returning(Alarm.id)).all()
    return len(forgotten)
