"""What a message is on the wire: Rasa's `bot_uttered`, ours with more in it, the history (docs/widget-protocol.md)."""

from __future__ import annotations

from typing import Any

from care.attachments.service import Evidence
from care.conversations.history import Said

Json = dict[str, Any]


def plain(text: str, buttons: list[dict[str, str]]) -> list[Json]:
    """As Rasa's own channel sends a reply: a message for each paragraph, the buttons with the last.

    Nothing else is in it: widgets tell the kinds of messages apart by which fields there are.
    """
    parts: list[Json] = [{"text": part} for part in text.strip().split("\n\n")]
    if buttons:
        for part in parts:
            part["quick_replies"] = []
        parts[-1]["quick_replies"] = _quick_replies(buttons)
    return parts


def uttered(said: Said, evidence: Evidence | None = None) -> Json:
    """`bot_uttered` for a client that knows our fields."""
    message: Json = {"id": said.id, "author": said.author, "text": said.text, "at": said.at.isoformat()}
    if said.buttons:
        message["quick_replies"] = _quick_replies(said.buttons)
    for name in ("card", "staff", "in_reply_to"):
        if (value := getattr(said, name)) is not None:
            message[name] = value
    if evidence is not None:
        message["attachment"] = _attachment(evidence)
    return message


def transient(text: str, at: str) -> Json:
    """A `bot_uttered` that is stored nowhere: it is true now and not later."""
    return {"id": None, "transient": True, "author": "system", "text": text, "at": at}


def remembered(said: Said, evidence: Evidence | None) -> Json:
    """A message of the history."""
    return {
        "id": said.id,
        "author": said.author,
        "staff": said.staff,
        "text": said.text,
        "buttons": said.buttons,
        "card": said.card,
        "attachment": None if evidence is None else _attachment(evidence),
        "at": said.at.isoformat(),
        "message_id": said.message_id,
        "in_reply_to": said.in_reply_to,
    }


def _attachment(evidence: Evidence) -> Json:
    return {"id": evidence.id, "name": evidence.name, "media_type": evidence.media_type, "size": evidence.size}


def _quick_replies(buttons: list[dict[str, str]]) -> list[Json]:
    return [{"content_type": "text", "title": each["title"], "payload": each["payload"]} for each in buttons]
