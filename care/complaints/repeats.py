"""The same matter again: an open complaint that may be urged on instead of filing a second one, and how often there was
one in the last 30 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from care.accounts.service import conversations_of_same_user, phone_index
from care.tickets.rules import OPEN, Kind, Level, Status
from care.tickets.service import level_of
from care.tickets.tables import Ticket

#: filed this long ago or less, it is the same matter
SAME_MATTER = timedelta(days=7)
#: complaints about the same that are this old or less count as one that was never settled
REPEATED_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class OpenMatter:
    number: str
    #: False: only the line is the same, and anybody can name a line; then the number is not shown
    is_own: bool
    filed_at: datetime


def open_matter(
    session: Session, conversation_id: str, line: str | None, category: str, now: datetime
) -> OpenMatter | None:
    """An open complaint of this category, at most SAME_MATTER old, on the same line or from this conversation.

    From this conversation: not about another line. `line` is normalised. The conversation's own before others', then
    the newest.
    """
    here = Ticket.conversation_id == conversation_id
    if line is None:
        is_same = here
    else:
        index = phone_index(line)
        is_same = or_(Ticket.line_index == index, and_(here, Ticket.line_index.is_(None)))
    ticket = session.scalar(
        select(Ticket)
        .where(
            is_same,
            Ticket.kind == Kind.COMPLAINT,
            Ticket.status.in_(OPEN),
            Ticket.category == category,
            Ticket.created_at >= now - SAME_MATTER,
        )
        .order_by(here.is_not(True), Ticket.id.desc())
        .limit(1)
    )
    if ticket is None:
        return None
    is_own = level_of(session, conversation_id, ticket) >= Level.CODE
    return OpenMatter(ticket.number, is_own, ticket.created_at)


def newest_before(
    session: Session, conversation_id: str | None, line: str | None, category: str, now: datetime
) -> Ticket | None:
    """The newest complaint of this category of the last REPEATED_WITHIN days, on the line or, where none is named, by
    the same customer; also one that was answered and closed. What was withdrawn is no complaint.

    `line` is normalised.
    """
    if line is not None:
        is_same = Ticket.line_index == phone_index(line)
    elif conversation_id is not None:
        here = Ticket.conversation_id.in_(conversations_of_same_user(session, conversation_id, now))
        is_same = and_(here, Ticket.line_index.is_(None))
    else:
        return None
    return session.scalar(
        select(Ticket)
        .where(
            is_same,
            Ticket.kind == Kind.COMPLAINT,
            Ticket.category == category,
            Ticket.status != Status.CANCELLED,
            Ticket.created_at >= now - REPEATED_WITHIN,
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Repeats:
    """Complaints of one category, on one line or from one customer, in the last 30 days."""

    total: int
    #: those of them that the customer knows of: filed here or proved. Anybody can name a line, so only these are told.
    own: int


def repeats(session: Session, conversation_id: str, line: str | None, category: str, now: datetime) -> Repeats:
    """`line` is normalised. What was withdrawn is no complaint."""
    conversations = conversations_of_same_user(session, conversation_id, now)
    here = Ticket.conversation_id.in_(conversations)
    is_same = (
        here if line is None else or_(Ticket.line_index == phone_index(line), and_(here, Ticket.line_index.is_(None)))
    )
    tickets = session.scalars(
        select(Ticket).where(
            is_same,
            Ticket.kind == Kind.COMPLAINT,
            Ticket.category == category,
            Ticket.status != Status.CANCELLED,
            Ticket.created_at >= now - REPEATED_WITHIN,
        )
    ).all()
    own = [
        ticket
        for ticket in tickets
        if ticket.conversation_id in conversations or level_of(session, conversation_id, ticket) >= Level.CODE
    ]
    return Repeats(len(tickets), len(own))
