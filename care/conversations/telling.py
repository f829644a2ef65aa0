"""Saying something in a conversation that no message asked for: a job is done, an agent has joined, nobody came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.rules import ANNOUNCED_CHANNELS
from care.conversations.service import announce
from care.conversations.statements import DELIVERY
from care.conversations.tables import Conversation, Message
from care.wording import buttons as buttons_of
from care.wording import say

#: before the name of an occasion; no customer's id has a space
_OCCASION = "said "


def tell(
    session: Session,
    conversation_id: str,
    response: str,
    now: datetime,
    *,
    card: dict[str, Any] | None = None,
    buttons: list[dict[str, str]] | None = None,
    once: str | None = None,
    **values: str,
) -> int:
    """Say `utter_…` with its `{values}` and its buttons, or these, as the system; the id of the message.

    `once`: names the occasion (`joined:17`); what was said on it in this conversation is not said again.
    """
    key = response.removeprefix("utter_")
    own_id = f"{_OCCASION}{once}" if once else None
    if own_id is not None and (said := id_of(session, conversation_id, own_id)) is not None:
        return said
    shown = (buttons_of(key) if buttons is None else buttons) or None
    message = Message(
        conversation_id=conversation_id,
        author="system",
        text=say(key, **values),
        buttons=shown,
        card=card,
        channel_message_id=own_id,
    )
    return put(session, message, now)


def id_of(session: Session, conversation_id: str, channel_message_id: str) -> int | None:
    """Of the message that was stored under this id of its sender's."""
    return session.scalar(
        select(Message.id).where(
            Message.conversation_id == conversation_id, Message.channel_message_id == channel_message_id
        )
    )


def put(session: Session, message: Message, now: datetime) -> int:
    """Store a message to the customer; its id.

    Widgets that are connected are shown it when this transaction commits, others in their history; where we send
    messages, it is one to send. A channel that does neither gives it with the answer to the last message: the same
    `message_id` again fetches it, as it does with an answer that came late.
    """
    message.created_at = now
    message.in_reply_to = _last_message(session, message.conversation_id)
    message.delivery = session.scalar(select(DELIVERY), {"conversation": message.conversation_id})
    session.add(message)
    session.flush()
    announce(session, message.conversation_id)
    return message.id


def _last_message(session: Session, conversation_id: str) -> int | None:
    """Of the customer, where that is how they come back for an answer."""
    last = (
        select(func.max(Message.id))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.conversation_id == conversation_id,
            Message.author == "customer",
            Conversation.channel.not_in(ANNOUNCED_CHANNELS),
        )
    )
    return session.scalar(last)
