"""What a list shows of a ticket: `TicketRow` of the desk. Numbers are masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.accounts.rules import mask_phone
from care.desk.masking_text import masked
from care.desk.titles import titles
from care.sla.policy import Policy, policy
from care.sla.service import clocks_of
from care.sla.tables import Clock
from care.tickets.rules import Kind, Status
from care.tickets.tables import Ticket


def rows_of(session: Session, tickets: Sequence[Ticket], now: datetime) -> list[dict[str, Any]]:
    """In one statement, however many there are."""
    clocks = clocks_of(session, [ticket.id for ticket in tickets])
    return [_row(ticket, clocks.get(ticket.id, []), policy(), now) for ticket in tickets]


def _row(ticket: Ticket, clocks: Sequence[Clock], rules: Policy, now: datetime) -> dict[str, Any]:
    due = [clock for clock in clocks if clock.met_at is None and clock.ended_at is None]
    owed = [clock.due_at for clock in due]
    # One that stands still is due later, by what passes meanwhile.
    counting = [clock.due_at for clock in due if clock.paused_at is None]
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "kind_title": titles().kinds[Kind(ticket.kind)],
        "status": ticket.status,
        "status_title": titles().statuses[Status(ticket.status)],
        "category": ticket.category,
        "category_title": rules.title_of(ticket.category),
        "department": ticket.department,
        "department_title": rules.title_of_department(ticket.department),
        "priority": ticket.priority,
        "assignee": ticket.assignee,
        "channel": ticket.channel,
        "partner": masked(ticket.partner) if ticket.partner else None,
        "created_at": ticket.created_at,
        "line_masked": mask_phone(ticket.line) if ticket.line else None,
        "clocks": [_clock(clock, rules) for clock in clocks if _counts(clock)],
        "next_due": min(owed, default=None),
        "is_missed": any(due <= now for due in counting),
        "repeat": ticket.repeat_of is not None,
        "appeal": ticket.kind == Kind.APPEAL,
    }


def _counts(clock: Clock) -> bool:
    """Not one whose place another took before it was over."""
    return clock.ended_at is None or clock.met_at is not None or clock.missed_at is not None


def _clock(clock: Clock, rules: Policy) -> dict[str, Any]:
    return {
        "name": clock.name,
        "title": rules.title_of_clock(clock.name),
        "kind": clock.kind,
        "starts_at": clock.starts_at,
        "due_at": clock.due_at,
        "met_at": clock.met_at,
        "missed_at": clock.missed_at,
        "paused_at": clock.paused_at,
        "renews": clock.renews is not None,
    }
