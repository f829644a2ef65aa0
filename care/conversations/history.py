"""What was said in a conversation, for a channel that shows it again, and what is new since it was last read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.conversations import statements

#: Messages that are read at once.
PAGE = 100
#: greater than any id
END = 2**63 - 1


@dataclass(frozen=True)
class Said:
    """One bubble. `author` is customer, bot, system or agent; `staff` the number of the agent."""

    id: int
    author: str
    staff: str | None
    #: of a button that the customer chose: its title
    text: str
    buttons: list[dict[str, str]]
    card: dict[str, Any] | None
    at: datetime
    #: the customer's own id of it; what an agent's browser calls its messages is nobody else's business
    message_id: str | None
    #: the customer's own id of the message that this answers
    in_reply_to: str | None
    #: of a message to the customer, where we send: as Message.delivery
    delivery: str | None = None


@dataclass(frozen=True)
class Standing:
    """Who answers next, and the oldest message that the bot has not answered yet."""

    owner: str
    waiting: int | None
    waiting_since: datetime | None


def latest(session: Session, conversation_id: str, before: int = END, limit: int = PAGE) -> list[Said]:
    """The last messages, or those before the one with this id; oldest first."""
    values = {"conversation": conversation_id, "before": before, "limit": limit}
    newest_first = list(session.connection().execute(statements.SAID_BEFORE, values))
    return _said(session, conversation_id, newest_first[::-1])


def following(session: Session, conversation_id: str, after: int, limit: int = PAGE) -> list[Said]:
    """The messages after the one with this id, oldest first."""
    values = {"conversation": conversation_id, "after": after, "limit": limit}
    return _said(session, conversation_id, session.connection().execute(statements.SAID_AFTER, values))


def besides(session: Session, conversation_id: str, after: int, known: Collection[int]) -> list[Said]:
    """The messages after the one with this id, without those that are known; oldest first.

    Ids are given out when a message is written and seen when its transaction ends, so a smaller one may appear later:
    who follows a conversation remembers the ids of the last minute, and not only the last id.
    """
    values = {"conversation": conversation_id, "after": after, "known": list(known)}
    return _said(session, conversation_id, session.connection().execute(statements.SAID_BESIDES, values))


def standing(session: Session, conversation_id: str) -> Standing:
    """Of a conversation in which nothing was said yet, too: that is the bot's."""
    row = session.connection().execute(statements.STANDING, {"conversation": conversation_id}).one_or_none()
    return Standing("bot", None, None) if row is None else Standing(row.owner, row.waiting, row.waiting_since)


def _said(session: Session, conversation_id: str, rows: Iterable[Any]) -> list[Said]:
    return [
        Said(
            id=row.id,
            author=row.author,
            staff=row.staff,
            text=_title(session, conversation_id, row.text) if row.is_payload else row.text,
            buttons=row.buttons or [],
            card=row.card,
            at=row.created_at,
            message_id=row.channel_message_id if row.author == "customer" else None,
            in_reply_to=row.in_reply_to,
            delivery=row.delivery,
        )
        for row in rows
    ]


def _title(session: Session, conversation_id: str, payload: str) -> str:
    """What stood on the button: a customer who reads the conversation again sees that, not our command."""
    wanted = {"conversation": conversation_id, "buttons": [{"payload": payload}]}
    offered = session.connection().execute(statements.OFFERED, wanted).scalar()
    titles = [button["title"] for button in offered or [] if button["payload"] == payload]
    return str(titles[0]) if titles else payload
