"""Saying something in a conversation that no message asked for: a job is done, minutes after it was asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.rules import LIVE_CHANNELS
from care.conversations.service import announce
from care.conversations.tables import Conversation, Message
from care.privacy.receipts import Receipt
from care.wording import buttons as buttons_of
from care.wording import calendar_time, say


def tell(
    session: Session,
    conversation_id: str,
    response: str,
    now: datetime,
    *,
    card: dict[str, Any] | None = None,
    buttons: list[dict[str, str]] | None = None,
    **values: str,
) -> int:
    """Say `utter_…` with its `{values}` and its buttons, or these; the id of the message.

    Widgets that are connected are shown it when this transaction commits, others in their history. A channel that keeps
    nobody connected gives it with the answer to the last message: the same `message_id` again fetches it, as it does
    with an answer that came late.
    """
    key = response.removeprefix("utter_")
    message = Message(
        conversation_id=conversation_id,
        author="system",
        text=say(key, **values),
        buttons=(buttons_of(key) if buttons is None else buttons) or None,
        card=card,
        created_at=now,
        in_reply_to=_last_message(session, conversation_id),
    )
    session.add(message)
    session.flush()
    announce(session, conversation_id)
    return message.id


def _last_message(session: Session, conversation_id: str) -> int | None:
    """Of the customer, where that is how they come back for an answer."""
    last = (
        select(func.max(Message.id))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.conversation_id == conversation_id,
            Message.author == "customer",
            Conversation.channel.not_in(LIVE_CHANNELS),
        )
    )
    return session.scalar(last)


def receipt_card(receipt: Receipt, erased: int | None = None) -> dict[str, Any]:
    """The card of a receipt (docs/widget-protocol.md). `erased`: the newest message of the conversation that it is
    given in which is deleted; a widget takes those up to it off the screen."""
    body = receipt.body
    rows = [
        ("asked", calendar_time(datetime.fromisoformat(body["asked_at"]))),
        ("done", calendar_time(datetime.fromisoformat(body["done_at"]))),
        ("result", "\n".join(body["result"])),
        ("stays", "\n".join(stay["what"] for stay in body["stays"])),
    ]
    return {
        "kind": "receipt",
        "number": receipt.number,
        "title": body["title"],
        "rows": [{"label": say(f"receipt_row_{name}"), "value": value} for name, value in rows if value],
        "erased": erased,
    }
