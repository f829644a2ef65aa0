"""A message that looked like a bare answer while nothing was asked."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints import FORM
from actions.turn import best_label_of, text_of
from care.complaints.rules import tells_what_happened

_STORY_LENGTH = 8


class WhatNow(Action):
    """Opens the complaint that it tells, or says plainly that it is not clear what is wanted. Never a dead end."""

    def name(self) -> str:
        return "action_what_now"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        text = text_of(tracker)
        is_story = len(text) >= _STORY_LENGTH and tells_what_happened(text)
        if is_story and best_label_of(tracker).startswith("complaint_"):
            return [FollowupAction(FORM)]
        dispatcher.utter_message(response="utter_what_now")
        return []
