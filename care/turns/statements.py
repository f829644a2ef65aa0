"""The statements of every turn, built once (see `care/conversations/statements.py`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from care.conversations.statements import SET_STATUS
from care.conversations.tables import Conversation, Message
from care.turns.tables import MessageReading, TurnLease

_conversations: Table = Conversation.metadata.tables[Conversation.__tablename__]
_messages: Table = Message.metadata.tables[Message.__tablename__]
_readings: Table = MessageReading.metadata.tables[MessageReading.__tablename__]
_leases: Table = TurnLease.metadata.tables[TurnLease.__tablename__]

_taken: dict[str, Any] = {"holder": bindparam("holder"), "expires_at": bindparam("expires")}

TAKE_LEASE = (
    insert(_leases)
    .values(conversation_id=bindparam("conversation"), fence=1, **_taken)
    .on_conflict_do_update(
        index_elements=[_leases.c.conversation_id],
        set_={"fence": _leases.c.fence + 1, **_taken},
        where=_leases.c.expires_at <= bindparam("now"),
    )
    .returning(_leases.c.fence)
)

GIVE_BACK_LEASE = (
    update(_leases)
    .where(_leases.c.conversation_id == bindparam("conversation"), _leases.c.fence == bindparam("held"))
    .values(expires_at=bindparam("free"))
    .returning(_leases.c.fence)
)

OLDEST_WAITING = (
    select(
        _messages.c.id,
        _messages.c.text,
        _messages.c.is_payload,
        _messages.c.attempts,
        _messages.c.created_at,
        _messages.c.next_attempt_at,
        _conversations.c.owner,
        _conversations.c.closed_by,
        _conversations.c.introduced,
        _conversations.c.channel,
    )
    .join_from(_messages, _conversations, _conversations.c.id == _messages.c.conversation_id)
    .where(_messages.c.conversation_id == bindparam("conversation"), _messages.c.status == "pending")
    .order_by(_messages.c.id)
    .limit(1)
)

OWNER_AND_MORE = select(
    _conversations.c.owner,
    exists().where(_messages.c.conversation_id == bindparam("conversation"), _messages.c.status == "pending"),
).where(_conversations.c.id == bindparam("conversation"))

# What becomes of a message and what it was taken for, in one round trip.
ANSWERED_AS_READ = (
    insert(_readings)
    .values(
        message_id=bindparam("message"),
        label=bindparam("label"),
        sub=bindparam("sub"),
        confidence=bindparam("confidence"),
        ranking=bindparam("ranking", type_=_readings.c.ranking.type),
        article=bindparam("article"),
        article_score=bindparam("article_score"),
    )
    .on_conflict_do_nothing(index_elements=[_readings.c.message_id])
    .add_cte(SET_STATUS.cte("standing"))
)
