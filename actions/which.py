"""Which of two wishes is meant, where the model is torn between them: asked, with both as quick replies.

Only where it matters: both are wishes that are answered differently, and the words do not tell. Asked once; whoever is
not clear then was not understood (actions/handoff.py). The words before the answer stay the story
(actions/complaints/opening.py).
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.memory import said_last_like
from actions.torn import key_for, torn_between
from actions.urgent import leave_form
from care.wording import buttons, choice_of

Events = list[dict[str, Any]]

#: every question of this kind is `utter_which…`
_ASKED = "utter_which"


def ask_which(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Ask; empty where nothing has to be asked, or was in the turn before."""
    wishes = torn_between(tracker)
    if wishes is None or was_asked(tracker):
        return []
    key = key_for(*wishes)
    if key == "which":
        first, second = (choice_of(wish) or {} for wish in wishes)
        choices = [first, second, *buttons("neither_button")]
        shown = {"first": first["title"], "second": second["title"], "buttons": choices}
        dispatcher.utter_message(response=_ASKED, **shown)
    else:
        dispatcher.utter_message(response=f"utter_{key}")
    return leave_form(tracker) or [FollowupAction("action_listen")]


def was_asked(tracker: Tracker) -> bool:
    """Is this message the answer to such a question?"""
    return said_last_like(tracker, _ASKED)
