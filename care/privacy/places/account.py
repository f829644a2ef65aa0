"""The customer's own row, who proved which number where, the codes for it, and logins with their numbers.

It goes near the end of a deletion: it leads from a number to all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from care.accounts.rules import CODE_DAY, CODE_LOCK_AGAIN, mask_phone
from care.accounts.service import phone_index
from care.accounts.tables import Binding, ChannelUser, Customer, KnownConversation, Proof, SmsCode
from care.privacy.holds import in_held_conversation
from care.privacy.places import promises
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.privacy.tables import Correction, PrivacyRequest
from care.satisfaction.tables import Rating
from care.tasks.tables import Task
from care.tickets.tables import Ticket
from care.wechat import forgetting
from care.wechat.tables import Contact

#: Codes that are older count for no limit and no lock (care/accounts/rules.py).
_CODES_COUNT = CODE_LOCK_AGAIN + 2 * CODE_DAY
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Account:
    name = "account"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        for customer in session.scalars(select(Customer).where(_number(subject, Customer.phone_index))):
            yield _own(session, subject, customer)
        for table, theirs, order in _tables(subject):
            for row in session.scalars(select(table).where(theirs).order_by(order)):
                yield _masked(subject, record(row))

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        counted = [count(session, table, *which) for table, which in _going(subject, now)]
        counted.append(count(session, Contact, _contacts(subject), forgetting.nothing_can_be_sent(now)))
        return Counts(sum(counted), held=_held(session, subject))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        held = _held(session, subject)
        customers = select(Customer.id).where(_number(subject, Customer.phone_index))
        session.execute(update(Ticket).where(Ticket.customer_id.in_(customers)).values(customer_id=None))
        promises.let_customer_go(session, subject)
        users = _users_of(session, subject)
        removed = sum(_delete(session, table, *which) for table, which in _going(subject, now))
        _delete(session, ChannelUser, ChannelUser.id.in_(users), *_NOBODYS)
        if not subject.is_words_only:
            removed += forgetting.forget_contacts(session, subject.conversations, now)
        return Counts(removed, held=held)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """A binding and what a login vouched for, when they are over; a customer's row when nothing is about it."""
        removed = 0
        is_evidence = in_held_conversation(Proof.conversation_id)
        chosen: list[tuple[InstrumentedAttribute[Any], tuple[ColumnElement[bool], ...]]] = [
            (Proof.id, (is_old(session, Proof.id, Proof.proved_at, before), ~is_evidence)),
            (SmsCode.id, (is_old(session, SmsCode.id, SmsCode.sent_at, before),)),
            (Binding.id, (Binding.expires_at < before,)),
            (KnownConversation.conversation_id, (KnownConversation.until < before, _KNOWN_ENDS)),
            (ChannelUser.id, (is_old(session, ChannelUser.id, ChannelUser.created_at, before), *_NOBODYS)),
            (Customer.id, (is_old(session, Customer.id, Customer.created_at, before), ~_ABOUT_CUSTOMER)),
        ]
        for id, which in chosen:
            ids = oldest(session, id, limit, *which)
            removed += _delete(session, id.class_, id.in_(ids))
        removed += forgetting.forget_old_contacts(session, before, now, limit)
        held = count(session, Proof, Proof.proved_at < before, is_evidence)
        return Counts(removed, held=[Held(Hold.OPEN_TICKET, held)] if held else [])


_KNOWN_ENDS = ~in_held_conversation(KnownConversation.conversation_id)
#: of logins, those that nothing is known of any more
_NOBODYS = (
    ~exists().where(KnownConversation.channel_user_id == ChannelUser.id),
    ~exists().where(Binding.channel_user_id == ChannelUser.id),
)
_ABOUT_CUSTOMER = or_(
    exists().where(Ticket.customer_id == Customer.id),
    exists().where(Task.customer_id == Customer.id),
    exists().where(Rating.customer_id == Customer.id),
    exists().where(Proof.phone_index == Customer.phone_index),
    exists().where(Binding.phone_index == Customer.phone_index),
)


def _number(subject: Subject, column: InstrumentedAttribute[bytes]) -> ColumnElement[bool]:
    return column == phone_index(subject.phone) if subject.phone else false()


def _since(subject: Subject) -> datetime:
    return subject.number_from or _EVER


