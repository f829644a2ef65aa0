"""Questions about an account: a new one, and what is said while its number or its code is asked for."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.account import NeedsCode, NeedsNumber, chosen_line, lines_of, number_in, wants_another_number
from actions.asking import Read, asks_on, read_code
from actions.billing.answering import answer_message, answer_question, ask_for
from actions.billing.asked import Events, Question
from actions.billing.form import (
    CODE,
    LINE,
    PHONE,
    PURPOSE,
    ask_again,
    done,
    forget,
    is_for_another,
    is_late_code,
    is_retry,
    miss,
    wait_for_code,
)
from actions.billing.leaving import lock_up, wants_out
from actions.billing.question import LABEL, pending_question, question_of, topic_asked
from actions.billing.third_party import refusal_of
from actions.codes import Code, wants_another
from actions.digressions import answer_digression, asks, digression_of
from actions.moves import action_of_button, matter_told, wants_to_cancel
from actions.prelude import answered_before
from actions.questions import question_in
from actions.rights.answering import asked_article
from actions.second import REST, offer, second_matter
from actions.topics import response_of
from actions.turn import entity_of, intent_of, sub_of, text_of
from actions.urgent import attend, leave_form
from care.accounts.proofs import prove
from care.accounts.rules import PROOF_LIFETIME, Purpose, code_in
from care.db import utcnow
from care.plain import digits_of, plain
from care.sla.policy import policy

#: of the label; below it a number or a word may look like anything
_SURE = 0.6
_WHY = ("why_number", "why_questions", "anonymous", "meaning")
#: answers that are about a complaint's form
_OF_COMPLAINTS = ("hurry", "how_long", "after", "evidence", "evidence_received", "useful", "why_address")
_WHAT_CODE = re.compile("(?:什么|啥|哪个?)(?:是|叫|样)?(?:短信)?验证码|验证码.{0,3}(?:什么|啥|哪)")
_FOR_ANYBODY = ("other_telecom",)
#: a number with a digit too few or too many
_LOOKS_LIKE_ONE = re.compile(r"\d{5}")


class Billing(Action):
    """A question about money, a plan, a service."""

    def name(self) -> str:
        return "action_billing"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if is_late_code(tracker) or is_retry(tracker):
            events = await attend(dispatcher, tracker)
            return await _go_on(dispatcher, tracker) if events is None else events
        events = await answered_before(dispatcher, tracker)
        if events is not None:
            return events
        if entity_of(tracker, "choice") == "no":  # pressed when nothing waits any more
            dispatcher.utter_message(response="utter_billing_declined")
            return forget(tracker)
        events = await answer_message(dispatcher, tracker)
        second = second_matter(tracker)
        if second is None:
            return events
        return [*([SlotSet(REST, second)] if asks_on(events) else offer(dispatcher, second)), *events]


class ValidateBillingForm(Action):
    """Rasa calls this for every message while the number, which of several, or the code is asked for."""

    def name(self) -> str:
        return "validate_billing_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        question = _waiting(tracker)
        asked, text, choice = tracker.get_slot("requested_slot"), text_of(tracker), entity_of(tracker, "choice")
        if (locked := await lock_up(dispatcher, tracker)) is not None:
            return done(tracker, locked, forget=())
        if response := refusal_of(text, intent_of(tracker)[0]):
            dispatcher.utter_message(response=response)
            return forget(tracker)
        if choice == "other" or (wants_another_number(text) and number_in(text) is None):
            return await ask_for(dispatcher, tracker, question, NeedsNumber())
        if asked == CODE and wants_another(tracker):
            return await ask_for(dispatcher, tracker, question, NeedsCode(str(tracker.get_slot(PHONE))))
        if asked == CODE and code_in(text):
            return await _read_code(dispatcher, tracker)
        if asked == LINE and (line := chosen_line(text, await lines_of(tracker))):
            return await answer_question(dispatcher, tracker, question, line.phone)
        if then := matter_told(tracker):
            return leave_form(tracker, then)
        if choice is None and _asks_another_question(tracker, question):
            is_repeated = _is_repeated(tracker, question)
            return miss(dispatcher, tracker) if is_repeated else await answer_message(dispatcher, tracker)
        if choice == "no" or wants_out(text) or wants_to_cancel(tracker) or intent_of(tracker)[0] in ("deny", "skip"):
            dispatcher.utter_message(response="utter_billing_declined")
            return forget(tracker)
        if then := _another_matter(tracker):
            return leave_form(tracker, then)
        if response := _answer_for_anybody(tracker):
            dispatcher.utter_message(response=response, hotline=policy().operator.hotline)
            return ask_again(dispatcher, tracker)
        if name := digression_of(tracker) or ("meaning" if _WHAT_CODE.search(plain(text)) else None):
            return await _answer_aside(dispatcher, tracker, name)
        if number_in(text):
            return await answer_question(dispatcher, tracker, question)
        if asked == CODE:
            return await _read_code(dispatcher, tracker)
        if asked == PHONE and _LOOKS_LIKE_ONE.search(digits_of(text)):
            dispatcher.utter_message(response="utter_billing_wrong_number")
        return miss(dispatcher, tracker)


async def _go_on(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """With the question that was left, or failed."""
    if is_retry(tracker):
        return await answer_question(dispatcher, tracker, _waiting(tracker))
    return await _read_code(dispatcher, tracker)


def _is_repeated(tracker: Tracker, question: Question) -> bool:
    """The question that waits once more, instead of its number or code."""
    again, words = question_of(tracker, utcnow()), text_of(tracker)
    if not isinstance(again, Question) or not words or number_in(words):
        return False
    return again.topic == question.topic and again.month in (None, question.month)


def _waiting(tracker: Tracker) -> Question:
    question = pending_question(tracker)
    assert question is not None  # the form is never open without one
    return question


def _asks_another_question(tracker: Tracker, question: Question) -> bool:
    """A question, or a button, about an account. A bare number is an answer, whatever its label."""
    intent, confidence = intent_of(tracker)
    text = text_of(tracker)
    is_one = intent.startswith(LABEL) or topic_asked(tracker) == question.topic
    is_sure = is_one and confidence >= _SURE
    return is_sure and (number_in(text) is None or asks(text))


def _another_matter(tracker: Tracker) -> str | None:
    """The action that takes a question about a ticket, or a button of another answer."""
    intent, confidence = intent_of(tracker)
    if not text_of(tracker):
        return None if intent in ("send_again", "affirm", "inform") else action_of_button(tracker)
    if confidence < _SURE:
        return None
    if intent == "ticket_status":
        return "action_follow_up"
    if intent.startswith("rights_") and topic_asked(tracker) is not None:
        return "action_rights"  # 「我要销户」: it is not looked up with every billing system
    text = text_of(tracker)
    is_request = intent.startswith("privacy_") and asked_article(tracker) is None and number_in(text) is None
    return "action_privacy" if is_request and not question_in(plain(text), "") else None


def _answer_for_anybody(tracker: Tracker) -> str | None:
    """The response to a question that needs no account: 「充话费在哪充」, 「怎么删除我的信息」."""
    intent, confidence = intent_of(tracker)
    text = plain(text_of(tracker))
    is_one = intent.startswith(_FOR_ANYBODY) and confidence >= _SURE and (asks(text) or sub_of(tracker))
    return response_of(intent, sub_of(tracker)) if is_one and not _LOOKS_LIKE_ONE.search(digits_of(text)) else None


async def _answer_aside(dispatcher: CollectingDispatcher, tracker: Tracker, name: str) -> Events:
    if name == "meaning" and tracker.get_slot("requested_slot") == CODE:
        dispatcher.utter_message(response="utter_billing_what_code")
    elif name in _WHY:
        dispatcher.utter_message(response="utter_billing_why")
    elif name not in _OF_COMPLAINTS:
        await answer_digression(dispatcher, tracker, name)
    return ask_again(dispatcher, tracker)


async def _read_code(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The right code opens the number, and the question that waited is answered in the same turn."""
    question, phone, now = _waiting(tracker), str(tracker.get_slot(PHONE)), utcnow()
    is_theirs = not is_for_another(question)

    def open_it(session: Session) -> None:
        prove(session, tracker.sender_id, phone, now, binds=is_theirs)

    read = await read_code(dispatcher, tracker, Code(phone, PURPOSE), open_it)
    if read is Read.RIGHT:
        minutes = PROOF_LIFETIME[Purpose.ACCOUNT].seconds // 60
        dispatcher.utter_message(response="utter_billing_proved", minutes=str(minutes))
        events = await answer_question(dispatcher, tracker, question, phone, is_proved_now=True)
        own = [] if is_theirs else [SlotSet(PHONE, None)]  # the next question is about their own number again
        return [*_rest(dispatcher, tracker, events), *own, *events]
    if read is Read.MISSED:
        return miss(dispatcher, tracker)
    return forget(tracker) if read is Read.OVER else wait_for_code(question, phone)


def _rest(dispatcher: CollectingDispatcher, tracker: Tracker, events: Events) -> Events:
    """The second matter of the message that began it, where no complaint was left in the middle."""
    rest, is_left = tracker.get_slot(REST), tracker.get_slot("complaint_category") is not None
    return [] if rest is None or is_left or asks_on(events) else offer(dispatcher, str(rest))
