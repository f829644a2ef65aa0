"""Who works on a ticket: taken once, given to those who may, passed on with words, and all of it safe to send again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import CareError, Conflict, InvalidInput
from care.followup import assignments
from care.followup.service import withdraw
from care.once import OnceKey
from care.sla.policy import Policy
from care.sla.service import due_times
from care.staff.rules import Role
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket, TicketEvent
from tests.care.followup.conftest import File
from tests.support.desk import member, noted
from tests.support.tickets import file as file_one
from tests.support.times import NOW


@pytest.fixture
def ticket(session: Session, file: File) -> Ticket:
    for number, role in (("8001", Role.AGENT), ("8002", Role.AGENT), ("8003", Role.SUPERVISOR), ("8009", Role.AUDITOR)):
        member(session, role, number=number)
    member(session, Role.AGENT, number="8004").left_at = NOW
    session.flush()
    return file()


def _events(session: Session, ticket: Ticket) -> list[tuple[str, str, str | None]]:
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return [(event.actor, event.kind, event.note) for event in session.scalars(query)][1:]


def test_taking(session: Session, ticket: Ticket) -> None:
    assignments.take(session, ticket.number, "8001", NOW)
    assert (ticket.assignee, ticket.status) == ("8001", "inProgress")
    assert _events(session, ticket) == [("staff:8001", "status", None), ("staff:8001", "assigned", "8001")]
    assert noted(session) == [("staff:8001", "ticket_take", f"ticket:{ticket.number}")]


def test_taken_is_taken(session: Session, ticket: Ticket) -> None:
    assignments.take(session, ticket.number, "8001", NOW)
    with pytest.raises(Conflict) as refused:
        assignments.take(session, ticket.number, "8002", NOW)
    assert refused.value.reason == "taken"
    assert ticket.assignee == "8001"


def test_of_two_at_the_same_moment_one_has_it(database: object, shipped: Policy) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    number = file_one()
    barrier = Barrier(2)

    def take(who: str) -> str:
        with transaction() as session:
            barrier.wait()
            try:
                assignments.take(session, number, who, NOW)
            except Conflict as error:
                return error.reason
        return "has it"

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(take, ("8001", "8002")))
    assert sorted(results) == ["has it", "taken"]
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        assert ticket.assignee == ("8001" if results[0] == "has it" else "8002")


GIVEN = [
    # to whom, and why not
    ("8002", None),
    ("8003", None),  # a supervisor works on tickets as well
    ("8004", "assignee"),  # has left
    ("8009", "assignee"),  # an auditor changes nothing
    ("7777", "assignee"),  # nobody
    ("", "assignee"),
]


@pytest.mark.parametrize(("to", "refusal"), GIVEN)
def test_giving_it_to_somebody(session: Session, ticket: Ticket, to: str, refusal: str | None) -> None:
    if refusal is None:
        assignments.assign(session, ticket.number, to, "8001", NOW)
        assert ticket.assignee == to
        return
    with pytest.raises(InvalidInput) as refused:
        assignments.assign(session, ticket.number, to, "8001", NOW)
    assert refused.value.reason == refusal
    assert ticket.assignee is None


def test_giving_it_back_to_nobody(session: Session, ticket: Ticket) -> None:
    assignments.take(session, ticket.number, "8001", NOW)
    assignments.assign(session, ticket.number, None, "8003", NOW)
    assert (ticket.assignee, ticket.status) == (None, "inProgress"), "somebody has begun with it"
    assert _events(session, ticket)[-1] == ("staff:8003", "assigned", None)


def test_another_department(session: Session, ticket: Ticket, shipped: Policy) -> None:
    assignments.take(session, ticket.number, "8001", NOW)
    before = due_times(session, ticket.id)
    assignments.transfer_to_department(session, ticket.number, "network", "基站的问题", "8001", NOW, shipped)
    assert (ticket.department, ticket.assignee) == ("network", None)
    assert _events(session, ticket)[-1] == ("staff:8001", "transferred", "service → network: 基站的问题")
    assert due_times(session, ticket.id) == before, "no promise becomes later"


TRANSFERS = [
    ("nework", "看一下", "department"),  # no such one
    ("network", " ", "reason_missing"),  # those there must know why
]


@pytest.mark.parametrize(("department", "words", "reason"), TRANSFERS)
def test_no_transfer(
    session: Session, ticket: Ticket, shipped: Policy, department: str, words: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        assignments.transfer_to_department(session, ticket.number, department, words, "8001", NOW, shipped)
    assert refused.value.reason == reason


def test_how_urgent(session: Session, ticket: Ticket) -> None:
    assignments.set_priority(session, ticket.number, 1, "8003", NOW)
    assert ticket.priority == 1
    assert _events(session, ticket) == [("staff:8003", "priority", "3 → 1")]
    with pytest.raises(InvalidInput) as refused:
        assignments.set_priority(session, ticket.number, 5, "8003", NOW)
    assert refused.value.reason == "priority"


Step = Callable[[Session, str, Policy], None]

STEPS: dict[str, Step] = {
    "take": lambda session, number, policy: assignments.take(session, number, "8001", NOW),
    "assign": lambda session, number, policy: assignments.assign(session, number, "8002", "8001", NOW),
    "department": lambda session, number, policy: assignments.transfer_to_department(
        session, number, "network", "基站", "8001", NOW, policy
    ),
    "priority": lambda session, number, policy: assignments.set_priority(session, number, 2, "8001", NOW),
}


@pytest.mark.parametrize("step", STEPS)
def test_the_same_step_sent_again_changes_nothing(session: Session, ticket: Ticket, shipped: Policy, step: str) -> None:
    STEPS[step](session, ticket.number, shipped)
    before = (_events(session, ticket), noted(session), ticket.assignee, ticket.department, ticket.priority)
    STEPS[step](session, ticket.number, shipped)
    assert (_events(session, ticket), noted(session), ticket.assignee, ticket.department, ticket.priority) == before


@pytest.mark.parametrize("step", STEPS)
def test_not_on_one_that_is_over_or_is_none(session: Session, ticket: Ticket, shipped: Policy, step: str) -> None:
    with pytest.raises(InvalidInput) as unknown:
        STEPS[step](session, "TS261121-000000", shipped)
    assert unknown.value.reason == "ticket"
    withdraw(session, "c1", None, OnceKey("c1", 9, "withdraw"), NOW)
    with pytest.raises(CareError) as refused:
        STEPS[step](session, ticket.number, shipped)
    assert refused.value.reason == "ticket_status"
