"""What judges of answers read, and the rows that it leaves."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from care.accuracy.drawing import draw_week
from care.accuracy.rules import span_of, week_before
from care.accuracy.service import judge, next_for, wrong_answers
from care.db import transaction
from tests.care.accesses.house import House, Uses, in_session
from tests.support.accuracy import ask
from tests.support.times import NOW

_WEEK = week_before(NOW)
_READ = ("agent", "7", "quality", "messages", None, "c2")


def _drawn(session: Session) -> None:
    session.execute(text("TRUNCATE accesses"))
    draw_week(session, NOW)


def _asked(house: House) -> None:
    ask(conversation="c2", by="1001", at=span_of(_WEEK)[0])
    with transaction() as session:
        _drawn(session)
        assert next_for(session, _WEEK, "7", NOW) is not None


def _wrong(session: Session, house: House) -> None:
    shown = next_for(session, _WEEK, "8", NOW)
    assert shown is not None
    judge(session, shown.id, "wrong", "fact", "8", NOW)
    session.execute(text("TRUNCATE accesses"))
    assert wrong_answers(session, _WEEK, "7", NOW)


def _found_wrong(house: House) -> None:
    ask(conversation="c2", by="1001", at=span_of(_WEEK)[0])
    with transaction() as session:
        _drawn(session)
    in_session(_wrong)(house)


USES_OF_AUDITS: Uses = {
    "care.accuracy.service.next_for": (_asked, {_READ: 1}),
    "care.accuracy.service.wrong_answers": (_found_wrong, {_READ: 1}),
}
