"""Marks: who counts as satisfied, at which hour, and marks of shops; what was found to be a leak."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.insight.board import Value, board
from care.once import OnceKey
from care.satisfaction.survey_tables import CounterVisit, Invite, SurveyAnswer
from care.satisfaction.tables import Rating
from care.sla.policy import policy
from care.tickets.service import ticket_by_number
from tests.care.insight.conftest import Pair, counted
from tests.support.times import NOW, china

DAY = date(2026, 11, 20)
NOON, BUSY = china("2026-11-20 12:00"), china("2026-11-20 20:00")


@pytest.mark.parametrize(
    ("why", "score", "asked", "answered", "satisfied", "busy"),
    [
        ("ten of ten", 10, NOON, NOON, (1, 1), None),
        ("eight still counts as satisfied", 8, NOON, NOON, (1, 1), None),
        ("seven does not", 7, NOON, NOON, (0, 1), None),
        ("at a busy hour", 9, BUSY, BUSY, (1, 1), (1, 1)),
        ("asked at a busy hour, answered later", 3, BUSY, china("2026-11-20 23:00"), (0, 1), (0, 1)),
        ("asked and not answered", None, NOON, None, None, None),
        ("answered the next day: it counts there", 9, BUSY, china("2026-11-21 08:00"), None, None),
    ],
)
def test_a_mark(
    session: Session,
    talk: Callable[..., str],
    why: str,
    score: int | None,
    asked: datetime,
    answered: datetime | None,
    satisfied: Pair | None,
    busy: Pair | None,
) -> None:
    session.add(
        Rating(
            kind="bot",
            conversation_id=talk("c1", NOON),
            channel="rest",
            region="广东",
            category="complaint_billing",
            asked_at=asked,
            answered_at=answered,
            score=score,
        )
    )
    session.flush()
    found = counted(session, DAY, DAY, NOW)
    assert (found.get(("satisfied", "")), found.get(("satisfied_busy", ""))) == (satisfied, busy), why
    assert counted(session, DAY, DAY, NOW, "region").get(("satisfied", "广东")) == satisfied
    assert counted(session, DAY, DAY, NOW, "agent").get(("satisfied", "-")) == satisfied, "the bot is no agent"


def test_marks_of_shops_are_a_mean(session: Session) -> None:
    for n, mark in enumerate((10, 7, 7)):
        visit = CounterVisit(external_id=f"v{n}", shop="人民路营业厅", visited_at=NOON)
        session.add(visit)
        session.flush()
        invite = Invite(visit_id=visit.id, drawn_at=NOON)
        session.add(invite)
        session.flush()
        session.add(SurveyAnswer(invite_id=invite.id, overall=mark, at=BUSY))
    session.flush()
    assert counted(session, DAY, DAY, NOW)["counter_mark", ""] == (24, 3)
    assert _values(session)["counter_mark"].value == 8.0


@pytest.mark.parametrize(
    ("why", "category", "justified", "count"),
    [
        ("found to be so", "privacy", True, 1),
        ("found not to be so", "privacy", False, 0),
        ("not looked into yet", "privacy", None, 0),
        ("something else", "complaint_billing", True, 0),
    ],
)
def test_leaks_that_were_found_to_be_so(
    session: Session, talk: Callable[..., str], why: str, category: str, justified: bool | None, count: int
) -> None:
    talk("c1", NOON)
    key = OnceKey("c1", 101, "action_file_complaint")
    draft = Draft(category, "有人知道我的号码", line="13800138000")
    number = file_complaint(session, draft, key, policy(), NOON).number
    ticket = ticket_by_number(session, number)
    assert ticket is not None
    ticket.justified = justified
    session.flush()
    counted(session, DAY, DAY, NOW)
    assert _values(session)["security_incidents"].numerator == count, why


def _values(session: Session) -> dict[str, Value]:
    return {each.key: each for each in board(session, DAY, DAY, NOW)}
