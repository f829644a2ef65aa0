"""What is asked once behind a story that is there already: why a charge is disputed, what a child paid for.

Each is one question in free words, which go into the story; it is not asked again when the form is taken up later.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import Complaint, slot
from actions.memory import turns
from actions.turn import intent_of, text_of
from care.complaints.category import MINOR_PURCHASE
from care.plain import digits_of, plain

#: names of the questions: utter_ask_complaint_form_complaint_<name> in data/responses/disputes.yml
OBJECTION, PURCHASE = "objection", "purchase"
_BARE = ("skip", "deny", "affirm")
#: characters; a longer no tells why
_BARE_LENGTH = 6
_AGE = re.compile(r"\d{1,2} ?(?:周?岁|年级)|[一二三四五六]年级|初[一二三]|高[一二三]|幼儿园|小学|初中|高中")
_AMOUNT = re.compile(r"\d+(?:\.\d+)? ?(?:元|块|多|万|千)|[一二两三四五六七八九几][百千万]")


def is_begun_now(complaint: Complaint, tracker: Tracker) -> bool:
    """Was a dispute begun by this very message, by the action before the form?"""
    turn: list[dict[str, Any]] = next(turns(tracker), [])
    set_now = (event for event in turn if event.get("event") == "slot" and event.get("name") == slot("dispute"))
    return complaint["dispute"] is not None and any(event.get("value") is not None for event in set_now)


def after_story(complaint: Complaint, dispatcher: CollectingDispatcher) -> str | None:
    """A story was told: the question that it calls for."""
    if complaint["category"] != MINOR_PURCHASE or not complaint["description"]:
        return None
    dispatcher.utter_message(response="utter_minor_purchase")
    said = digits_of(plain(complaint["description"]))
    return None if _AGE.search(said) and _AMOUNT.search(said) else PURCHASE


def says_nothing(tracker: Tracker) -> bool:
    """「跳过」, a button, 「没有」: no words for the story."""
    text = text_of(tracker)
    return not text or (intent_of(tracker)[0] in _BARE and len(text) <= _BARE_LENGTH)
