"""What needs no data: small talk, help, and topics that are still to come."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import MISSES, miss
from actions.memory import turns_with
from actions.prelude import answered_before
from actions.rights.answering import answer_in_doubt
from actions.second import offer, second_matter
from actions.topics import response_of
from actions.turn import intent_of, sub_of
from actions.urgent import end_turn
from care.sla.policy import policy
from care.wording import buttons

Events = list[dict[str, Any]]

#: what is said to noise as well: the model has seen much of it, and calls it small talk
OFF_TOPIC = ("utter_small_talk", "utter_out_of_scope", *MISSES)
#: turns before this one
_OFF_TOPIC_OFTEN = 2


class Answer(Action):
    """One response by label and sub-label, behind whatever the words say for certain."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await answered_before(dispatcher, tracker)
        if events is not None:
            return events
        if _is_off_topic_again(tracker):
            return await miss(dispatcher, tracker, "utter_not_understood", buttons("not_understood_always"))
        if (told := await answer_in_doubt(dispatcher, tracker)) is not None:
            return told
        response = response_of(intent_of(tracker)[0], sub_of(tracker))
        dispatcher.utter_message(response=response, hotline=policy().operator.hotline)
        second = second_matter(tracker)
        return [*(offer(dispatcher, second) if second else []), *end_turn(tracker)]


def _is_off_topic_again(tracker: Tracker) -> bool:
    """For the third time in a row: whoever writes so wants something that is not understood."""
    response = response_of(intent_of(tracker)[0], sub_of(tracker))
    return response in OFF_TOPIC and turns_with(tracker, *OFF_TOPIC) >= _OFF_TOPIC_OFTEN
