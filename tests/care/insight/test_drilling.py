"""The tickets behind a figure: which are listed, in which order, how late, and on which page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.insight.counting import count_days
from care.insight.drilling import Behind, tickets
from care.tickets.service import ticket_by_number
from tests.care.insight.test_promises import FILED, Life
from tests.support.desk import enter_letter

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def lives(session: Session, talk: Callable[..., str]) -> dict[str, Life]:
    """Three complaints about a bill, and one about marketing; counted."""
    talk("c1", FILED)
    found = {
        "in time": Life(session, 1),
        "late": Life(session, 2),
        "owed": Life(session, 3),
        "other": Life(session, 4, "complaint_marketing"),
    }
    found["in time"].result(20)
    found["other"].result(47)
    found["late"].result(49.5)
    found["owed"].sweep(60)
    session.flush()
    count_days(session, FIRST, LAST, FILED + timedelta(days=10))
    return found


def _told(items: list[Behind], lives: dict[str, Life]) -> list[tuple[str, bool, int | None]]:
    names = {life.number: name for name, life in lives.items()}
    return [(names[each.number], each.missed, each.late_minutes) for each in items]


def test_all_of_them_the_newest_first(session: Session, lives: dict[str, Life]) -> None:
    page = tickets(session, "solution_complex", FIRST, LAST)
    assert page.next is None
    assert _told(list(page.items), lives) == [
        ("owed", True, None),  # noticed 60 hours after it was filed; no answer yet
        ("late", True, 90),
        ("other", False, None),
        ("in time", False, None),
    ]


def test_only_those_that_missed(session: Session, lives: dict[str, Life]) -> None:
    page = tickets(session, "solution_complex", FIRST, LAST, missed=True)
    assert [name for name, _, _ in _told(list(page.items), lives)] == ["owed", "late"]


@pytest.mark.parametrize(
    ("by", "value", "names"),
    [
        ("category", "complaint_marketing", ["other"]),
        ("category", "complaint_billing", ["owed", "late", "in time"]),
        ("category", "complaint_network", []),
        ("agent", "-", ["owed"]),  # nobody has it
        ("agent", "7", ["late", "other", "in time"]),
    ],
)
def test_of_one_part(session: Session, lives: dict[str, Life], by: str, value: str, names: list[str]) -> None:
    page = tickets(session, "solution_complex", FIRST, LAST, by, value)
    assert [name for name, _, _ in _told(list(page.items), lives)] == names


def test_page_by_page(session: Session, lives: dict[str, Life]) -> None:
    first = tickets(session, "handling_time", FIRST, LAST, limit=2)
    assert [name for name, _, _ in _told(list(first.items), lives)] == ["late", "other"]
    second = tickets(session, "handling_time", FIRST, LAST, after=first.next or "", limit=2)
    assert [name for name, _, _ in _told(list(second.items), lives)] == ["in time"]
    assert second.next is None


def test_what_was_filed(session: Session, lives: dict[str, Life]) -> None:
    page = tickets(session, "complaints", FIRST, LAST, missed=True)
    assert len(page.items) == 4, "nothing can be missed about being filed: all of them"
    assert not any(each.missed for each in page.items)


def test_many_days_with_nothing_to_show(session: Session, lives: dict[str, Life]) -> None:
    """A day's figures may be older than what became of its tickets: then the page goes on, and does not end."""
    ticket = ticket_by_number(session, lives["in time"].number)
    assert ticket is not None
    ticket.assignee = "8"
    session.flush()
    assert tickets(session, "solution_complex", FIRST, LAST, "agent", "8").items == []


def test_letters_by_the_day_they_came(session: Session, talk: Callable[..., str]) -> None:
    talk("c1", FILED)
    complaint = Life(session).number
    numbers = [
        enter_letter(session, "13800138000", complaint, "7", FILED + timedelta(days=n), external_number=f"GD-2026-{n}")
        for n in (1, 3, 2)  # entered later, come earlier
    ]
    count_days(session, FIRST, LAST, FILED + timedelta(days=10))
    seen, after = [], ""
    for _ in numbers:
        page = tickets(session, "appeals", FIRST, LAST, after=after, limit=1)
        seen += [each.number for each in page.items]
        after = page.next or ""
    assert seen == [numbers[1], numbers[2], numbers[0]]
    assert after == ""


@pytest.mark.parametrize("after", ["x", "2026-11-18~1", "2026-11-18T00:00:00+08:00~x", "2026-11-18T00:00:00+08:00~-1"])
def test_a_page_of_its_own_making_is_refused(session: Session, after: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tickets(session, "complaints", FIRST, LAST, after=after)
    assert refused.value.reason == "after"
