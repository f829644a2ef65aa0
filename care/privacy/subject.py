"""Whose data a request is about, and how far it reaches: which conversations and tickets are one person's.

A number is proved by a code; but numbers change hands, and a conversation may have spoken for somebody else's number.
So a conversation is somebody's own when the same number was proved there as their own while they had it, or when it is
the one that they are writing in, or when the channel knows the same user there. Where somebody else may have written
as well, a person has to look, also in the one that they are writing in: a browser is shared, and a copy given to the
wrong one cannot be taken back.

Without a number nobody is known, and only the words of this conversation are reached: whoever holds it reads them
anyway. Tickets, orders, copies and proofs belong to numbers, and nobody loses them because somebody sat down there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from care.accounts.rules import Purpose
from care.accounts.service import phone_index
from care.accounts.tables import Binding, Customer, KnownConversation, Proof, SmsCode
from care.conversations.tables import Message
from care.notices.tables import Notice
from care.privacy.retention import retention
from care.tickets.tables import Ticket

#: who proved it so has the number; `holder` only says that its holder allowed it
_OWN_METHODS = ("sms", "agent")
#: a complaint of which the number may be the one that calls, not the one that is called
_AGAINST_NUMBER = "complaint_spam_fraud"


#: A code that came back for something else than proving a number, e.g. to hear of a ticket by SMS: whoever wrote had
#: the telephone all the same. Where the number was proved as well, the proof says whose it is.
_CODE_ALONE = and_(
    SmsCode.used_at.is_not(None),
    ~exists().where(Proof.conversation_id == SmsCode.conversation_id, Proof.phone_index == SmsCode.phone_index),
)


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
    #: nobody proved a number: what was said and sent, and `tickets`; nothing else that hangs on the conversations
    is_words_only: bool = False
    #: what was said and sent earlier is another's; None: all of it counts. Only retention sets it
    said_since: datetime | None = None

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
            "is_words_only": self.is_words_only,
            "said_since": self.said_since.isoformat() if self.said_since else None,
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
            kept["is_words_only"],
            _moment(kept["said_since"]),
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

    `phone` None: what was said and sent in this conversation, and nothing else. `holder_since`: of the billing system;
    None: unknown, and then older proofs than `unknown_holder_days` may be of whoever had the number before. `until`:
    the newest message that counts; None: the newest there is.

    Theirs: this conversation; those in which the number was proved as one's own since; those of a login that this
    conversation has now, or to which the number was bound since. Doubtful: where another number was proved as well (in
    this conversation too), or whose login has another number, unless that one is proved here now too; and what is older
    than an unknown holder.
    """
    if until is None:
        until = session.scalar(select(func.max(Message.id)).where(Message.conversation_id == conversation_id)) or 0
    if phone is None:
        return Subject(None, None, (conversation_id,), (), (), until, is_words_only=True)
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
        own, doubtful = set[str](), set[str]()
        is_shared = self._is_shared()
        (doubtful if is_shared else own).add(self.here)
        proved = self._proved()
        proved.pop(self.here, None)
        strange = self._with_somebody_else(proved)
        for conversation, (first, last) in proved.items():
            if self.is_certain and last < self.since:
                continue  # whoever had the number before
            is_doubtful = conversation in strange or (first if self.is_certain else last) < self.since
            (doubtful if is_doubtful else own).add(conversation)
        users, old_users = self._users()
        shared = old_users | self._with_other_bindings(users) | (self._user_here() if is_shared else set())
        known = self._known(users | old_users)
        known.pop(self.here, None)
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
        by_proof = select(Proof.conversation_id.label("conversation"), Proof.proved_at.label("at")).where(
            Proof.phone_index == self.number, Proof.binds, Proof.method.in_(_OWN_METHODS)
        )
        by_code = select(SmsCode.conversation_id, SmsCode.used_at).where(
            SmsCode.phone_index == self.number, _CODE_ALONE
        )
        proved = union_all(by_proof, by_code).subquery()
        rows = self.session.execute(
            select(proved.c.conversation, func.min(proved.c.at), func.max(proved.c.at)).group_by(proved.c.conversation)
        )
        return {conversation: (first, last) for conversation, first, last in rows}

    def _is_shared(self) -> bool:
        """Somebody else had their number proved here, however long ago."""
        others = select(Proof.id).where(Proof.conversation_id == self.here, self._is_another())
        codes = select(SmsCode.id).where(SmsCode.conversation_id == self.here, self._is_anothers_code())
        return any(self.session.scalar(each.limit(1)) is not None for each in (others, codes))

    def _is_another(self) -> ColumnElement[bool]:
        return and_(Proof.phone_index.not_in(self.own_numbers), Proof.binds, Proof.method.in_(_OWN_METHODS))

    def _is_anothers_code(self) -> ColumnElement[bool]:
        return and_(SmsCode.phone_index.not_in(self.own_numbers), _CODE_ALONE)

    def _with_somebody_else(self, conversations: Iterable[str]) -> set[str]:
        """Of these, where another number was proved as one's own, or this one as somebody else's."""
        is_another = self._is_another()
        is_helped = (Proof.phone_index == self.number) & Proof.binds.is_(False)
        found = select(Proof.conversation_id).where(
            Proof.conversation_id.in_(list(conversations)), or_(is_another, is_helped)
        )
        codes = select(SmsCode.conversation_id).where(
            SmsCode.conversation_id.in_(list(conversations)), self._is_anothers_code()
        )
        return {*self.session.scalars(found), *self.session.scalars(codes)}

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
    # Whoever is complained about must not hear of it, and takes nothing out of it.
    is_theirs = and_(
        or_(Ticket.line_index == number, Ticket.customer_id.in_(customer)), Ticket.category != _AGAINST_NUMBER
    )
    about = or_(is_theirs, Ticket.id.in_(told))
    elsewhere = or_(Ticket.conversation_id.is_(None), Ticket.conversation_id.not_in(conversations))
    found = select(Ticket.id).where(about, elsewhere, Ticket.created_at >= since)
    return tuple(session.scalars(found.order_by(Ticket.id)))
