"""Whether the customer's own number can be taken to another operator or closed: looked up, where that is possible.

Number and proof are asked for as before every question about an account (actions/billing/form.py).
"""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import asks_on
from actions.billing.answering import answer_message
from actions.billing.asked import Events
from actions.billing.question import topic_asked
from actions.billing.ticked import how_to_ask
from actions.turn import text_of
from actions.urgent import end_turn
from care.billing.system import Part, billing
from care.wording import buttons

#: what action_rights calls it
_STEP = "check"
_TOPICS = ("porting", "closing")


def step_asked(tracker: Tracker) -> str | None:
    """`check` where the words ask for it: 「帮我查我的号能不能转网」, 「我要销户」. None: not by their words."""
    return _STEP if topic_asked(tracker) in _TOPICS else None


async def check_porting(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The events end the turn."""
    if not _can_be_looked_up():
        ways = [*buttons("porting_unchecked_ways"), *buttons("to_person")]
        dispatcher.utter_message(response="utter_porting_unchecked", how=how_to_ask(), buttons=ways)
        return end_turn(tracker)
    return await _check(dispatcher, tracker, "utter_porting_begins")


async def check_closing(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The events end the turn."""
    if not _can_be_looked_up():
        ways = [*buttons("closing_unchecked_ways"), *buttons("to_person")]
        dispatcher.utter_message(response="utter_closing_unchecked", buttons=ways)
        return end_turn(tracker)
    return await _check(dispatcher, tracker, "utter_closing_begins")


def _can_be_looked_up() -> bool:
    system = billing()
    return system is not None and Part.LEAVING in system.offers


async def _check(dispatcher: CollectingDispatcher, tracker: Tracker, begins: str) -> Events:
    bubbles = CollectingDispatcher()
    events = await answer_message(bubbles, tracker)
    if asks_on(events) and text_of(tracker):  # a button says by itself what comes
        dispatcher.utter_message(response=begins)
    dispatcher.messages += bubbles.messages
    return events
