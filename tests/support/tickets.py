"""Tickets as customers and staff left them, written straight into the database of the tests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.answers.service import answers_of, reach_by_word
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import transaction
from care.followup.staff import record_result
from care.once import OnceKey
from care.sla.policy import policy
from care.tasks.findings import Findings
from care.tickets.rules import EventKind, Status
from care.tickets.service import change_status, ticket_by_number
from care.tickets.tables import Ticket, TicketEvent
from tests.support.times import NOW

#: what complaints of tests are closed with
FOUND = Findings(False, "network_fault")


def file(
    message_id: int = 101, conversation_id: str = "c1", category: str = "complaint_broadband", at: datetime = NOW
) -> str:
    """Number of a ticket about the number 13800138000."""
    with transaction() as session:
        key = OnceKey(conversation_id, message_id, "action_file_complaint")
        draft = Draft(category, "断网三天了", line="13800138000")
        return file_complaint(session, draft, key, policy(), at).number


def step(number: str, *steps: Status) -> None:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        for status in steps:
            change_status(session, ticket.id, status, "staff:7", NOW)


def resolve(number: str, outcome: str = "已更换光猫，测速正常。") -> None:
    step(number, Status.IN_PROGRESS)
    with transaction() as session:
        record_result(session, number, outcome, "7", NOW)


def arrive(number: str, at: datetime = NOW) -> None:
    """The newest answer on it reaches its customer, who is told it by phone."""
    with transaction() as session:
        reach(session, number, at)


def reach(session: Session, number: str, at: datetime = NOW) -> None:
    """As `arrive`, in a transaction of the caller."""
    ticket = ticket_by_number(session, number)
    assert ticket is not None
    reach_by_word(session, number, answers_of(session, ticket.id)[-1].id, "7", at)


def notes(number: str, kind: EventKind) -> list[str | None]:
    """What the events of this kind say, the oldest first."""
    with transaction() as session:
        rows = session.scalars(
            select(TicketEvent)
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .where(Ticket.number == number, TicketEvent.kind == kind)
            .order_by(TicketEvent.id)
        )
        return [event.note for event in rows]


def status_of(number: str) -> str:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        return ticket.status
