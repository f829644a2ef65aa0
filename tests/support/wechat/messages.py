"""What may stand in a message to a customer, and how it is shown to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.wechat.calling import said
from tests.support.wechat.world import Customer, Json, World


@dataclass(frozen=True)
class Limits:
    """Of one platform; bytes of UTF-8."""

    app: str
    #: kinds of messages
    kinds: frozenset[str]
    text: int = 2048
    #: of a msgmenu: head and tail, choices, and each of them; None: its page names no limit
    around: int | None = None
    choices: int | None = None
    choice: int | None = None


#: https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html
OFFICIAL = Limits("official", frozenset({"text", "msgmenu", "image", "news"}))
#: https://developer.work.weixin.qq.com/document/path/94677
KF = Limits("kf", frozenset({"text", "msgmenu", "image"}), around=1024, choices=10, choice=128)


def deliver(world: World, customer: Customer, body: Json, limits: Limits, *, is_counted: bool = True) -> Json:
    """Into the chat, once it is known that something may be sent to them."""
    kind = body.get("msgtype", "")
    content = body.get(kind)
    if kind not in limits.kinds or not isinstance(content, dict):
        return said(40008, "invalid message type")
    if code := _fault(world, kind, content, limits):
        return said(code)
    text = shown(kind, content)
    customer.sent += is_counted
    if (kind, text) in customer.pushed:
        world.doubled["push"] += 1
    customer.pushed.append((kind, text))
    customer.typing_at = 0.0
    customer.reads("push", kind, text, choices=content.get("list"), media_id=content.get("media_id"))
    return said(0)


def _fault(world: World, kind: str, content: Json, limits: Limits) -> int:
    if any(word in str(content) for word in world.config.risky):
        return 87014
    if kind == "text":
        text = content.get("content")
        if not isinstance(text, str) or not text:
            return 44004
        return 45002 if _bytes(text) > limits.text else 0
    if kind == "image":
        found = world.media.get(content.get("media_id", ""))
        return 0 if found is not None and found[2] in ("", limits.app) else 40007
    if kind == "news":
        return 0 if len(content.get("articles") or []) == 1 else 45008
    return _menu_fault(content, limits)


def _menu_fault(content: Json, limits: Limits) -> int:
    """95008, 95009: number and kind of the choices, of 微信客服."""
    given = content.get("list")
    if not isinstance(given, list) or not given:
        return 40035
    if limits.choices is not None and len(given) > limits.choices:
        return 95008
    if limits.app == "kf" and any(not isinstance(each.get(each.get("type", "")), dict) for each in given):
        return 95009
    around = [content.get("head_content") or "", content.get("tail_content") or ""]
    if limits.around is not None and any(_bytes(each) > limits.around for each in around):
        return 45002
    words = [word for each in given for word in _choice(each)]
    if any(not word for word in words):
        return 40035
    return 45002 if limits.choice is not None and any(_bytes(word) > limits.choice for word in words) else 0


def _choice(given: Mapping[str, Any]) -> tuple[str, str]:
    """Its id and words: at once in a menu of 公众号, under its `type` in one of 微信客服."""
    inner = given.get("click", given)
    return str(inner.get("id") or ""), str(inner.get("content") or "")


def shown(kind: str, content: Json) -> str:
    if kind == "msgmenu":
        choices = [_choice(each)[1] for each in content["list"]]
        return "\n".join([content.get("head_content") or "", *choices, content.get("tail_content") or ""])
    if kind == "news":
        return str(content["articles"][0].get("title", ""))
    return str(content.get("content", content.get("media_id", "")))


def _bytes(text: str) -> int:
    return len(text.encode())
