"""Customers by telephone number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.tables import Customer, KnownConversation
from care.crypto import blind_index

#: Context of the blind index of telephone numbers, the same in every table, so that they can be joined.
PHONE = "phone"


def phone_index(phone: str) -> bytes:
    return blind_index(phone, PHONE)


def find_by_phone(session: Session, phone: str) -> Customer | None:
    return session.scalar(select(Customer).where(Customer.phone_index == phone_index(phone)))


def customer_of_phone(session: Session, phone: str, now: datetime) -> Customer:
    """The customer of a normalised number, made when new. That somebody names a number proves nothing about them."""
    session.execute(
        insert(Customer)
        .values(phone=phone, phone_index=phone_index(phone), created_at=now)
        .on_conflict_do_nothing(index_elements=[Customer.phone_index])
    )
    customer = find_by_phone(session, phone)
    assert customer is not None  # inserted above, or by another session that committed before our look
    return customer


def conversations_of_same_user(session: Session, conversation_id: str, now: datetime) -> list[str]:
    """This conversation, and those in which the same user of the operator's own page is logged in now."""
    user = (
        select(KnownConversation.channel_user_id)
        .where(KnownConversation.conversation_id == conversation_id, KnownConversation.until > now)
        .scalar_subquery()
    )
    known = KnownConversation.channel_user_id == user
    others = session.scalars(select(KnownConversation.conversation_id).where(known, KnownConversation.until > now))
    return sorted({conversation_id, *others})
