"""The second matter of a message: offered when the first one is done."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.grievance import is_question
from actions.complaints.messages import entities_of
from care.sla.policy import policy
from care.wording import buttons, choice_of

Events = list[dict[str, Any]]

#: label of what is offered
REST = "complaint_rest"


def second_matter(tracker: Tracker) -> str | None:
    """Its label, in the latest message."""
    matters = entities_of(dict(tracker.latest_message), "matter")
    return str(matters[1]["value"]) if len(matters) > 1 else None


def offer(dispatcher: CollectingDispatcher, label: str) -> Events:
    """A complaint to be filed, or a question to be answered; a label that is neither is left out."""
    choice = choice_of(label)
    if not is_question(label):
        title = policy().categories[policy().category_of(label)].title
        dispatcher.utter_message(response="utter_complaint_rest", title=title)
    elif choice:
        choices = [choice, *buttons("rest_question_no")]
        dispatcher.utter_message(response="utter_rest_question", question=choice["title"], buttons=choices)
    else:
        return []
    return [SlotSet(REST, label)]
