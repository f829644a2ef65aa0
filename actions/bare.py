"""A message that looks like a bare answer while nothing is asked: 「好的」, 「昨天」, 「算了」, a number."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints import FORM as COMPLAINT
from actions.followup import STATUS, WITHDRAW
from actions.handoff import miss
from actions.hints import hint
from actions.moves import names_ticket, tells_a_complaint
from actions.remarks import offer_to_add, open_to_withdraw
from actions.standing import newest_open
from actions.steps import agrees_to_withdraw, step_in, takes_back
from actions.turn import in_database, intent_of, key_of, text_of
from actions.urgent import attend, end_turn
from actions.which import was_asked
from care.conversations.offers import last_offered
from care.followup.standing import Standing
from care.plain import plain

Events = list[dict[str, Any]]

#: confidence; below it a bare answer may be anything
_SURE = 0.5
_SAYS_NO = ("deny", "cancel")
#: characters; more words than that tell something
_CANCEL_LENGTH = 16
_SMALL_ANSWERS = {"affirm": "utter_anything_else", "deny": "utter_all_right", "cancel": "utter_all_right"}


class WhatNow(Action):
    """Never a dead end: what it may be about, else a way on, and the second time in a row a person."""

    def name(self) -> str:
        return "action_what_now"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        intent, _ = intent_of(tracker)
        if hinted := await hint(dispatcher, tracker):
            return hinted
        if _takes_back(tracker) and await open_to_withdraw(tracker):
            return [SlotSet("ticket_step", WITHDRAW), FollowupAction("action_follow_up")]
        waiting = await newest_open(tracker)
        if elsewhere := _elsewhere(tracker, waiting):
            return elsewhere
        if intent in ("correct", "inform") and waiting:
            return offer_to_add(dispatcher, tracker, waiting)
        if intent in _SAYS_NO and was_asked(tracker):
            return await miss(dispatcher, tracker, "utter_neither", [])
        if intent in ("affirm", "deny") and await _were_notices_offered(tracker):
            if intent == "affirm":
                return [FollowupAction("action_notify_me")]
            dispatcher.utter_message(response="utter_contact_declined")
            return end_turn(tracker)
        if intent in _SMALL_ANSWERS:
            dispatcher.utter_message(response=_SMALL_ANSWERS[intent])
            return end_turn(tracker)
        return await miss(dispatcher, tracker, "utter_what_now", [])


def _takes_back(tracker: Tracker) -> bool:
    """A cancel-like word that takes back what is filed; a no only where it has the very words for it."""
    intent, text = intent_of(tracker)[0], text_of(tracker)
    return (intent == "cancel" and takes_back(text)) or (intent == "deny" and agrees_to_withdraw(text))


def _elsewhere(tracker: Tracker, waiting: Standing | None) -> Events:
    """The action that the words lead to, where they are no bare answer at all."""
    intent, confidence = intent_of(tracker)
    text = plain(text_of(tracker))
    if names_ticket(tracker):
        return [SlotSet("ticket_step", STATUS), FollowupAction("action_follow_up")]
    if step_in(text) and (intent != "cancel" or waiting):
        return [SlotSet("ticket_step", STATUS), FollowupAction("action_follow_up")]
    gives_up = intent == "cancel" and len(text) <= _CANCEL_LENGTH
    corrects = intent == "correct" and waiting is not None
    if tells_a_complaint(tracker) and not gives_up and not corrects:
        return [FollowupAction(COMPLAINT)]
    return [FollowupAction("action_not_understood")] if text and confidence < _SURE else []


async def _were_notices_offered(tracker: Tracker) -> bool:
    """By the answer before: it may have been the last one of another session."""
    key = key_of(tracker, "action_what_now")
    offered = await in_database(lambda session: last_offered(session, tracker.sender_id, key.message_id))
    return any(payload.startswith("/notify_me") for payload in offered)
