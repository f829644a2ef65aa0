"""An agent opens a number that no SMS reaches."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.proofs import open_lines
from care.accounts.rules import Level
from care.accounts.tables import Proof
from care.conversations.service import set_owner
from care.conversations.tables import Conversation
from care.errors import InvalidInput, NotAllowed
from care.handoff.verification import verify_by_agent
from tests.support.times import NOW

PHONE = "13800138000"


@pytest.fixture
def conversation(session: Session) -> str:
    session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    session.flush()
    set_owner(session, "c1", "agent")
    return "c1"


METHODS: list[Literal["agent", "holder"]] = ["agent", "holder"]


@pytest.mark.parametrize("method", METHODS)
def test_the_number_is_open_as_after_a_code_and_the_proof_names_the_agent(
    session: Session, conversation: str, method: Literal["agent", "holder"]
) -> None:
    line = verify_by_agent(session, conversation, PHONE, "1007", method, NOW)
    assert (line.level, line.until) == (Level.PROVED, NOW + timedelta(minutes=15))
    row = session.scalars(select(Proof)).one()
    assert (row.method, row.staff) == (method, "1007")


def test_it_goes_on_when_the_bot_has_the_conversation_again(session: Session, conversation: str) -> None:
    line = verify_by_agent(session, conversation, PHONE, "1007", "agent", NOW)
    set_owner(session, conversation, "bot")
    assert open_lines(session, conversation, NOW + timedelta(minutes=14), Level.PROVED) == [line]


OWNERS = ["bot", "queue"]


@pytest.mark.parametrize("owner", OWNERS)
def test_only_who_talks_with_the_customer_can_say_who_it_is(session: Session, conversation: str, owner: str) -> None:
    set_owner(session, conversation, owner)
    with pytest.raises(NotAllowed) as refused:
        verify_by_agent(session, conversation, PHONE, "1007", "agent", NOW)
    assert refused.value.reason == "not_with_agent"
    assert PHONE not in str(refused.value)
    assert open_lines(session, conversation, NOW, Level.ANONYMOUS) == []


def test_nobody_verifies_namelessly(session: Session, conversation: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        verify_by_agent(session, conversation, PHONE, "", "agent", NOW)
    assert refused.value.reason == "staff"
