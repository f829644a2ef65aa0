"""Figures of a month as care.insight would have counted them, and what stands behind some of them, for reports."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from care.insight.tables import CountedDay, FigureDay, ToldFigure
from care.reports.rules import Kind, period_of
from care.surges.tables import Surge, SurgeTicket
from care.tickets.tables import Ticket
from tests.support.times import china

#: complaints of October 2026, by category
CATEGORIES = {
    "complaint_broadband": 212,
    "complaint_billing": 168,
    "complaint_vas": 97,
    "complaint_network": 74,
    "complaint_service": 41,
    "complaint_privacy": 22,
    "complaint_harassment": 3,
    "other": 9,
}
#: whose result came to the customer in time, of all with one, by department
DEPARTMENTS = {"network": (263, 279), "service": (310, 321), "security": (6, 7), "rights": (18, 18)}
_CAUSES = {
    "network_fault": 41,
    "unclear_terms": 33,
    "billing_error": 21,
    "unwanted_order": 14,
    "attitude": 6,
    "partner": 2,
}
#: of all months before, in time
_PAST = {
    date(2026, 5, 1): (531, 602),
    date(2026, 6, 1): (540, 598),
    date(2026, 7, 1): (571, 631),
    date(2026, 8, 1): (566, 612),
    date(2026, 9, 1): (583, 622),
}
_COUNTED = china("2026-11-03 06:00")
_CLOSED_FROM = china("2026-10-14 09:00")
_FOUND_AT = china("2026-10-19 20:10")
_numbers = itertools.count(1)


def tally(
    session: Session,
    day: date,
    figure: str,
    numerator: int,
    denominator: int,
    by: tuple[str, str] = ("", ""),
    spread: list[int] | None = None,
) -> None:
    """One cell of `figure_days`."""
    session.add(
        FigureDay(
            day=day,
            figure=figure,
            dimension=by[0],
            value=by[1],
            numerator=numerator,
            denominator=denominator,
            spread=spread,
        )
    )


def counted(session: Session, day: date) -> None:
    session.add(CountedDay(day=day, counted_at=_COUNTED))


def categories(session: Session, day: date, counts: dict[str, int]) -> None:
    """So many complaints on the day, and their sum."""
    for category, count in counts.items():
        tally(session, day, "complaints", count, count, ("category", category))
    total = sum(counts.values())
    tally(session, day, "complaints", total, total)


def october(session: Session) -> None:
    """October 2026, and what the months before it came to."""
    for first, (part, whole) in _PAST.items():
        tally(session, first, "solved_in_time", part, whole)
        categories(session, first, {name: count - first.month for name, count in CATEGORIES.items() if count > 20})
    day = date(2026, 10, 12)
    categories(session, day, CATEGORIES)
    for name, (part, whole) in DEPARTMENTS.items():
        tally(session, day, "solved_in_time", part, whole, ("department", name))
    part, whole = (sum(each) for each in zip(*DEPARTMENTS.values(), strict=True))
    tally(session, day, "solved_in_time", part, whole)
    for figure, (numerator, denominator) in {
        "first_feedback": (611, 619),
        "solution_simple": (402, 421),
        "solution_complex": (195, 204),
        "statutory": (598, 601),
        "repair": (189, 205),
        "privacy_in_time": (31, 31),
        "callback_in_time": (44, 46),
        "connect_rate": (702, 741),
        "cut_off": (2, 741),
        "availability": (48_210, 48_251),
        "timeliness": (48_821, 48_870),
        "containment": (5_120, 5_861),
        "satisfied": (488, 553),
        "satisfied_busy": (91, 102),
        "accuracy": (391, 400),
        "appeals": (7, 7),
        "complaints_appealed": (6, 626),
    }.items():
        tally(session, day, figure, numerator, denominator)
    tally(session, day, "handling_time", 64_800 * 597, 597, spread=[3_600, 21_600, 64_800, 90_000, 150_000])
    tally(session, day, "mean_wait", 19_656, 702, spread=[4, 11, 21, 33, 95])
    session.add(
        ToldFigure(
            key="coverage",
            period="2026Q3",
            since=date(2026, 7, 1),
            until=date(2026, 9, 30),
            numerator=9_912,
            denominator=10_000,
            source="网络部季度路测",
            told_at=_COUNTED,
        )
    )
    counted(session, date(2026, 10, 31))
    closed(session, _CAUSES)
    incident(session, 37)


def closed(session: Session, causes: dict[str, int], at: datetime = _CLOSED_FROM) -> list[Ticket]:
    """Complaints that were closed with a cause; every second one was justified."""
    made = []
    for cause, count in causes.items():
        for place in range(count):
            at += timedelta(minutes=3)
            ticket = Ticket(
                number=f"R{next(_numbers):09}",
                kind="complaint",
                status="closed",
                category="complaint_broadband",
                department="network",
                priority=3,
                complexity="simple",
                policy_version="1",
                description="断网",
                cause=cause,
                justified=place % 2 == 0,
                created_at=at,
            )
            session.add(ticket)
            made.append(ticket)
    session.flush()
    return made


def incident(session: Session, size: int, found_at: datetime = _FOUND_AT) -> Surge:
    """A confirmed fault that is over, and the complaints that belong to it."""
    surge = Surge(
        kind="count",
        status="over",
        category="complaint_network",
        province="北京",
        district="海淀",
        count=12,
        usual=0.4,
        found_at=found_at,
        grew_at=found_at,
        confirmed_at=found_at + timedelta(minutes=12),
        confirmed_by="7",
        owner="7",
        over_at=found_at + timedelta(hours=5),
        words="已恢复供电。",
    )
    session.add(surge)
    session.flush()
    for ticket in closed(session, {"third_party": size}, found_at):
        session.add(
            SurgeTicket(
                ticket_id=ticket.id,
                category="complaint_network",
                province="北京",
                district="海淀",
                at=found_at,
                surge_id=surge.id,
            )
        )
    session.flush()
    return surge


#: of the month that `october` makes, and the morning on which its reports are due
OCTOBER = period_of(Kind.PUBLIC, "2026-10")
DUE = china("2026-11-05 08:00")
