"""Filing a complaint: ticket, events and clocks in one transaction, once for a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from care.accounts.rules import is_mobile
from care.accounts.service import customer_of_phone, phone_index
from care.complaints.rules import Draft
from care.conversations.service import close_matter
from care.once import OnceKey, once
from care.sla.policy import FIRST_FEEDBACK, Policy
from care.sla.service import start_clocks
from care.tickets.rules import Kind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket


@dataclass(frozen=True)
class Filed:
    number: str
    department: str
    feedback_due: datetime
    solution_due: datetime


def file_complaint(session: Session, draft: Draft, key: OnceKey, policy: Policy, now: datetime) -> Filed:
    """Write the ticket; the same key again returns the first ticket. `draft.line` is normalised."""

    def write() -> dict[str, str]:
        category = policy.categories[draft.category]
        customer = customer_of_phone(session, draft.line, now) if draft.line and is_mobile(draft.line) else None
        ticket = Ticket(
            category=draft.category,
            department=category.department,
            priority=category.priority,
            complexity=category.complexity,
            policy_version=policy.version,
            conversation_id=key.conversation_id,
            customer_id=customer.id if customer else None,
            line=draft.line,
            line_index=phone_index(draft.line) if draft.line else None,
            description=draft.description,
            since=draft.since,
            since_date=draft.since_date,
            wish=draft.wish,
            contact=draft.contact,
        )
        open_ticket(session, ticket, Kind.COMPLAINT, "customer", now)
        due = start_clocks(session, ticket.id, draft.category, category.complexity, policy, now)
        close_matter(session, key.conversation_id, key.message_id)
        return {
            "number": ticket.number,
            "department": policy.departments[category.department],
            "feedback_due": due[FIRST_FEEDBACK].isoformat(),
            "solution_due": due[f"solution_{category.complexity}"].isoformat(),
        }

    result = once(session, key, now, write)
    return Filed(
        result["number"],
        result["department"],
        datetime.fromisoformat(result["feedback_due"]),
        datetime.fromisoformat(result["solution_due"]),
    )
