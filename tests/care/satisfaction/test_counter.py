"""Twice a month five customers who were at a counter are asked: once each, and only who may be."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.satisfaction import panel
from care.satisfaction.answering import Given, answer
from care.satisfaction.counter import Visited, draw_due, keep_visits, samples
from care.satisfaction.inviting import send_due, token_of
from care.satisfaction.survey_tables import Invite, SurveyAnswer
from tests.support.times import china

DAY = timedelta(days=1)
TENTH = china("2026-11-10 10:00")


def _visit(number: int, at: datetime = TENTH - DAY, phone: str | None = "") -> Visited:
    return Visited(f"v{number}", "人民路营业厅", "北京", at, f"{13800140000 + number}" if phone == "" else phone)


def test_five_of_many_once_a_day(session: Session) -> None:
    assert keep_visits(session, [_visit(n) for n in range(20)]) == 20
    assert keep_visits(session, [_visit(n) for n in range(20)]) == 0, "the same again is nothing new"
    assert draw_due(session, TENTH) == 5
    assert draw_due(session, TENTH + timedelta(hours=5)) == 0
    assert send_due(session, TENTH) == 5


def test_a_sample_that_began_with_few_is_filled_up(session: Session) -> None:
    """Visits are told to us in the course of the day."""
    keep_visits(session, [_visit(n) for n in range(2)])
    assert draw_due(session, TENTH) == 2
    keep_visits(session, [_visit(n) for n in range(2, 20)])
    assert draw_due(session, TENTH + timedelta(hours=1)) == 3
    assert draw_due(session, TENTH + timedelta(hours=2)) == 0


DAYS = [
    # day of the month, how many are drawn
    ("2026-11-09 10:00", 0),
    ("2026-11-10 00:00", 5),
    ("2026-11-24 23:59", 0),
    ("2026-11-25 10:00", 5),  # twice a month
]


@pytest.mark.parametrize(("at", "drawn"), DAYS)
def test_on_two_days_of_a_month(session: Session, at: str, drawn: int) -> None:
    keep_visits(session, [_visit(n, china(at) - DAY) for n in range(9)])
    assert draw_due(session, china(at)) == drawn


NOT_ASKED: list[tuple[str, Visited]] = [
    ("nobody knows their number", _visit(1, phone=None)),
    ("it was long ago", _visit(1, TENTH - 15 * DAY)),
    ("it is to come", _visit(1, TENTH + DAY)),
]


@pytest.mark.parametrize(("why", "visit"), NOT_ASKED, ids=[why for why, _ in NOT_ASKED])
def test_who_is_not_asked(session: Session, why: str, visit: Visited) -> None:
    keep_visits(session, [visit])
    assert draw_due(session, TENTH) == 0


def test_who_does_not_want_it(session: Session) -> None:
    keep_visits(session, [_visit(1)])
    panel.leave(session, phone_index("13800140001"), TENTH - DAY)
    assert draw_due(session, TENTH) == 0


def test_who_came_often_is_drawn_once_and_not_soon_again(session: Session) -> None:
    keep_visits(session, [Visited(f"a{n}", "人民路营业厅", None, TENTH - n * DAY, "13800140001") for n in range(1, 9)])
    assert draw_due(session, TENTH) == 1
    assert draw_due(session, china("2026-11-25 10:00")) == 0, "their other visits are too old by then"


def test_a_sample_and_its_mean(session: Session) -> None:
    keep_visits(session, [_visit(n) for n in range(5)])
    draw_due(session, TENTH)
    invites = session.scalars(select(Invite.id).order_by(Invite.id)).all()
    for invite, mark in zip(invites[:4], (10, 9, 8, 5), strict=True):
        answer(session, token_of(invite), Given(mark, {"call_quality": 3}), TENTH + DAY)
    (found,) = samples(session, date(2026, 11, 1), date(2026, 12, 1))
    assert (found.day, found.asked, found.answered, found.mean) == (date(2026, 11, 10), 5, 4, 8.0)
    assert set(session.scalars(select(SurveyAnswer.overall))) == {10, 9, 8, 5}
    assert all(not factors for factors in session.scalars(select(SurveyAnswer.factors))), (
        "of a visit one thing is asked"
    )
