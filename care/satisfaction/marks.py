"""A mark in words, and whether it was asked for just now."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.plain import plain
from care.wording import buttons

#: characters; more words say something else with it
_LONGEST = 16
_NUMBERS = {each: value for value, each in enumerate("一二三四五六七八九十", start=1)} | {"两": 2, "零": 0}
_BEFORE = "(?:我|就|那|给|打|评|可以|算|大概|你们?|他|她|这次|个|：|:|，|,)*"
_AFTER = "(?:分|吧|啊|哦|了|满意|谢谢|不能再多了|不能再高了|，|,|。|!|！|~)*"
_MARK = re.compile(rf"{_BEFORE}(?:(?P<number>10|\d|十|[零一二两三四五六七八九])|(?P<full>满)(?=分)){_AFTER}")
LEAST, MOST = 1, 10


def mark_in(text: str) -> int | None:
    """「9」, 「打八分」, 「满分」 and nothing else: 1 to 10; less than the least is the least. None: no mark."""
    found = _MARK.fullmatch(plain(text).strip()) if len(text) <= _LONGEST else None
    if found is None:
        return None
    if found["full"]:
        return MOST
    number = found["number"]
    return max(LEAST, int(number) if number.isdigit() else _NUMBERS[number])


def was_asked_last(session: Session, conversation_id: str, message_id: int) -> bool:
    """Is the question for a mark the last thing that was said to the customer before this message of theirs?"""
    said = session.scalar(
        select(Message.buttons)
        .where(Message.conversation_id == conversation_id, Message.id < message_id, Message.author != "customer")
        .order_by(Message.id.desc())
        .limit(1)
    )
    return said == buttons("rate_ask")
