"""Lists of tickets: what is in them, in which order, page by page; and their cost among very many."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from care.db import transaction
from care.errors import InvalidInput
from care.followup import assignments, staff
from care.followup.filters import Cursor, read_filters
from care.followup.listing import MOST_COUNTED, Counts, all_tickets, count_tickets, find_tickets
from care.sla.policy import Policy
from care.staff.rules import Role
from care.tickets.tables import Ticket
from tests.care.followup.conftest import File
from tests.support.desk import member
from tests.support.plans import read_whole
from tests.support.times import NOW

HOUR = timedelta(hours=1)
#: when the lists are looked at
THEN = NOW + 30 * HOUR


@pytest.fixture
def names(session: Session, file: File) -> dict[str, str]:
    """Numbers by what they are."""
    member(session, Role.AGENT, number="8001")
    made: dict[str, Ticket] = {
        "late": file(),  # simple: due at NOW + 24 h
        "soon": file(now=THEN - 24 * HOUR + timedelta(minutes=30), category="complaint_service"),
        "mine": file(now=THEN - 5 * HOUR, category="complaint_billing", line="13800138002"),
        "urgent": file(now=THEN - 4 * HOUR, category="complaint_billing"),
        "done": file(now=THEN - 3 * HOUR, category="invoice"),
    }
    assignments.take(session, made["mine"].number, "8001", THEN)
    assignments.set_priority(session, made["urgent"].number, 1, "8001", THEN)
    staff.record_result(session, made["done"].number, "已寄出", "8001", THEN)
    made["late"].partner = "某某代理商"
    session.flush()
    return {name: ticket.number for name, ticket in made.items()}


LISTS = [
    # words of the address, what is found, in its order
    ({}, ["done", "urgent", "mine", "soon", "late"]),  # newest first
    ({"sort": "oldest"}, ["late", "soon", "mine", "urgent", "done"]),
    ({"sort": "due"}, ["late", "soon", "mine", "urgent"]),  # feedback in 24 hours from each filing
    ({"sort": "priority"}, ["urgent", "late", "soon", "mine"]),
    ({"sort": "due", "status": "all"}, ["late", "soon", "mine", "urgent", "done"]),  # what owes nothing is last
    ({"status": "open"}, ["urgent", "mine", "soon", "late"]),
    ({"status": "resolved"}, ["done"]),
    ({"assignee": "me"}, ["done", "mine"]),
    ({"assignee": "me", "status": "open"}, ["mine"]),
    ({"assignee": "none", "status": "open"}, ["urgent", "soon", "late"]),
    ({"due": "missed"}, ["late"]),
    ({"due": "missed", "sort": "due"}, ["late"]),
    ({"due": "1h"}, ["soon"]),
    ({"due": "4h", "sort": "due"}, ["soon"]),
    ({"category": "complaint_billing,invoice"}, ["done", "urgent", "mine"]),
    ({"department": "network"}, []),
    ({"kind": "appeal"}, []),
    ({"channel": "chat", "status": "resolved"}, ["done"]),
    ({"partner": "某某代理商"}, ["late"]),
    ({"q": "13800138002"}, ["mine"]),
    ({"q": "发票"}, ["done"]),
    ({"q": "没有这样的类别"}, []),
    ({"created_from": "2026-11-22", "sort": "oldest"}, ["mine", "urgent", "done"]),
    ({"created_to": "2026-11-21", "sort": "oldest"}, ["late", "soon"]),
]


@pytest.mark.parametrize(("words", "expected"), LISTS)
def test_what_is_found(
    session: Session, names: dict[str, str], shipped: Policy, words: dict[str, str], expected: list[str]
) -> None:
    filters = read_filters(words, "8001", THEN, shipped)
    page = find_tickets(session, filters)
    by_number = {number: name for name, number in names.items()}
    assert [by_number[ticket.number] for ticket in page.tickets] == expected
    assert (page.total, page.next) == (len(expected), None)
    assert [by_number[ticket.number] for ticket in all_tickets(session, filters, 10_000)] == expected


@pytest.mark.parametrize("sort", ["newest", "oldest", "due", "priority"])
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_page_by_page_nothing_is_lost_or_doubled(
    session: Session, names: dict[str, str], shipped: Policy, sort: str, limit: int
) -> None:
    filters = read_filters({"sort": sort, "status": "all"}, "8001", THEN, shipped)
    whole = [ticket.number for ticket in find_tickets(session, filters).tickets]
    found: list[str] = []
    cursor: Cursor | None = None
    for _ in range(10):
        page = find_tickets(session, filters, cursor, limit)
        found += [ticket.number for ticket in page.tickets]
        if page.next is None:
            break
        cursor = Cursor.from_text(page.next.as_text())
    assert found == whole


def test_a_cursor_of_another_order(session: Session, names: dict[str, str], shipped: Policy) -> None:
    filters = read_filters({"sort": "due"}, "8001", THEN, shipped)
    for cursor in (Cursor(3), Cursor(3, ("yesterday",))):
        with pytest.raises(InvalidInput) as refused:
            find_tickets(session, filters, cursor)
        assert refused.value.reason == "cursor"


def test_the_counts_beside(session: Session, names: dict[str, str]) -> None:
    assert count_tickets(session, "8001", THEN) == Counts(mine=1, unassigned=3, missed=1, due_1h=1, due_4h=1, open=4)
    assert count_tickets(session, "8002", THEN).mine == 0


_MANY = 100_000
_FILL = """
INSERT INTO tickets (number, kind, status, category, department, priority, complexity, policy_version, description,
                     created_at, assignee)
