"""What the understanding found in a message: the latest one, or an earlier one that a button is about."""

from __future__ import annotations

from typing import Any

from actions.turn import MOVES, NOT_UNDERSTOOD

Message = dict[str, Any]


def words_of(message: Message) -> str:
    """Empty where it was a button."""
    text = str(message.get("text") or "")
    return "" if text.startswith("/") else text


def best_label_of(message: Message) -> str | None:
    labels = [str(intent["name"]) for intent in message.get("intent_ranking") or []]
    return next((label for label in labels if label != NOT_UNDERSTOOD), None)


def labels_of(message: Message) -> list[str]:
    """Most likely first, without the moves of the dialogue: a story with a number in it looks like an answer."""
    labels = [str(intent["name"]) for intent in message.get("intent_ranking") or []]
    return [label for label in labels if label != NOT_UNDERSTOOD and label not in MOVES - {"complain"}]


def entities_of(message: Message, name: str) -> list[dict[str, Any]]:
    """In the order of their places."""
    found = [entity for entity in message.get("entities") or [] if entity["entity"] == name]
    return sorted(found, key=lambda entity: int(entity.get("start") or 0))
