from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from care.answers.service import answers_of, reach_by_word
from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.staff import record_result
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket
from tests.support.desk import member
from tests.support.tickets import file
from tests.support.times import NOW


@pytest.fixture
def session(database: object) -> Iterator[Session]:
    """With agents 7 and 8 and supervisor 9, and a conversation c1."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        for number, role in (("7", "agent"), ("8", "agent"), ("9", "supervisor")):
            member(session, role, number=number)
    with transaction() as session:
        yield session


@pytest.fixture
def ticket(session: Session) -> Ticket:
    """A complaint that 7 answered, and whose customer heard it."""
    number = file()
    found = ticket_by_number(session, number)
    assert found is not None
    record_result(session, number, "已更换光猫，测速正常。", "7", NOW)
    reach_by_word(session, number, answers_of(session, found.id)[-1].id, "7", NOW)
    return found
