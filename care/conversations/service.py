"""Receiving a message once, storing answers, knowing who owns the conversation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from care.conversations import statements
from care.conversations.rules import AUDIT_CHANNEL, Inbound, Reply, id_from, is_unguessable
from care.conversations.tables import Conversation, Message
from care.errors import Conflict, NotAllowed
from care.wording import buttons, say


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
    if inbound.opening_key is not None:
        conversation_id = id_from(inbound.opening_key)
        owner = session.connection().execute(statements.OWNER, {"conversation": conversation_id}).scalar()
        if owner is not None:
            return conversation_id, owner
        return _open(session, conversation_id, inbound.channel, inbound.opening_key, now)
    opening_key = inbound.message_id if is_unguessable(inbound.message_id) else None
    return _open(session, f"c{secrets.token_urlsafe(18)}", inbound.channel, opening_key, now)


def open_conversation(session: Session, channel: str, opening_key: str, now: datetime) -> str:
    """The id of the conversation that this key of ours opens, or has opened."""
    conversation_id = id_from(opening_key)
    if exists(session, conversation_id):  # also one that was emptied, and has lost its key
        return conversation_id
    return _open(session, conversation_id, channel, opening_key, now)[0]


def exists(session: Session, conversation_id: str) -> bool:
    """Was anything said in it yet?"""
    return session.connection().execute(statements.OWNER, {"conversation": conversation_id}).scalar() is not None


def is_audit(session: Session, conversation_id: str) -> bool:
    """Is it one of our own checks? No SMS is sent from one."""
    channel = session.scalar(select(Conversation.channel).where(Conversation.id == conversation_id))
    return channel == AUDIT_CHANNEL


def _open(
    session: Session, conversation_id: str, channel: str, opening_key: str | None, now: datetime
) -> tuple[str, str]:
    opening = {"channel": channel, "opening_key": opening_key}
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
    session: Session,
    message_id: int,
    conversation_id: str,
    replies: Sequence[Reply],
    author: str,
    now: datetime,
    *,
    introduced: bool = False,
    is_live: bool = True,
) -> list[Reply]:
    """Store answers to a message and announce them; returns what was stored.

    The first answers of a conversation come after the introduction: a robot speaks, and how to get a person. One row
    decides that, so it is said once, whoever comes first. A caller that has read that a conversation is introduced, or
    that its channel keeps nobody connected, says so and saves a statement each; the defaults are always right.
    """
    said = [(author, reply) for reply in replies]
    if not introduced and _is_first_answer(session, conversation_id):
        said.insert(0, ("system", Reply(say("introduction"), buttons("introduction"))))
    if said:
        of_all = {"conversation": conversation_id, "now": now, "message": message_id}
        rows = [of_all | _columns(writer, reply) for writer, reply in said]
        session.connection().execute(statements.STORE_REPLY, rows)
        if is_live:
            announce(session, conversation_id)
    return [reply for _, reply in said]


def _is_first_answer(session: Session, conversation_id: str) -> bool:
    return session.connection().execute(statements.INTRODUCE, {"conversation": conversation_id}).scalar() is not None


def _columns(author: str, reply: Reply) -> dict[str, object]:
    return {"author": author, "text": reply.text, "buttons": reply.buttons or None, "card": reply.card}


def announce(session: Session, conversation_id: str) -> None:
    """Tell every web process, when this transaction commits, that there is something new in the conversation.

    Does nothing where nobody is connected: the channel's customers are not, and the conversation is the bot's, so that
    the desk does not show it. Only the id is sent; who has one of the conversation's customers connected, or shows it
    to staff, reads what is new (`care.conversations.history`).
    """
    session.connection().execute(statements.ANNOUNCE, {"conversation": conversation_id})


def set_status(session: Session, message_id: int, status: str, now: datetime) -> None:
    answered = now if status == "answered" else None
    values = {"message": message_id, "new_status": status, "answered": answered}
    session.connection().execute(statements.SET_STATUS, values)


def answer_held(session: Session, conversation_id: str, now: datetime) -> None:
    """What the customer said since the last words of a person is answered by these. The bot never gets it."""
    before = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.author == "agent")
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        update(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.id > func.coalesce(before, 0),
            Message.status == "held",
        )
        .values(status="answered", answered_at=now)
        .execution_options(synchronize_session=False)
    )


def replies_to(session: Session, message_id: int) -> list[Reply]:
    rows = session.connection().execute(statements.REPLIES, {"message": message_id})
    return [Reply(text, buttons or [], card) for text, buttons, card in rows]


def owner_of(session: Session, conversation_id: str) -> str:
    return str(session.connection().execute(statements.OWNER, {"conversation": conversation_id}).scalar_one())


def set_owner(session: Session, conversation_id: str, owner: str) -> None:
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(owner=owner))
    session.connection().execute(statements.ANNOUNCE_OWNER, {"conversation": conversation_id})


def close_matter(session: Session, conversation_id: str, message_id: int) -> None:
    """The matter is settled by the turn of this message: the first one after it begins a new Rasa session."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(closed_by=message_id))
