"""What was raised in a conversation is said once, and tells the desk how pressing the wait is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.handoff.rules import Reason, Status
from care.handoff.service import Raised, open_handoff, raise_concerns, request_handoff
from care.handoff.tables import Concern, Handoff
from tests.support.times import NOW

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def conversation(session: Session) -> str:
    session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    session.flush()
    return "c1"


def _reason(session: Session, conversation: str) -> str:
    handoff = open_handoff(session, conversation)
    assert handoff is not None
    return handoff.reason


def test_only_the_first_message_raises_a_concern(session: Session, conversation: str) -> None:
    first = raise_concerns(session, conversation, [Reason.ANGER], 1, NOW)
    again = raise_concerns(session, conversation, [Reason.ANGER, Reason.THREAT], 2, LATER)
    assert first == Raised(frozenset({Reason.ANGER}))
    assert again == Raised(frozenset({Reason.THREAT}), frozenset({Reason.ANGER}))
    elsewhere = raise_concerns(session, "c2", [Reason.ANGER], 3, NOW)
    assert elsewhere == Raised(frozenset({Reason.ANGER})), "another conversation"


def test_a_turn_that_runs_again_is_told_the_same(session: Session, conversation: str) -> None:
    for _ in range(2):
        assert raise_concerns(session, conversation, [Reason.LEAK], 1, NOW) == Raised(frozenset({Reason.LEAK}))
    assert len(list(session.scalars(select(Concern)))) == 1


def test_the_most_pressing_concern_is_the_reason(session: Session, conversation: str) -> None:
    raise_concerns(session, conversation, [Reason.ELDERLY, Reason.FRAUD], 1, NOW)
    raise_concerns(session, conversation, [Reason.ANGER], 2, NOW)
    request_handoff(session, conversation, Reason.ASKED, LATER)
    assert _reason(session, conversation) == Reason.FRAUD
    request_handoff(session, "c2", Reason.ASKED, LATER)
    assert _reason(session, "c2") == Reason.ASKED


def test_what_a_person_has_dealt_with_is_no_reason_any_more(session: Session, conversation: str) -> None:
    raise_concerns(session, conversation, [Reason.FRAUD], 1, NOW)
    request_handoff(session, conversation, Reason.ASKED, NOW)
    session.execute(update(Handoff).values(status=Status.CLOSED, changed_at=LATER))
    request_handoff(session, conversation, Reason.ASKED, LATER)
    assert _reason(session, conversation) == Reason.ASKED

    session.execute(update(Handoff).values(status=Status.CLOSED, changed_at=LATER))
    raised = raise_concerns(session, conversation, [Reason.FRAUD], 9, LATER + timedelta(days=9))
    assert raised == Raised(before=frozenset({Reason.FRAUD}))
    request_handoff(session, conversation, Reason.ASKED, LATER + timedelta(days=9))
    assert _reason(session, conversation) == Reason.FRAUD, "and once more"
