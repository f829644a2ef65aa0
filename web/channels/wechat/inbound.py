"""What a 公众号's customer did: messages and events as the platform's XML tells them.

Messages: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
Events: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html
Events of the menu: https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Custom_Menu_Push_Events.html
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from care.errors import InvalidInput
from web.channels.wechat.xml import Fields

#: an openid, or the account's own name (gh_…)
_USER = re.compile(r"[\x21-\x7e]{1,128}")
_ID = re.compile(r"[0-9]{1,32}")
#: Unix seconds
_TIME = re.compile(r"[0-9]{1,11}")
#: what the platform calls a kind of message or event; safe to log
_NAME = re.compile(r"[0-9A-Za-z_]{1,64}")


@dataclass(frozen=True)
class Text:
    content: str
    #: of a choice in a msgmenu: the id that we gave it
    menu_id: str | None = None


@dataclass(frozen=True)
class Voice:
    #: what the platform recognised; None: nothing, or recognition is off
    recognition: str | None
    media_id: str


@dataclass(frozen=True)
class Image:
    media_id: str


@dataclass(frozen=True)
class Location:
    #: the place in words; may be empty
    label: str
    #: degrees, GCJ-02
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Link:
    title: str
    description: str
    url: str


@dataclass(frozen=True)
class Unsupported:
    """video, shortvideo, file, …: `kind` as the platform names it."""

    kind: str


@dataclass(frozen=True)
class Event:
    #: subscribe, unsubscribe, CLICK, VIEW, SCAN, LOCATION, …
    name: str
    #: of the menu, or of a QR code
    key: str


@dataclass(frozen=True)
class Received:
    openid: str
    #: ToUserName: from whom a passive answer comes
    account: str
    at: datetime
    #: the same for every try; of an event a digest, because it has no id
    id: str
    what: Text | Voice | Image | Location | Link | Unsupported | Event


def received(given: Fields) -> Received:
    """Raises InvalidInput `wechat_malformed` when something is missing that every message of its kind has."""
    openid, account, kind = (given.get(name, "") for name in ("FromUserName", "ToUserName", "MsgType"))
    created = given.get("CreateTime", "")
    if not (_USER.fullmatch(openid) and _USER.fullmatch(account) and _NAME.fullmatch(kind)):
        raise _malformed()
    if not _TIME.fullmatch(created):
        raise _malformed()
    at = datetime.fromtimestamp(int(created), UTC)
    if kind == "event":
        event = Event(given.get("Event", ""), _limited(given, "EventKey", 512))
        if not _NAME.fullmatch(event.name):
            raise _malformed()
        told = "\x00".join((openid, created, event.name, event.key))
        return Received(openid, account, at, f"wx-event-{hashlib.sha256(told.encode()).hexdigest()}", event)
    if not _ID.fullmatch(given.get("MsgId", "")):
        raise _malformed()
    return Received(openid, account, at, f"wx-{given['MsgId']}", _message(kind, given))


def _message(kind: str, given: Fields) -> Text | Voice | Image | Location | Link | Unsupported:
    if kind == "text":
        return Text(_limited(given, "Content", 12_000), _limited(given, "bizmsgmenuid", 64) or None)
    if kind == "voice":
        return Voice(_limited(given, "Recognition", 12_000).strip() or None, _required(given, "MediaId"))
    if kind == "image":
        return Image(_required(given, "MediaId"))
    if kind == "location":
        return Location(
            _limited(given, "Label", 500), _degrees(given, "Location_X", 90), _degrees(given, "Location_Y", 180)
        )
    if kind == "link":
        told = (_limited(given, name, 2_000) for name in ("Title", "Description", "Url"))
        return Link(*told)
    return Unsupported(kind)


def _required(given: Fields, name: str) -> str:
    value = _limited(given, name, 512)
    if not value:
        raise _malformed()
    return value


def _degrees(given: Fields, name: str, most: float) -> float:
    try:
        degrees = float(given.get(name, ""))
    except ValueError:
        raise _malformed() from None
    if not math.isfinite(degrees) or abs(degrees) > most:
        raise _malformed()
    return degrees


def _limited(given: Fields, name: str, most: int) -> str:
    value = given.get(name, "")
    if len(value) > most:
        raise _malformed()
    return value


def _malformed() -> InvalidInput:
    return InvalidInput("wechat_malformed", "not a message as the platform sends it")
