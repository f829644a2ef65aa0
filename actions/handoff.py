"""A person: asked for, or after two messages in a row that were not understood."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints import FORM as COMPLAINT
from actions.complaints.grievance import complaint_under
from actions.hints import hint
from actions.memory import said_last
from actions.moves import names_ticket, tells_a_complaint, wants_no_person
from actions.privacy.question import wish_by_words
from actions.remarks import offer_step
from actions.rights.answering import answer_in_doubt
from actions.rights.appealing import packet
from actions.rights.packet_asked import asks_for_packet
from actions.turn import MOVES, best_label_of, ranking_of, scores_of, text_of
from actions.urgent import attend, end_turn, hand_over
from actions.which import ask_which
from care.handoff.policy import threshold
from care.handoff.rules import Reason
from care.wording import buttons, choice_of

Events = list[dict[str, Any]]

_SHOWN_GUESSES = 2
_LIKELY = 0.2
#: characters
_STORY = 40
#: what is said to a message that was not understood
MISSES = ("utter_not_understood", "utter_what_now", "utter_no_words", "utter_neither")


class RequestHandoff(Action):
    def name(self) -> str:
        return "action_request_handoff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        if wants_no_person(text_of(tracker)):
            dispatcher.utter_message(response="utter_all_right")
            form = tracker.active_loop_name
            return [FollowupAction(str(form))] if form else end_turn(tracker)
        if wish_by_words(text_of(tracker)) and (hinted := await hint(dispatcher, tracker)):  # 「叫我王女士」
            return hinted
        return await hand_over(dispatcher, tracker, Reason.ASKED, "utter_handoff_requested")


class NotUnderstood(Action):
    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        if hinted := await hint(dispatcher, tracker):
            return hinted
        if names_ticket(tracker):
            return [SlotSet("ticket_step", "status"), FollowupAction("action_follow_up")]
        if complaint_under(tracker) or (tells_a_complaint(tracker) and _is_likely(tracker)):
            return [FollowupAction(COMPLAINT)]
        if offered := await offer_step(dispatcher, tracker):
            return offered
        if not re.search(r"\w", text_of(tracker)):  # 「？？？」, an emoji
            return await miss(dispatcher, tracker, "utter_no_words", [])
        if asks_for_packet(tracker):
            return await packet(dispatcher, tracker)
        if (told := await answer_in_doubt(dispatcher, tracker)) is not None:
            return told
        if asked := ask_which(dispatcher, tracker):
            return asked
        if _is_unsure(tracker) and not dispatcher.messages:
            return await hand_over(dispatcher, tracker, Reason.UNSURE, "utter_handoff_unsure")
        guesses = [choice for label in ranking_of(tracker) if (choice := choice_of(label))][:_SHOWN_GUESSES]
        return await miss(dispatcher, tracker, "utter_not_understood", guesses + buttons("not_understood_always"))


def _is_likely(tracker: Tracker) -> bool:
    """A story with a number, a day and a wish in it looks half like a bare answer; noise looks like nothing."""
    label = best_label_of(tracker)
    ranking = tracker.latest_message.get("intent_ranking") or []
    return any(each["name"] == label and float(each["confidence"]) >= _LIKELY for each in ranking)


def _is_unsure(tracker: Tracker) -> bool:
    """A whole story, and every guess at it is a bad one: to ask back would only make them tell it again."""
    scores = [score for label, score in scores_of(tracker) if label not in MOVES]
    best = max(scores, default=0.0)
    return len(text_of(tracker)) >= _STORY and best < min(_LIKELY, threshold(Reason.UNSURE, "confidence"))


async def miss(
    dispatcher: CollectingDispatcher, tracker: Tracker, response: str, choices: list[dict[str, str]]
) -> Events:
    """First time: say so, with ways on. Second time in a row: a person, so that it never loops.

    Where the words were urgent (actions/urgent.py), what was said to that is the answer.
    """
    if dispatcher.messages:
        return end_turn(tracker)
    if said_last(tracker, *MISSES):
        return await hand_over(dispatcher, tracker, Reason.NOT_UNDERSTOOD, "utter_handoff_not_understood")
    dispatcher.utter_message(response=response, buttons=choices)
    return end_turn(tracker)
