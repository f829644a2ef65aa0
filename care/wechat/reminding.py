"""Telling somebody in another way that words wait for them in WeChat which cannot be sent there now.

Once for each time that they were away: a template message (模板消息) where the operator has one, else one SMS to the
number that they have bound there. Neither says what waits.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts import sms
from care.accounts.tables import Binding, KnownConversation
from care.notices.rules import NumberKind
from care.notices.service import notify_number
from care.settings import settings
from care.timezone import CHINA
from care.wechat.rules import KF, OFFICIAL, told_by_sms_at
from care.wechat.states import serves_outside
from care.wechat.tables import Contact
from care.wording import say


def should_tell(contact: Contact, channel: str) -> bool:
    """Not again before they have written; and not where somebody serves them in the platform's own programs."""
    is_told = contact.told_at is not None and contact.told_at >= _since(contact)
    return not is_told and not (channel == KF and serves_outside(contact.service_state))


def by_template(contact: Contact, channel: str) -> bool:
    """Is there a template, and are they somebody who can be sent one?"""
    return bool(settings().wechat_template) and channel == OFFICIAL and contact.gone_at is None


def template_data(now: datetime) -> dict[str, str]:
    """The fields as the operator's template calls them (`QUANYI_WECHAT_TEMPLATE_FIELDS`)."""
    local = now.astimezone(CHINA)
    day = {"year": str(local.year), "month": str(local.month), "day": str(local.day)}
    values = {
        "what": say("wechat_template_what"),
        "time": say("wechat_template_time", clock=local.strftime("%H:%M"), **day),
    }
    pairs = [each.partition("=") for each in settings().wechat_template_fields.split(",") if each.strip()]
    return {name.strip(): values[value.strip()] for name, _, value in pairs if value.strip() in values}


def tell_by_sms(session: Session, contact: Contact, now: datetime) -> bool:
    """False: no number is bound there, or no SMS is sent at all."""
    phone = _bound_number(session, contact.conversation_id, now)
    if phone is None or not sms.is_on():
        return False
    once = f"wechat:{contact.conversation_id}:{int(_since(contact).timestamp())}"
    words = say("sms_wechat")
    notify_number(session, phone, NumberKind.WECHAT, words, once, now, not_before=told_by_sms_at(now))
    contact.told_at = now
    return True


def _since(contact: Contact) -> datetime:
    return contact.opened_at or contact.created_at


def _bound_number(session: Session, conversation_id: str, now: datetime) -> str | None:
    """The one that they bound last. What the channel vouched for may be over: they are away."""
    return session.scalar(
        select(Binding.phone)
        .join(KnownConversation, KnownConversation.channel_user_id == Binding.channel_user_id)
        .where(
            KnownConversation.conversation_id == conversation_id,
            Binding.ended_at.is_(None),
            Binding.expires_at > now,
        )
        .order_by(Binding.bound_at.desc(), Binding.id.desc())
        .limit(1)
    )
