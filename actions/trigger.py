"""What made it a reason for a person, as it is kept with the hand-off: names and numbers of ours, never words."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.memory import said_before, turns
from actions.turn import best_label_of, key_of, scores_of
from care.handoff.policy import threshold
from care.handoff.rules import Reason

#: labels that say how somebody feels or that they want a person, and nothing of a matter
_NO_MATTER = ("handoff", "greet_chitchat", "satisfaction", "out_of_scope", "nlu_fallback")
#: what is said where a person decides on a request about personal data
_BY_A_PERSON = (
    "utter_privacy_whose_child",
    "utter_privacy_whose_family",
    "utter_privacy_doubtful",
    "utter_privacy_fixed_line",
    "utter_privacy_no_sms",
    "utter_privacy_not_at_hand",
)


def trigger_of(tracker: Tracker) -> dict[str, Any]:
    """The message, how surely it was understood, and the label of the matter that is talked of, where there is one."""
    scores = scores_of(tracker)
    confidence = {"confidence": round(scores[0][1], 3)} if scores else {}
    label = matter_label(tracker)
    return {"message": key_of(tracker, "handoff").message_id} | confidence | ({"label": label} if label else {})


def matter_label(tracker: Tracker) -> str | None:
    """Of the complaint that is being told, else of the newest message that is about something."""
    if category := tracker.get_slot("complaint_category"):
        return str(category)
    best = best_label_of(tracker)
    labels = [best, *(_label(turn[0]) for turn in turns(tracker))]
    return next((label for label in labels if "_" in label and label not in _NO_MATTER), None)


def _label(said: dict[str, Any]) -> str:
    return str(((said.get("parse_data") or {}).get("intent") or {}).get("name") or "")


def is_surely_fraud(tracker: Tracker) -> bool:
    """So sure that nobody is asked whether they want a person."""
    signals = tracker.latest_message.get("signals") or {}
    return float(signals.get(Reason.FRAUD, 0.0)) >= threshold(Reason.FRAUD, "hand_over")


def is_by_a_person(tracker: Tracker) -> bool:
    """Was the customer told that a person decides on what they asked about their data?"""
    return said_before(tracker, *_BY_A_PERSON)