SELECT 'TS261121-' || lpad(n::text, 6, '0'), 'complaint',
  CASE n % 100 WHEN 0 THEN (ARRAY['acknowledged', 'inProgress', 'pending', 'held'])[1 + n / 100 % 4] ELSE 'closed' END,
  (ARRAY['complaint_billing', 'complaint_network', 'invoice', 'other'])[1 + n / 100 % 4], 'service', 1 + n / 100 % 4,
  'simple', '1', '\\x00'::bytea, CAST(:now AS timestamptz) - n * interval '1 minute',
  CASE WHEN n % 3 = 0 THEN '8001' WHEN n % 3 = 1 THEN '8002' END
FROM generate_series(1, :many) AS n
"""
_CLOCKS = """
INSERT INTO clocks (ticket_id, name, kind, starts_at, due_at, met_at, provisional)
SELECT id, name, CASE name WHEN 'x' THEN 'alarm' ELSE 'promise' END, created_at,
  CAST(:now AS timestamptz) + (id % 3000 - 1000) * interval '3 minutes',
  CASE status WHEN 'closed' THEN created_at END, false
FROM tickets, unnest(ARRAY['first_feedback', 'solution_simple', 'answer', 'x']) AS name
"""

USUAL = [
    {"assignee": "me", "status": "open"},
    {"assignee": "me", "sort": "due"},
    {"assignee": "none", "sort": "due"},
    {"due": "missed", "sort": "due"},
    {"due": "1h", "sort": "due"},
    {"sort": "priority"},
    {},
    {"category": "invoice"},
    {"q": "TS261121-000100"},
    {"q": "13800138000"},
]


def _fill() -> None:
    """A hundred closed tickets for each open one."""
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(_FILL), {"now": NOW, "many": _MANY})
        session.execute(text(_CLOCKS), {"now": NOW})
        session.execute(text("ANALYZE tickets, clocks"))


def test_the_usual_lists_among_a_hundred_thousand(database: object, shipped: Policy) -> None:
    _fill()
    for words in USUAL:
        filters = read_filters(words, "8001", NOW, shipped)
        if filters.statuses or filters.number or filters.line:  # of the others the first page is read, and no more
            assert read_whole("tickets", lambda session, it=filters: find_tickets(session, it)) == [], words  # type: ignore[misc]
        with transaction() as session:
            assert find_tickets(session, filters).total <= MOST_COUNTED
    assert read_whole("tickets", lambda session: count_tickets(session, "8001", NOW)) == []
    assert read_whole("clocks", lambda session: count_tickets(session, "8001", NOW)) == []
