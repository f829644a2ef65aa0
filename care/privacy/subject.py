"""Whose data a request is about, and how far it reaches: which conversations and tickets are one person's.

A number is proved by a code; but numbers change hands, and a conversation may have spoken for somebody else's number.
So a conversation is somebody's own when the same number was proved there as their own while they had it, or when it is
the one that they are writing in, or when the channel knows the same user there. Where somebody else may have written
as well, a person has to look: a copy given to the wrong one cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from care.accounts.rules import Purpose
from care.accounts.service import phone_index
from care.accounts.tables import Binding, Customer, KnownConversation, Proof
from care.conversations.tables import Message
from care.notices.tables import Notice
from care.privacy.retention import retention
from care.tickets.tables import Ticket

#: who proved it so has the number; `holder` only says that its holder allowed it
_OWN_METHODS = ("sms", "agent")


@dataclass(frozen=True)
class Subject:
    """Found once, and kept with the request: what leads to the data is deleted with them."""

    #: normalised; None: only this conversation is asked about
    phone: str | None
    #: since when the number is theirs, as the billing system says; None: nobody knows
    since: datetime | None
    #: whole conversations of theirs
    conversations: tuple[str, ...]
    #: tickets that were filed in them
    tickets: tuple[int, ...]
    #: tickets about their number that were filed elsewhere: their number in them is theirs, the words are not
    mentions: tuple[int, ...] = ()
    #: the newest message that belongs to it; what is said later is another matter
    until: int | None = None
    #: conversations that may be theirs and where a person has to look: more numbers than this one were proved there
    doubtful: tuple[str, ...] = field(default=())
    #: what is kept of the number counts as theirs from then on: `since`, or where nobody knows that, as long as no
    #: number is given to somebody else. None: no number
    number_from: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "phone": self.phone,
            "since": self.since.isoformat() if self.since else None,
            "conversations": list(self.conversations),
            "tickets": list(self.tickets),
            "mentions": list(self.mentions),
            "until": self.until,
            "doubtful": list(self.doubtful),
            "number_from": self.number_from.isoformat() if self.number_from else None,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Subject:
        return cls(
            kept["phone"],
            _moment(kept["since"]),
            tuple(kept["conversations"]),
            tuple(kept["tickets"]),
            tuple(kept["mentions"]),
            kept["until"],
            tuple(kept["doubtful"]),
            _moment(kept["number_from"]),
        )


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None


def find_subject(
    session: Session,
    conversation_id: str,
    phone: str | None,
    holder_since: datetime | None,
    now: datetime,
    until: int | None = None,
) -> Subject:
    """Whose data somebody asks about who writes here, and proved `phone` (normalised) as theirs a moment ago.

    `phone` None: this conversation only. `holder_since`: of the billing system; None: unknown, and then older proofs
    than `unknown_holder_days` may be of whoever had the number before. `until`: the newest message that counts; None:
    the newest there is.

    Theirs: this conversation; those in which the number was proved as one's own since; those of a login that this
    conversation has now, or to which the number was bound since. Doubtful: where another number was proved as well, or
    whose login has another number, unless that one is proved here now too; and what is older than an unknown holder.
    """
    if until is None:
        until = session.scalar(select(func.max(Message.id)).where(Message.conversation_id == conversation_id)) or 0
    if phone is None:
        here = (conversation_id,)
        return Subject(None, None, here, _tickets_of(session, here), (), until)
    since = holder_since or now - timedelta(days=retention().unknown_holder_days)
    search = _Search(session, conversation_id, phone_index(phone), since, holder_since is not None, now)
    own, doubtful = search.conversations()
    return Subject(
        phone,
        holder_since,
        own,
        _tickets_of(session, own),
        _mentions_of(session, search.number, since, own),
        until,
        doubtful,
        since,
    )


class _Search:
    """The conversations of one number."""

    def __init__(
        self, session: Session, here: str, number: bytes, since: datetime, is_certain: bool, now: datetime
    ) -> None:
        self.session, self.here, self.number, self.since, self.now = session, here, number, since, now
        #: since when they have the number is known: what is older is somebody else's
        self.is_certain = is_certain
        #: numbers that whoever writes here has proved to be theirs
        self.own_numbers = {number, *session.scalars(self._proved_here())}

    def conversations(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Those that are theirs, and those where a person has to look; each in a fixed order."""
        own, doubtful = {self.here}, set[str]()
        proved = self._proved()
        strange = self._with_somebody_else(proved)
        for conversation, (first, last) in proved.items():
            if self.is_certain and last < self.since:
                continue  # whoever had the number before
            is_doubtful = conversation in strange or (first if self.is_certain else last) < self.since
            (doubtful if is_doubtful else own).add(conversation)
        users, old_users = self._users()
        shared = old_users | self._with_other_bindings(users)
        known = self._known(users | old_users)
        strange |= self._with_somebody_else(known)
        for conversation, user in known.items():
            if conversation not in own:
                is_doubtful = user in shared or conversation in strange or conversation in proved
                (doubtful if is_doubtful else own).add(conversation)
        return tuple(sorted(own)), tuple(sorted(doubtful - own))

    def _proved_here(self) -> Any:
        return select(Proof.phone_index).where(
            Proof.conversation_id == self.here,
            Proof.purpose == Purpose.IDENTITY,
            Proof.binds,
            Proof.method.in_(_OWN_METHODS),
            Proof.expires_at > self.now,
            Proof.ended_at.is_(None),
        )

    def _proved(self) -> dict[str, tuple[datetime, datetime]]:
        """Where the number was proved as one's own, and when first and last."""
        rows = self.session.execute(
            select(Proof.conversation_id, func.min(Proof.proved_at), func.max(Proof.proved_at))
            .where(Proof.phone_index == self.number, Proof.binds, Proof.method.in_(_OWN_METHODS))
            .group_by(Proof.conversation_id)
        )
        return {conversation: (first, last) for conversation, first, last in rows}

    def _with_somebody_else(self, conversations: Iterable[str]) -> set[str]:
        """Of these, where another number was proved as one's own, or this one as somebody else's."""
        is_another = Proof.phone_index.not_in(self.own_numbers) & Proof.binds & Proof.method.in_(_OWN_METHODS)
        is_helped = (Proof.phone_index == self.number) & Proof.binds.is_(False)
        found = select(Proof.conversation_id).where(
            Proof.conversation_id.in_(list(conversations)), or_(is_another, is_helped)
        )
        return set(self.session.scalars(found))

    def _users(self) -> tuple[set[int], set[int]]:
        """Channel users who are them; and those to whom a number was bound when nobody knows who had it."""
        bound = self.session.execute(
            select(Binding.channel_user_id, Binding.bound_at).where(
                Binding.phone_index == self.number, Binding.ended_at.is_(None)
            )
        ).all()
        users = {user for user, at in bound if at >= self.since}
        old = set() if self.is_certain else {user for user, at in bound if at < self.since}
        return users | self._user_here(), old - users

    def _user_here(self) -> set[int]:
        """While the channel vouches for who writes, and they have not said that the number is somebody else's."""
        helps = select(Proof.id).where(
            Proof.conversation_id == self.here, Proof.phone_index == self.number, Proof.binds.is_(False)
        )
        known = select(KnownConversation.channel_user_id).where(
            KnownConversation.conversation_id == self.here, KnownConversation.until > self.now, ~helps.exists()
        )
        return set(self.session.scalars(known))

    def _with_other_bindings(self, users: Collection[int]) -> set[int]:
        """Logins that more people may use: another number is bound to them."""
        return set(
            self.session.scalars(
                select(Binding.channel_user_id).where(
                    Binding.channel_user_id.in_(users),
                    Binding.phone_index.not_in(self.own_numbers),
                    Binding.ended_at.is_(None),
                )
            )
        )

    def _known(self, users: Collection[int]) -> dict[str, int]:
        rows = self.session.execute(
            select(KnownConversation.conversation_id, KnownConversation.channel_user_id).where(
                KnownConversation.channel_user_id.in_(users)
            )
        )
        return {conversation: user for conversation, user in rows}  # noqa: C416


def _tickets_of(session: Session, conversations: Collection[str]) -> tuple[int, ...]:
    """Filed there, whosever line they are about."""
    filed = select(Ticket.id).where(Ticket.conversation_id.in_(conversations)).order_by(Ticket.id)
    return tuple(session.scalars(filed))


def _mentions_of(session: Session, number: bytes, since: datetime, conversations: Collection[str]) -> tuple[int, ...]:
    """Filed elsewhere, and the number is the affected line, the customer's, or hears of it."""
    customer = select(Customer.id).where(Customer.phone_index == number)
    told = select(Notice.ticket_id).where(Notice.phone_index == number, Notice.ticket_id.is_not(None))
    about = or_(Ticket.line_index == number, Ticket.customer_id.in_(customer), Ticket.id.in_(told))
    elsewhere = or_(Ticket.conversation_id.is_(None), Ticket.conversation_id.not_in(conversations))
    found = select(Ticket.id).where(about, elsewhere, Ticket.created_at >= since)
    return tuple(session.scalars(found.order_by(Ticket.id)))
