"""That the yearly impact assessment was done: when, by whom, and which document it was.

Source: 个人信息保护法第五十五条 (before certain kinds of processing), 第五十六条 (what it covers; its record is kept
for three years). That it is repeated every year is our own rule.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.privacy.tables import ImpactAssessment
from care.timezone import CHINA


@dataclass(frozen=True)
class Assessed:
    #: None: never
    last: ImpactAssessment | None
    #: the day from which it is late; None with no last one
    due_on: date | None
    is_due: bool


def record(session: Session, document: bytes, staff: str, now: datetime) -> ImpactAssessment:
    """The document itself is kept by the operator; its hash proves which one it was. The same one again: the same row.

    Raises InvalidInput `document`, `staff`.
    """
    if not document.strip():
        raise InvalidInput("document", "the file is empty")
    if not staff.strip():
        raise InvalidInput("staff", "an assessment names who answers for it")
    digest = hashlib.sha256(document).hexdigest()
    known = session.scalar(select(ImpactAssessment).where(ImpactAssessment.digest == digest))
    if known is not None:
        return known
    done = ImpactAssessment(day=now.astimezone(CHINA).date(), staff=staff.strip(), digest=digest, at=now)
    session.add(done)
    session.flush()
    return done


def standing(session: Session, now: datetime) -> Assessed:
    last = session.scalar(select(ImpactAssessment).order_by(ImpactAssessment.day.desc(), ImpactAssessment.id.desc()))
    if last is None:
        return Assessed(None, None, True)
    due_on = _a_year_after(last.day)
    return Assessed(last, due_on, now.astimezone(CHINA).date() >= due_on)


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)
