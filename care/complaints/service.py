"""Filing a complaint: ticket, events, evidence and clocks in one transaction, once for a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.accounts.origin import origin_with
from care.accounts.rules import is_mobile
from care.accounts.segments import segment_of
from care.accounts.service import customer_of_phone, phone_index
from care.attachments.service import attach_to_ticket
from care.complaints.repeats import newest_before
from care.complaints.rules import Draft
from care.conversations.service import close_matter
from care.once import OnceKey, once
from care.sla.policy import FIRST_FEEDBACK, Policy
from care.sla.service import start_clock, start_clocks
from care.sla.specs import Segment
from care.tickets.rules import Channel, Kind
from care.tickets.service import open_ticket, raise_priority, ticket_by_number
from care.tickets.tables import Ticket


@dataclass(frozen=True)
class Filed:
    number: str
    ticket_id: int
    #: title of the category
    category: str
    #: title of the department
    department: str
    feedback_due: datetime
    solution_due: datetime


def file_complaint(
    session: Session, draft: Draft, key: OnceKey, policy: Policy, now: datetime, *, closes_matter: bool = True
) -> Filed:
    """Write the ticket; the same key again returns the first ticket. `draft.line` is normalised.

    `closes_matter` False: the customer told a second matter, which the same Rasa session goes on with.
    """

    def write() -> dict[str, Any]:
        filing = Filing(Kind.COMPLAINT, Channel.CHAT, "customer", key.conversation_id)
        ticket, due = write_ticket(session, draft, filing, policy, now)
        attach_to_ticket(session, key.conversation_id, ticket.id, now)
        if closes_matter:
            close_matter(session, key.conversation_id, key.message_id)
        return {
            "number": ticket.number,
            "ticket_id": ticket.id,
            "category": policy.categories[ticket.category].title,
            "department": policy.departments[ticket.department],
            "feedback_due": due[FIRST_FEEDBACK].isoformat(),
            "solution_due": due[f"solution_{ticket.complexity}"].isoformat(),
        }

    result = once(session, key, now, write)
    return Filed(
        number=result["number"],
        ticket_id=result["ticket_id"],
        category=result["category"],
        department=result["department"],
        feedback_due=datetime.fromisoformat(result["feedback_due"]),
        solution_due=datetime.fromisoformat(result["solution_due"]),
    )


@dataclass(frozen=True)
class Filing:
    """How a ticket comes in."""

    kind: Kind
    channel: Channel
    #: of its first event: customer, or staff:<number>
    actor: str
    conversation_id: str | None = None
    #: number of the agent who enters it for somebody
    entered_by: str | None = None
    partner: str | None = None
    #: key | business | public, where whoever enters it knows (care.sla.specs.Segment); no account says so yet
    segment: Segment | None = None


def write_ticket(
    session: Session, draft: Draft, filing: Filing, policy: Policy, now: datetime
) -> tuple[Ticket, dict[str, datetime]]:
    """The ticket with its events and clocks, by the rules of its category; and when each clock is due.

    Nothing is promised on an appeal: its only clock comes with the letter.
    """
    category = policy.categories[draft.category]
    repeated = _repeated(session, draft, filing, now)
    ticket = Ticket(
        category=draft.category,
        department=category.department,
        priority=category.priority,
        complexity=category.complexity,
        policy_version=policy.version,
        conversation_id=filing.conversation_id,
        description=draft.description,
        since=draft.since,
        since_date=draft.since_date,
        wish=draft.wish,
        contact=draft.contact,
        address=draft.address,
        area=draft.area,
        speed_test=draft.speed_test,
        threatens_appeal=draft.threatens_appeal,
        repeat_of=repeated.id if repeated else None,
        channel=filing.channel,
        entered_by=filing.entered_by,
        partner=filing.partner,
        **_line_of(session, draft, now),
    )
    # Staff may know better than the operator's list.
    ticket.segment = filing.segment or segment_of(session, ticket.line_index)
    if filing.kind is Kind.APPEAL:
        ticket.department, ticket.priority = policy.appeals.department, policy.appeals.priority
    elif filing.channel is Channel.SUPERVISION:
        ticket.priority = min(ticket.priority, policy.supervision.priority)
    ticket.severity = policy.severity_of(ticket.priority)
    open_ticket(session, ticket, filing.kind, filing.actor, now)
    if repeated:
        raise_priority(session, ticket, "system", now)
    if filing.kind is Kind.APPEAL:
        return ticket, {}
    due = start_clocks(session, ticket, policy, now)
    if filing.channel is Channel.SUPERVISION:
        due[policy.supervision.clock] = start_clock(session, ticket, policy.supervision.clock, policy, now)
    return ticket, due


def _repeated(session: Session, draft: Draft, filing: Filing, now: datetime) -> Ticket | None:
    """What was said to be the same matter, else the newest complaint about it of the last weeks: another person looks
    at it then (care.followup.owners), more urgently."""
    if draft.repeat_of:
        return ticket_by_number(session, draft.repeat_of)
    if filing.kind is not Kind.COMPLAINT:
        return None
    return newest_before(session, filing.conversation_id, draft.line, draft.category, now)


def _line_of(session: Session, draft: Draft, now: datetime) -> dict[str, Any]:
    """The columns about the affected line. What the customer said of its operator wins over what the number seems."""
    if draft.line is None:
        return {"carrier": draft.carrier, "province": draft.province}
    customer = customer_of_phone(session, draft.line, now) if is_mobile(draft.line) else None
    carrier, province = draft.carrier, draft.province
    if carrier is None or province is None:
        origin = origin_with(customer.province if customer else None, draft.line)
        carrier, province = carrier or origin.carrier, province or origin.province
    return {
        "customer_id": customer.id if customer else None,
        "line": draft.line,
        "line_index": phone_index(draft.line),
        "carrier": carrier,
        "province": province,
    }
