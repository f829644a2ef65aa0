"""What an open matter keeps, and for how long: its ticket, what was said about it, its files, who proved what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from care.attachments.rules import TELLING
from care.attachments.tables import Attachment, TicketEvidence
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.privacy.holds import EVIDENCE, EVIDENCE_FILES, held_tickets, in_held_conversation
from care.tickets.rules import Kind, Status
from care.tickets.tables import Ticket
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)


def _ticket(kind: str = Kind.COMPLAINT, status: str = Status.IN_PROGRESS, category: str = "complaint_network") -> int:
    """Filed at NOW in c1, with the file `e1` of that conversation."""
    with transaction() as session:
        session.add_all(Conversation(id=each, channel="rest", created_at=NOW) for each in ("c1", "c2"))
        session.flush()
        ticket = Ticket(
            number="TS261121-000001",
            kind=kind,
            status=status,
            category=category,
            department="network",
            priority=3,
            complexity="simple",
            policy_version="1",
            conversation_id="c1",
            description="断网",
            created_at=NOW,
        )
        session.add(ticket)
        for each in ("e1", "e2"):
            session.add(
                Attachment(
                    id=each,
                    conversation_id="c1",
                    waiting=False,
                    name="账单.jpg",
                    media_type="image/jpeg",
                    size=1,
                    sha256=each.encode(),
                    created_at=NOW,
                )
            )
        session.flush()
        session.add(TicketEvidence(ticket_id=ticket.id, attachment_id="e1"))
        return ticket.id


#: kind, status, category, is it held, why
TICKETS = [
    (Kind.COMPLAINT, Status.ACKNOWLEDGED, "complaint_network", True, "somebody owes an answer"),
    (Kind.COMPLAINT, Status.PENDING, "complaint_network", True, "waits for the customer: open too"),
    (Kind.COMPLAINT, Status.RESOLVED, "complaint_network", True, "answered; the customer may still object"),
    (Kind.COMPLAINT, Status.CLOSED, "complaint_network", False, "over"),
    (Kind.COMPLAINT, Status.REJECTED, "complaint_network", False, "over"),
    (Kind.COMPLAINT, Status.CANCELLED, "complaint_network", False, "taken back"),
    (Kind.FAULT, Status.IN_PROGRESS, "fault", True, "a fault that is being repaired"),
    (Kind.APPEAL, Status.IN_PROGRESS, "appeal", True, "an appeal"),
    (Kind.FEEDBACK, Status.IN_PROGRESS, "suggestion", False, "a suggestion: nobody needs it as evidence"),
    (Kind.CALLBACK, Status.IN_PROGRESS, "callback", False, "a wish to be called: gone with the number"),
    (Kind.PRIVACY, Status.IN_PROGRESS, "privacy_delete", False, "the deletion itself keeps nothing"),
    (Kind.PRIVACY, Status.IN_PROGRESS, "privacy_leak", True, "a leak that is looked into"),
    (Kind.PRIVACY, Status.CLOSED, "privacy_leak", False, "and one that was"),
]


@pytest.mark.parametrize(("kind", "status", "category", "is_held", "reason"), TICKETS)
def test_which_tickets_are_held(kind: str, status: str, category: str, is_held: bool, reason: str) -> None:
    ticket = _ticket(kind, status, category)
    with transaction() as session:
        assert held_tickets(session, [ticket]) == ({ticket} if is_held else set()), reason
        assert held_tickets(session, []) == set()
        files = session.scalars(select(Attachment.id).where(EVIDENCE_FILES)).all()
        assert files == (["e1"] if is_held else []), reason
        held = select(Conversation.id).where(in_held_conversation(Conversation.id))
        assert session.scalars(held).all() == (["c1"] if is_held else []), reason


#: conversation, when said, is it evidence, why
MESSAGES = [
    ("c1", NOW, True, "as it was filed"),
    ("c1", NOW - TELLING, True, "a complaint is told within a day"),
    ("c1", NOW - TELLING - MINUTE, False, "before that something else was spoken of"),
    ("c1", NOW + timedelta(days=3), True, "urged, added: what is said since is about it"),
    ("c2", NOW, False, "another conversation"),
]


@pytest.mark.parametrize(("conversation", "at", "is_evidence", "reason"), MESSAGES)
def test_which_messages_are_evidence(conversation: str, at: object, is_evidence: bool, reason: str) -> None:
    _ticket()
    with transaction() as session:
        session.add(Message(conversation_id=conversation, author="customer", text="断网三天了", created_at=at))
        session.flush()
        assert len(session.scalars(select(Message.id).where(EVIDENCE)).all()) == is_evidence, reason
        session.execute(update(Ticket).values(status=Status.CLOSED))
        assert session.scalars(select(Message.id).where(EVIDENCE)).all() == [], "closed: nothing is kept for it"
