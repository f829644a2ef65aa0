"""Letting go of who writes to us in WeChat: when nothing can be sent to them any more, we need no name of theirs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.wechat.rules import ALLOWED
from care.wechat.tables import Contact, Event, Media

_LONGEST_WINDOW = max(lasts for _, lasts in ALLOWED.values())
#: The platform sends an event again within seconds.
_EVENTS_KEPT = timedelta(days=1)
#: The platform keeps a picture for three days.
_PICTURES_KEPT = timedelta(days=3)
_last_seen = func.coalesce(Contact.opened_at, Contact.created_at)


def nothing_can_be_sent(now: datetime) -> ColumnElement[bool]:
    """Also not the answer to a deletion."""
    return or_(Contact.gone_at.is_not(None), _last_seen <= now - _LONGEST_WINDOW)


def forget_contacts(session: Session, conversations: Collection[str], now: datetime) -> int:
    """Of somebody whose data are deleted. While a message can still reach them the contact stays, so that they hear of
    the deletion, without what was offered and given; `forget_old_contacts` takes it then."""
    theirs = Contact.conversation_id.in_(conversations)
    session.execute(update(Contact).where(theirs).values(offered=None, given=None, given_for=None))
    gone = delete(Contact).where(theirs, nothing_can_be_sent(now)).returning(Contact.conversation_id)
    return len(session.execute(gone).all())


def forget_old_contacts(session: Session, before: datetime, now: datetime, limit: int) -> int:
    """Nobody came since `before`, or their conversation was emptied and nothing can be sent there any more."""
    emptied = exists().where(Conversation.id == Contact.conversation_id, Conversation.opening_key.is_(None))
    old = or_(_last_seen < before, emptied & nothing_can_be_sent(now))
    ids = session.scalars(select(Contact.conversation_id).where(old).limit(limit).with_for_update(skip_locked=True))
    gone = delete(Contact).where(Contact.conversation_id.in_(ids.all())).returning(Contact.conversation_id)
    return len(session.execute(gone).all())


def forget_settled(session: Session, now: datetime) -> int:
    """Events that were handled long ago, and names of pictures that the platform does not have any more; how many."""
    events = delete(Event).where(Event.at < now - _EVENTS_KEPT).returning(Event.id)
    pictures = delete(Media).where(Media.status != "waiting", Media.created_at < now - _PICTURES_KEPT)
    return len(session.execute(events).all()) + len(session.execute(pictures.returning(Media.id)).all())
