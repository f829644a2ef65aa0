"""However many tickets there are, what a customer asks about is found through an index."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.complaints.repeats import open_matter
from care.conversations.tables import Conversation
from care.db import transaction
from care.followup import service, staff
from care.once import OnceKey
from care.sla.policy import Policy
from care.sla.service import start_clocks
from care.tickets.rules import EventKind, Kind, Status
from care.tickets.service import add_event, open_ticket, ticket_by_number
from care.tickets.tables import Ticket
from tests.support.plans import read_whole
from tests.support.times import NOW

_MANY = 400
_LINE = "13800138000"


@pytest.fixture
def number(database: object, shipped: Policy) -> str:
    """Of the ticket that is asked about, among many."""
    with transaction() as session:
        for each in range(_MANY):
            session.add(Conversation(id=f"d{each}", channel="rest", created_at=NOW))
        session.flush()
        for each in range(_MANY):
            line = f"139{each:08d}" if each else _LINE
            ticket = Ticket(
                category="complaint_vas",
                department="service",
                priority=3,
                complexity="simple",
                policy_version=shipped.version,
                conversation_id=f"d{each}",
                line=line,
                line_index=phone_index(line),
                description="乱开业务",
            )
            open_ticket(session, ticket, Kind.COMPLAINT, "customer", NOW)
            start_clocks(session, ticket, shipped, NOW)
            add_event(session, ticket, EventKind.STATUS, "staff:7", NOW, status=Status.RESOLVED)
        # Of a small table everything is read, and these have small rows.
        for statement in (
            "INSERT INTO conversations (id, channel, owner, created_at) SELECT 'g' || n, '', 'bot', now() FROM many",
            "INSERT INTO ticket_grants SELECT 'g' || n, n % 400 + 1, 'code', now() FROM many",
            "INSERT INTO lookup_locks SELECT 'ticket:' || n, 1, now() FROM many",
        ):
            session.execute(text(f"WITH many AS (SELECT generate_series(1, 5000) AS n) {statement}"))
        session.execute(text("ANALYZE"))
        return session.scalars(select(Ticket.number).where(Ticket.conversation_id == "d0")).one()


Work = Callable[[Session, str], object]

WORKS: list[tuple[str, list[str], Work]] = [
    (
        "own tickets",
        ["tickets", "ticket_grants", "clocks", "ticket_events"],
        lambda session, number: service.own_tickets(session, "d0", NOW),
    ),
    (
        "an open matter",
        ["tickets"],
        lambda session, number: open_matter(session, "d5", _LINE, "complaint_vas", NOW),
    ),
    (
        "a proof",
        ["tickets", "lookup_locks", "clocks", "ticket_events"],
        lambda session, number: service.prove_by_digits(session, "d5", number, "8000", OnceKey("d5", 1, "prove"), NOW),
    ),
    (
        "urging",
        ["tickets", "ticket_events"],
        lambda session, number: service.urge(session, "d0", number, "快点", OnceKey("d0", 1, "urge"), NOW),
    ),
    (
        "withdrawing",
        ["tickets", "clocks"],
        lambda session, number: service.withdraw(session, "d0", number, OnceKey("d0", 1, "withdraw"), NOW),
    ),
    (
        "a result",
        ["tickets", "clocks"],
        lambda session, number: staff.record_result(session, number, "已退费", "7", NOW),
    ),
]


def test_nothing_reads_a_table_from_end_to_end(number: str) -> None:
    for name, tables, work in WORKS:
        for table in tables:
            assert read_whole(table, lambda session, work=work: work(session, number)) == [], (name, table)  # type: ignore[misc]
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        assert ticket.status == "acknowledged", "nothing of it was kept"
