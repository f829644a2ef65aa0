"""A task on a screen, as `Task` of the desk: whose it is, masked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.accounts.rules import mask_phone
from care.sla.policy import policy
from care.tasks import listing
from care.tasks.listing import Listed
from care.tasks.rules import Kind, Status, tasks_spec
from care.tickets.rules import OPEN

Json = dict[str, Any]


def task_json(listed: Listed, staff: str, now: datetime) -> Json:
    """`staff`: the number of who looks."""
    task, ticket = listed.task, listed.ticket
    spec, rules = tasks_spec().kinds[Kind(task.kind)], policy()
    outcome = spec.outcome(task.outcome) if task.outcome else None
    phone = ticket.line if ticket and ticket.line else listed.customer.phone if listed.customer else None
    is_open = task.status == Status.OPEN
    return {
        "id": task.id,
        "kind": task.kind,
        "kind_title": spec.title,
        "ticket": ticket.number if ticket else None,
        "conversation": task.conversation_id,
        "category_title": rules.title_of(ticket.category) if ticket else None,
        "customer_masked": mask_phone(phone) if phone else None,
        "department": task.department,
        "department_title": rules.title_of_department(task.department),
        "assignee": task.assignee,
        "due_at": task.due_at,
        "is_late": is_open and task.due_at <= now,
        "tries": task.tries,
        "next_try_at": task.next_try_at,
        "status": task.status,
        "outcome": task.outcome,
        "outcome_title": outcome.title if outcome else task.outcome,
        "score": task.score,
        "opened_at": task.opened_at,
        "done_at": task.done_at,
        "script": spec.script,
        "outcomes": [
            {"name": each.name, "title": each.title, "needs_score": each.needs_score} for each in spec.outcomes
        ],
        "can": _can(listed, staff),
    }


def _can(listed: Listed, staff: str) -> list[str]:
    """A supervisor may more: they are asked when they try."""
    task, ticket = listed.task, listed.ticket
    waits = ticket is not None and ticket.status in OPEN
    if task.status != Status.OPEN or waits or task.not_by == staff:
        return []
    if task.assignee is None:
        return ["take", "tried", "done"]
    return ["tried", "done"] if task.assignee == staff else []


def tasks_of_ticket(session: Session, ticket_id: int, staff: str, now: datetime) -> list[Json]:
    """Also those that are done, the oldest first."""
    return [task_json(each, staff, now) for each in listing.tasks_of_ticket(session, ticket_id)]
