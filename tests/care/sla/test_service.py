"""A ticket's clocks are rows: what was promised at filing stays promised."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.sla.misses import record_misses
from care.sla.policy import DEFAULT, Policy, load_policy
from care.sla.service import (
    clocks_of,
    due_times,
    end_clocks,
    end_running,
    meet_clocks,
    running_clock,
    running_clocks,
    start_clock,
    start_clock_until,
    start_clocks,
)
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


def _start(
    session: Session,
    ticket_id: int,
    category: str,
    complexity: str,
    policy: Policy,
    now: datetime,
    area: str | None = None,
) -> dict[str, datetime]:
    """The clocks of a ticket that is of this category."""
    ticket = session.get_one(Ticket, ticket_id)
    ticket.category, ticket.complexity, ticket.area = category, complexity, area
    return start_clocks(session, ticket, policy, now)


def _rows(session: Session) -> list[tuple[str, str, datetime]]:
    rows = session.scalars(select(Clock).order_by(Clock.due_at, Clock.name, Clock.kind.desc()))
    return [(row.name, row.kind, row.due_at) for row in rows]


def test_promises_law_and_alarms(session: Session, ticket_id: int) -> None:
    """A broken broadband line, filed on Saturday 21 November at 15:20."""
    due = _start(session, ticket_id, "complaint_broadband", "complex", POLICY, NOW)
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
        ("first_feedback", "alarm", china("2026-11-22 19:20")),  # 4 h after, while it is owed
        ("repair", "alarm", china("2026-11-23 03:20")),  # 36 h
        ("solution_complex", "alarm", china("2026-11-23 03:20")),
        ("solution_complex", "alarm", china("2026-11-23 11:20")),  # 44 h
        ("repair", "statutory", china("2026-11-23 15:20")),
        ("solution_complex", "promise", china("2026-11-23 15:20")),
        ("repair", "alarm", china("2026-11-24 03:20")),  # 12 h after
        ("solution_complex", "alarm", china("2026-11-24 03:20")),
        ("answer", "alarm", china("2026-12-01 15:20")),  # 240 h
        ("answer", "statutory", china("2026-12-08 00:00")),
        ("answer", "alarm", china("2026-12-09 00:00")),  # 24 h after
    ]
    clocks = session.scalars(select(Clock)).all()
    assert {(clock.ticket_id, clock.starts_at, clock.met_at, clock.missed_at) for clock in clocks} == {
        (ticket_id, NOW, None, None)
    }


def test_a_simple_complaint_is_solved_in_a_day(session: Session, ticket_id: int) -> None:
    due = _start(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    assert due == {
        "first_feedback": china("2026-11-22 15:20"),
        "solution_simple": china("2026-11-22 15:20"),
        "answer": china("2026-12-08 00:00"),
    }


REPAIRS = [
    # area, and when a broadband line has to be repaired, and somebody inside is told
    ("town", china("2026-11-23 15:20"), china("2026-11-23 03:20")),  # 48 h, 36 h
    ("country", china("2026-11-24 15:20"), china("2026-11-23 21:20")),  # 72 h, 54 h: at the same part of the time
    (None, china("2026-11-23 15:20"), china("2026-11-23 03:20")),  # not known: the shorter
]


@pytest.mark.parametrize(("area", "due", "alarm"), REPAIRS)
def test_town_and_country(session: Session, ticket_id: int, area: str | None, due: datetime, alarm: datetime) -> None:
    started = _start(session, ticket_id, "complaint_broadband", "complex", POLICY, NOW, area)
    assert started["repair"] == due
    rows = _rows(session)
    assert [row for row in rows if row[0] == "repair"] == [
        ("repair", "alarm", alarm), ("repair", "statutory", due), ("repair", "alarm", due + timedelta(hours=12)),
    ]  # fmt: skip
    assert started["solution_complex"] == china("2026-11-23 15:20"), "a promise is the same everywhere"


def _states(session: Session) -> dict[tuple[str, str], tuple[datetime | None, ...]]:
    session.expire_all()
    clocks = session.scalars(select(Clock).order_by(Clock.id))
    return {(clock.name, clock.kind): (clock.met_at, clock.missed_at, clock.ended_at) for clock in clocks}


LATER = NOW + timedelta(hours=1)


def test_a_clock_is_met_and_its_alarms_end(session: Session, ticket_id: int) -> None:
    _start(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    meet_clocks(session, ticket_id, ["first_feedback"], LATER)
    assert _states(session) == {
        ("first_feedback", "promise"): (LATER, None, None),
        ("first_feedback", "alarm"): (None, None, LATER),
        ("solution_simple", "promise"): (None, None, None),
        ("solution_simple", "alarm"): (None, None, None),
        ("answer", "statutory"): (None, None, None),
        ("answer", "alarm"): (None, None, None),
    }
    assert set(due_times(session, ticket_id)) == {"solution_simple", "answer"}
    meet_clocks(session, ticket_id, None, LATER + timedelta(hours=1))
    assert _states(session)["first_feedback", "promise"] == (LATER, None, None), "what was met stays met"
    assert due_times(session, ticket_id) == {}


def test_what_was_missed_can_be_met_late_and_stays_missed(session: Session, ticket_id: int) -> None:
    due = _start(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)["first_feedback"]
    ticket = session.get_one(Ticket, ticket_id)
    record_misses(session, ticket, due - timedelta(seconds=1))
    assert running_clock(session, ticket_id, "first_feedback") is not None, "not due yet"
    record_misses(session, ticket, due)
    record_misses(session, ticket, due + timedelta(hours=1))
    assert _states(session)["first_feedback", "promise"] == (None, due, None), "a miss is one once"
    meet_clocks(session, ticket_id, ["first_feedback"], due + timedelta(hours=2))
    assert _states(session)["first_feedback", "promise"] == (due + timedelta(hours=2), due, None)


def test_clocks_of_a_withdrawn_ticket_are_neither_met_nor_missed(session: Session, ticket_id: int) -> None:
    _start(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    meet_clocks(session, ticket_id, ["first_feedback"], LATER)
    end_clocks(session, ticket_id, None, LATER + timedelta(hours=1))
    states = _states(session)
    assert states.pop(("first_feedback", "promise")) == (LATER, None, None)
    assert states.pop(("first_feedback", "alarm")) == (None, None, LATER)
    assert set(states.values()) == {(None, None, LATER + timedelta(hours=1))}
    assert due_times(session, ticket_id) == {}
    record_misses(session, session.get_one(Ticket, ticket_id), NOW + timedelta(days=30))
    assert {missed for _, missed, _ in _states(session).values()} == {None}


def test_another_clock_takes_the_place_of_one(session: Session, ticket_id: int) -> None:
    """A simple ticket turns out to be complex: 48 hours from the same start; the old row stays."""
    _start(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    end_clocks(session, ticket_id, ["solution_simple"], LATER)
    assert start_clock(session, session.get_one(Ticket, ticket_id), "solution_complex", POLICY, NOW) == china(
        "2026-11-23 15:20"
    )
    assert due_times(session, ticket_id) == {
        "first_feedback": china("2026-11-22 15:20"),
        "solution_complex": china("2026-11-23 15:20"),
        "answer": china("2026-12-08 00:00"),
    }
    assert running_clock(session, ticket_id, "solution_simple") is None
    running = running_clock(session, ticket_id, "solution_complex")
    assert running is not None
    assert (running.starts_at, running.kind) == (NOW, "promise"), "the promise, not its alarms"


def test_clocks_of_several_tickets(session: Session, ticket_id: int) -> None:
    other = _other(session)
    due = _start(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    later = _start(session, other, "complaint_vas", "simple", POLICY, LATER)
    meet_clocks(session, other, ["first_feedback"], LATER)
    assert running_clocks(session, [ticket_id, other]) == {
        ticket_id: due,
        other: {name: later[name] for name in ("solution_simple", "answer")},
    }
    assert running_clocks(session, []) == {}


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
    _start(session, ticket_id, "complaint_vas", "simple", POLICY, now)
    flags = {(clock.name, clock.kind): clock.provisional for clock in session.scalars(select(Clock))}
    assert flags.pop(("answer", "statutory")) is provisional
    assert set(flags.values()) == {False}, "hours need no calendar"


WORKING = [
    (china("2026-12-25 15:20"), False),  # Mon 28, Tue 29, Wed 30 December
    (china("2026-12-28 15:20"), False),  # the last day is Thursday 31 December
    (china("2026-12-29 15:20"), True),  # Friday 1 January 2027
]


@pytest.mark.parametrize(("now", "provisional"), WORKING)
def test_working_days_need_one_as_well(session: Session, ticket_id: int, now: datetime, provisional: bool) -> None:
    _start(session, ticket_id, "privacy_correct", "simple", POLICY, now)
    flags = {clock.kind: clock.provisional for clock in session.scalars(select(Clock))}
    assert flags == {"promise": provisional, "alarm": False}


def test_due_times_are_those_that_still_run(session: Session, ticket_id: int) -> None:
    due = _start(session, ticket_id, "complaint_broadband", "complex", POLICY, NOW)
    assert due_times(session, ticket_id) == due
    session.execute(update(Clock).where(Clock.name == "first_feedback").values(met_at=NOW))
    session.execute(update(Clock).where(Clock.name == "repair").values(missed_at=NOW))
    session.execute(update(Clock).where(Clock.name == "solution_complex").values(ended_at=NOW))
    assert due_times(session, ticket_id) == {"answer": due["answer"]}
    assert due_times(session, ticket_id + 1) == {}


def test_a_changed_policy_changes_no_ticket_that_is_filed(session: Session, ticket_id: int) -> None:
    due = _start(session, ticket_id, "complaint_vas", "simple", POLICY, NOW)
    slower = POLICY.clocks | {"first_feedback": POLICY.clocks["first_feedback"].model_copy(update={"hours": 72})}
    _start(session, _other(session), "complaint_vas", "simple", POLICY.model_copy(update={"clocks": slower}), NOW)
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


def test_a_clock_whose_end_somebody_else_set(session: Session, ticket_id: int) -> None:
    """An authority's letter; alarms that would come before its start or after its end are none."""
    due = china("2026-12-06 00:00")
    alarms = [china("2026-11-20 00:00"), china("2026-12-05 00:00"), china("2026-12-07 00:00")]
    start_clock_until(session, ticket_id, "appeal_reply", "statutory", NOW, due, alarms)
    assert _rows(session) == [
        ("appeal_reply", "alarm", china("2026-12-05 00:00")),
        ("appeal_reply", "statutory", due),
    ]
    assert due_times(session, ticket_id) == {"appeal_reply": due}


def test_ending_what_runs_leaves_a_miss_owed(session: Session, ticket_id: int) -> None:
    _start(session, ticket_id, "complaint_broadband", "complex", POLICY, NOW)
    late = china("2026-11-22 15:20")
    ticket = session.get_one(Ticket, ticket_id)
    record_misses(session, ticket, late)
    start_clock(session, ticket, "first_feedback", POLICY, late)
    end_running(session, ticket_id, "first_feedback", late)
    own = [clock for clock in clocks_of(session, [ticket_id])[ticket_id] if clock.name == "first_feedback"]
    assert [(clock.missed_at, clock.ended_at) for clock in own] == [(late, None), (None, late)]
