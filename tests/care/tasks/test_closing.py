"""Closing: what was found, what follows from it, and what the system closes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import Conflict, InvalidInput
from care.followup import notes
from care.followup.staff import record_result
from care.sla.policy import policy
from care.tasks.closing import close_due, close_ticket, enter_findings
from care.tasks.findings import Findings
from care.tasks.tables import Task
from care.tickets.rules import EventKind
from care.tickets.tables import Ticket, TicketEvent
from tests.support.desk import noted
from tests.support.times import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RIGHT = Findings(True, "network_fault", "光猫批次全部更换")
WRONG = Findings(False, "misunderstanding")


def _tasks(session: Session) -> list[tuple[str, str, str | None, str | None]]:
    session.flush()
    return [
        (task.kind, task.department, task.assignee, task.not_by)
        for task in session.scalars(select(Task).order_by(Task.id))
    ]


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        (None, "findings_missing"),
        (Findings(True, "network_fault"), "findings_missing"),  # nothing against it
        (Findings(True, "network_fault", "  "), "findings_missing"),
        (Findings(False, "the moon"), "cause"),
    ],
)
def test_a_complaint_is_not_closed_without_findings(
    session: Session, ticket: Ticket, findings: Findings | None, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        close_ticket(session, ticket.number, "7", NOW + HOUR, findings)
    assert (refused.value.reason, ticket.status) == (reason, "resolved")


def test_a_justified_complaint_is_apologised_for_and_asked_about_by_somebody_else(
    session: Session, ticket: Ticket
) -> None:
    for _ in range(2):  # sent again
        close_ticket(session, ticket.number, "7", NOW + HOUR, RIGHT)
    assert (ticket.status, ticket.justified, ticket.cause) == ("closed", True, "network_fault")
    assert ticket.prevention == "光猫批次全部更换"
    assert _tasks(session) == [("apology", "network", "7", None), ("revisit", "service", None, "7")]
    kinds = session.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id)).all()
    assert [kind for kind in kinds if kind in ("findings", "task")] == ["findings", "task", "task"]
    assert ("staff:7", "ticket_close", f"ticket:{ticket.number}") in noted(session)


def test_a_serious_one_is_visited(session: Session, ticket: Ticket) -> None:
    ticket.severity = "critical"
    close_ticket(session, ticket.number, "7", NOW + HOUR, RIGHT)
    assert [kind for kind, *_ in _tasks(session)] == ["visit", "revisit"]


def test_an_unjustified_one_is_only_asked_about(session: Session, ticket: Ticket) -> None:
    close_ticket(session, ticket.number, "7", NOW + HOUR, WRONG)
    assert (ticket.justified, ticket.prevention) == (False, None)
    assert [kind for kind, *_ in _tasks(session)] == ["revisit"]


def test_the_system_closes_what_nobody_objected_to(session: Session, ticket: Ticket) -> None:
    assert close_due(session, NOW + 30 * DAY) == [], "nobody said what was found: it stays on its owner's list"
    enter_findings(session, ticket.number, RIGHT, "7", NOW + HOUR)
    enter_findings(session, ticket.number, RIGHT, "7", NOW + HOUR)
    assert close_due(session, NOW + 7 * DAY - HOUR) == []
    assert close_due(session, NOW + 7 * DAY + HOUR) == [ticket.number]
    assert close_due(session, NOW + 7 * DAY + HOUR) == []
    last = session.scalars(select(TicketEvent).where(TicketEvent.status == "closed")).one()
    assert last.actor == "system"
    assert [kind for kind, *_ in _tasks(session)] == ["apology", "revisit"]
    found = session.scalars(select(TicketEvent).where(TicketEvent.kind == EventKind.FINDINGS)).all()
    assert len(found) == 1


def test_what_has_not_reached_is_not_closed_by_the_system(session: Session, ticket: Ticket) -> None:
    notes.reopen_for_customer(session, ticket.number, "又断了", "7", NOW + HOUR, policy())
    record_result(session, ticket.number, "已更换线路", "7", NOW + 2 * HOUR)
    enter_findings(session, ticket.number, RIGHT, "7", NOW + 2 * HOUR)
    assert close_due(session, NOW + 30 * DAY) == []


def test_what_was_found_before_does_not_count_after_reopening(session: Session, ticket: Ticket) -> None:
    close_ticket(session, ticket.number, "7", NOW + HOUR, RIGHT)
    notes.reopen_for_customer(session, ticket.number, "又断了", "7", NOW + 2 * HOUR, policy())
    assert (ticket.justified, ticket.cause, ticket.prevention) == (None, None, None)


def test_findings_belong_to_a_result(session: Session, ticket: Ticket) -> None:
    close_ticket(session, ticket.number, "7", NOW + HOUR, WRONG)
    with pytest.raises(Conflict, match="closed"):
        enter_findings(session, ticket.number, RIGHT, "7", NOW + HOUR)
