"""What a message may be, and what is made of it before anyone reads it. Pure functions."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from care.errors import InvalidInput

#: Longest message that is taken, in characters; a longer one is refused, never cut.
MAX_TEXT = 12_000
MAX_MESSAGE_ID = 128
#: Channels whose customers stay connected: what is new in one of their conversations is announced to all processes.
LIVE_CHANNELS = frozenset({"socketio"})
#: Channels to whose customers we send: each message to them is delivered by `care.wechat`, or waits for it.
PUSH_CHANNELS = frozenset({"wechat", "wechat_kf"})
#: What is new there is announced.
ANNOUNCED_CHANNELS = LIVE_CHANNELS | PUSH_CHANNELS
#: Nobody writes there: our own questions that must not be answered with somebody's data (care/privacy/auditing.py).
AUDIT_CHANNEL = "audit"
# A UUID cannot be guessed, so it may stand for the conversation that it opened; "message-1" must not: anybody could
# come back with it and be given somebody else's conversation.
_UUID = re.compile(r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[1-8][0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Inbound:
    """One message from a channel, verified and parsed, before it is stored.

    `conversation_id` is None when it may open a conversation. `opening_key`: a secret of ours, the same for every
    message of a widget's session, that stands for the conversation which the first of them opens.
    """

    channel: str
    message_id: str
    text: str
    conversation_id: str | None = None
    opening_key: str | None = None
    #: the response (without `utter_`) with which we answer ourselves: there is nothing in it that the bot could read
    answer: str | None = None


@dataclass(frozen=True)
class Reply:
    """One bubble. `buttons` are `{"title", "payload"}`; only payloads sent here come back as commands.

    `card` is what a channel may show instead of the text, which says the same: `{"kind": "summary" | "ticket", …}`.
    """

    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)
    card: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return (
            {"text": self.text}
            | ({"buttons": self.buttons} if self.buttons else {})
            | ({"card": self.card} if self.card else {})
        )


def id_from(opening_key: str) -> str:
    """The id of the conversation that this key opens: known before there is one, and it tells nothing of the key."""
    digest = hashlib.sha256(f"conversation {opening_key}".encode()).digest()
    return f"c{base64.urlsafe_b64encode(digest[:18]).decode()}"


def clean_text(text: str) -> str:
    """Without control, bidirectional and zero-width characters (they hide text from readers); line breaks stay.

    Half an emoji (a lone surrogate, which JSON can carry and UTF-8 cannot) becomes U+FFFD.

    Raises InvalidInput (reason `too_long`).
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput("too_long", f"a message may have {MAX_TEXT} characters; send the rest as a second one")
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROL.sub("", whole.replace("\r\n", "\n")).strip()


def is_unguessable(message_id: str) -> bool:
    """A UUID of RFC 9562."""
    return _UUID.fullmatch(message_id) is not None


def check_message_id(message_id: str) -> str:
    """Raises InvalidInput (reason `message_id`)."""
    if not re.fullmatch(rf"[\x21-\x7e]{{1,{MAX_MESSAGE_ID}}}", message_id):
        raise InvalidInput(
            "message_id", f"message_id must be 1 to {MAX_MESSAGE_ID} visible ASCII characters; a UUID is best"
        )
    return message_id
