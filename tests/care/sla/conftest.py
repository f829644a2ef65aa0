"""Tickets with clocks, as filing leaves them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from care.sla.policy import DEFAULT, Policy, load_policy
from care.sla.service import start_clocks
from care.tickets.rules import Kind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket
from tests.support.times import NOW

Open = Callable[..., Ticket]


@pytest.fixture(scope="session")
def shipped() -> Policy:
    return load_policy(DEFAULT)


@pytest.fixture
def opened(session: Session, shipped: Policy) -> Open:
    """`opened(policy=shipped, now=NOW, kind=complaint, **columns of the ticket)`, with its clocks."""

    def opened(policy: Policy = shipped, now: object = NOW, kind: Kind = Kind.COMPLAINT, **columns: object) -> Ticket:
        plain = {"category": "complaint_vas", "complexity": "simple", "department": "service", "priority": 3}
        ticket = Ticket(**plain | {"policy_version": policy.version, "description": "乱扣费"} | columns)
        open_ticket(session, ticket, kind, "customer", now)  # type: ignore[arg-type]
        start_clocks(session, ticket, policy, now)  # type: ignore[arg-type]
        return ticket

    return opened
