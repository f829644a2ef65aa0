"""A person: asked for, or after two messages in a row that were not understood."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import in_database, ranking_of
from care.db import utcnow
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.wording import buttons, choice_of

Events = list[dict[str, Any]]

_SHOWN_GUESSES = 2


class RequestHandoff(Action):
    def name(self) -> str:
        return "action_request_handoff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return await _hand_off(dispatcher, tracker, Reason.ASKED, "utter_handoff_requested")


class NotUnderstood(Action):
    """First time: offer the nearest guesses and a person. Second time in a row: a person, so that it never loops."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if _failed_before(tracker):
            return await _hand_off(dispatcher, tracker, Reason.NOT_UNDERSTOOD, "utter_handoff_not_understood")
        guesses = [choice for label in ranking_of(tracker) if (choice := choice_of(label))][:_SHOWN_GUESSES]
        dispatcher.utter_message(response="utter_not_understood", buttons=guesses + buttons("not_understood_always"))
        return []


async def _hand_off(dispatcher: CollectingDispatcher, tracker: Tracker, reason: Reason, response: str) -> Events:
    now = utcnow()
    await in_database(lambda session: request_handoff(session, tracker.sender_id, reason, now))
    dispatcher.utter_message(response=response)
    return [ActiveLoop(None), SlotSet("requested_slot", None)] if tracker.active_loop_name else []


def _failed_before(tracker: Tracker) -> bool:
    """Was the message before this one not understood either?"""
    messages = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            messages += 1
        if messages == 2:
            return False
        if messages == 1 and event.get("event") == "action" and event.get("name") == "action_not_understood":
            return True
    return False
