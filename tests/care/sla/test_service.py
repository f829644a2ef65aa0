"""A ticket's clocks are rows: what was promised at filing stays promised."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.sla.policy import DEFAULT, load_policy
from care.sla.service import due_times, start_clocks
from care.sla.tables import Clock
from care.tickets.rules import Kind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket
from tests.support.times import NOW, china

POLICY = load_policy(DEFAULT)


@pytest.fixture
def ticket_id(session: Session) -> int:
    ticket = Ticket(
        category="complaint_broadband",
        department="network",
        priority=3,
        complexity="complex",
        policy_version=POLICY.version,
        description="宽带断网",
    )
    return open_ticket(session, ticket, Kind.COMPLAINT, "customer", NOW).id


def _rows(session: Session) -> list[tuple[str, str, datetime]]:
    rows = session.scalars(select(Clock).order_by(Clock.due_at, Clock.name, Clock.kind.desc()))
    return [(row.name, row.kind, row.due_at) for row in rows]


def test_promises_law_and_alarms(session: Session, ticket_id: int) -> None:
    """A broken broadband line, filed on Saturday 21 November at 15:20."""
    due = start_clocks(session, ticket_id, "complaint_broadband", "complex", POLICY, NOW)
    assert due == {
        "first_feedback": china("2026-11-22 15:20"),
        "solution_complex": china("2026-11-23 15:20"),
        "answer": china("2026-12-08 00:00"),  # day 15 is Sunday 6 December → Monday
        "repair": china("2026-11-23 15:20"),
    }
    assert _rows(session) == [
        ("first_feedback", "alarm", china("2026-11-22 09:20")),  # 18 h
        ("first_feedback", "alarm", china("2026-11-22 13:20")),  # 22 h
        ("first_feedback", "promise", china("2026-11-22 15:20")),
        ("repair", "alarm", china("2026-11-23 03:20")),  # 36 h
        ("solution_complex", "alarm", china("2026-11-23 03:20")),
        ("solution_complex", "alarm", china("2026-11-23 11:20")),  # 44 h
        ("repair", "statutory", china("2026-11-23 15:20")),
        ("solution_complex", "promise", china("2026-11-23 15:20")),
        ("answer", "alarm", china("2026-12-01 15:20")),  # 240 h
        ("answer", "statutory", china("2026-12-08 00:00")),
    ]
    clocks = session.scalars(select(Clock)).all()
    assert {(clock.ticket_id, clock.starts_at, clock.met_at, clock.missed_at) for clock in clocks} == {
        (ticket_id, NOW, None, None)
    }


def test_a_simple_complaint_is_solved_in_a_day(session: Session, ticket_id: int) -> None:
    due = start_clocks(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    assert due == {
        "first_feedback": china("2026-11-22 15:20"),
        "solution_simple": china("2026-11-22 15:20"),
        "answer": china("2026-12-08 00:00"),
    }


PROVISIONAL = [
    (china("2026-11-21 15:20"), False),  # the whole count lies in a published year
    (china("2026-12-15 15:20"), False),  # the last day is Wednesday 30 December
    (china("2026-12-16 15:20"), False),  # Thursday 31 December: its 24:00 is 2027, the day itself is known
    (china("2026-12-17 15:20"), True),  # Friday 1 January 2027: whether it is a holiday is not published yet
    (china("2027-03-01 15:20"), True),
]


@pytest.mark.parametrize(("now", "provisional"), PROVISIONAL)
def test_what_is_counted_without_a_calendar_is_provisional(
    session: Session, ticket_id: int, now: datetime, provisional: bool
) -> None:
    start_clocks(session, ticket_id, "complaint_vas", "simple", POLICY, now)
    flags = {(clock.name, clock.kind): clock.provisional for clock in session.scalars(select(Clock))}
    assert flags.pop(("answer", "statutory")) is provisional
    assert set(flags.values()) == {False}, "hours need no calendar"


def test_due_times_are_those_that_still_run(session: Session, ticket_id: int) -> None:
    due = start_clocks(session, ticket_id, "complaint_broadband", "complex", POLICY, NOW)
    assert due_times(session, ticket_id) == due
    session.execute(update(Clock).where(Clock.name == "first_feedback").values(met_at=NOW))
    session.execute(update(Clock).where(Clock.name == "repair").values(missed_at=NOW))
    assert due_times(session, ticket_id) == {name: due[name] for name in ("solution_complex", "answer")}
    assert due_times(session, ticket_id + 1) == {}


def test_a_changed_policy_changes_no_ticket_that_is_filed(session: Session, ticket_id: int) -> None:
    due = start_clocks(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    slower = POLICY.clocks | {"first_feedback": POLICY.clocks["first_feedback"].model_copy(update={"hours": 72})}
    start_clocks(session, _other(session), "complaint_vas", "simple", POLICY.model_copy(update={"clocks": slower}), NOW)
    assert due_times(session, ticket_id) == due


def _other(session: Session) -> int:
    ticket = Ticket(
        category="complaint_vas",
        department="service",
        priority=3,
        complexity="simple",
        policy_version="next",
        description="乱扣费",
    )
    return open_ticket(session, ticket, Kind.COMPLAINT, "customer", NOW).id
