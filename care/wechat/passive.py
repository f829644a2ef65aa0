"""Without push right: what waits for a customer travels with the answer to their message (被动回复).

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.answers.rules import Way
from care.answers.service import reach_chat
from care.conversations.tables import Message
from care.settings import settings
from care.wechat.plan import Look, plan
from care.wechat.tables import Contact
from care.wechat.waiting import note_sent, part_of, set_delivery, waiting


def give(session: Session, conversation_id: str, message_id: str, now: datetime) -> str | None:
    """What is given for a message, by the channel's id of it: again the same, however often the platform asks."""
    contact = session.get(Contact, conversation_id, with_for_update=True, populate_existing=True)
    if contact is None:
        return None
    if contact.given_for != message_id:
        given = take_for_passive(session, conversation_id, now)
        if given is None:
            return None
        contact.given_for, contact.given = message_id, given
    return contact.given


def take_for_passive(session: Session, conversation_id: str, now: datetime) -> str | None:
    """What waits, merged into one text that WeChat takes, noted as sent; None: nothing waits.

    What does not fit is held for the customer's next words, and the text says so. Nobody tells whether it was shown:
    answers in it count as reached when the customer writes again.
    """
    contact = session.get(Contact, conversation_id, with_for_update=True, populate_existing=True)
    if contact is None:
        return None
    _note_read(session, conversation_id, now)
    found = waiting(session, conversation_id, pictures=False)
    planned = plan(found.bubbles, 1, Look(settings().public_url), part_of(contact), keeps=0)
    if not planned.sendings:
        return None
    [sending] = planned.sendings
    note_sent(session, contact, sending, now, None)
    set_delivery(session, conversation_id, planned.held, "held", now)
    contact.next_attempt_at = None
    return sending.text


def _note_read(session: Session, conversation_id: str, now: datetime) -> None:
    """They write, so they have had what they were given before."""
    given = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.delivery == "sent")
        .order_by(Message.id.desc())
        .limit(1)
    )
    upto = session.scalar(given)
    if upto is not None:
        reach_chat(session, conversation_id, upto, Way.REPLY, now)
