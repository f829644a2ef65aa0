"""What was said before in this conversation, as far as Rasa tells it: the events since the fifth last message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Tracker

from actions.turn import text_of
from care.plain import plain


def _turns(tracker: Tracker) -> Iterator[list[dict[str, Any]]]:
    """The events of each message's turn, the latest first; each begins with its message."""
    turn: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        turn.insert(0, event)
        if event.get("event") == "user":
            yield turn
            turn = []


def said_before(tracker: Tracker, *responses: str) -> bool:
    """Did the bot say one of these, as far as that is still remembered? In this turn counts as well."""
    return any(_said(turn) & set(responses) for turn in _turns(tracker))


def said_last(tracker: Tracker, *responses: str) -> bool:
    """Did the bot say one of these in the turn before this one?"""
    turns = list(_turns(tracker))
    return len(turns) > 1 and bool(_said(turns[1]) & set(responses))


def _said(turn: list[dict[str, Any]]) -> set[str]:
    said = [event.get("metadata") or {} for event in turn if event.get("event") == "bot"]
    return {str(metadata.get("utter_action")) for metadata in said}


def times_in_a_row(tracker: Tracker) -> int:
    """How often the customer has written these very words without any others in between, this time included."""
    words, count = plain(text_of(tracker)), 0
    for turn in _turns(tracker):
        if not words or plain(str(turn[0].get("text") or "")) != words:
            break
        count += 1
    return count
