"""The statements that every message runs, built once.

Building them anew for every message was the largest cost of the web process: 12 of the whole path's 49 million
instructions a message, against 3 when they are built once and executed on the session's connection (whose transaction
is the session's all the same; docs/performance.md).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Table, all_, bindparam, func, literal_column, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import ARRAY, insert

from care.conversations.rules import LIVE_CHANNELS, PUSH_CHANNELS
from care.conversations.tables import Conversation, Message

#: PostgreSQL's NOTIFY channel that says in which conversation there is something new
ANNOUNCEMENTS = "quanyi_messages"
#: and the one that says in which there is something to send
PUSHES = "quanyi_pushes"

_conversations: Table = Conversation.metadata.tables[Conversation.__tablename__]
_messages: Table = Message.metadata.tables[Message.__tablename__]

# Written out: a list could not stand in a statement that is executed for many rows at once.
_is_sent_to = or_(*(_conversations.c.channel == literal_column(f"'{each}'") for each in sorted(PUSH_CHANNELS)))

OWNER = select(_conversations.c.owner).where(_conversations.c.id == bindparam("conversation"))

INTRODUCE = (
    update(_conversations)
    .where(_conversations.c.id == bindparam("conversation"), _conversations.c.introduced.is_(False))
    .values(introduced=True)
    .returning(_conversations.c.introduced)
)

#: Somebody may be connected who sees it: the customer, or, while it is not the bot's, the desk.
ANNOUNCE = (
    select(func.pg_notify(ANNOUNCEMENTS, _conversations.c.id))
    .where(
        _conversations.c.id == bindparam("conversation"),
        or_(_conversations.c.channel.in_(sorted(LIVE_CHANNELS)), _conversations.c.owner != literal_column("'bot'")),
    )
    .union_all(
        select(func.pg_notify(PUSHES, _conversations.c.id)).where(
            _conversations.c.id == bindparam("conversation"), _is_sent_to
        )
    )
)
#: The desk, too, sees that a conversation became the bot's again.
ANNOUNCE_OWNER = select(func.pg_notify(ANNOUNCEMENTS, bindparam("conversation")))

OPEN_CONVERSATION = (
    insert(_conversations)
    .values(
        id=bindparam("id"),
        channel=bindparam("channel"),
        opening_key=bindparam("opening_key"),
        owner="bot",
        created_at=bindparam("now"),
    )
    # The id is made of the key: of two at once either constraint may be the one that is met.
    .on_conflict_do_nothing()
)

OPENED_BY = select(_conversations.c.id, _conversations.c.owner).where(
    _conversations.c.channel == bindparam("channel"), _conversations.c.opening_key == bindparam("opening_key")
)

STORE_MESSAGE = (
    insert(_messages)
    .values(
        conversation_id=bindparam("conversation"),
        author="customer",
        text=bindparam("text", type_=_messages.c.text.type),
        created_at=bindparam("now"),
        channel_message_id=bindparam("channel_message_id"),
        is_payload=bindparam("is_payload"),
        status="pending",
        attempts=0,
        next_attempt_at=bindparam("now"),
    )
    .on_conflict_do_nothing(index_elements=[_messages.c.conversation_id, _messages.c.channel_message_id])
    .returning(_messages.c.id)
)

STORED_MESSAGE = select(_messages.c.id, _messages.c.text, _messages.c.is_payload, _messages.c.status).where(
    _messages.c.conversation_id == bindparam("conversation"),
    _messages.c.channel_message_id == bindparam("channel_message_id"),
)

#: What becomes of a message to the customer: `Message.delivery`.
DELIVERY = (
    select(literal_column("'waiting'"))
    .where(_conversations.c.id == bindparam("conversation"), _is_sent_to)
    .scalar_subquery()
)

STORE_REPLY = plain_insert(_messages).values(
    conversation_id=bindparam("conversation"),
    author=bindparam("author"),
    text=bindparam("text", type_=_messages.c.text.type),
    buttons=bindparam("buttons", type_=_messages.c.buttons.type),
    card=bindparam("card", type_=_messages.c.card.type),
    created_at=bindparam("now"),
    is_payload=False,
    attempts=0,
    in_reply_to=bindparam("message"),
    delivery=DELIVERY,
)

SET_STATUS = (
    update(_messages)
    .where(_messages.c.id == bindparam("message"))
    .values(status=bindparam("new_status"), next_attempt_at=None, answered_at=bindparam("answered"))
)

REPLIES = (
    select(_messages.c.text, _messages.c.buttons, _messages.c.card)
    .where(_messages.c.in_reply_to == bindparam("message"))
    .order_by(_messages.c.id)
)

_questions = _messages.alias("questions")

SAID = (
    select(
        _messages.c.id,
        _messages.c.author,
        _messages.c.staff,
        _messages.c.text,
        _messages.c.buttons,
        _messages.c.card,
        _messages.c.created_at,
        _messages.c.is_payload,
        _messages.c.delivery,
        _messages.c.channel_message_id,
        _questions.c.channel_message_id.label("in_reply_to"),
    )
    .join_from(_messages, _questions, _questions.c.id == _messages.c.in_reply_to, isouter=True)
    .where(_messages.c.conversation_id == bindparam("conversation"))
)
SAID_BEFORE = SAID.where(_messages.c.id < bindparam("before")).order_by(_messages.c.id.desc()).limit(bindparam("limit"))
SAID_AFTER = SAID.where(_messages.c.id > bindparam("after")).order_by(_messages.c.id).limit(bindparam("limit"))
SAID_BESIDES = SAID.where(
    _messages.c.id > bindparam("after"), _messages.c.id != all_(bindparam("known", type_=ARRAY(BigInteger)))
).order_by(_messages.c.id)

OFFERED = (
    select(_messages.c.buttons)
    .where(
        _messages.c.conversation_id == bindparam("conversation"),
        _messages.c.buttons.contains(bindparam("buttons", type_=_messages.c.buttons.type)),
    )
    .order_by(_messages.c.id.desc())
    .limit(1)
)

STANDING = select(
    _conversations.c.owner,
    select(func.min(_messages.c.id))
    .where(_messages.c.conversation_id == bindparam("conversation"), _messages.c.status == "pending")
    .scalar_subquery()
    .label("waiting"),
    select(func.min(_messages.c.created_at))
    .where(_messages.c.conversation_id == bindparam("conversation"), _messages.c.status == "pending")
    .scalar_subquery()
    .label("waiting_since"),
).where(_conversations.c.id == bindparam("conversation"))
