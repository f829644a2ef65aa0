"""What needs no data: small talk, help, and topics that are still to come."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints import FORM as COMPLAINT
from actions.complaints.grievance import complaint_under
from actions.digressions import answer_digression
from actions.handoff import MISSES, miss
from actions.hints import hint
from actions.memory import said_last, times_in_a_row, turns_with
from actions.questions import question_in
from actions.remarks import offer_step
from actions.second import offer, second_matter
from actions.steps import step_in
from actions.suggestions import is_suggestion, propose
from actions.topics import response_of
from actions.turn import intent_of, sub_of, text_of
from actions.urgent import attend, end_turn, hand_over
from actions.which import ask_which, torn_between
from care.handoff.rules import Reason
from care.plain import plain
from care.sla.policy import policy
from care.wording import buttons

Events = list[dict[str, Any]]

#: the same words this often in a row say that our answer is none
_SAID_OFTEN = 3
#: confidence
_SURE = 0.5
#: what is said to noise as well: the model has seen much of it, and calls it small talk
OFF_TOPIC = ("utter_small_talk", "utter_out_of_scope", *MISSES)
#: turns before this one
_OFF_TOPIC_OFTEN = 2

#: questions about complaining that people ask outside of the form as well
_ASIDES = ("how_long", "fee", "data", "anonymous", "evidence", "evidence_received", "useful", "after")


class Answer(Action):
    """One response by label and sub-label, behind whatever the words say for certain."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        if times_in_a_row(tracker) >= _SAID_OFTEN:
            return await _said_often(dispatcher, tracker)
        if intent_of(tracker)[1] < _SURE and said_last(tracker, *MISSES):
            return [FollowupAction("action_not_understood")]  # a guess after what was not understood is no answer
        if hinted := await hint(dispatcher, tracker):
            return hinted
        if step_in(text_of(tracker)):
            return [FollowupAction("action_follow_up")]
        if offered := await offer_step(dispatcher, tracker):
            return offered
        is_complaint = complaint_under(tracker)
        if is_suggestion(tracker) and not is_complaint:
            return propose(dispatcher, tracker)
        if (aside := question_in(plain(text_of(tracker)).lower(), "")) in _ASIDES:
            await answer_digression(dispatcher, tracker, str(aside))
            return end_turn(tracker)
        if is_complaint:
            return [FollowupAction(COMPLAINT)]  # 「再不修好我就去工信部」: the matter comes first
        if torn_between(tracker):
            return ask_which(dispatcher, tracker) or [FollowupAction("action_not_understood")]
        if _is_off_topic_again(tracker):
            return await miss(dispatcher, tracker, "utter_not_understood", buttons("not_understood_always"))
        response = response_of(intent_of(tracker)[0], sub_of(tracker))
        dispatcher.utter_message(response=response, hotline=policy().operator.hotline)
        second = second_matter(tracker)
        return [*(offer(dispatcher, second) if second else []), *end_turn(tracker)]


def _is_off_topic_again(tracker: Tracker) -> bool:
    """For the third time in a row: whoever writes so wants something that is not understood."""
    response = response_of(intent_of(tracker)[0], sub_of(tracker))
    return response in OFF_TOPIC and turns_with(tracker, *OFF_TOPIC) >= _OFF_TOPIC_OFTEN


async def _said_often(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    if times_in_a_row(tracker) > _SAID_OFTEN:
        return await hand_over(dispatcher, tracker, Reason.NOT_UNDERSTOOD, "utter_handoff_not_understood")
    dispatcher.utter_message(response="utter_repeated")
    return end_turn(tracker)
