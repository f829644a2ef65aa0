"""A conversation with messages at given times, and what a place makes of a subject; each in its own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.privacy.places.base import Counts, Place
from care.privacy.subject import Subject
from care.tickets.rules import Kind, Status
from care.tickets.tables import Ticket
from tests.support.times import NOW

PHONE, OTHER_PHONE = "13800138000", "13800138001"


def talk(name: str, *times: datetime, **columns: object) -> list[int]:
    """Ids of customer's messages said then; the conversation is opened where it is new."""
    with transaction() as session:
        if session.get(Conversation, name) is None:
            session.add(Conversation(id=name, channel="rest", created_at=NOW, **columns))
            session.flush()
        messages = [
            Message(conversation_id=name, author="customer", text="话费怎么多了", created_at=at) for at in times
        ]
        for message in messages:
            session.add(message)
            session.flush()
        return [message.id for message in messages]


def complaint(conversation: str, status: Status = Status.IN_PROGRESS, at: datetime = NOW) -> int:
    with transaction() as session:
        ticket = Ticket(
            number=f"TS261121-{conversation[-6:]:0>6}",
            kind=Kind.COMPLAINT,
            status=status,
            category="complaint_network",
            department="network",
            priority=3,
            complexity="simple",
            policy_version="1",
            conversation_id=conversation,
            description="断网",
            created_at=at,
        )
        session.add(ticket)
        session.flush()
        return ticket.id


def subject_of(*conversations: str, phone: str | None = None, until: int | None = None, **more: object) -> Subject:
    number_from = datetime(2026, 1, 1, tzinfo=NOW.tzinfo) if phone else None
    with transaction() as session:
        tickets = session.scalars(select(Ticket.id).where(Ticket.conversation_id.in_(conversations))).all()
    values = {"number_from": number_from, **more}
    return Subject(phone, None, conversations, tuple(tickets), until=until, **values)  # type: ignore[arg-type]


def erase(place: Place, subject: Subject, now: datetime = NOW) -> Counts:
    """As planned, or the test fails."""
    with transaction() as session:
        planned = place.plan(session, subject, now)
    with transaction() as session:
        counts = place.erase(session, subject, now)
    assert counts == planned
    return counts


def expire(place: Place, before: datetime, limit: int = 100, now: datetime = NOW) -> Counts:
    with transaction() as session:
        return place.expire(session, before, now, limit)
