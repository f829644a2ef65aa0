"""Who is given a person before anything is asked of them: old or disabled customers, by words or by account."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker

from actions.account import lines_of
from actions.billing.question import topic_asked
from actions.minors import collects
from actions.torn import torn_between
from actions.turn import NOT_UNDERSTOOD, intent_of, text_of
from care.billing.access import LEVELS
from care.handoff.first import FIRST, Known
from care.handoff.rules import Reason


async def first_reason(tracker: Tracker, known: Known, concerns: Iterable[Reason]) -> Reason | None:
    """Why a person comes before the answer to this message; None: the bot answers it.

    Not within a form that has asked something: there a person is offered, and what was told is not lost. Not for a
    button: whoever presses one goes on by themselves. Not for who came back from a person.
    """
    has_asked = tracker.active_loop_name and tracker.get_slot("requested_slot")
    if known.had_person or has_asked or not text_of(tracker):
        return None
    told = {*known.raised, *concerns}
    reason = next((each for each in FIRST if each in told), None)
    return reason if reason is not None and await _would_ask(tracker) else None


async def _would_ask(tracker: Tracker) -> bool:
    """Would the answer begin with a question back, a form or a code?"""
    label = intent_of(tracker)[0]
    if label == NOT_UNDERSTOOD or torn_between(tracker) is not None:
        return True
    if not collects(tracker):
        return False
    topic = topic_asked(tracker) if label.startswith(("billing_", "rights_")) else None
    if topic is None:
        return True
    return all(line.level < LEVELS[topic] for line in await lines_of(tracker))
