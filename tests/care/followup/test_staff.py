"""What staff do: which clocks it meets, what is written, and what the proved contact hears."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import CareError, Conflict, InvalidInput, NotAllowed
from care.followup import staff
from care.followup.service import own_tickets, prove_contact, reopen, withdraw
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla.misses import record_misses
from care.sla.policy import Policy
from care.sla.service import due_times
from care.sla.tables import Clock
from care.tasks.closing import close_ticket
from care.tickets.rules import Status
from care.tickets.service import change_status
from care.tickets.tables import Ticket, TicketEvent
from tests.care.followup.conftest import File
from tests.support.tickets import FOUND
from tests.support.times import NOW, china

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(session: Session, file: File) -> Ticket:
    """A simple one, whose contact is proved."""
    ticket = file()
    prove_contact(session, "c1", ticket.number, "13900139000", NOW)
    return ticket


def _events(session: Session, ticket: Ticket) -> list[tuple[str, str, str | None, str | None]]:
    """What happened after it was filed and its contact proved."""
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return [(event.actor, event.kind, event.status, event.note) for event in session.scalars(query)][2:]


def _told(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))[1:]


def _clocks(session: Session, *kinds: str) -> dict[str, tuple[datetime | None, ...]]:
    session.expire_all()
    rows = session.scalars(select(Clock).where(Clock.kind.in_(kinds)).order_by(Clock.id))
    return {row.name: (row.met_at, row.missed_at, row.ended_at) for row in rows}


def test_first_feedback(session: Session, ticket: Ticket) -> None:
    staff.give_feedback(session, ticket.number, " 已联系业务方核实 ", "7", NOW + HOUR, told=True)
    assert ticket.status == "inProgress", "who answers has taken it"
    assert _events(session, ticket) == [
        ("staff:7", "status", "inProgress", None),
        ("staff:7", "feedback", None, "已联系业务方核实"),
        ("staff:7", "reached", None, "word"),
    ]
    assert _clocks(session, "promise", "statutory") == {
        "first_feedback": (NOW + HOUR, None, None),
        "solution_simple": (None, None, None),
        "answer": (None, None, None),
    }
    assert _told(session) == ["feedback"]


def test_further_feedback_is_told_too(session: Session, ticket: Ticket) -> None:
    staff.give_feedback(session, ticket.number, "已联系业务方核实", "7", NOW + HOUR, told=True)
    staff.give_feedback(session, ticket.number, "业务方已确认", "8", NOW + 2 * HOUR, told=True)
    assert [event[1] for event in _events(session, ticket)] == ["status", "feedback", "reached", "feedback", "reached"]
    assert _clocks(session, "promise")["first_feedback"] == (NOW + HOUR, None, None), "the first one counts"
    assert _told(session) == ["feedback", "feedback"]


@pytest.mark.parametrize(
    ("before", "steps"),
    [
        (None, ["inProgress", "resolved"]),  # nobody had taken it
        (Status.IN_PROGRESS, ["inProgress", "resolved"]),
        (Status.PENDING, ["pending", "resolved"]),
    ],
)
def test_a_result(session: Session, ticket: Ticket, before: Status | None, steps: list[str]) -> None:
    if before:
        change_status(session, ticket.id, before, "staff:7", NOW)
    staff.record_result(session, ticket.number, "已关闭该业务，退费10元", "7", NOW + 2 * HOUR, told=True)
    assert (ticket.status, ticket.outcome) == ("resolved", "已关闭该业务，退费10元")
    assert [status for _, kind, status, _ in _events(session, ticket) if kind == "status"] == steps
    assert _events(session, ticket)[-2:] == [
        ("staff:7", "status", "resolved", "已关闭该业务，退费10元"),
        ("staff:7", "reached", None, "word"),
    ]
    assert set(_clocks(session, "promise", "statutory").values()) == {(NOW + 2 * HOUR, None, None)}
    assert set(_clocks(session, "alarm").values()) == {(None, None, NOW + 2 * HOUR)}
    assert _told(session) == ["result"]


def test_a_result_for_one_that_was_held(session: Session, ticket: Ticket) -> None:
    for status in (Status.IN_PROGRESS, Status.HELD):
        change_status(session, ticket.id, status, "staff:7", NOW)
    staff.record_result(session, ticket.number, "设备已到，已修复", "7", NOW + HOUR)
    assert [status for _, _, status, _ in _events(session, ticket)] == [
        "inProgress", "held", "inProgress", "resolved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("closer", "actor"),
    [("9", "staff:9"), (None, "system")],  # by an agent; by time, when the customer did not object
)
def test_closing(session: Session, ticket: Ticket, closer: str | None, actor: str) -> None:
    staff.record_result(session, ticket.number, "已退费10元", "7", NOW, told=True)
    close_ticket(session, ticket.number, closer, NOW + HOUR, FOUND)
    assert ticket.status == "closed"
    assert (actor, "status", "closed", None) in _events(session, ticket)
    assert _told(session) == ["result", "closed"]


def test_a_late_answer_erases_no_miss(session: Session, ticket: Ticket) -> None:
    due = china("2026-11-22 15:20")
    record_misses(session, ticket, due - timedelta(seconds=1))
    assert _events(session, ticket) == []
    for at in (due, due + HOUR):
        record_misses(session, ticket, at)
    missed = ("first_feedback", "solution_simple")
    assert _events(session, ticket) == [("system", "delay", None, each) for each in missed]
    assert _clocks(session, "promise")["first_feedback"] == (None, due, None)
    staff.give_feedback(session, ticket.number, "抱歉，业务方还没有回信", "7", due + 2 * HOUR, told=True)
    assert _clocks(session, "promise")["first_feedback"] == (due + 2 * HOUR, due, None), "late, and still a miss"


def test_without_a_proved_contact_nobody_is_written_to(session: Session, file: File) -> None:
    ticket = file()
    staff.give_feedback(session, ticket.number, "正在核实", "7", NOW)
    staff.record_result(session, ticket.number, "已退费", "7", NOW)
    assert session.scalars(select(Notice)).all() == []


def _change(session: Session, ticket: Ticket, policy: Policy, **given: Any) -> datetime:
    values = {
        "complexity": "complex",
        "reason": "要向第三方取证",
        "staff": "1",
        "is_supervisor": True,
        "now": NOW + HOUR,
    }
    return staff.change_complexity(session, ticket.number, policy=policy, **(values | given))  # type: ignore[arg-type]


def test_a_simple_one_turns_out_to_be_complex(session: Session, ticket: Ticket, shipped: Policy) -> None:
    due = _change(session, ticket, shipped)
    assert due == china("2026-11-23 15:20"), "48 hours, from the filing"
    assert ticket.complexity == "complex"
    assert _events(session, ticket) == [("staff:1", "complexity", None, "simple → complex: 要向第三方取证")]
    assert due_times(session, ticket.id) == {
        "first_feedback": china("2026-11-22 15:20"),
        "solution_complex": due,
        "answer": china("2026-12-08 00:00"),
    }
    rows = session.scalars(select(Clock).where(Clock.name == "solution_simple")).all()
    assert {(row.met_at, row.missed_at, row.ended_at) for row in rows} == {(None, None, NOW + HOUR)}
    (standing,) = own_tickets(session, "c1", NOW + HOUR)
    assert standing.solution_due == due, "the customer is told the new time"


def test_and_back_again(session: Session, ticket: Ticket, shipped: Policy) -> None:
    _change(session, ticket, shipped)
    due = _change(session, ticket, shipped, complexity="simple", reason="一看便知", now=NOW + 2 * HOUR)
    assert due == china("2026-11-22 15:20")
    assert due_times(session, ticket.id)["solution_simple"] == due


def test_after_a_reopening_it_counts_from_there(session: Session, ticket: Ticket, shipped: Policy) -> None:
    staff.record_result(session, ticket.number, "已退费10元", "7", NOW + HOUR, told=True)
    later = NOW + timedelta(days=2)
    reopen(session, "c1", None, "没收到", OnceKey("c1", 5, "reopen"), later, shipped)
    assert _change(session, ticket, shipped, now=later + HOUR) == later + timedelta(hours=48)


REFUSED_CHANGES = [
    # what is given, hours after filing, and why not
    ({"is_supervisor": False}, 1, (NotAllowed, "supervisor_only")),
    ({"reason": "  "}, 1, (InvalidInput, "reason_missing")),
    ({"reason": "？"}, 1, (InvalidInput, "reason_missing")),
    ({"complexity": "simple"}, 1, (InvalidInput, "complexity_same")),
    ({}, 24, (Conflict, "too_late")),  # the promise is due at this moment
    ({}, 100, (Conflict, "too_late")),
]


@pytest.mark.parametrize(("given", "hours", "refusal"), REFUSED_CHANGES)
def test_who_when_and_why(
    session: Session,
    ticket: Ticket,
    shipped: Policy,
    given: dict[str, Any],
    hours: int,
    refusal: tuple[type[CareError], str],
) -> None:
    with pytest.raises(refusal[0]) as refused:
        _change(session, ticket, shipped, now=NOW + hours * HOUR, **given)
    assert refused.value.reason == refusal[1]
    assert ticket.complexity == "simple"


def test_no_new_time_that_is_over_already(session: Session, file: File, shipped: Policy) -> None:
    """A complex one is called simple after 30 hours: 24 hours from the filing are over."""
    ticket = file(category="complaint_billing")
    with pytest.raises(Conflict) as refused:
        _change(session, ticket, shipped, complexity="simple", now=NOW + 30 * HOUR)
    assert refused.value.reason == "too_late"


def test_not_after_a_miss_was_recorded(session: Session, ticket: Ticket, shipped: Policy) -> None:
    record_misses(session, ticket, china("2026-11-22 15:20"))
    with pytest.raises(Conflict) as refused:
        _change(session, ticket, shipped)
    assert refused.value.reason == "too_late"


Step = Callable[[Session, str, Policy], object]

STEPS: dict[str, Step] = {
    "feedback": lambda session, number, policy: staff.give_feedback(session, number, "正在核实", "7", NOW),
    "result": lambda session, number, policy: staff.record_result(session, number, "已退费", "7", NOW),
    "close": lambda session, number, policy: close_ticket(session, number, "7", NOW, FOUND),
    "complexity": lambda session, number, policy: staff.change_complexity(
        session, number, "complex", "取证", "1", True, NOW, policy
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_number_of_no_ticket(session: Session, conversations: None, shipped: Policy, step: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        STEPS[step](session, "TS261121-000000", shipped)
    assert refused.value.reason == "ticket"


@pytest.mark.parametrize("step", ["feedback", "result", "close", "complexity"])
def test_what_is_over_is_over(session: Session, ticket: Ticket, shipped: Policy, step: str) -> None:
    withdraw(session, "c1", None, OnceKey("c1", 9, "withdraw"), NOW)
    with pytest.raises(Conflict) as refused:
        STEPS[step](session, ticket.number, shipped)
    assert refused.value.reason == "ticket_status"
    record_misses(session, ticket, NOW + timedelta(days=30))
    assert _told(session) == ["closed"]
    assert _events(session, ticket)[-1][1] == "withdrawn", "and nothing is late any more"


def test_nothing_is_closed_without_a_result(session: Session, ticket: Ticket, shipped: Policy) -> None:
    with pytest.raises(Conflict) as refused:
        STEPS["close"](session, ticket.number, shipped)
    assert refused.value.reason == "ticket_status"


@pytest.mark.parametrize("words", ["", "  ", "。"])
def test_a_result_needs_words(session: Session, ticket: Ticket, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        staff.record_result(session, ticket.number, words, "7", NOW)
    assert refused.value.reason == "outcome_missing"
    with pytest.raises(InvalidInput) as refused:
        staff.give_feedback(session, ticket.number, words, "7", NOW)
    assert refused.value.reason == "field_empty"
    assert (ticket.status, ticket.outcome, _told(session)) == ("acknowledged", None, [])
