"""Who works on a ticket, which department, and how urgent it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from care.errors import Conflict, InvalidInput
from care.followup.working import actor_of, check_open, held_ticket, leave_traces, written
from care.sla.policy import Policy
from care.staff.rules import Permission, Role, permissions_of
from care.staff.service import staff_by_number
from care.tickets.rules import EventKind, Status
from care.tickets.service import add_event, change_status
from care.tickets.tables import Ticket


def take(session: Session, number: str, staff: str, now: datetime) -> None:
    """Work on a ticket that nobody has. Of two who take it at once the second one gets Conflict `taken`.

    Raises InvalidInput `ticket`; Conflict `taken`, `ticket_status` when it is not open.
    """
    ticket = held_ticket(session, number)
    check_open(ticket)
    if ticket.assignee == staff:
        return
    if ticket.assignee is not None:
        raise Conflict("taken", f"{ticket.assignee} works on it")
    _give(session, ticket, staff, staff, now)
    leave_traces(session, ticket, staff, "take", now)


def assign(session: Session, number: str, to: str | None, staff: str, now: datetime) -> None:
    """Give a ticket to somebody, or to nobody (`to` None).

    Raises InvalidInput `ticket`, `assignee` for a number of nobody who works on tickets; Conflict `ticket_status`.
    """
    ticket = held_ticket(session, number)
    check_open(ticket)
    if ticket.assignee == to:
        return
    if to is not None and not _works_on_tickets(session, to):
        raise InvalidInput("assignee", "nobody of this number works on tickets")
    before = ticket.assignee
    _give(session, ticket, to, staff, now)
    leave_traces(session, ticket, staff, "assign", now, detail={"from": before, "to": to})


def transfer_to_department(
    session: Session, number: str, department: str, words: str, staff: str, now: datetime, policy: Policy
) -> None:
    """Another department takes it on: nobody's there yet, with the same clocks.

    Raises InvalidInput `ticket`, `department` for one that the policy does not have, `reason_missing`; Conflict
    `ticket_status`.
    """
    said = written(words, "reason_missing")
    if department not in policy.departments:
        raise InvalidInput("department", "no department of the policy file")
    ticket = held_ticket(session, number)
    check_open(ticket)
    if ticket.department == department:
        return
    before, ticket.department, ticket.assignee = ticket.department, department, None
    add_event(session, ticket, EventKind.TRANSFERRED, actor_of(staff), now, note=f"{before} → {department}: {said}")
    detail = {"from": before, "to": department}
    leave_traces(session, ticket, staff, "department", now, detail=detail, reason=said)


def set_priority(session: Session, number: str, priority: int, staff: str, now: datetime) -> None:
    """1 urgent to 4 low. Raises InvalidInput `ticket`, `priority`; Conflict `ticket_status`."""
    if priority not in range(1, 5):
        raise InvalidInput("priority", "1 to 4")
    ticket = held_ticket(session, number)
    check_open(ticket)
    if ticket.priority == priority:
        return
    before, ticket.priority = ticket.priority, priority
    add_event(session, ticket, EventKind.PRIORITY, actor_of(staff), now, note=f"{before} → {priority}")
    leave_traces(session, ticket, staff, "priority", now, detail={"from": before, "to": priority})


def _give(session: Session, ticket: Ticket, to: str | None, staff: str, now: datetime) -> None:
    ticket.assignee = to
    if to is not None and ticket.status == Status.ACKNOWLEDGED:
        change_status(session, ticket.id, Status.IN_PROGRESS, actor_of(staff), now)
    add_event(session, ticket, EventKind.ASSIGNED, actor_of(staff), now, note=to)


def _works_on_tickets(session: Session, number: str) -> bool:
    found = staff_by_number(session, number)
    return found is not None and found.left_at is None and Permission.TICKETS in permissions_of(Role(found.role))
