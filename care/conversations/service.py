"""Receiving a message once, storing answers, knowing who owns the conversation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert as plain_insert
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.conversations.rules import UNGUESSABLE, Inbound, Reply
from care.conversations.tables import Conversation, Message
from care.errors import Conflict, NotAllowed


@dataclass(frozen=True)
class Received:
    conversation_id: str
    message_id: int
    text: str
    is_payload: bool
    #: as Message.status; `pending` when it is new
    status: str
    owner: str
    is_new: bool


def receive(session: Session, inbound: Inbound, now: datetime) -> Received:
    """Store a message; from the commit on it cannot be lost. The same message id again gives the first message.

    Raises NotAllowed (reason `conversation`) when the conversation does not exist, Conflict (reason `message_id`) when
    the id was used for another text: taking one for the other would lose a message silently.
    """
    conversation_id, owner = _conversation(session, inbound, now)
    is_payload = inbound.text.startswith("/") and _was_offered(session, conversation_id, inbound.text)
    inserted = session.execute(
        insert(Message)
        .values(
            conversation_id=conversation_id,
            author="customer",
            text=inbound.text,
            created_at=now,
            channel_message_id=inbound.message_id,
            is_payload=is_payload,
            status="pending",
            next_attempt_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Message.conversation_id, Message.channel_message_id])
        .returning(Message.id)
    ).scalar()
    if inserted is not None:
        return Received(conversation_id, inserted, inbound.text, is_payload, "pending", owner, is_new=True)
    first = session.execute(
        select(Message.id, Message.text, Message.is_payload, Message.status).where(
            Message.conversation_id == conversation_id, Message.channel_message_id == inbound.message_id
        )
    ).one()
    if first.text != inbound.text:
        raise Conflict("message_id", "this message_id was used for another text; every message needs an id of its own")
    return Received(conversation_id, first.id, first.text, first.is_payload, first.status, owner, is_new=False)


def _conversation(session: Session, inbound: Inbound, now: datetime) -> tuple[str, str]:
    if inbound.conversation_id is not None:
        owner = session.scalar(select(Conversation.owner).where(Conversation.id == inbound.conversation_id))
        if owner is None:
            raise NotAllowed("conversation", "this conversation does not exist (any more); begin a new one")
        return inbound.conversation_id, owner
    opening_key = inbound.message_id if len(inbound.message_id) >= UNGUESSABLE else None
    conversation_id = f"c{secrets.token_urlsafe(18)}"
    session.execute(
        insert(Conversation)
        .values(id=conversation_id, channel=inbound.channel, opening_key=opening_key, owner="bot", created_at=now)
        .on_conflict_do_nothing(index_elements=[Conversation.channel, Conversation.opening_key])
    )
    if opening_key is None:
        return conversation_id, "bot"
    found = session.execute(
        select(Conversation.id, Conversation.owner).where(
            Conversation.channel == inbound.channel, Conversation.opening_key == opening_key
        )
    ).one()
    return found.id, found.owner


def _was_offered(session: Session, conversation_id: str, payload: str) -> bool:
    """Was this exact payload on a button that we sent in this conversation? Anything else after `/` is just words."""
    offered = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.buttons.contains([{"payload": payload}]))
        .limit(1)
    )
    return session.scalar(offered) is not None


def store_replies(
    session: Session, message_id: int, conversation_id: str, replies: Sequence[Reply], author: str, now: datetime
) -> None:
    if replies:
        session.execute(
            plain_insert(Message),
            [
                {
                    "conversation_id": conversation_id,
                    "author": author,
                    "text": reply.text,
                    "buttons": reply.buttons or None,
                    "created_at": now,
                    "in_reply_to": message_id,
                }
                for reply in replies
            ],
        )


def set_status(session: Session, message_id: int, status: str, now: datetime) -> None:
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .values(status=status, next_attempt_at=None, answered_at=now if status == "answered" else None)
    )


def replies_to(session: Session, message_id: int) -> list[Reply]:
    rows = session.execute(
        select(Message.text, Message.buttons).where(Message.in_reply_to == message_id).order_by(Message.id)
    )
    return [Reply(text, buttons or []) for text, buttons in rows]


def owner_of(session: Session, conversation_id: str) -> str:
    return session.scalars(select(Conversation.owner).where(Conversation.id == conversation_id)).one()


def set_owner(session: Session, conversation_id: str, owner: str) -> None:
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(owner=owner))


def close_matter(session: Session, conversation_id: str, message_id: int) -> None:
    """The matter is settled by the turn of this message: the first one after it begins a new Rasa session."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(closed_by=message_id))
