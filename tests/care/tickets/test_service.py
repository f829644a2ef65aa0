"""Tickets and their history, to which is only ever added."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.errors import Conflict, InvalidInput
from care.tickets.rules import Kind, Status
from care.tickets.service import change_status, open_ticket, tickets_of_conversation
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
