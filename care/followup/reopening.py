"""Working on a ticket again whose customer is not satisfied with the result."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from care.followup.access import resolved_at
from care.followup.rules import reopening_refused as why_not_again
from care.sla.policy import FIRST_FEEDBACK, Policy
from care.sla.sections import BY_PERSON
from care.sla.service import running_clock, start_clock
from care.sla.versions import policy_of
from care.tickets.rules import EventKind, Kind, Status
from care.tickets.service import change_status, raise_priority
from care.tickets.tables import Ticket


def reopening_refused(session: Session, ticket: Ticket, now: datetime) -> str | None:
    """Why it cannot be: `not_resolved`, `reopen_too_late`; None when it can."""
    if ticket.merged_into is not None or ticket.kind in (Kind.APPEAL, Kind.CALLBACK):
        return "not_resolved"
    return why_not_again(ticket.status, resolved_at(session, ticket), now)


def take_up_again(
    session: Session, ticket: Ticket, note: str | None, actor: str, now: datetime, policy: Policy
) -> None:
    """More urgently, with a promise by the rules that it was filed under (`policy`: today's); the earlier result stays
    in the history.

    On a suggestion nothing is promised; a request about personal data that was done without anybody is now a person's.
    `ticket` is locked by the caller, who has asked `reopening_refused`.
    """
    change_status(session, ticket.id, Status.IN_PROGRESS, actor, now, note, EventKind.REOPENED)
    ticket.outcome = None
    # What is found this time may be something else; what was found before stands in the history.
    ticket.justified = ticket.cause = ticket.prevention = None
    raise_priority(session, ticket, "system", now)
    rules = policy_of(session, ticket, policy)
    if ticket.kind == Kind.PRIVACY and ticket.complexity != BY_PERSON:
        ticket.complexity = BY_PERSON
        start_clock(session, ticket, FIRST_FEEDBACK, rules, now)
    solution = rules.solution_of(ticket.category, ticket.complexity)
    # Where the result never reached the customer, the first promise of one still runs, and is the earlier one.
    if ticket.kind != Kind.FEEDBACK and running_clock(session, ticket.id, solution) is None:
        start_clock(session, ticket, solution, rules, now)