def _proofs_of(subject: Subject) -> ColumnElement[bool]:
    """In their conversations, and of their number since it is theirs; not where a person has to look first."""
    if subject.is_words_only:  # who proved what there keeps others from what is theirs
        return false()
    elsewhere = and_(
        _number(subject, Proof.phone_index),
        Proof.proved_at >= _since(subject),
        Proof.conversation_id.not_in(subject.doubtful),
    )
    return or_(Proof.conversation_id.in_(subject.conversations), elsewhere)


def _known(subject: Subject) -> ColumnElement[bool]:
    return false() if subject.is_words_only else KnownConversation.conversation_id.in_(subject.conversations)


def _contacts(subject: Subject) -> ColumnElement[bool]:
    return false() if subject.is_words_only else Contact.conversation_id.in_(subject.conversations)


def _codes_there(subject: Subject) -> ColumnElement[bool]:
    return false() if subject.is_words_only else SmsCode.conversation_id.in_(subject.conversations)


def _tables(subject: Subject) -> list[tuple[Any, ColumnElement[bool], Any]]:
    known = _known(subject)
    users = select(KnownConversation.channel_user_id).where(known)
    own_codes = and_(_number(subject, SmsCode.phone_index), SmsCode.sent_at >= _since(subject))
    bindings = and_(_number(subject, Binding.phone_index), Binding.bound_at >= _since(subject))
    return [
        (Proof, _proofs_of(subject), Proof.id),
        (SmsCode, or_(own_codes, _codes_there(subject)), SmsCode.id),
        (ChannelUser, ChannelUser.id.in_(users), ChannelUser.id),
        (KnownConversation, known, KnownConversation.since),
        (Binding, bindings, Binding.id),
        (Contact, _contacts(subject), Contact.created_at),
    ]


def _users_of(session: Session, subject: Subject) -> set[int]:
    known = _known(subject)
    bound = _number(subject, Binding.phone_index)
    return {
        *session.scalars(select(KnownConversation.channel_user_id).where(known)),
        *session.scalars(select(Binding.channel_user_id).where(bound)),
    }


def _going(subject: Subject, now: datetime) -> list[tuple[Any, tuple[ColumnElement[bool], ...]]]:
    """Codes to other numbers stay while they count for a lock: nobody buys new tries with a deletion. A login that the
    channel still vouches for keeps others out of what is said next; it goes when it is over."""
    known = _known(subject)
    old_codes = and_(_codes_there(subject), SmsCode.sent_at < now - _CODES_COUNT)
    return [
        (Proof, (_proofs_of(subject), ~in_held_conversation(Proof.conversation_id))),
        # A former holder's codes and bindings open nothing any more; whose they were does not matter.
        (SmsCode, (or_(_number(subject, SmsCode.phone_index), old_codes),)),
        (Binding, (_number(subject, Binding.phone_index),)),
        (KnownConversation, (known, KnownConversation.until <= now, _KNOWN_ENDS)),
        (Customer, (_number(subject, Customer.phone_index),)),
    ]


def _held(session: Session, subject: Subject) -> list[Held]:
    evidence = count(session, Proof, _proofs_of(subject), in_held_conversation(Proof.conversation_id))
    others = count(session, Proof, _number(subject, Proof.phone_index), ~_proofs_of(subject))
    held = [Held(Hold.OPEN_TICKET, evidence), Held(Hold.OTHERS, others)]
    return [each for each in held if each.count]


def _own(session: Session, subject: Subject, customer: Customer) -> Record:
    """A name that was written down before the number was theirs is somebody else's."""
    own = record(customer)
    named = select(Correction.id).join(PrivacyRequest, PrivacyRequest.id == Correction.request_id)
    lately = named.where(
        PrivacyRequest.phone_index == customer.phone_index,
        Correction.place == "customer",
        Correction.at >= _since(subject),
    )
    if customer.created_at < _since(subject) and session.scalar(lately.limit(1)) is None:
        own.values["name"] = None
    return own


def _masked(subject: Subject, found: Record) -> Record:
    """Another number that was proved in their conversation is another person's, or a matter of another request."""
    phone = found.values.get("phone")
    if phone is not None and phone != subject.phone:
        found.values["phone"] = mask_phone(phone)
    return found


def _delete(session: Session, table: Any, *which: ColumnElement[bool]) -> int:
    return int(session.execute(delete(table).where(*which)).rowcount)  # type: ignore[attr-defined]
