"""What sync_msg tells of a 微信客服 account, read into one value each.

接收消息和事件: https://developer.work.weixin.qq.com/document/path/94670
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

_ID = re.compile(r"[\x21-\x7e]{1,100}")


class Origin(IntEnum):
    """`origin`: who said it."""

    CUSTOMER = 3
    EVENT = 4
    PERSON = 5  # somebody who serves in WeCom


@dataclass(frozen=True)
class Item:
    id: str
    #: open_kfid
    account: str
    #: external_userid
    user: str
    at: datetime
    origin: Origin
    #: `msgtype`; of an event its `event_type`
    kind: str
    #: what the platform has under that name
    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """24 letters and digits that stand for it: in our ids, and for the platform in those of our answers to it."""
        return hashlib.sha256(f"kf\x00{self.account}\x00{self.id}".encode()).hexdigest()[:24]

    def text(self, name: str, most: int = 512) -> str:
        """A text of the content; empty when there is none. Too long for what it is: cut."""
        value = self.content.get(name)
        return value[:most] if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        value = self.content.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def read(told: Mapping[str, Any], account: str) -> Item | None:
    """None: nothing that concerns a customer (somebody has gone to lunch), or not as the page says.

    An event names account and customer inside, a message outside.
    """
    kind, origin = told.get("msgtype"), told.get("origin")
    if not isinstance(kind, str) or not isinstance(origin, int) or origin not in set(Origin):
        return None
    content = told.get(kind)
    inside = content if isinstance(content, dict) else {}
    names = inside if kind == "event" else told
    if kind == "event":
        kind = inside.get("event_type")
    own_id, user = told.get("msgid"), names.get("external_userid")
    if not (_is_id(own_id) and _is_id(user) and isinstance(kind, str)) or names.get("open_kfid", account) != account:
        return None
    try:
        at = datetime.fromtimestamp(int(told.get("send_time", "")), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return Item(str(own_id), account, str(user), at, Origin(origin), kind, inside)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
