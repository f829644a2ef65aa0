"""Receiving a message once, storing answers, knowing who owns the conversation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.conversations import statements
from care.conversations.rules import Inbound, Reply, is_unguessable
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
    connection = session.connection()
    identity = {"conversation": conversation_id, "channel_message_id": inbound.message_id}
    content = {"text": inbound.text, "is_payload": is_payload, "now": now}
    inserted = connection.execute(statements.STORE_MESSAGE, identity | content).scalar()
    if inserted is not None:
        return Received(conversation_id, inserted, inbound.text, is_payload, "pending", owner, is_new=True)
    first = connection.execute(statements.STORED_MESSAGE, identity).one()
    if first.text != inbound.text:
        raise Conflict("message_id", "this message_id was used for another text; every message needs an id of its own")
    return Received(conversation_id, first.id, first.text, first.is_payload, first.status, owner, is_new=False)


def _conversation(session: Session, inbound: Inbound, now: datetime) -> tuple[str, str]:
    if inbound.conversation_id is not None:
        owner = session.connection().execute(statements.OWNER, {"conversation": inbound.conversation_id}).scalar()
        if owner is None:
            raise NotAllowed("conversation", "this conversation does not exist (any more); begin a new one")
        return inbound.conversation_id, owner
    opening_key = inbound.message_id if is_unguessable(inbound.message_id) else None
    conversation_id = f"c{secrets.token_urlsafe(18)}"
    opening = {"channel": inbound.channel, "opening_key": opening_key}
    session.connection().execute(statements.OPEN_CONVERSATION, opening | {"id": conversation_id, "now": now})
    if opening_key is None:
        return conversation_id, "bot"
    found = session.connection().execute(statements.OPENED_BY, opening).one()
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
        of_all = {"conversation": conversation_id, "author": author, "now": now, "message": message_id}
        rows = [of_all | {"text": reply.text, "buttons": reply.buttons or None} for reply in replies]
        session.connection().execute(statements.STORE_REPLY, rows)


def set_status(session: Session, message_id: int, status: str, now: datetime) -> None:
    answered = now if status == "answered" else None
    values = {"message": message_id, "new_status": status, "answered": answered}
    session.connection().execute(statements.SET_STATUS, values)


def replies_to(session: Session, message_id: int) -> list[Reply]:
    rows = session.connection().execute(statements.REPLIES, {"message": message_id})
    return [Reply(text, buttons or []) for text, buttons in rows]


def owner_of(session: Session, conversation_id: str) -> str:
    return str(session.connection().execute(statements.OWNER, {"conversation": conversation_id}).scalar_one())


def set_owner(session: Session, conversation_id: str, owner: str) -> None:
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(owner=owner))


def close_matter(session: Session, conversation_id: str, message_id: int) -> None:
    """The matter is settled by the turn of this message: the first one after it begins a new Rasa session."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(closed_by=message_id))
