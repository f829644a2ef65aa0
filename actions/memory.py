"""What was said before in this conversation, as far as Rasa tells it: the events since the fifth last message."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from rasa_sdk import Tracker

from actions.turn import text_of
from care.plain import plain


def turns(tracker: Tracker) -> Iterator[list[dict[str, Any]]]:
    """The events of each message's turn, the latest first; each begins with its message."""
    turn: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        turn.insert(0, event)
        if event.get("event") == "user":
            yield turn
            turn = []


def said_before(tracker: Tracker, *responses: str) -> bool:
    """Did the bot say one of these, as far as that is still remembered? In this turn counts as well."""
    return any(responses_in(turn) & set(responses) for turn in turns(tracker))


def said_last(tracker: Tracker, *responses: str) -> bool:
    """Did the bot say one of these in the turn before this one?"""
    latest = list(turns(tracker))
    return len(latest) > 1 and bool(responses_in(latest[1]) & set(responses))


def said_last_like(tracker: Tracker, beginning: str) -> bool:
    """Did the bot say a response of such a name in the turn before this one?"""
    latest = list(turns(tracker))
    return len(latest) > 1 and any(name.startswith(beginning) for name in responses_in(latest[1]))


def responses_in(turn: list[dict[str, Any]]) -> set[str]:
    said = [event.get("metadata") or {} for event in turn if event.get("event") == "bot"]
    return {str(metadata.get("utter_action")) for metadata in said}


def turns_with(tracker: Tracker, *responses: str) -> int:
    """In how many turns before this one, without another in between, the bot said one of these."""
    _, *before = turns(tracker)
    return len(list(takewhile(lambda turn: responses_in(turn) & set(responses), before)))


def times_in_a_row(tracker: Tracker) -> int:
    """How often the customer has written these very words without any others in between, this time included."""
    words, count = plain(text_of(tracker)), 0
    for turn in turns(tracker):
        if not words or plain(str(turn[0].get("text") or "")) != words:
            break
        count += 1
    return count
