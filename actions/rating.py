"""The mark for a talk with a person: pressed at any time, or said as a number right behind the question."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.turn import entity_of, in_database, intent_of, key_of, text_of
from care.db import utcnow
from care.satisfaction.marks import mark_in, was_asked_last
from care.satisfaction.ratings import answer

Events = list[dict[str, Any]]

#: up to this mark something is offered against what went wrong
_LOW = 6


async def rated(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """The message is a mark, and it is answered; None: it is none. What is filled in stays open."""
    pressed = intent_of(tracker)[0] == "rate" and not text_of(tracker)
    score = int(entity_of(tracker, "score") or 0) if pressed else mark_in(text_of(tracker))
    if score is None or (tracker.active_loop_name and not pressed):
        return None
    key, now = key_of(tracker, "action_rate"), utcnow()

    def work(session: Session) -> bool | None:
        if not pressed and not was_asked_last(session, key.conversation_id, key.message_id):
            return None
        return answer(session, key.conversation_id, score, key, now)

    taken = await in_database(work)
    if taken is None:
        return None
    low = "utter_rate_sorry" if score <= _LOW else "utter_rate_thanks"
    dispatcher.utter_message(response=low if taken else "utter_rate_over")
    if tracker.active_loop_name:
        return [SlotSet("requested_slot", tracker.get_slot("requested_slot")), FollowupAction("action_listen")]
    is_first = tracker.latest_action_name == "action_listen"
    return [] if is_first else [FollowupAction("action_listen")]


class Rate(Action):
    """A mark that was pressed: `attend`, which comes before everything, takes it."""

    def name(self) -> str:
        return "action_rate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return await rated(dispatcher, tracker) or []
