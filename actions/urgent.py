"""What comes before all else that a message may mean, in any state: a life, a person asked for, a fraud, a child."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.concerns import concerns_of, note
from actions.hotlines import other_operator
from actions.memory import said_before
from actions.minors import mind_minor
from actions.moves import wants_person
from actions.privacy.reports import reports_leak
from actions.turn import in_database, intent_of, sub_of, text_of
from care.db import utcnow
from care.handoff.rules import Reason
from care.handoff.service import request_handoff

Events = list[dict[str, Any]]

# Given away without being asked. A code by SMS is no such word: it may be the answer to our own question.
_SECRET = re.compile(r"密码(?:是|为|[:：])?\s*(?=[A-Za-z]*\d)[0-9A-Za-z]{4,}|身份证号?码?(?:是|为|[:：])?\s*\d{4,}")


#: what is said to a concern, before the answer; each offers a person
_OFFERS = {
    Reason.LEAK: "utter_leak_offer",
    Reason.THREAT: "utter_threat_offer",
    Reason.ANGER: "utter_empathy",
    Reason.ELDERLY: "utter_person_offer",
}
#: one sentence of regret a conversation, for either
_REGRET = {Reason.THREAT, Reason.ANGER}


async def attend(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """Call it first. Events: a person comes, or a child is asked for nothing more, and the turn is over: return them.
    None: go on as usual.

    None also where something was said here: what to do against a fraud, or that a person can help. Advice against fraud
    is given again when other things were talked about, all else once in a conversation.
    """
    concerns = [each for each in concerns_of(tracker) if not (each is Reason.ANGER and _is_answered_as_insult(tracker))]
    raised = await note(tracker, *concerns)
    if Reason.DISTRESS in concerns:
        return await hand_over(dispatcher, tracker, Reason.DISTRESS, "utter_crisis")
    if Reason.FRAUD in concerns and not said_before(tracker, "utter_fraud_advice"):
        dispatcher.utter_message(response="utter_fraud_advice")
    if _SECRET.search(text_of(tracker)) and not said_before(tracker, "utter_secret_warning"):
        dispatcher.utter_message(response="utter_secret_warning")
    if other := other_operator(tracker):
        dispatcher.utter_message(response="utter_other_hotline", operator=other[0], hotline=other[1])
        return leave_form(tracker)
    if wants_person(tracker):
        return await hand_over(dispatcher, tracker, Reason.ASKED, "utter_handoff_requested")
    if (emptied := await mind_minor(dispatcher, tracker)) is not None:
        return [*emptied, *leave_form(tracker)]
    new = raised.now - (_REGRET if raised.before & _REGRET else set())
    first = next((each for each in concerns if each in new and not _is_reported(tracker, each)), None)
    # one bubble: a person is offered with the advice against fraud, too
    if first is not None and Reason.FRAUD not in concerns and not said_before(tracker, _OFFERS[first]):
        dispatcher.utter_message(response=_OFFERS[first])
    return None


def _is_reported(tracker: Tracker, concern: Reason) -> bool:
    """A leak that is reported at once brings a person anyway (actions/privacy/leaking.py)."""
    return concern in (Reason.LEAK, Reason.THREAT) and reports_leak(tracker)


def _is_answered_as_insult(tracker: Tracker) -> bool:
    """「你这个傻逼」 and nothing else: its answer says sorry and offers a person."""
    is_insult = (intent_of(tracker)[0], sub_of(tracker)) == ("greet_chitchat", "insult")
    return is_insult and not tracker.active_loop_name


async def hand_over(dispatcher: CollectingDispatcher, tracker: Tracker, reason: Reason, response: str) -> Events:
    """Put the conversation into the queue, say so, and leave the open form as it is filled."""
    now = utcnow()
    await in_database(lambda session: request_handoff(session, tracker.sender_id, reason, now))
    dispatcher.utter_message(response=response)
    return leave_form(tracker)


def leave_form(tracker: Tracker, then: str = "action_listen", forget: Sequence[str] = ()) -> Events:
    """End the open form, if any, and let `then` be the next action. `forget`: slots of a matter that is done.

    Works from a form's own validation too: without a slot Rasa would take the message for unused and drop the bubbles,
    and without the next action its policy would guess one. The other slots stay: the form can go on later.
    """
    form = tracker.active_loop_name
    if not form:
        return end_turn(tracker) if then == "action_listen" else [FollowupAction(then)]
    return [
        SlotSet(f"{form.removesuffix('_form')}_tries", 0),
        *(SlotSet(name, None) for name in forget),
        SlotSet("requested_slot", None),
        ActiveLoop(None),
        FollowupAction(then),
    ]


def end_turn(tracker: Tracker) -> Events:
    """For an action that another one called: no rule leads on from it, and Rasa's policy would guess the next one."""
    return [] if tracker.latest_action_name == "action_listen" else [FollowupAction("action_listen")]
