"""Reading figures: a period and the one before, steps, parts, what only the operator tells, why there is nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.insight.board import Part, Point, Value, board, counted_at, is_demo, split, trend
from care.insight.counting import count_days, keep
from care.insight.definitions import figures, words
from care.insight.periods import a_year_before, period_days, starts_of
from care.insight.tables import CountedDay, FigureDay
from care.insight.told import tell_figure
from care.settings import settings
from care.sla import policy as policies
from tests.support.times import NOW

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def _day(session: Session, day: date, figure: str, part: int, whole: int, dimension: str = "", value: str = "") -> None:
    session.add(FigureDay(day=day, figure=figure, dimension=dimension, value=value, numerator=part, denominator=whole))
    session.flush()


def _board(session: Session, since: date = FIRST, until: date = LAST) -> dict[str, Value]:
    return {each.key: each for each in board(session, since, until, NOW)}


def test_a_period_is_the_sum_of_its_days_beside_the_one_before(session: Session) -> None:
    _day(session, FIRST, "first_feedback", 9, 10)
    _day(session, LAST, "first_feedback", 1, 10)
    _day(session, date(2026, 10, 31), "first_feedback", 3, 4)  # the last of the 30 days before
    _day(session, date(2026, 10, 1), "first_feedback", 0, 4)  # earlier than those
    found = _board(session)["first_feedback"]
    assert (found.numerator, found.denominator, found.value, found.before) == (10, 20, 0.5, 0.75)


def test_all_of_them_in_the_order_of_the_file(session: Session) -> None:
    assert [each.key for each in board(session, FIRST, LAST, NOW)] == list(figures())
    assert all(each.missing for each in board(session, FIRST, LAST, NOW) if each.value is None), "it says why"


@pytest.mark.parametrize(
    ("since", "until", "is_right"),
    [
        (FIRST, FIRST, True),
        (date(2028, 1, 1), date(2028, 12, 31), True),  # 366 days
        (date(2026, 1, 1), date(2027, 1, 2), False),
        (LAST, FIRST, False),
    ],
)
def test_how_long_a_period_may_be(session: Session, since: date, until: date, is_right: bool) -> None:
    for look in (
        lambda: board(session, since, until, NOW),
        lambda: trend(session, "appeals", "month", since, until),
        lambda: split(session, "appeals", "region", since, until),
    ):
        if is_right:
            look()
        else:
            with pytest.raises(InvalidInput) as refused:
                look()
            assert refused.value.reason == "period"


def test_a_state_is_that_of_the_newest_day(session: Session) -> None:
    keep(session, "callback_coverage", FIRST, 3, 100)
    keep(session, "callback_coverage", date(2026, 11, 20), 60, 100)
    assert _board(session)["callback_coverage"].value == 0.6
    steps = trend(session, "callback_coverage", "month", FIRST, LAST)
    assert steps == [Point(FIRST, 60, 100, 0.6)]


def test_rates_of_customers_need_their_number(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in (FIRST, LAST):
        _day(session, day, "appeals", 3, 3)
    _day(session, FIRST, "security_incidents", 2, 2)
    without = _board(session)["appeals_per_million"]
    assert (without.value, without.missing) == (None, words().missing["users"])
    rules = policies.policy()
    some = rules.model_copy(update={"operator": rules.operator.model_copy(update={"users": 1_200_000})})
    monkeypatch.setattr("care.insight.board.policy", lambda: some)
    found = _board(session)
    assert (found["appeals_per_million"].numerator, found["appeals_per_million"].value) == (6, 5.0)
    assert found["security_incidents"].value == pytest.approx(2 / 120)
    assert trend(session, "appeals_per_million", "month", FIRST, LAST)[0].value == 5.0


@pytest.mark.parametrize(
    ("now", "year_before", "change"),
    [
        (10, 8, 0.25),  # a quarter more
        (9, 10, -0.1),
        (0, 4, -1.0),
        (5, 0, None),  # there is nothing to compare with
    ],
)
def test_appeals_beside_the_same_days_a_year_before(
    session: Session, now: int, year_before: int, change: float | None
) -> None:
    session.add(CountedDay(day=LAST, counted_at=NOW))
    for day, count in ((FIRST, now), (a_year_before(LAST), year_before)):
        if count:
            _day(session, day, "appeals", count, count)
    found = _board(session)["appeals_change"]
    assert found.value == (None if change is None else pytest.approx(change))
    assert found.missing == (words().missing["year_before"] if change is None else None)


def test_weeks_begin_on_monday_and_what_has_nothing_is_shown(session: Session) -> None:
    _day(session, date(2026, 11, 2), "first_feedback", 1, 2)
    _day(session, date(2026, 11, 8), "first_feedback", 1, 2)
    _day(session, date(2026, 11, 9), "first_feedback", 1, 1)
    steps = trend(session, "first_feedback", "week", date(2026, 11, 1), date(2026, 11, 20))
    assert [(each.since, each.numerator, each.denominator, each.value) for each in steps] == [
        (date(2026, 10, 26), 0, 0, None),
        (date(2026, 11, 2), 2, 4, 0.5),
        (date(2026, 11, 9), 1, 1, 1.0),
        (date(2026, 11, 16), 0, 0, None),
    ]


def test_parts_have_titles_and_the_largest_comes_first(session: Session) -> None:
    for value, part, whole in (("network", 1, 2), ("service", 3, 4), ("gone", 1, 1), ("-", 0, 1)):
        _day(session, FIRST, "first_feedback", part, whole, "department", value)
    assert split(session, "first_feedback", "department", FIRST, LAST) == [
        Part("service", "客户服务部", 3, 4, 0.75),
        Part("network", "网络基础设施部", 1, 2, 0.5),
        Part("-", words().unknown, 0, 1, 0.0),
        Part("gone", "gone", 1, 1, 1.0),
    ]
    for key, by in (("first_feedback", "reason"), ("availability", "agent")):
        with pytest.raises(InvalidInput) as refused:
            split(session, key, by, FIRST, LAST)
        assert refused.value.reason == "by"


def test_what_the_operator_tells(session: Session) -> None:
    tell_figure(session, "coverage", "2026Q3", 981, 1000, "网络部三季度通报", NOW)
    tell_figure(session, "coverage", "2026Q4", 900, 1000, "写错了", NOW)
    tell_figure(session, "coverage", "2026Q4", 992, 1000, "网络部\n四季度通报", NOW)  # a correction
    found = _board(session)["coverage"]
    assert (found.value, found.before, found.period, found.told_by) == (0.992, 0.981, "2026Q4", "网络部 四季度通报")
    assert _board(session, date(2026, 9, 1), date(2026, 9, 30))["coverage"].value == 0.981, "what was known of then"
    assert _board(session)["new_plans"].missing == words().missing["not_told"]


@pytest.mark.parametrize(
    ("key", "period", "part", "whole", "source", "reason"),
    [
        ("appeals", "2026", 1, 1, "x", "figure"),  # that is counted, not told
        ("nothing", "2026", 1, 1, "x", "figure"),
        ("coverage", "2026-13", 1, 1, "x", "period"),
        ("coverage", "2026Q5", 1, 1, "x", "period"),
        ("coverage", "2026", 2, 1, "x", "numbers"),
        ("coverage", "2026", 0, 0, "x", "numbers"),
        ("exams", "2026-11", -1, 0, "x", "numbers"),
        ("exams", "2026-11", 1, 1, "  ", "source"),
    ],
)
def test_what_cannot_be_told(
    session: Session, key: str, period: str, part: int, whole: int, source: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        tell_figure(session, key, period, part, whole, source, NOW)
    assert refused.value.reason == reason


def test_periods() -> None:
    assert period_days("2026") == (date(2026, 1, 1), date(2026, 12, 31))
    assert period_days("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))
    assert period_days("2026Q4") == (date(2026, 10, 1), date(2026, 12, 31))
    assert a_year_before(date(2028, 2, 29)) == date(2027, 2, 28)
    assert list(starts_of("month", date(2026, 12, 31), date(2027, 1, 1))) == [date(2026, 12, 1), date(2027, 1, 1)]


def test_what_nobody_counted_is_not_nothing(session: Session) -> None:
    """Before the first day of counting there may have been complaints; after it there were none."""
    before = _board(session)["complaints"]
    assert (before.value, before.missing) == (None, words().missing["not_counted"])
    count_days(session, LAST, LAST, NOW)
    after = _board(session)["complaints"]
    assert (after.value, after.before) == (0, None)
    steps = trend(session, "complaints", "week", date(2026, 11, 16), LAST)
    assert [each.value for each in steps] == [None, None, 0]


def test_what_is_told_stands_where_its_period_ends(session: Session) -> None:
    for month, exams in (("2026-09", 1), ("2026-11", 2)):
        tell_figure(session, "exams", month, exams, exams, "培训部", NOW)
    steps = trend(session, "exams", "month", date(2026, 9, 1), LAST)
    assert [each.value for each in steps] == [1, None, 2], "of October nothing was told"


def test_appeals_beside_a_year_before_step_by_step(session: Session) -> None:
    for day, appeals in ((FIRST, 3), (date(2025, 11, 5), 4), (date(2025, 11, 20), 1), (date(2026, 11, 20), 2)):
        _day(session, day, "appeals", appeals, appeals)
    session.add(CountedDay(day=date(2026, 11, 2), counted_at=NOW))
    steps = trend(session, "appeals_change", "month", FIRST, LAST)
    assert [(each.numerator, each.denominator, each.value) for each in steps] == [(0, 5, 0.0)]
    weeks = trend(session, "appeals_change", "week", date(2026, 11, 2), LAST)
    assert [each.value for each in weeks] == [-1.0, None, 1.0, None, None]


def test_when_it_was_counted(session: Session) -> None:
    assert counted_at(session, LAST) is None
    count_days(session, FIRST, FIRST, NOW)
    assert counted_at(session, LAST) == NOW, "nothing happened on it, and it was counted"


def test_made_up_customers_are_no_figures(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_demo(session), "the tests run in demo mode"
    real = settings().model_copy(update={"mode": "production"})
    monkeypatch.setattr("care.insight.board.settings", lambda: real)
    session.execute(text("DROP SCHEMA IF EXISTS demo_operator CASCADE"))
    assert not is_demo(session)
    session.execute(text("CREATE SCHEMA demo_operator"))
    assert is_demo(session), "a database in which it was tried out"
