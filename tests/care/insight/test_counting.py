"""Counting again, together, later: what is counted is what happened, however often and by whomever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

from sqlalchemy import select

from care.conversations.tables import Conversation
from care.db import run, transaction
from care.insight.counting import CORRECTED_WITHIN, count, count_days, count_states, days_to_recount, keep
from care.insight.tables import FigureDay
from care.tickets.rules import Status
from tests.support.desk import enter_letter
from tests.support.tickets import arrive, file, resolve, step
from tests.support.times import NOW, china

TODAY = date(2026, 11, 21)


def _filed(at: datetime = NOW) -> str:
    with transaction() as session:
        if session.get(Conversation, "c1") is None:
            session.add(Conversation(id="c1", channel="rest", created_at=at))
    return file(at=at)


def _all() -> list[tuple[object, ...]]:
    with transaction() as session:
        rows = session.scalars(select(FigureDay)).all()
        return sorted((r.day, r.figure, r.dimension, r.value, r.numerator, r.denominator) for r in rows)


def test_counted_twice_is_counted_once(database: object) -> None:
    arrive_at = NOW + timedelta(hours=1)
    number = _filed()
    resolve(number)
    arrive(number, arrive_at)
    assert run(lambda session: count(session, arrive_at)) > 0
    first = _all()
    assert run(lambda session: count(session, arrive_at)) == 0, "so the desk is told nothing"
    assert _all() == first


def test_two_workers_at_once_count_it_once(database: object) -> None:
    resolve(_filed())

    def one(_: int) -> int:
        return run(lambda session: count(session, NOW + timedelta(minutes=1)))

    with ThreadPoolExecutor(4) as workers:
        changed = list(workers.map(one, range(4)))
    assert sorted(changed)[:3] == [0, 0, 0], "the first one's work is there for the others"
    assert any(row[1] == "complaints" and row[2] == "" and row[5] == 1 for row in _all())


def test_what_is_taken_back_is_gone(database: object) -> None:
    number = _filed()
    run(lambda session: count(session, NOW))
    assert any(row[1] == "complaints" for row in _all())
    step(number, Status.CANCELLED)
    run(lambda session: count(session, NOW))
    assert not any(row[1] == "complaints" for row in _all())


def test_midnight_is_chinas(database: object) -> None:
    """Filed a minute before and after; at 16:00 in UTC it is midnight there."""
    for at in ("2026-11-20 23:59", "2026-11-21 00:00"):
        with transaction() as session:
            session.add(Conversation(id=f"c{at[9]}", channel="rest", created_at=NOW))
        file(int(at[9]) + 200, f"c{at[9]}", "complaint_billing", china(at))
    run(lambda session: count(session, china("2026-11-21 00:00")))
    days = [row[0] for row in _all() if row[1] == "complaints" and row[2] == ""]
    assert days == [date(2026, 11, 20), TODAY]


def test_the_minute_job_leaves_older_days_to_the_nightly_one(database: object) -> None:
    _filed(NOW - timedelta(days=5))
    assert run(lambda session: count(session, NOW)) == 0
    assert days_to_recount(NOW)[0] == TODAY
    assert len(days_to_recount(NOW)) == CORRECTED_WITHIN
    day = TODAY - timedelta(days=5)
    assert day in days_to_recount(NOW)
    assert run(lambda session: count_days(session, day, day, NOW)) > 0
    assert (day, "complaints", "", "", 1, 1) in _all()


def test_an_appeal_counts_when_it_reached_us_and_with_its_complaint(database: object) -> None:
    number = _filed()
    with transaction() as session:
        enter_letter(session, "13800138000", number, "7", NOW)
    run(lambda session: count(session, NOW))
    rows = _all()
    assert (TODAY, "appeals", "", "", 1, 1) in rows
    assert (TODAY, "complaints_appealed", "", "", 1, 1) in rows
    assert (TODAY, "complaints_appealed", "category", "complaint_broadband", 1, 1) in rows


def test_states_are_kept_by_the_day(database: object) -> None:
    assert run(lambda session: count_states(session, NOW)) == 1
    assert run(lambda session: count_states(session, NOW)) == 0
    with transaction() as session:
        assert keep(session, "callback_coverage", TODAY, 1, 2)
        assert not keep(session, "callback_coverage", TODAY, 1, 2)
