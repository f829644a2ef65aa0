"""What a customer of each channel reads of the same answer: the stored messages, through the channel's own rendering.

Compared is what the bot says in a conversation of its own a channel, and what becomes of it: in the widget the stored
messages as they are, over REST the answer of the turn, in WeChat the texts (微信客服: the menus) that would be sent.
The way there (signatures, encryption, the platform's limits on sending) is not gone: no message leaves the house.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from care.conversations.history import Said, following
from care.conversations.rules import Reply
from care.golden.rules import Read, Shown, pieces
from care.rights.articles import PAGES
from care.settings import settings
from care.turns.tables import MessageReading
from care.wechat.plan import Look, compose
from care.wechat.rendering import Bubble
from care.wechat.rules import KF, OFFICIAL
from care.wording import say, varied

_FILLED = re.compile(r"\{\w+\}")


def shown(session: Session, channel: str, conversation_id: str, message_id: int, replies: Sequence[Reply]) -> Shown:
    """Of the answer to one message."""
    if channel == "rest":
        bodies = [reply.as_json() for reply in replies]
        return Shown("\n".join(each["text"] for each in bodies), _payloads(each.get("buttons") for each in bodies))
    said = [each for each in following(session, conversation_id, message_id) if each.author != "customer"]
    if channel in (OFFICIAL, KF):
        return _in_wechat(said, message_id, has_menus=channel == KF)
    return Shown("\n".join(each.text for each in said), _payloads(each.buttons for each in said))


def _in_wechat(said: Sequence[Said], turn: int, *, has_menus: bool) -> Shown:
    bubbles = [Bubble(each.id, each.text, each.buttons, each.card, turn=turn) for each in said]
    sendings = compose(bubbles, Look(settings().public_url, has_menus))
    texts = [each.text if each.menu is None else each.menu.head for each in sendings]
    # What a number may answer grows with each sending.
    offered = next((each.offered for each in reversed(sendings) if each.offered), [])
    return Shown("\n".join(texts), _payloads([offered]))


def _payloads(buttons: Any) -> tuple[str, ...]:
    return tuple(each["payload"] for some in buttons for each in some or [])


def read(session: Session, message_id: int, replies: Sequence[Reply]) -> Read:
    """What the bot took the message for, and the articles that its answer tells or points to."""
    found = session.get(MessageReading, message_id)
    addresses = [str((reply.card or {}).get("url") or "") for reply in replies]
    told = tuple(each.removeprefix(f"{PAGES}/") for each in addresses if each.startswith(f"{PAGES}/"))
    return Read(found.label if found else None, found.sub if found else None, told)


@lru_cache(maxsize=1)
def loose_words() -> frozenset[str]:
    """Pieces that one channel may say and another not: of wording that Rasa chooses by chance, and the hint about
    addresses that WeChat leaves away."""
    # What is filled in stands in every wording.
    return frozenset(
        piece for text in [*varied(), say("wechat_path_hint")] for piece in pieces(_FILLED.sub("\n", text))
    )
