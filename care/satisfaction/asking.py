"""Who is asked for a mark, and who is left alone: the one place that decides it, for all that is asked about.

Order of locks: a ticket, then `held`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from care.accounts.tables import ChannelUser, KnownConversation
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation, Message
from care.handoff.rules import Reason
from care.handoff.tables import Concern, Handoff
from care.satisfaction.rules import satisfaction
from care.satisfaction.tables import Rating, RatingOptOut
from care.sla.tables import Pause
from care.tickets.tables import Ticket

#: in whose conversation one of these came up, nobody asks for marks
NOT_ASKED = (Reason.DISTRESS, Reason.BEREAVED)

#: Why somebody is not asked. Only the last two pass.
Spared = Literal["our_own", "minor", "concern", "opted_out", "lately", "with_person", "busy"]
LATER: frozenset[Spared] = frozenset({"with_person", "busy"})


@dataclass(frozen=True)
class Split:
    """What the figures of a mark are split by, as it was when it was asked."""

    channel: str
    is_senior: bool | None


def held(session: Session, conversation_id: str, customer_id: int | None, *, wait: bool = True) -> bool:
    """Until the transaction ends, nobody else asks this customer. `wait` False: gives up where somebody is at it."""
    names = [f"ratings {conversation_id}", *([f"ratings of {customer_id}"] if customer_id is not None else [])]
    if wait:
        for name in names:
            session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
        return True
    return all(session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(name)))) for name in names)


def spared(
    session: Session, conversation_id: str, customer_id: int | None, now: datetime, *, is_there: bool = False
) -> Spared | None:
    """Why whoever writes here is not asked (now); None: they may be. `is_there`: they just talked with us, and the
    question is the end of it.
    """
    talk = session.get(Conversation, conversation_id)
    if talk is None or talk.channel == AUDIT_CHANNEL:
        return "our_own"
    if talk.minor_at is not None:
        return "minor"
    if _had_concern(session, conversation_id):
        return "concern"
    if is_opted_out(session, conversation_id=conversation_id, customer_id=customer_id):
        return "opted_out"
    if was_asked_lately(session, conversation_id, customer_id, now):
        return "lately"
    if is_there:
        return None
    if talk.owner != "bot":
        return "with_person"
    return "busy" if _is_busy(session, conversation_id, now) else None


def was_asked_lately(session: Session, conversation_id: str, customer_id: int | None, now: datetime) -> bool:
    """About anything, in this conversation or another of theirs. A question that is not answered yet is as young."""
    return session.scalar(select(exists().where(asked_lately(conversation_id, customer_id, now)))) or False


def asked_lately(
    conversation_id: str | InstrumentedAttribute[str], customer_id: int | None, now: datetime
) -> ColumnElement[bool]:
    theirs = Rating.conversation_id == conversation_id
    if customer_id is not None:
        theirs = or_(theirs, Rating.customer_id == customer_id)
    return theirs & (Rating.asked_at > satisfaction().asked_since(now))


def is_opted_out(session: Session, *, conversation_id: str | None = None, customer_id: int | None = None) -> bool:
    """Did they ask not to be asked, in this conversation or, under their number, in another?"""
    mine = [RatingOptOut.conversation_id == conversation_id] if conversation_id is not None else []
    mine += [RatingOptOut.customer_id == customer_id] if customer_id is not None else []
    return bool(mine) and session.scalar(select(RatingOptOut.conversation_id).where(or_(*mine)).limit(1)) is not None


def opt_out(session: Session, conversation_id: str, now: datetime) -> None:
    """Never ask them again. Again: nothing."""
    values = {"conversation_id": conversation_id, "customer_id": customer_of(session, conversation_id), "at": now}
    session.execute(insert(RatingOptOut).values(values).on_conflict_do_nothing())


def customer_of(session: Session, conversation_id: str) -> int | None:
    """Whose ticket was filed here last, where that is known."""
    return session.scalar(
        select(Ticket.customer_id)
        .where(Ticket.conversation_id == conversation_id, Ticket.customer_id.is_not(None))
        .order_by(Ticket.id.desc())
        .limit(1)
    )


def split_of(session: Session, conversation_id: str) -> Split:
    """Age is only what a channel signed: whether it vouches for somebody as old."""
    senior = (
        select(ChannelUser.is_senior)
        .join(KnownConversation, KnownConversation.channel_user_id == ChannelUser.id)
        .where(KnownConversation.conversation_id == conversation_id)
    )
    channel = session.scalars(select(Conversation.channel).where(Conversation.id == conversation_id)).one()
    return Split(channel, session.scalar(senior))


def _had_concern(session: Session, conversation_id: str) -> bool:
    raised = exists().where(Concern.conversation_id == conversation_id, Concern.reason.in_(NOT_ASKED))
    handed = exists().where(Handoff.conversation_id == conversation_id, Handoff.reason.in_(NOT_ASKED))
    return session.scalar(select(or_(raised, handed))) or False


def _is_busy(session: Session, conversation_id: str, now: datetime) -> bool:
    """They wrote just now, or owe the answer to a question about a ticket."""
    wrote = exists().where(
        Message.conversation_id == conversation_id,
        Message.author == "customer",
        Message.created_at > now - satisfaction().quiet,
    )
    owes = exists().where(
        Pause.ticket_id == Ticket.id, Ticket.conversation_id == conversation_id, Pause.ended_at.is_(None)
    )
    return session.scalar(select(or_(wrote, owes))) or False
