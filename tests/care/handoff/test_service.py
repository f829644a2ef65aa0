"""A person is asked for, picked up, or no longer wanted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.conversations.service import owner_of, set_owner
from care.conversations.tables import Conversation
from care.db import transaction
from care.handoff.rules import EndedBy, Reason, Status
from care.handoff.service import open_handoff, request_handoff, withdraw
from care.handoff.tables import Handoff
from tests.support.database import count
from tests.support.times import NOW
from tests.support.waiting import at_once

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def conversation(session: Session) -> str:
    session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    session.flush()
    return "c1"


def _all(session: Session) -> list[tuple[str, str]]:
    return [(row.reason, row.status) for row in session.scalars(select(Handoff).order_by(Handoff.id))]


def _pick_up(session: Session, conversation_id: str) -> None:
    """The hand-off is somebody's, and so is the conversation."""
    session.execute(update(Handoff).where(Handoff.conversation_id == conversation_id).values(status=Status.PICKED))
    session.expire_all()
    set_owner(session, conversation_id, "agent")


def test_a_request_puts_the_conversation_into_the_queue(session: Session, conversation: str) -> None:
    request_handoff(session, conversation, Reason.ASKED, NOW)
    handoff = open_handoff(session, conversation)
    assert handoff is not None
    assert (handoff.reason, handoff.status, handoff.requested_at, handoff.changed_at) == ("asked", "waiting", NOW, NOW)
    assert owner_of(session, conversation) == "queue"


def test_asking_twice_keeps_the_place_in_the_queue(session: Session, conversation: str) -> None:
    request_handoff(session, conversation, Reason.ASKED, NOW)
    request_handoff(session, conversation, Reason.ASKED, LATER)
    handoff = open_handoff(session, conversation)
    assert handoff is not None
    assert handoff.requested_at == NOW
    assert len(_all(session)) == 1


REASONS = [
    # first                  then                   kept
    (Reason.BOT_FAILURE, Reason.ASKED, Reason.ASKED),  # the customer's own wish: the bot's answer must not undo it
    (Reason.BOT_FAILURE, Reason.NOT_UNDERSTOOD, Reason.NOT_UNDERSTOOD),  # nor this
    (Reason.BOT_FAILURE, Reason.BOT_FAILURE, Reason.BOT_FAILURE),
    (Reason.ASKED, Reason.BOT_FAILURE, Reason.ASKED),  # never back: then an answer would undo it
    (Reason.NOT_UNDERSTOOD, Reason.BOT_FAILURE, Reason.NOT_UNDERSTOOD),
    (Reason.NOT_UNDERSTOOD, Reason.ASKED, Reason.NOT_UNDERSTOOD),  # both hold; the first one counts in the report
    (Reason.ASKED, Reason.LEAK, Reason.LEAK),  # more pressing: it takes the queue and the priority of that
    (Reason.LEAK, Reason.ASKED, Reason.LEAK),  # and never back
    (Reason.BOT_FAILURE, Reason.DISTRESS, Reason.DISTRESS),
    (Reason.DISTRESS, Reason.BOT_FAILURE, Reason.DISTRESS),
]


@pytest.mark.parametrize(("first", "then", "kept"), REASONS)
def test_a_second_reason(session: Session, conversation: str, first: Reason, then: Reason, kept: Reason) -> None:
    request_handoff(session, conversation, first, NOW)
    request_handoff(session, conversation, then, LATER)
    session.flush()
    assert _all(session) == [(kept, Status.WAITING)]


def test_one_that_was_picked_up_stays_with_its_person(session: Session, conversation: str) -> None:
    request_handoff(session, conversation, Reason.BOT_FAILURE, NOW)
    _pick_up(session, conversation)
    request_handoff(session, conversation, Reason.ASKED, LATER)
    session.flush()
    assert _all(session) == [(Reason.BOT_FAILURE, Status.PICKED)]
    assert owner_of(session, conversation) == "agent"


def test_withdrawing(session: Session, conversation: str) -> None:
    request_handoff(session, conversation, Reason.ASKED, NOW)
    assert withdraw(session, conversation, LATER, by=EndedBy.CUSTOMER) is True
    session.expire_all()
    handoff = session.scalars(select(Handoff)).one()
    assert (handoff.status, handoff.requested_at, handoff.changed_at) == ("withdrawn", NOW, LATER)
    assert (handoff.ended_at, handoff.ended_by) == (LATER, "customer")
    assert owner_of(session, conversation) == "bot"
    assert open_handoff(session, conversation) is None


def test_the_bot_withdraws_what_its_own_failure_opened(session: Session, conversation: str) -> None:
    request_handoff(session, conversation, Reason.BOT_FAILURE, NOW)
    assert withdraw(session, conversation, LATER, by=EndedBy.BOT, reason=Reason.BOT_FAILURE) is True
    assert owner_of(session, conversation) == "bot"


def test_the_bot_withdraws_only_its_own(session: Session, conversation: str) -> None:
    request_handoff(session, conversation, Reason.ASKED, NOW)
    assert withdraw(session, conversation, LATER, by=EndedBy.BOT, reason=Reason.BOT_FAILURE) is False
    assert owner_of(session, conversation) == "queue"


@pytest.mark.parametrize("reason", [None, Reason.BOT_FAILURE])
def test_what_a_person_has_is_not_withdrawn(session: Session, conversation: str, reason: Reason | None) -> None:
    request_handoff(session, conversation, Reason.BOT_FAILURE, NOW)
    _pick_up(session, conversation)
    assert withdraw(session, conversation, LATER, by=EndedBy.BOT, reason=reason) is False
    assert owner_of(session, conversation) == "agent"
    assert _all(session) == [(Reason.BOT_FAILURE, Status.PICKED)]


def test_nothing_to_withdraw(session: Session, conversation: str) -> None:
    assert withdraw(session, conversation, NOW, by=EndedBy.CUSTOMER) is False
    assert owner_of(session, conversation) == "bot"


def test_asking_again_after_a_withdrawal_waits_anew(session: Session, conversation: str) -> None:
    request_handoff(session, conversation, Reason.ASKED, NOW)
    withdraw(session, conversation, NOW, by=EndedBy.CUSTOMER)
    request_handoff(session, conversation, Reason.NOT_UNDERSTOOD, LATER)
    session.expire_all()
    assert _all(session) == [(Reason.ASKED, Status.WITHDRAWN), (Reason.NOT_UNDERSTOOD, Status.WAITING)]
    handoff = open_handoff(session, conversation)
    assert handoff is not None
    assert handoff.requested_at == LATER
    assert owner_of(session, conversation) == "queue"


@pytest.mark.usefixtures("database")
def test_two_requests_at_once_are_one() -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))

    def ask() -> None:
        with transaction() as session:
            request_handoff(session, "c1", Reason.ASKED, NOW)

    assert at_once(*[ask] * 4) == [None] * 4
    assert count("handoffs") == 1
