from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.service import ticket_by_number
from tests.support.desk import member
from tests.support.times import NOW

File = Callable[..., str]


@pytest.fixture
def file(database: object) -> File:
    """`file(message=1, in_chat=True, now=NOW, **fields of the draft)`: number of a complaint about a dead line. There
    are conversation c1, agent 7 and supervisor 9."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        for number, role in (("7", "agent"), ("9", "supervisor")):
            member(session, role, number=number)

    def file(message: int = 1, in_chat: bool = True, now: datetime = NOW, **fields: str) -> str:
        said = {"category": "complaint_broadband", "description": "断网三天了", "line": "13800138000"} | fields
        with transaction() as session:
            key = OnceKey("c1", message, "file")
            number = file_complaint(session, Draft(**said), key, policy(), now).number  # type: ignore[arg-type]
            if not in_chat:
                ticket = ticket_by_number(session, number)
                assert ticket is not None
                ticket.conversation_id = None
            return number

    return file
