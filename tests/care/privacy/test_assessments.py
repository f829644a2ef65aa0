"""The yearly impact assessment: which document, by whom, and when the next one is due."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import CareError
from care.privacy.assessments import record, standing
from care.privacy.tables import ImpactAssessment
from tests.support.times import NOW, china

DOCUMENT = b"# \xe5\xbd\xb1\xe5\x93\x8d\xe8\xaf\x84\xe4\xbc\xb0"


def test_without_one_it_is_due(session: Session) -> None:
    assert standing(session, NOW).is_due
    assert standing(session, NOW).last is None


def test_the_document_is_known_by_its_hash(session: Session) -> None:
    done = record(session, DOCUMENT, " zhou ", NOW)
    assert (done.day, done.staff, done.digest) == (date(2026, 11, 21), "zhou", hashlib.sha256(DOCUMENT).hexdigest())
    assert record(session, DOCUMENT, "li", NOW) is done, "the same document again is the same assessment"
    assert len(session.scalars(select(ImpactAssessment)).all()) == 1


@pytest.mark.parametrize(
    ("done", "now", "due_on", "is_due"),
    [
        (NOW, NOW, date(2027, 11, 21), False),
        (NOW, china("2027-11-20 23:59"), date(2027, 11, 21), False),
        (NOW, china("2027-11-21 00:00"), date(2027, 11, 21), True),
        (china("2028-02-29 12:00"), china("2029-02-28 12:00"), date(2029, 3, 1), False),  # there is no such day then
    ],
)
def test_when_the_next_one_is_due(session: Session, done: datetime, now: datetime, due_on: date, is_due: bool) -> None:
    record(session, DOCUMENT, "zhou", done)
    found = standing(session, now)
    assert (found.due_on, found.is_due) == (due_on, is_due)


@pytest.mark.parametrize(("document", "staff", "reason"), [(b" \n", "zhou", "document"), (DOCUMENT, " ", "staff")])
def test_what_is_refused(session: Session, document: bytes, staff: str, reason: str) -> None:
    with pytest.raises(CareError) as refused:
        record(session, document, staff, NOW)
    assert refused.value.reason == reason
