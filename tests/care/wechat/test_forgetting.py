"""When somebody's name in WeChat goes: not while the answer to a deletion can still reach them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.wechat.forgetting import forget_contacts, forget_old_contacts, forget_settled
from care.wechat.rules import OFFICIAL, Window
from care.wechat.service import Sender, arrive
from care.wechat.tables import Contact, Event, Media
from tests.support.times import NOW

HOUR = timedelta(hours=1)
YEAR_AGO = NOW - timedelta(days=365)


def _came(session: Session, openid: str, at: datetime) -> str:
    contact = arrive(session, Sender(OFFICIAL, "wx0123456789abcdef", openid), Window.MESSAGE, at)
    contact.offered, contact.given = [{"title": "是", "payload": "/affirm"}], "张三的账单"
    session.flush()
    return contact.conversation_id


def _left(session: Session) -> list[str]:
    return list(session.scalars(select(Contact.conversation_id)))


def test_a_deletion_waits_for_its_own_answer(session: Session) -> None:
    """48 hours after their last words nothing can be sent any more, and the name goes with the nightly run."""
    here = _came(session, "o-1", NOW - HOUR)
    assert forget_contacts(session, [here], NOW) == 0
    session.expire_all()
    contact = session.get_one(Contact, here)
    assert (contact.offered, contact.given, contact.openid) == (None, None, "o-1"), "what was said goes at once"
    session.execute(update(Conversation).values(opening_key=None))  # emptied
    assert forget_old_contacts(session, YEAR_AGO, NOW + 46 * HOUR, 10) == 0
    assert forget_old_contacts(session, YEAR_AGO, NOW + 47 * HOUR, 10) == 1
    assert _left(session) == []


def test_whom_nothing_reaches_goes_at_once(session: Session) -> None:
    quiet, gone, other = (_came(session, openid, NOW - 49 * HOUR) for openid in ("o-1", "o-2", "o-3"))
    session.get_one(Contact, gone).gone_at = NOW
    session.flush()
    assert forget_contacts(session, [quiet, gone], NOW) == 2
    assert _left(session) == [other]


def test_who_did_not_come_for_a_year_is_forgotten(session: Session) -> None:
    old, young = _came(session, "o-1", YEAR_AGO - HOUR), _came(session, "o-2", YEAR_AGO + HOUR)
    assert forget_old_contacts(session, YEAR_AGO, NOW, 10) == 1
    assert _left(session) == [young] != [old]


def test_who_comes_back_has_the_same_conversation(session: Session) -> None:
    before = _came(session, "o-1", NOW - 49 * HOUR)
    forget_contacts(session, [before], NOW)
    assert _came(session, "o-1", NOW) == before


def test_what_was_handled_is_forgotten(session: Session) -> None:
    here = _came(session, "o-1", NOW)
    for hours in (25, 23):
        session.add(Event(id=f"event {hours}", at=NOW - hours * HOUR))
    for days, status in ((4, "stored"), (2, "stored"), (4, "waiting")):
        session.add(
            Media(
                conversation_id=here,
                channel_message_id=f"{status} {days}",
                account="wx0123456789abcdef",
                media_id="m",
                status=status,
                attempts=0,
                created_at=NOW - timedelta(days=days),
            )
        )
    session.flush()
    assert forget_settled(session, NOW) == 2
    assert set(session.scalars(select(Media.channel_message_id))) == {"stored 2", "waiting 4"}
