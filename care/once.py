"""Doing a thing once for a message, however often the turn is run again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.db import Base


class Receipt(Base):
    __tablename__ = "receipts"

    conversation_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(64), primary_key=True)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class OnceKey:
    conversation_id: str
    #: `messages.id` of the customer's message
    message_id: int
    action: str


def once(session: Session, key: OnceKey, now: datetime, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """`work()`'s result (JSON, no personal data), from the first run when there was one.

    The receipt is inserted first: a second run of the same turn waits at the unique key until the first has committed
    or was undone, so that there is exactly one result.
    """
    identity = (
        Receipt.conversation_id == key.conversation_id,
        Receipt.message_id == key.message_id,
        Receipt.action == key.action,
    )
    is_first = session.scalar(
        insert(Receipt)
        .values(conversation_id=key.conversation_id, message_id=key.message_id, action=key.action, created_at=now)
        .on_conflict_do_nothing()
        .returning(Receipt.action)
    )
    if is_first is None:
        return session.scalars(select(Receipt.result).where(*identity)).one() or {}
    result = work()
    session.execute(update(Receipt).where(*identity).values(result=result))
    return result
