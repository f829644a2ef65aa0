"""A suggestion: asked back once, then a feedback ticket with thanks. Whoever seeks redress is in another form."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.contact import offer_notices
from actions.digressions import answer_digression, digression_of
from actions.moves import action_of_button, matter_told, wants_to_cancel
from actions.standing import card
from actions.turn import entity_of, in_database, intent_of, key_of, sub_of, text_of
from actions.urgent import attend, leave_form
from care.accounts.rules import mask_numbers
from care.complaints.rules import shorten
from care.db import utcnow
from care.followup.rules import mobile_in
from care.followup.service import standing_of
from care.plain import plain
from care.satisfaction.service import file_suggestion
from care.sla.policy import policy

Events = list[dict[str, Any]]

FORM = "suggestion_form"
WORDS, CONFIRMED = "suggestion_words", "suggestion_confirmed"
_SLOTS = (WORDS,)
#: answers that say neither yes nor no before it is left
_MISSES = 2
#: characters that are left of a suggestion without the words for making one
_ENOUGH = 4
_BARE = re.compile(
    "你好|您好|请|我|想|要|给|跟|对|向|你们?|您|公司|客服|小益|提|说|有|一?[个条点些]|建议|意见|反馈|反映|一下|可以|能|吗|吧|呢|啊|的|了|嗯|[\\s\\W\\d_]"
)
_LONGEST_SHOWN = 60


def is_suggestion(tracker: Tracker) -> bool:
    return (intent_of(tracker)[0], sub_of(tracker)) == ("satisfaction", "suggestion")


def propose(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Thanks, and the question whether it shall be handed in; before that what it is, where only the wish was said."""
    text = text_of(tracker)
    if says_something(text):
        return _ask_to_confirm(dispatcher, text)
    dispatcher.utter_message(response="utter_suggestion_ask_words")
    return _wait_for(WORDS, None)


def says_something(text: str) -> bool:
    return len(_BARE.sub("", plain(text))) >= _ENOUGH


class ValidateSuggestionForm(Action):
    """Rasa calls this for every message while a suggestion is asked for, or whether it shall be handed in."""

    def name(self) -> str:
        return "validate_suggestion_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        asked, text = tracker.get_slot("requested_slot"), text_of(tracker)
        if name := digression_of(tracker):
            await answer_digression(dispatcher, tracker, name)
            return _ask_again(dispatcher, tracker)
        intent, _ = intent_of(tracker)
        if wants_to_cancel(tracker) or intent in ("deny", "cancel", "skip"):
            return _leave(dispatcher, tracker)
        is_of_here = bool(text) or entity_of(tracker, "to") == "suggestion"  # and no button further up
        if asked == CONFIRMED and intent == "affirm" and is_of_here:
            return await _file(dispatcher, tracker)
        if then := _another_matter(tracker):
            return leave_form(tracker, then, forget=_SLOTS)
        if says_something(text):
            words = tracker.get_slot(WORDS)
            return _ask_to_confirm(dispatcher, f"{words}\n{text}" if words else text)
        tries = int(tracker.get_slot("suggestion_tries") or 0) + 1
        if tries >= _MISSES:
            return _leave(dispatcher, tracker)
        return [*_ask_again(dispatcher, tracker), SlotSet("suggestion_tries", tries)]


def _another_matter(tracker: Tracker) -> str | None:
    """The action that takes a story of its own, a question about a ticket, or a button of another answer."""
    intent = intent_of(tracker)[0]
    if intent == "ticket_status":
        return "action_follow_up"
    if text_of(tracker):
        return matter_told(tracker)
    return None if intent == "affirm" else action_of_button(tracker)


async def _file(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    now, key, words = utcnow(), key_of(tracker, "action_file_suggestion"), str(tracker.get_slot(WORDS))
    filed = await in_database(lambda session: file_suggestion(session, words, key, policy(), now))
    standing = await in_database(lambda session: standing_of(session, tracker.sender_id, filed.number, now))
    assert standing is not None  # filed here, a moment ago
    dispatcher.utter_message(
        response="utter_suggestion_filed",
        number=filed.number,
        department=filed.department,
        json_message={"card": card(standing)},
    )
    offer_notices(dispatcher, mobile_in(words))
    return leave_form(tracker, forget=_SLOTS)


def _ask_to_confirm(dispatcher: CollectingDispatcher, words: str) -> Events:
    dispatcher.utter_message(
        response="utter_suggestion_ask_confirmed", words=mask_numbers(shorten(words, _LONGEST_SHOWN))
    )
    return _wait_for(CONFIRMED, words)


def _ask_again(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    words = tracker.get_slot(WORDS)
    if words:
        return _ask_to_confirm(dispatcher, str(words))
    dispatcher.utter_message(response="utter_suggestion_ask_words")
    return _wait_for(WORDS, None)


def _leave(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    dispatcher.utter_message(response="utter_suggestion_declined")
    return leave_form(tracker, forget=_SLOTS)


def _wait_for(slot: str, words: str | None) -> Events:
    return [
        SlotSet(WORDS, words),
        SlotSet("suggestion_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", slot),
        FollowupAction("action_listen"),
    ]
