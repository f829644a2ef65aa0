"""Questions and their answers, by the bot or by agents, at a time of one's own; committed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from care.accuracy.rules import span_of
from care.conversations.rules import Reply
from care.conversations.service import open_conversation, store_replies
from care.conversations.tables import Message
from care.db import transaction
from tests.support.times import china

#: a Wednesday of 2026-W46
THEN = china("2026-11-11 10:00")
QUESTION, ANSWER = "我的流量为什么用得这么快", "您本月用了三十个G，其中视频占了一大半。"


def during(week: str) -> datetime:
    """Its Wednesday morning."""
    return span_of(week)[0] + timedelta(days=2, hours=10)


def ask(
    question: str = QUESTION,
    answer: str = ANSWER,
    *,
    by: str = "bot",
    at: datetime = THEN,
    channel: str = "rest",
    conversation: str | None = None,
    buttons: Sequence[str] = (),
    is_payload: bool = False,
) -> tuple[str, int]:
    """`by`: bot, or the number of an agent. Conversation and number of the question."""
    with transaction() as session:
        where = conversation or open_conversation(session, channel, uuid4().hex, at)
        said = Message(
            conversation_id=where,
            author="customer",
            text=question,
            created_at=at,
            is_payload=is_payload,
            channel_message_id=uuid4().hex,
            status="answered",
        )
        session.add(said)
        session.flush()
        if by == "bot":
            offered = [{"title": title, "payload": f"/x{place}"} for place, title in enumerate(buttons)]
            store_replies(session, said.id, where, [Reply(answer, offered)], "bot", at)
        else:
            session.add(Message(conversation_id=where, author="agent", staff=by, text=answer, created_at=at))
        return where, said.id
