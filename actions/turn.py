"""What an action may know about the turn it runs in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from care import db
from care.once import OnceKey

T = TypeVar("T")

#: Rasa's name for no label
NOT_UNDERSTOOD = "nlu_fallback"

#: what people say to the bot about the conversation itself; none of it is a story
MOVES = frozenset({"affirm", "deny", "cancel", "skip", "inform", "correct", "handoff", "complain", "greet_chitchat"})


def key_of(tracker: Tracker, action: str) -> OnceKey:
    """The same for every run of this action for this message; Rasa's gateway puts the message id into the metadata."""
    return OnceKey(tracker.sender_id, int(tracker.latest_message["metadata"]["message_id"]), action)


def text_of(tracker: Tracker) -> str:
    """The customer's own words; empty when they chose a button."""
    text = str(tracker.latest_message.get("text") or "")
    return "" if text.startswith("/") else text


def intent_of(tracker: Tracker) -> tuple[str, float]:
    """Label and confidence of the latest message."""
    intent = tracker.latest_message.get("intent") or {}
    return str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)


def sub_of(tracker: Tracker) -> str | None:
    """The sub-label of the latest message (`ticket_status/urge`), where its label has some; a button may carry one."""
    sub = (tracker.latest_message.get("intent") or {}).get("sub") or entity_of(tracker, "sub")
    return str(sub) if sub else None


def scores_of(tracker: Tracker) -> list[tuple[str, float]]:
    """Labels of the latest message and their probabilities, most likely first."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    return [(str(each["name"]), float(each["confidence"])) for each in ranking if each["name"] != NOT_UNDERSTOOD]


def ranking_of(tracker: Tracker) -> list[str]:
    """Labels of the latest message, most likely first."""
    return [name for name, _ in scores_of(tracker)]


def best_label_of(tracker: Tracker) -> str:
    """The most likely label that is a wish and no dialogue move; empty when there is none."""
    return next((label for label in ranking_of(tracker) if label not in MOVES), "")


def entity_of(tracker: Tracker, name: str) -> str | None:
    value = next(tracker.get_latest_entity_values(name), None)
    return None if value is None else str(value)


def phone_of(tracker: Tracker, words: str) -> str | None:
    """The last telephone number of the latest message that stands in `words`, as it was written."""
    phones = [str(phone) for phone in tracker.get_latest_entity_values("phone")]
    return next((phone for phone in reversed(phones) if phone in words), None)


async def in_database(work: Callable[[Session], T]) -> T:
    """`work` in one transaction, in a thread: the server goes on serving other conversations."""
    return await anyio.to_thread.run_sync(db.run, work)
