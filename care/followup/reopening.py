"""Working on a ticket again whose customer is not satisfied with the result."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from care.followup import rules
from care.followup.access import resolved_at
from care.sla.policy import BY_PERSON, FIRST_FEEDBACK, Policy
from care.sla.service import start_clock
from care.tickets.rules import EventKind, Kind, Status
from care.tickets.service import change_status, raise_priority
from care.tickets.tables import Ticket


def reopening_refused(session: Session, ticket: Ticket, now: datetime) -> str | None:
    """Why it cannot be: `not_resolved`, `reopen_too_late`; None when it can."""
    if ticket.merged_into is not None or ticket.kind in (Kind.APPEAL, Kind.CALLBACK):
        return "not_resolved"
    return rules.reopening_refused(ticket.status, resolved_at(session, ticket), now)


def take_up_again(
    session: Session, ticket: Ticket, note: str | None, actor: str, now: datetime, policy: Policy
) -> None:
    """More urgently, with a new promise; the earlier result stays in the history.

    On a suggestion nothing is promised; a request about personal data that was done without anybody is now a person's.
    `ticket` is locked by the caller, who has asked `reopening_refused`.
    """
    change_status(session, ticket.id, Status.IN_PROGRESS, actor, now, note, EventKind.REOPENED)
    ticket.outcome = None
    raise_priority(session, ticket, "system", now)
    if ticket.kind == Kind.PRIVACY and ticket.complexity != BY_PERSON:
        ticket.complexity = BY_PERSON
        start_clock(session, ticket.id, FIRST_FEEDBACK, policy, now)
    if ticket.kind != Kind.FEEDBACK:
        start_clock(session, ticket.id, policy.solution_of(ticket.category, ticket.complexity), policy, now)
