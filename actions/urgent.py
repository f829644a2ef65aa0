"""What comes before all else that a message may mean, in any state: a life, a person asked for, a fraud, a child, and
whoever has a right to a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.concerns import concerns_of, note
from actions.first import first_reason
from actions.hotlines import other_operator
from actions.memory import said_before
from actions.minors import mind_minor
from actions.moves import wants_callback, wants_person
from actions.privacy.reports import reports_leak
from actions.rating import rated
from actions.trigger import is_by_a_person, is_surely_fraud, trigger_of
from actions.turn import in_database, intent_of, sub_of, text_of
from care.db import utcnow
from care.followup.overdue import overdue
from care.handoff.rules import Reason
from care.handoff.service import raise_concerns, request_handoff
from care.handoff.waiting import Place, place_of
from care.turns.rules import minutes_of

Events = list[dict[str, Any]]

# Given away without being asked. A code by SMS is no such word: it may be the answer to our own question.
_SECRET = re.compile(r"密码(?:是|为|[:：])?\s*(?=[A-Za-z]*\d)[0-9A-Za-z]{4,}|身份证号?码?(?:是|为|[:：])?\s*\d{4,}")


#: what is said to a concern, before the answer; each offers a person
_OFFERS = {
    Reason.LEAK: "utter_leak_offer",
    Reason.THREAT: "utter_threat_offer",
    Reason.ANGER: "utter_empathy",
    Reason.ELDERLY: "utter_person_offer",
    Reason.SUSPENSION: "utter_suspension_offer",
    Reason.BEREAVED: "utter_bereaved_offer",
    Reason.DISABILITY: "utter_disability_offer",
    Reason.AUTOMATED: "utter_automated_offer",
}
#: what is said where a person comes before the answer
_FIRST = {Reason.ELDERLY: "utter_handoff_elderly", Reason.DISABILITY: "utter_handoff_disability"}
#: one sentence of regret a conversation, for either
_REGRET = {Reason.THREAT, Reason.ANGER}


async def attend(dispatcher: CollectingDispatcher, tracker: Tracker, *, is_callback: bool = False) -> Events | None:
    """Call it first. Events: a person comes, or a child is asked for nothing more, and the turn is over: return them.
    None: go on as usual.

    None also where something was said here: what to do against a fraud, or that a person can help. Advice against fraud
    is given again when other things were talked about, all else once in a conversation. `is_callback`: the caller is
    where words about a call lead to.
    """
    concerns = [each for each in concerns_of(tracker) if not (each is Reason.ANGER and _is_answered_as_insult(tracker))]
    noted = await note(tracker, *concerns)
    raised = noted.raised
    if Reason.DISTRESS in concerns:
        return await hand_over(dispatcher, tracker, Reason.DISTRESS, "utter_crisis")
    if Reason.FRAUD in concerns and not said_before(tracker, "utter_fraud_advice"):
        dispatcher.utter_message(response="utter_fraud_advice")
    if Reason.FRAUD in concerns and is_surely_fraud(tracker) and not noted.known.had_person:
        return await hand_over(dispatcher, tracker, Reason.FRAUD, "utter_fraud_person")
    if _SECRET.search(text_of(tracker)) and not said_before(tracker, "utter_secret_warning"):
        dispatcher.utter_message(response="utter_secret_warning")
    if (marked := await rated(dispatcher, tracker)) is not None:
        return marked
    if other := other_operator(tracker):
        dispatcher.utter_message(response="utter_other_hotline", operator=other[0], hotline=other[1])
        return leave_form(tracker)
    wants_call = wants_callback(tracker)
    if wants_call and not is_callback:
        return leave_form(tracker, "action_callback")
    if not wants_call and wants_person(tracker):
        return await hand_over(dispatcher, tracker, Reason.ASKED, "utter_handoff_requested")
    if (emptied := await mind_minor(dispatcher, tracker, was_minor=noted.was_minor)) is not None:
        return [*emptied, *leave_form(tracker)]
    if (reason := await first_reason(tracker, noted.known, raised.now)) is not None:
        return await hand_over(dispatcher, tracker, reason, _FIRST[reason])
    new = raised.now - (_REGRET if raised.before & _REGRET else set())
    first = next((each for each in (*concerns, *raised.now) if each in new and not _is_said(tracker, each)), None)
    # one bubble: a person is offered with the advice against fraud, too
    if first is not None and Reason.FRAUD not in concerns and not said_before(tracker, _OFFERS[first]):
        dispatcher.utter_message(response=_OFFERS[first])
    return None


def _is_said(tracker: Tracker, concern: Reason) -> bool:
    """The answer itself brings a person, or says who decides: a leak that is reported at once
    (actions/privacy/leaking.py), data of somebody who died (actions/privacy/elsewhere.py), what a child paid for
    (actions/complaints/details.py)."""
    if concern not in _OFFERS:
        return True
    if concern is Reason.BEREAVED:
        return intent_of(tracker)[0].startswith("privacy_")
    return concern in (Reason.LEAK, Reason.THREAT) and reports_leak(tracker)


def _is_answered_as_insult(tracker: Tracker) -> bool:
    """「你这个傻逼」 and nothing else: its answer says sorry and offers a person."""
    is_insult = (intent_of(tracker)[0], sub_of(tracker)) == ("greet_chitchat", "insult")
    return is_insult and not tracker.active_loop_name


async def hand_over(dispatcher: CollectingDispatcher, tracker: Tracker, reason: Reason, response: str) -> Events:
    """Put the conversation into the queue, say so and at which place, and leave the open form as it is filled."""
    now, trigger, conversation = utcnow(), trigger_of(tracker), tracker.sender_id

    def work(session: Session) -> Place | None:
        if is_by_a_person(tracker):
            raise_concerns(session, conversation, [Reason.PRIVACY], trigger["message"], now)
        late = overdue(session, conversation, now)
        clock = {} if late is None else {"clock": late.clock, "ticket": late.number}
        request_handoff(session, conversation, reason, now, trigger=trigger | clock)
        return place_of(session, conversation, now)

    place = await in_database(work)
    dispatcher.utter_message(response=response)
    say_place(dispatcher, place)
    return leave_form(tracker)


def say_place(dispatcher: CollectingDispatcher, place: Place | None) -> None:
    """Only what is worth a bubble: others are before them, or there is something to go by. A closed queue is told by
    the job that watches it (care/handoff/tending.py)."""
    if place is None or not place.is_open:
        return
    position = str(place.position)
    if place.estimate_seconds is not None:
        minutes = minutes_of(place.estimate_seconds)
        dispatcher.utter_message(response="utter_handoff_wait", position=position, minutes=minutes)
    elif place.position > 1:
        dispatcher.utter_message(response="utter_handoff_place", position=position)


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
