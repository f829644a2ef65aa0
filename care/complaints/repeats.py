"""The same matter again: an open complaint that a customer may urge on instead of filing a second one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.tickets.rules import OPEN, Kind, Level
from care.tickets.service import level_of
from care.tickets.tables import Ticket

#: filed this long ago or less, it is the same matter
SAME_MATTER = timedelta(days=7)


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
