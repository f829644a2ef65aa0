"""The statements of every message that comes, built once (see care/conversations/statements.py)."""

from __future__ import annotations

from sqlalchemy import Table, bindparam, literal_column, select, update

from care.conversations.tables import Message
from care.wechat.tables import Contact

_messages: Table = Message.metadata.tables[Message.__tablename__]

LOCKED_CONTACT = (
    select(Contact)
    .where(Contact.conversation_id == bindparam("conversation"))
    .with_for_update()
    .execution_options(populate_existing=True)
)

#: What was held for the customer's next words.
WAITS_AGAIN = (
    update(_messages)
    # Written out: with a parameter PostgreSQL cannot know that the partial index is enough.
    .where(_messages.c.conversation_id == bindparam("conversation"), _messages.c.delivery == literal_column("'held'"))
    .values(delivery=literal_column("'waiting'"))
)
