"""What the forms that ask for a number and its code have in common: how a code is read, and how a form ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.codes import Code, check, say_refusal
from actions.turn import text_of
from actions.urgent import end_turn, leave_form
from care.accounts.codes import CodeCheck
from care.accounts.rules import code_in
from care.plain import digits_of

Events = list[dict[str, Any]]

#: answers that are neither number nor code before a form is left
MISSES = 3
#: characters of a message that is a code and nothing else
_CODE_LENGTH = 20


class Read(Enum):
    """What came of a message while a code was asked for."""

    RIGHT = auto()
    #: no number at all
    MISSED = auto()
    #: not right, and why is said; another try is open
    AGAIN = auto()
    #: not right, and no more tries: that is said
    OVER = auto()


async def read_code(
    dispatcher: CollectingDispatcher, tracker: Tracker, code: Code, proved: Callable[[Session], object]
) -> Read:
    """`proved` is done in the transaction of the right code, once for a message."""
    checked = await check(tracker, code, proved)
    if checked.answer is CodeCheck.RIGHT:
        return Read.RIGHT
    if checked.answer is CodeCheck.WRONG and not re.search(r"\d", digits_of(text_of(tracker))):
        return Read.MISSED
    say_refusal(dispatcher, checked)
    return Read.OVER if checked.answer is CodeCheck.USED_UP else Read.AGAIN


def is_code_for(tracker: Tracker, *slots: str) -> bool:
    """A code behind another matter that its question was left for. `slots`: filled while that question waits."""
    text = text_of(tracker)
    waits = all(tracker.get_slot(name) is not None for name in slots)
    return waits and len(text) <= _CODE_LENGTH and code_in(text) is not None


def tries(tracker: Tracker, form: str) -> int:
    """Answers in a row that were none, this one included."""
    return int(tracker.get_slot(f"{form.removesuffix('_form')}_tries") or 0) + 1


def emptied(tracker: Tracker, names: Sequence[str]) -> Events:
    return [SlotSet(name, None) for name in names if tracker.get_slot(name) is not None]


def finished(tracker: Tracker, form: str, events: Events, forget: Sequence[str]) -> Events:
    """What was asked is done, or given up. `events`: of the answer, which may open a form of its own, or lead on.

    While `form` is open, Rasa ends whichever form is open then as soon as it sees `requested_slot` or the loop set to
    nothing: not where the answer has opened another.
    """
    forgotten = emptied(tracker, forget)
    is_open = tracker.active_loop_name == form
    if any(event["event"] == "active_loop" for event in events):
        return [*forgotten, *([SlotSet(f"{form.removesuffix('_form')}_tries", 0)] if is_open else []), *events]
    following = next((str(event["name"]) for event in events if event["event"] == "followup"), None)
    rest = [event for event in events if event["event"] != "followup"]
    if following is None:
        return [*forgotten, *rest, *(leave_form(tracker) if is_open else end_turn(tracker))]
    return [*forgotten, *rest, *(leave_form(tracker, following) if is_open else [FollowupAction(following)])]


def asks_on(events: list[dict[str, Any]]) -> bool:
    """Do the events of an answer open a form?"""
    return any(event["event"] == "active_loop" and event["name"] for event in events)
