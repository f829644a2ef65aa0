"""Many lives at random, counted by the minute job's statements and by a slow plain reading of every row: the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.db import run, transaction
from care.escalation.sweep import sweep
from care.insight.board import board
from care.insight.counting import count_days
from care.insight.definitions import figures
from care.insight.drilling import tickets
from care.insight.tables import FigureDay
from care.sla.pauses import end_long
from care.sla.tables import Clock
from care.tickets.tables import Ticket
from care.timezone import CHINA
from tests.care.escalation.lives import Lives
from tests.support.times import china

BEGINS, ENDS = china("2026-10-08 00:00"), china("2026-11-20 00:00")
FIRST, LAST = date(2026, 10, 8), date(2026, 11, 19)
#: figure, and the clocks of a complaint that it counts
OF_CLOCKS = {
    "first_feedback": ("first_feedback",),
    "solution_simple": ("solution_simple",),
    "solution_complex": ("solution_complex",),
    "solved_in_time": ("solution_simple", "solution_complex"),
    "statutory": ("answer",),
    "repair": ("repair",),
}


def _live() -> None:
    lives = Lives(90, 0, BEGINS, 12, seed=11)
    now = BEGINS
    while now < ENDS:
        now += timedelta(hours=6 if now < china("2026-10-26 00:00") else 24)
        for happens in lives.due(now):
            run(happens)
        run(lambda session: end_long(session, now, 200))  # noqa: B023
        sweep(now)


def _slow(session: Session) -> dict[str, Counter[tuple[date, str, str]]]:
    """By figure: kept and decided of each day, dimension and value, from the rows alone, one by one."""
    found = {key: Counter[tuple[date, str, str]]() for figure in OF_CLOCKS for key in (f"{figure} +", figure)}
    for clock in session.scalars(select(Clock).where(Clock.kind != "alarm", Clock.renews.is_(None))):
        ticket = session.get_one(Ticket, clock.ticket_id)
        at = clock.missed_at or clock.met_at
        if at is None:
            continue
        for figure, names in OF_CLOCKS.items():
            if clock.name in names:
                for key in _places(at.astimezone(CHINA).date(), ticket):
                    found[figure][key] += 1
                    found[f"{figure} +"][key] += clock.missed_at is None
    return found


def _places(day: date, ticket: Ticket) -> Iterable[tuple[date, str, str]]:
    yield day, "", ""
    yield day, "department", ticket.department
    yield day, "category", ticket.category
    yield day, "channel", ticket.channel
    yield day, "region", ticket.province or "-"
    yield day, "agent", ticket.assignee or "-"


def _rows(session: Session) -> list[FigureDay]:
    return list(session.scalars(select(FigureDay)))


def test_random_lives(database: object) -> None:
    _live()
    with transaction() as session:
        assert count_days(session, FIRST, LAST, ENDS) > 0
    with transaction() as session:
        assert count_days(session, FIRST, LAST, ENDS) == 0, "counted again, nothing is other than it was"
        for n in range((LAST - FIRST).days + 1):
            assert count_days(session, FIRST + timedelta(days=n), FIRST + timedelta(days=n), ENDS) == 0, "nor by day"

    with transaction() as session:
        slow, rows = _slow(session), _rows(session)
        for figure in OF_CLOCKS:
            mine = [row for row in rows if row.figure == figure]
            key = {(row.day, row.dimension, row.value): row for row in mine}
            assert {at: row.denominator for at, row in key.items()} == dict(slow[figure]), figure
            assert {at: row.numerator for at, row in key.items()} == {at: slow[f"{figure} +"][at] for at in key}
        assert sum(slow["solved_in_time"].values()) > 60 * 6, "most were decided"

        _parts_make_the_whole(rows)
        _handling_is_exact(session)
        _every_ticket_is_behind_its_figure(session)


def _parts_make_the_whole(rows: list[FigureDay]) -> None:
    """Whatever it is split by: every numerator and denominator is in exactly one part."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        sums[row.figure, row.dimension] += row.numerator * 1_000_003 + row.denominator
    for key, figure in figures().items():
        for by in figure.by:
            assert sums[key, by] == sums[key, ""], f"{key} by {by}"


def _handling_is_exact(session: Session) -> None:
    took = [
        round((clock.met_at - clock.starts_at).total_seconds())
        for clock in session.scalars(select(Clock).where(Clock.kind == "promise", Clock.renews.is_(None)))
        if clock.met_at is not None and clock.name.startswith("solution_")
    ]
    value = next(each for each in board(session, FIRST, LAST, ENDS) if each.key == "handling_time")
    assert (value.numerator, value.denominator) == (sum(took), len(took))
    assert value.median == median(took)


def _every_ticket_is_behind_its_figure(session: Session) -> None:
    """Page by page, each decided promise once; of the missed ones, as many as are not in the numerator."""
    values = {each.key: each for each in board(session, FIRST, LAST, ENDS)}
    for figure in OF_CLOCKS:
        for missed in (False, True):
            seen: list[datetime] = []
            after, pages = "", 0
            while pages == 0 or after:
                page = tickets(session, figure, FIRST, LAST, missed=missed, after=after, limit=7)
                seen += [each.at for each in page.items]
                after, pages = page.next or "", pages + 1
            value = values[figure]
            assert len(seen) == value.denominator - (value.numerator if missed else 0), figure
            assert seen == sorted(seen, reverse=True)
