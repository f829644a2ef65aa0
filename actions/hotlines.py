"""Whoever belongs to another operator: its number once more, and no person of ours for 「那你帮我转给联通」."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.memory import said_last
from actions.turn import text_of
from care.plain import plain
from care.sla.policy import policy

_ASKS_WHICH = re.compile(
    "(?:打|拨).{0,3}(?:哪|什么|啥|多少)|(?:哪个|什么|啥)(?:电话|号码|热线)|(?:电话|号码|热线).{0,3}多少"
)
_SHORT = 20


def other_operator(tracker: Tracker) -> tuple[str, str] | None:
    """Name and number of the operator that is meant, where the words are about reaching it."""
    text = plain(text_of(tracker))
    # Only right after it was named: elsewhere 「我要转到联通」 is number portability.
    if not text or len(text) > _SHORT or not said_last(tracker, "utter_complaint_elsewhere", "utter_other_hotline"):
        return None
    others = {str(carrier): hotline for carrier, hotline in policy().operator.others.items()}
    for name, hotline in others.items():
        if re.search(f"(?:转|接)(?:给|到|接|去)*(?:中国)?{name.removeprefix('中国')}", text):
            return name, hotline
    if not _ASKS_WHICH.search(text):
        return None
    bubbles = [str(event.get("text")) for event in reversed(tracker.events) if event.get("event") == "bot"]
    return next(((name, tel) for bubble in bubbles for name, tel in others.items() if tel in bubble), None)
