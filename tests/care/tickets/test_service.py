"""Tickets and their history, to which is only ever added."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.errors import Conflict, InvalidInput
from care.tickets.rules import EventKind, Kind, Level, Status
from care.tickets.service import (
    accessible_tickets,
    change_status,
    grant_level,
    level_of,
    open_ticket,
    raise_priority,
    ticket_by_number,
    tickets_of_conversation,
)
from care.tickets.tables import Ticket, TicketEvent
from tests.support.times import NOW


def _ticket(session: Session, conversation_id: str | None = None, kind: Kind = Kind.COMPLAINT) -> Ticket:
    ticket = Ticket(
        category="complaint_network",
        department="network",
        priority=3,
        complexity="complex",
        policy_version="2026-11.1",
        conversation_id=conversation_id,
        description="没信号",
    )
    return open_ticket(session, ticket, kind, "customer", NOW)


def _history(session: Session, ticket: Ticket) -> list[tuple[object, ...]]:
    events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id))
    return [(event.at, event.actor, event.kind, event.status, event.note) for event in events]


def test_opening(session: Session) -> None:
    ticket = _ticket(session, kind=Kind.FAULT)
    assert ticket.number.startswith("BZ261121-")
    assert (ticket.kind, ticket.status, ticket.created_at) == ("fault", "acknowledged", NOW)
    session.flush()
    assert _history(session, ticket) == [(NOW, "customer", "filed", "acknowledged", None)]


def test_a_ticket_goes_its_way_and_every_step_is_kept(session: Session) -> None:
    ticket = _ticket(session)
    steps = [
        (Status.IN_PROGRESS, "staff:7", "已派单"),
        (Status.PENDING, "staff:7", "请客户提供截图"),
        (Status.IN_PROGRESS, "customer", None),
        (Status.RESOLVED, "staff:8", "已修复基站"),
        (Status.CLOSED, "system", None),
    ]
    for hours, (status, actor, note) in enumerate(steps, start=1):
        change_status(session, ticket.id, status, actor, NOW + timedelta(hours=hours), note)
    session.flush()
    assert ticket.status == "closed"
    assert _history(session, ticket) == [
        (NOW, "customer", "filed", "acknowledged", None),
        (NOW + timedelta(hours=1), "staff:7", "status", "inProgress", "已派单"),
        (NOW + timedelta(hours=2), "staff:7", "status", "pending", "请客户提供截图"),
        (NOW + timedelta(hours=3), "customer", "status", "inProgress", None),
        (NOW + timedelta(hours=4), "staff:8", "status", "resolved", "已修复基站"),
        (NOW + timedelta(hours=5), "system", "status", "closed", None),
    ]


@pytest.mark.parametrize(
    "status",
    [
        Status.CLOSED,  # not before it was answered
        Status.RESOLVED,  # not before somebody took it
        Status.ACKNOWLEDGED,  # it is that already
    ],
)
def test_a_step_that_is_none_is_refused_and_leaves_no_trace(session: Session, status: Status) -> None:
    ticket = _ticket(session)
    with pytest.raises(Conflict) as refused:
        change_status(session, ticket.id, status, "staff:7", NOW)
    assert refused.value.reason == "ticket_status"
    session.flush()
    assert ticket.status == "acknowledged"
    assert len(_history(session, ticket)) == 1


def test_a_ticket_that_is_not_there(session: Session) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_status(session, 4711, Status.IN_PROGRESS, "staff:7", NOW)
    assert refused.value.reason == "ticket"


def test_tickets_of_a_conversation(session: Session) -> None:
    """The newest first, three at most, and nobody else's."""
    session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    session.flush()
    mine = [_ticket(session, "c1").number for _ in range(4)]
    _ticket(session, "c2")
    _ticket(session)
    assert [ticket.number for ticket in tickets_of_conversation(session, "c1")] == mine[:0:-1]
    assert tickets_of_conversation(session, "c3") == []


def test_a_step_may_be_of_another_kind(session: Session) -> None:
    """A withdrawal is a step to `cancelled`, and says so."""
    ticket = _ticket(session)
    change_status(session, ticket.id, Status.CANCELLED, "customer", NOW, "不要了", EventKind.WITHDRAWN)
    session.flush()
    assert _history(session, ticket)[-1] == (NOW, "customer", "withdrawn", "cancelled", "不要了")


def test_the_priority_rises_to_urgent_and_no_further(session: Session) -> None:
    ticket = _ticket(session)
    for _ in range(4):
        raise_priority(session, ticket, "system", NOW)
    session.flush()
    assert ticket.priority == 1
    assert _history(session, ticket)[1:] == [
        (NOW, "system", "priority", None, "3 → 2"),
        (NOW, "system", "priority", None, "2 → 1"),
    ]


def test_a_ticket_by_its_number(session: Session) -> None:
    ticket = _ticket(session)
    assert ticket_by_number(session, ticket.number) is ticket
    assert ticket_by_number(session, "TS261121-000000") is None
    assert ticket_by_number(session, "") is None


@pytest.fixture
def two_conversations(session: Session) -> None:
    session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    session.flush()


@pytest.mark.usefixtures("two_conversations")
def test_levels(session: Session) -> None:
    ticket = _ticket(session, "c1")
    assert level_of(session, "c1", ticket) is Level.FILED
    assert level_of(session, "c2", ticket) is Level.NONE
    for proof, level in [
        (Level.DIGITS, Level.DIGITS),
        (Level.CODE, Level.CODE),
        (Level.DIGITS, Level.CODE),  # a weaker proof takes nothing back
        (Level.CODE, Level.CODE),
    ]:
        grant_level(session, "c2", ticket, proof, NOW)
        assert level_of(session, "c2", ticket) is level


@pytest.mark.usefixtures("two_conversations")
def test_tickets_that_a_conversation_may_ask_about(session: Session) -> None:
    """The newest first, wherever they were filed; each with what was proved about it."""
    elsewhere = [_ticket(session, "c2") for _ in range(3)]
    mine = _ticket(session, "c1")
    newest = _ticket(session, "c2")
    grant_level(session, "c1", elsewhere[0], Level.DIGITS, NOW)
    grant_level(session, "c1", elsewhere[1], Level.CODE, NOW)
    grant_level(session, "c1", mine, Level.CODE, NOW)  # filed here all the same
    grant_level(session, "c1", newest, Level.CODE, NOW)
    by_code = [(newest, Level.CODE), (mine, Level.FILED), (elsewhere[1], Level.CODE)]
    assert accessible_tickets(session, "c1", Level.DIGITS) == [*by_code, (elsewhere[0], Level.DIGITS)]
    assert accessible_tickets(session, "c1", Level.CODE) == by_code
    assert accessible_tickets(session, "c1", Level.CODE, limit=2) == by_code[:2]
    assert accessible_tickets(session, "c1", Level.FILED) == [(mine, Level.FILED)]
    assert accessible_tickets(session, "c3", Level.DIGITS) == []
