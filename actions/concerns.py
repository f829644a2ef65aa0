"""What the customer's words let fear: the signals that understanding gives with a message (bot/nlu/signals.py)."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.turn import in_database, key_of
from care.db import utcnow
from care.handoff.policy import thresholds
from care.handoff.rules import Reason, concerns_in
from care.handoff.service import Raised, raise_concerns


def concerns_of(tracker: Tracker) -> tuple[Reason, ...]:
    """Of the latest message, most pressing first; a button has none."""
    return concerns_in(tracker.latest_message.get("signals") or {}, thresholds())


async def note(tracker: Tracker, *concerns: Reason) -> Raised:
    """Note them for the desk: which are new in this conversation, and which were raised before."""
    if not concerns:
        return Raised()
    conversation, message, now = tracker.sender_id, key_of(tracker, "concerns").message_id, utcnow()
    return await in_database(lambda session: raise_concerns(session, conversation, concerns, message, now))
