"""What needs no data: small talk, help, and topics that are still to come."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints import FORM as COMPLAINT
from actions.complaints.grievance import complaint_under
from actions.digressions import answer_digression
from actions.handoff import MISSES
from actions.hints import hint
from actions.memory import said_last, times_in_a_row
from actions.questions import question_in
from actions.remarks import offer_step
from actions.steps import step_in
from actions.turn import intent_of, sub_of, text_of
from actions.urgent import attend, end_turn, hand_over, soothe
from care.handoff.rules import Reason
from care.plain import plain
from care.sla.policy import policy

Events = list[dict[str, Any]]

#: the same words this often in a row say that our answer is none
_SAID_OFTEN = 3
#: confidence
_SURE = 0.5

#: questions about complaining that people ask outside of the form as well
_ASIDES = ("how_long", "fee", "data", "anonymous", "evidence", "evidence_received", "useful", "after")
#: `label/sub`, else the label, else the beginning of a label
RESPONSES = {
    "greet_chitchat": "greet",
    "greet_chitchat/robot": "robot",
    "greet_chitchat/who": "who",
    "greet_chitchat/present": "present",
    "greet_chitchat/bye": "goodbye",
    "greet_chitchat/insult": "insult",
    "greet_chitchat/small_talk": "small_talk",
    "help": "help",
    "satisfaction": "thanks",
    "satisfaction/praise": "praise",
    "satisfaction/suggestion": "suggestion",
    "satisfaction/unsolved": "unsolved",
    "satisfaction/no_help": "unsolved",
    "out_of_scope": "out_of_scope",
    "other_telecom": "other_telecom_not_yet",
    "rights_channels": "rights_channels",
    "rights_appeal": "rights_appeal",
    "billing_": "billing_not_yet",
    "privacy_": "privacy_not_yet",
    "rights_": "rights",
}


def response_of(intent: str, sub: str | None) -> str:
    for name in (f"{intent}/{sub}", intent, f"{intent.partition('_')[0]}_"):
        if name in RESPONSES:
            return f"utter_{RESPONSES[name]}"
    return "utter_what_now"


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
        if (aside := question_in(plain(text_of(tracker)).lower(), "")) in _ASIDES:
            await answer_digression(dispatcher, tracker, str(aside))
            return end_turn(tracker)
        if complaint_under(tracker):
            return [FollowupAction(COMPLAINT)]  # 「再不修好我就去工信部」: the matter comes first
        response = response_of(intent_of(tracker)[0], sub_of(tracker))
        if response != "utter_insult":
            soothe(dispatcher, tracker)
        dispatcher.utter_message(response=response, hotline=policy().operator.hotline)
        return end_turn(tracker)


async def _said_often(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    if times_in_a_row(tracker) > _SAID_OFTEN:
        return await hand_over(dispatcher, tracker, Reason.NOT_UNDERSTOOD, "utter_handoff_not_understood")
    dispatcher.utter_message(response="utter_repeated")
    return end_turn(tracker)
