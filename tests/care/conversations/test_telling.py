"""Saying something that no message asked for; on one occasion once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.rules import check_message_id
from care.conversations.tables import Conversation, Message
from care.conversations.telling import id_of, tell
from care.errors import InvalidInput
from care.wording import say
from tests.support.times import NOW


@pytest.fixture(autouse=True)
def _conversations(session: Session) -> None:
    session.add_all(Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2"))
    session.flush()


def test_an_occasion_is_told_once_in_a_conversation(session: Session) -> None:
    first = tell(session, "c1", "utter_agent_joined", NOW, once="joined:1", staff="1007")
    assert tell(session, "c1", "utter_agent_joined", NOW, once="joined:1", staff="1007") == first
    assert tell(session, "c1", "utter_agent_joined", NOW, once="joined:2", staff="1007") != first
    assert tell(session, "c2", "utter_agent_joined", NOW, once="joined:1", staff="1007") != first
    said = session.get_one(Message, first)
    assert (said.author, said.text) == ("system", say("agent_joined", staff="1007"))


def test_what_names_no_occasion_is_said_each_time(session: Session) -> None:
    for _ in range(2):
        tell(session, "c1", "utter_handed_back", NOW)
    assert session.scalar(select(func.count()).where(Message.conversation_id == "c1")) == 2


def test_no_customers_id_is_one_of_an_occasion(session: Session) -> None:
    said = tell(session, "c1", "utter_handed_back", NOW, once="back:1")
    own_id = session.get_one(Message, said).channel_message_id or ""
    assert id_of(session, "c1", own_id) == said
    with pytest.raises(InvalidInput):
        check_message_id(own_id)
