"""One customer of 微信客服, and what the database says of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from care.conversations.service import owner_of
from care.conversations.tables import Message
from care.db import engine, transaction, utcnow
from care.wechat.cursors import note_call
from care.wechat.rules import KF
from care.wechat.service import Sender
from tests.support.database import scalar
from tests.support.dialogue import FakeBot
from tests.support.waiting import eventually

ACCOUNT, USER = "wk0123456789", "wm-li"
SENDER = Sender(KF, ACCOUNT, USER)


class Clock:
    """The real one, put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utcnow() + self.ahead


def called() -> None:
    with transaction() as session:
        note_call(session, ACCOUNT, "", utcnow())


def read_again() -> None:
    """As a kill leaves it: everything is stored, the cursor is not."""
    with engine().begin() as connection:
        connection.execute(text("UPDATE wechat_cursors SET cursor = '', read_at = NULL, leased_until = NULL"))


def said(author: str = "customer") -> list[str]:
    with transaction() as session:
        rows = session.scalars(select(Message).where(Message.author == author).order_by(Message.id))
        return [row.text for row in rows]


def owner() -> str:
    with transaction() as session:
        return owner_of(session, SENDER.conversation_id)


async def heard(bot: FakeBot, *words: str) -> None:
    async def look() -> bool:
        return len(bot.heard) >= len(words)

    await eventually(look, f"the bot to hear {len(words)}")
    assert bot.heard == list(words)


def state() -> Any:
    return scalar("SELECT service_state FROM wechat_contacts")


async def all_answered() -> None:
    async def is_quiet() -> bool:
        return scalar("SELECT count(*) FROM messages WHERE status = 'pending'") == 0

    await eventually(is_quiet, "everything to be answered")
