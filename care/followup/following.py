"""One person over channels: tickets about a number that were filed elsewhere, for whoever proved that number here.

Only those that were filed where the same number was proved as well: whoever complains about another's number does not
show its holder what they said. And only those of the last 90 days: a number that is given to somebody new has rested
as long (《电信服务规范》: 号码冻结时限最短为90日), so what is younger is this holder's own. For the same reason a
binding, which lasts longer, opens nothing that was filed 90 days after it: that may be the next holder's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from care.accounts.proofs import open_lines
from care.accounts.rules import Level as Proved
from care.accounts.service import phone_index
from care.accounts.tables import Binding, KnownConversation, Proof, SmsCode
from care.conversations.rules import PUSH_CHANNELS
from care.conversations.tables import Conversation
from care.conversations.telling import tell
from care.tickets.rules import Kind, Level
from care.tickets.service import grant_level
from care.tickets.tables import Ticket, TicketEvent, TicketGrant

_YOUNG: Final = timedelta(days=90)
_MOST: Final = 10


def grant_following(session: Session, conversation_id: str, now: datetime) -> bool:
    """Let a conversation ask about the tickets of the numbers that are open in it: everything where a code for their
    own number came back a moment ago; stage and due times where the number is bound, or open for this talk only (a
    helper's question, an agent's word). False: no number is open."""
    lines = open_lines(session, conversation_id, now, Proved.KNOWN)
    for line in lines:
        number = phone_index(line.phone)
        is_own = line.level >= Proved.PROVED and _is_own(session, conversation_id, number, now)
        level = Level.CODE if is_own else Level.DIGITS
        for ticket in session.scalars(_of_number(number, conversation_id, line.since, now)):
            grant_level(session, conversation_id, ticket, level, now)
    return bool(lines)


def following(session: Session, conversation_id: str, now: datetime) -> list[int]:
    """Ids of the tickets that `grant_following` would let it ask about, for who serves its customer."""
    lines = open_lines(session, conversation_id, now, Proved.KNOWN)
    numbers = [(phone_index(line.phone), line.since) for line in lines]
    found = (_of_number(number, conversation_id, since, now) for number, since in numbers)
    return [ticket.id for each in found for ticket in session.scalars(each)]


def let_go(session: Session, conversation_id: str, phone: str) -> None:
    """The number is not this customer's (any more): what its tickets let them ask here is over."""
    about = select(Ticket.id).where(
        Ticket.line_index == phone_index(phone),
        or_(Ticket.conversation_id.is_(None), Ticket.conversation_id != conversation_id),
    )
    granted = delete(TicketGrant).where(
        TicketGrant.conversation_id == conversation_id, TicketGrant.ticket_id.in_(about)
    )
    session.execute(granted)


def tell_elsewhere(session: Session, ticket: Ticket, event_id: int | None, now: datetime) -> None:
    """Who is bound to the ticket's number in a channel to which we send hears there that something happened: its number
    and no word of it, as by SMS. Once for an event; nothing where it was filed there."""
    if ticket.line_index is None or ticket.kind == Kind.APPEAL or event_id is None:
        return
    newest = (
        select(func.max(KnownConversation.conversation_id))
        .join(Conversation, Conversation.id == KnownConversation.conversation_id)
        .join(Binding, Binding.channel_user_id == KnownConversation.channel_user_id)
        .where(
            Binding.phone_index == ticket.line_index,
            Binding.ended_at.is_(None),
            Binding.expires_at > now,
            Binding.bound_at > ticket.created_at - _YOUNG,
            Conversation.channel.in_(sorted(PUSH_CHANNELS)),
            Conversation.id != (ticket.conversation_id or ""),
        )
        .group_by(KnownConversation.channel_user_id)
    )
    is_theirs = session.scalar(
        select(Ticket.id).where(Ticket.id == ticket.id, Ticket.created_at > now - _YOUNG, _proved(ticket.line_index))
    )
    if is_theirs is None:
        return
    for conversation_id in session.scalars(newest):
        tell(session, conversation_id, "utter_wechat_ticket_news", now, once=f"news:{event_id}", number=ticket.number)


def newest_event(session: Session, ticket: Ticket) -> int | None:
    """What the news is about."""
    session.flush()
    return session.scalar(select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == ticket.id))


def _is_own(session: Session, conversation_id: str, number: bytes, now: datetime) -> bool:
    """What is granted stays; so it is everything only where the number was proved as their own."""
    proofs = select(Proof.id).where(
        Proof.conversation_id == conversation_id,
        Proof.phone_index == number,
        Proof.method == "sms",
        Proof.binds,
        Proof.expires_at > now,
        Proof.ended_at.is_(None),
    )
    return session.scalar(proofs.limit(1)) is not None


def _of_number(number: bytes, conversation_id: str, since: datetime, now: datetime) -> Select[Ticket]:
    """`since`: when the number was proved, or bound."""
    return (
        select(Ticket)
        .where(
            Ticket.line_index == number,
            Ticket.conversation_id != conversation_id,
            Ticket.kind != Kind.APPEAL,
            Ticket.created_at > now - _YOUNG,
            Ticket.created_at < since + _YOUNG,
            _proved(number),
        )
        .order_by(Ticket.id.desc())
        .limit(_MOST)
    )


def _proved(number: bytes) -> ColumnElement[bool]:
    """Where it was filed, a code for the number came back."""
    proof = and_(Proof.conversation_id == Ticket.conversation_id, Proof.phone_index == number, Proof.method == "sms")
    code = and_(
        SmsCode.conversation_id == Ticket.conversation_id, SmsCode.phone_index == number, SmsCode.used_at.is_not(None)
    )
    return or_(exists().where(proof), exists().where(code))
