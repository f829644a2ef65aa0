"""A ticket that was filed in conversation c1, and another customer's conversation c2."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.once import OnceKey
from care.sla.policy import DEFAULT, Policy, load_policy
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket
from tests.support.times import NOW

DRAFT = Draft("complaint_vas", "乱开业务", line="13800138000", contact="13900139000 晚上")

_MESSAGES = itertools.count(1000)

File = Callable[..., Ticket]


@pytest.fixture(scope="session")
def shipped() -> Policy:
    return load_policy(DEFAULT)


@pytest.fixture
def conversations(session: Session) -> None:
    session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    session.flush()


@pytest.fixture
def file(session: Session, conversations: None, shipped: Policy) -> File:
    """`file(conversation_id="c1", now=NOW, **changes to the draft)`."""

    def file(conversation_id: str = "c1", now: datetime = NOW, **changes: object) -> Ticket:
        key = OnceKey(conversation_id, next(_MESSAGES), "file")
        filed = file_complaint(session, replace(DRAFT, **changes), key, shipped, now)  # type: ignore[arg-type]
        ticket = ticket_by_number(session, filed.number)
        assert ticket is not None
        return ticket

    return file
