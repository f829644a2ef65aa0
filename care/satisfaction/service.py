"""Filing a suggestion: a ticket of kind feedback, once for a message. No clock runs on it (care/sla/policy.yml)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.attachments.service import attach_to_ticket
from care.conversations.service import close_matter
from care.errors import InvalidInput
from care.followup.rules import mobile_in
from care.once import OnceKey, once
from care.sla.policy import SUGGESTION, Policy
from care.tickets.rules import Kind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket

#: as long as a message may be
MAX_WORDS = 12_000


@dataclass(frozen=True)
class Suggested:
    number: str
    #: title of the department
    department: str


def file_suggestion(session: Session, words: str, key: OnceKey, policy: Policy, now: datetime) -> Suggested:
    """Write the ticket; the same key again returns the first one. A mobile number in the words is the contact.

    Raises InvalidInput `field_empty` where there are no words.
    """
    said = words.strip()[:MAX_WORDS]
    if not any(sign.isalnum() for sign in said):
        raise InvalidInput("field_empty", "no words in it")

    def write() -> dict[str, Any]:
        suggestions = policy.suggestions
        ticket = Ticket(
            category=SUGGESTION,
            department=suggestions.department,
            priority=suggestions.priority,
            complexity="simple",
            policy_version=policy.version,
            conversation_id=key.conversation_id,
            description=said,
            contact=mobile_in(said),
        )
        open_ticket(session, ticket, Kind.FEEDBACK, "customer", now)
        attach_to_ticket(session, key.conversation_id, ticket.id, now)
        close_matter(session, key.conversation_id, key.message_id)
        return {"number": ticket.number, "department": policy.departments[suggestions.department]}

    return Suggested(**once(session, key, now, write))
