"""A desk with people, and customers who wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation, Message
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.handoff.tables import Handoff, HandoffEvent
from care.staff.tables import Staff

#: makes a conversation that waits for a person, at that time
Ask = Callable[..., Handoff]


def waits(
    session: Session, conversation: str, reason: Reason, now: datetime, channel: str = "rest", **more: object
) -> Handoff:
    if session.get(Conversation, conversation) is None:
        session.add(Conversation(id=conversation, channel=channel, created_at=now))
        session.flush()
        session.add(Message(conversation_id=conversation, author="customer", text="转人工", created_at=now))
        session.flush()
    request_handoff(session, conversation, reason, now, **more)
    handoff = session.scalars(
        select(Handoff).where(Handoff.conversation_id == conversation).order_by(Handoff.id.desc())
    ).first()
    assert handoff is not None
    return handoff


def steps(session: Session, handoff: Handoff) -> list[tuple[str, str | None]]:
    """What happened to it: kind and number of staff."""
    rows = session.scalars(select(HandoffEvent).where(HandoffEvent.handoff_id == handoff.id).order_by(HandoffEvent.id))
    return [(row.kind, row.staff) for row in rows]


def rings_at(session: Session, handoff: Handoff) -> str | None:
    """The number of who is offered it."""
    session.refresh(handoff)
    return session.scalar(select(Staff.number).where(Staff.id == handoff.offered_to))


@pytest.fixture
def ask(session: Session) -> Ask:
    def work(conversation: str, now: datetime, reason: Reason = Reason.ASKED, **more: object) -> Handoff:
        return waits(session, conversation, reason, now, **more)

    return work
