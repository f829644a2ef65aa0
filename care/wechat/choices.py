"""What a customer means who answers with a number: one of the choices that were sent last.

A number stands for a choice only while those choices are the last that we sent (`wechat_contacts.offered`; a later
message without choices ends it, and so does an answer on its way) and only when there are so many. Everything else is
words: a code, an amount, a month. The words of a choice, and 「第二个」, are the bot's own matter (bot/titles.py) where
the bot offered them; those that our side offered without the bot (to stop waiting) are recognised here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.wechat.rendering import button_of

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_SPOKEN = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_NUMBER = re.compile(
    r"(?:我?(?:选|要|点|按)?(?:择|第)?)(?P<number>[0-9]{1,2}|[一二两三四五六七八九十])(?:个|项|条|号|种)?[.、。)）]?(?:吧|谢谢)?"
)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def number_in(text: str) -> int | None:
    """2 of 「2」, 「２」, 「2.」, 「第二个」, 「选2」; None of anything that says more."""
    found = _NUMBER.fullmatch(text.strip().translate(_DIGITS))
    if found is None:
        return None
    number = found["number"]
    return int(number) if number.isdigit() else _SPOKEN[number]


def payload_in(offered: Sequence[dict[str, str]] | None, text: str) -> str | None:
    """The payload of the choice that the text stands for; None: it is words."""
    if not offered:
        return None
    number = number_in(text)
    if number is not None:
        return offered[number - 1]["payload"] if 1 <= number <= len(offered) else None
    words = _bare(text)
    return next((each["payload"] for each in offered if words and _bare(each["title"]) == words), None)


def payload_of_menu(session: Session, conversation_id: str, menu_id: str) -> str | None:
    """The payload behind a choice of a msgmenu, also of an older one; None: it is none of this conversation's."""
    found = button_of(menu_id)
    if found is None:
        return None
    message_id, place = found
    message = session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id:
        return None
    buttons = message.buttons or []
    return str(buttons[place - 1]["payload"]) if 1 <= place <= len(buttons) else None


def _bare(text: str) -> str:
    return _EDGES.sub("", text.strip()).lower()
