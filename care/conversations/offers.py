"""What was offered last in a conversation, also across the sessions of Rasa: a bare yes or no is about that."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Message


def last_offered(session: Session, conversation_id: str, message_id: int) -> list[str]:
    """The payloads of the buttons under the answer before this message; none when it had no buttons."""
    answered = (
        select(Message.in_reply_to)
        .where(Message.conversation_id == conversation_id, Message.author == "bot", Message.in_reply_to < message_id)
        .order_by(Message.in_reply_to.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.scalars(select(Message.buttons).where(Message.in_reply_to == answered).order_by(Message.id))
    return [str(button["payload"]) for buttons in rows for button in buttons or []]
