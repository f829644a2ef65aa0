"""Marks, why, and no: pressed at any time, or said right behind the question. All else goes its own way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.complaints.grievance import complaint_under
from actions.moves import wants_callback, wants_person
from actions.turn import NOT_UNDERSTOOD, entity_of, in_database, intent_of, key_of, sub_of, text_of
from care.db import utcnow
from care.plain import plain
from care.satisfaction.asking import opt_out
from care.satisfaction.marks import asked_last, mark_in, opts_out, says_no
from care.satisfaction.ratings import answer, say_why
from care.satisfaction.rules import LONGEST_REASON, Tone, reasons_in, satisfaction
from care.tasks.rules import tasks_spec

Events = list[dict[str, Any]]

#: labels of words that may tell why, where no complaint and no question lies under them
_MAY_TELL_WHY = frozenset({"satisfaction", "inform", NOT_UNDERSTOOD})
#: of satisfaction: thanks need no answer but one, and a suggestion is handed in
_NO_REASON = frozenset({"thanks", "suggestion"})
#: about us, and easily taken for a complaint
_ABOUT_US = "complaint_service"
_SURE = 0.5
_ASKS = re.compile("[?？]$|[吗呢]$|怎么|什么|多少|哪|如何|几[个天号点]")
_WANTS = re.compile("投诉|举报|登记|工单|退[钱费款]|赔")
#: a telephone number, a code, an amount
_MANY_DIGITS = re.compile(r"\d{4}")
#: characters; a word alone tells nothing
_LEAST = 3


@dataclass(frozen=True)
class _Said:
    """What the message is, before it is known whether anything was asked."""

    score: int | None = None
    reasons: tuple[str, ...] = ()
    pressed: bool = False


async def rated(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """The message is about marks, and it is answered; None: it is not. What is filled in stays open."""
    words, key, now = text_of(tracker), key_of(tracker, "action_rate"), utcnow()
    said = _said(tracker)
    never = opts_out(words)
    if not (said.pressed or never) and (tracker.active_loop_name or not _may_answer(tracker, said)):
        return None

    def work(session: Session) -> str | None:
        if never:
            opt_out(session, key.conversation_id, now)
            return "utter_rate_never"
        if said.score is not None and said.pressed:
            return _mark(session, said.score)
        if said.pressed:
            return _why(session, said.reasons, None)
        asked = asked_last(session, key.conversation_id, key.message_id)
        if asked is None:
            return None
        if says_no(words):
            return "utter_rate_no"
        if asked == "mark":
            return None if said.score is None else _mark(session, said.score)
        return _why_in_words(session, asked)

    def _mark(session: Session, score: int) -> str:
        taken = answer(session, key.conversation_id, score, key, now)
        return _thanks(score) if taken else "utter_rate_over"

    def _why(session: Session, reasons: tuple[str, ...], own: str | None) -> str:
        score = say_why(session, key.conversation_id, reasons, own, key, now)
        if score is None:
            return "utter_rate_over"
        return "utter_rate_why_sorry" if tasks_spec().is_low(score) else "utter_rate_why_thanks"

    def _why_in_words(session: Session, tone: Tone) -> str | None:
        reasons = reasons_in(words, tone)
        if not _tells_why(tracker, reasons):
            return None
        own = words if any(sign.isalpha() for sign in words) else None  # numbers of buttons
        return _why(session, tuple(reasons or ()), own)

    response = await in_database(work)
    if response is None:
        return None
    dispatcher.utter_message(response=response)
    if tracker.active_loop_name:
        return [SlotSet("requested_slot", tracker.get_slot("requested_slot")), FollowupAction("action_listen")]
    is_first = tracker.latest_action_name == "action_listen"
    return [] if is_first else [FollowupAction("action_listen")]


def _said(tracker: Tracker) -> _Said:
    if intent_of(tracker)[0] != "rate" or text_of(tracker):
        return _Said(score=mark_in(text_of(tracker)))
    if reason := entity_of(tracker, "choice"):
        return _Said(reasons=(reason,), pressed=True)
    return _Said(score=int(entity_of(tracker, "score") or 0), pressed=True)


def _may_answer(tracker: Tracker, said: _Said) -> bool:
    """Can it be about a question of ours at all? Of most messages that is known without a look at what was asked."""
    words = text_of(tracker)
    reasons = reasons_in(words, "high") or reasons_in(words, "low")
    return said.score is not None or says_no(words) or _tells_why(tracker, reasons)


def _thanks(score: int) -> str:
    if tasks_spec().is_low(score):
        return "utter_rate_sorry"
    return "utter_rate_thanks" if satisfaction().tone_of(score) == "high" else "utter_rate_better"


def _tells_why(tracker: Tracker, reasons: list[str] | None) -> bool:
    """A wish, a question, a complaint and a greeting are no reasons: they are answered as always."""
    words, (label, confidence) = plain(text_of(tracker)), intent_of(tracker)
    if len(words) > LONGEST_REASON or _WANTS.search(words) or wants_person(tracker) or wants_callback(tracker):
        return False
    if reasons:
        return True
    if len(words) < _LEAST or _ASKS.search(words) or _MANY_DIGITS.search(words) or complaint_under(tracker):
        return False
    if label == "satisfaction":
        return sub_of(tracker) not in _NO_REASON
    return label in _MAY_TELL_WHY or (label == _ABOUT_US and confidence < _SURE)


class Rate(Action):
    """A mark or a reason that was pressed: `attend`, which comes before everything, takes it."""

    def name(self) -> str:
        return "action_rate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return await rated(dispatcher, tracker) or []
