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
from tests.support.times import NOW, china

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


def test_what_made_it_a_reason_is_recorded(session: Session, conversation: str) -> None:
    raise_concerns(session, conversation, [Reason.FRAUD], 7, NOW)
    request_handoff(session, conversation, Reason.ASKED, NOW, trigger={"message": 9, "confidence": 0.97})
    handoff = open_handoff(session, conversation)
    assert handoff is not None
    assert (handoff.reason, handoff.queue, handoff.priority) == ("fraud", "security", 1)
    told = {name: handoff.trigger[name] for name in ("message", "confidence", "asked_as")}
    assert told == {"message": 7, "confidence": 0.97, "asked_as": "asked"}, "the message that raised it"


def test_an_elder_has_a_person_at_any_hour_whatever_else_is_the_reason(session: Session, conversation: str) -> None:
    night = china("2026-11-20 23:30")
    raise_concerns(session, conversation, [Reason.ELDERLY, Reason.THREAT], 7, night)
    request_handoff(session, conversation, Reason.ASKED, night)
    handoff = open_handoff(session, conversation)
    assert handoff is not None
    assert (handoff.reason, handoff.queue, handoff.served_from) == ("threat", "duty", night)
    raise_concerns(session, "c2", [Reason.THREAT], 8, night)
    request_handoff(session, "c2", Reason.ASKED, night)
    other = open_handoff(session, "c2")
    assert other is not None
    assert (other.queue, other.served_from) == ("supervisor", china("2026-11-23 09:00")), "the others wait for Monday"
