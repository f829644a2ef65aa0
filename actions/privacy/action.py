"""Requests about personal data: a new one, and what is said while something is asked for it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.account import NeedsCode, NeedsNumber, chosen_line, lines_of, number_in, wants_another_number
from actions.asking import Read, asks_on, read_code
from actions.billing.leaving import lock_up, wants_out
from actions.billing.third_party import refusal_of
from actions.codes import Code, wants_another
from actions.complaints import FORM as COMPLAINT
from actions.digressions import answer_digression, digression_of
from actions.moves import action_of_button, tells_a_complaint, wants_to_cancel
from actions.prelude import answered_before
from actions.privacy.answering import answer_wish, take_step
from actions.privacy.asked import Events
from actions.privacy.correcting import field_of, is_value, new_value
from actions.privacy.deleting import asks_what_stays
from actions.privacy.elsewhere import whose
from actions.privacy.form import (
    CODE,
    CONFIRMED,
    ITEM,
    LINE,
    PHONE,
    PURPOSE,
    VALUE,
    WAITS,
    ask,
    ask_again,
    done,
    forget,
    is_late_code,
    miss,
    pending,
    request_in,
    wait_for,
    wait_on,
)
from actions.privacy.question import LABEL, Matter, Wish, wish_by_words, wish_of
from actions.privacy.replies import ordinal_in
from actions.privacy.reports import reports_leak
from actions.rights.answering import asked_article
from actions.rights.telling import say_in_passing
from actions.second import offer, second_matter
from actions.turn import entity_of, in_database, intent_of, text_of
from actions.urgent import attend, leave_form
from care.accounts.proofs import prove
from care.accounts.rules import PROOF_LIFETIME, Purpose, code_in
from care.db import utcnow
from care.plain import digits_of, plain
from care.privacy.articles import policy_article
from care.privacy.correcting import Field
from care.privacy.requests import cancel
from care.rights.articles import Article

#: of the label
_SURE = 0.6
_LEAKS = (Matter.LEAK, Matter.OPENED)
_WHAT_CODE = re.compile("(?:什么|啥|哪个?)(?:是|叫|样)?(?:短信)?验证码|验证码.{0,3}(?:什么|啥|哪)")
_WHY = ("why_number", "why_questions", "anonymous")
_LOOKS_LIKE_ONE = re.compile(r"\d{5}")
_COMPLAIN = re.compile(
    "(?<![不没别])(?:要|想|就|去|必须|得)(?:先|马上|去|现在|再|实名|正式|跟你们?|向你们?)?(?:投诉|举报)(?!的|过|单|记录)|^(?:投诉|举报)(?:你们?|他们|一下|乱|$)"
)
_ASKS_HOW = re.compile("怎么|如何|咋|哪里|哪儿|多久|渠道|方式|流程|有用|(?:投诉|举报)(?:的?电话|热线)|[吗么?？]$")
_ASKS_IF_READY = re.compile(
    "(?:那|现在|都|导出|下载|打包|弄|搞|办|删|改|查)*(?:好|完|成)(?:了(?:吗|没有?|么|不|没得)?|没有?|没得|没呢)[?？]*"
)
_NOT_AT_HAND = re.compile(
    "手机(?:不在|没在|没带|没拿|丢了|坏了|找不到)|(?:没|找不到|不见)[有带拿了]?(?:我的)?手机|换(?:了新?)?手机.{0,4}收不到"
)
#: characters; more words tell a story
_LONGEST = 40
_SHORT = 12


class Privacy(Action):
    """What is held, a copy, a correction, a deletion, a consent, a leak, and questions about all that."""

    def name(self) -> str:
        return "action_privacy"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        wish = wish_of(tracker)
        if is_late_code(tracker):
            events = await attend(dispatcher, tracker)
            return await _read_code(dispatcher, tracker) if events is None else events
        if wish is not None and wish.matter in _LEAKS and reports_leak(tracker):  # before all that would delay it
            events = await attend(dispatcher, tracker)
            return await answer_wish(dispatcher, tracker, wish) if events is None else events
        events = await answered_before(dispatcher, tracker)
        if events is not None:
            return events
        if entity_of(tracker, "choice") == "no":  # pressed when nothing waits any more
            dispatcher.utter_message(response="utter_privacy_declined")
            return forget(tracker)
        if wish is None:
            dispatcher.utter_message(response="utter_what_now")
            return done(tracker)
        events = await answer_wish(dispatcher, tracker, wish)
        second = second_matter(tracker)
        return events if second is None or asks_on(events) else [*offer(dispatcher, second), *events]


class ValidatePrivacyForm(Action):
    """Rasa calls this for every message while the form is open."""

    def name(self) -> str:
        return "validate_privacy_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        another = _another_wish(tracker)
        wish, asked, text = _waiting(tracker), str(tracker.get_slot("requested_slot")), text_of(tracker)
        if (locked := await lock_up(dispatcher, tracker)) is not None:
            return [*locked, *forget(tracker)]
        if another is not None and another.matter in _LEAKS and reports_leak(tracker):
            return await answer_wish(dispatcher, tracker, another)
        if _complains(tracker):
            return leave_form(tracker, COMPLAINT)
        if response := refusal_of(text, intent_of(tracker)[0]):
            dispatcher.utter_message(response=response)
            return forget(tracker)
        if asked in (PHONE, CODE) and len(text) <= _LONGEST and _NOT_AT_HAND.search(plain(text)):
            dispatcher.utter_message(response="utter_privacy_not_at_hand")
            return wait_on(tracker, wish)
        if asked not in (VALUE, CONFIRMED) and (others := _of_somebody(text, another or wish)):
            return await answer_wish(dispatcher, tracker, others)
        if (
            asked in (PHONE, CODE, LINE)
            and (events := await _read_number(dispatcher, tracker, wish, asked)) is not None
        ):
            return events
        if asked in (ITEM, VALUE, CONFIRMED) and _is_for_step(tracker, wish, asked, another):
            step = await take_step(dispatcher, tracker, replace(wish, words=text), asked)
            if step is not None:
                return step
        if tells_a_complaint(tracker):
            return leave_form(tracker, COMPLAINT)
        is_wish = another is not None and another.matter is not Matter.POLICY
        asked_about = _asked_about(tracker, another)
        if not is_wish and (found := asked_about):
            say_in_passing(dispatcher, found)
            return ask_again(dispatcher, tracker)
        if another is not None:
            return await _answer_another(dispatcher, tracker, wish, another)
        if _declines(tracker):
            return await _decline(dispatcher, tracker)
        if then := _another_matter(tracker):  # the next code is the account's
            return leave_form(tracker, then, forget=WAITS if then == "action_billing" else ())
        if asked in (PHONE, CODE) and _ASKS_IF_READY.fullmatch(plain(text)):
            dispatcher.utter_message(response="utter_privacy_not_ready")
            return ask_again(dispatcher, tracker)
        if (field := _field_named(tracker, wish, asked)) is not None:
            return ask_again(dispatcher, tracker, replace(wish, item=field))
        if name := digression_of(tracker) or ("meaning" if _WHAT_CODE.search(plain(text)) else None):
            return await _answer_aside(dispatcher, tracker, name)
        if asked == PHONE and _LOOKS_LIKE_ONE.search(digits_of(text)):
            dispatcher.utter_message(response="utter_billing_wrong_number")
        return await _read_code(dispatcher, tracker) if asked == CODE else miss(dispatcher, tracker)


def _asked_about(tracker: Tracker, another: Wish | None) -> Article | None:
    """The article that the words ask for: by what they surely say, or by their label and the search."""
    if another is not None and another.words:
        return policy_article(another.item) if another.item else None
    return asked_article(tracker)


async def _read_number(dispatcher: CollectingDispatcher, tracker: Tracker, wish: Wish, asked: str) -> Events | None:
    """While the number, which of several, or the code is asked for."""
    text = text_of(tracker)
    if entity_of(tracker, "choice") == "other" or (wants_another_number(text) and number_in(text) is None):
        return await ask(dispatcher, tracker, wish, NeedsNumber())
    if asked == CODE and wants_another(tracker):
        return await ask(dispatcher, tracker, wish, NeedsCode(str(tracker.get_slot(PHONE))))
    if asked == CODE and code_in(text):
        return await _read_code(dispatcher, tracker)
    if asked == LINE and (line := chosen_line(text, await lines_of(tracker, Purpose.IDENTITY))):
        return await answer_wish(dispatcher, tracker, wish, line.phone)
    number = number_in(text)
    return await answer_wish(dispatcher, tracker, wish, number) if number else None


def _is_for_step(tracker: Tracker, wish: Wish, asked: str, another: Wish | None) -> bool:
    """Is the message for the request's own question? A wish of another kind is none."""
    text, choice = text_of(tracker), entity_of(tracker, "choice")
    if asked == VALUE:
        return bool(text) and not _declines(tracker) and not _is_elsewhere(tracker, wish, another)
    if asked == CONFIRMED and wish.matter is Matter.DELETE and asks_what_stays(text):
        return True
    if another is not None and another.matter is not wish.matter:
        return False
    # the last yes of a deletion names its request, and is answered wherever it is pressed
    is_pressed = choice == "no" or (choice == "yes" and wish.matter is not Matter.DELETE)
    return bool(text) or (asked == CONFIRMED and is_pressed)


def _is_elsewhere(tracker: Tracker, wish: Wish, another: Wish | None) -> bool:
    """Where a value is asked for, which may be any words: surely something else, and not written like a value."""
    text = text_of(tracker)
    if (sure := wish_by_words(text)) is not None and sure.matter is not wish.matter:
        return True
    field = Field(str(wish.item))
    if is_value(field, text) or new_value(field, text) is not None:
        return False
    intent, confidence = intent_of(tracker)
    is_question = intent == "privacy_policy" and confidence >= _SURE
    is_wish = another is not None and another.matter is not wish.matter
    is_other = is_wish or is_question or _another_matter(tracker) is not None
    return is_other or tells_a_complaint(tracker) or digression_of(tracker) is not None


def _complains(tracker: Tracker) -> bool:
    """「我要投诉」 and 「我要投诉乱扣费」, however short, and whatever is asked."""
    text = plain(text_of(tracker))
    is_wish = len(text) <= _LONGEST and _COMPLAIN.search(text) is not None and _ASKS_HOW.search(text) is None
    return is_wish and intent_of(tracker)[0] not in ("ticket_status", "deny", "cancel")


def _of_somebody(text: str, wish: Wish) -> Wish | None:
    """「给我看我老婆的」 in the middle of a request: no number, and no code, makes it theirs."""
    words = f"{text}资料" if text.endswith("的") else text
    return replace(wish, words=words) if whose(wish.matter, words) is not None else None


def _field_named(tracker: Tracker, wish: Wish, asked: str) -> str | None:
    """「名字」 while the number is asked for a correction that has not said of what."""
    text = text_of(tracker)
    is_open = asked in (PHONE, CODE) and wish.matter is Matter.CORRECT and wish.item is None
    return field_of(text) if is_open and len(text) <= _SHORT and field_of(wish.words) is None else None


async def _answer_another(dispatcher: CollectingDispatcher, tracker: Tracker, wish: Wish, another: Wish) -> Events:
    """The same once more instead of an answer is a miss; anything else takes its place."""
    is_repeated = bool(another.words) and another.matter is wish.matter and another.item in (None, wish.item)
    if is_repeated:
        is_shown = tracker.get_slot("requested_slot") == CONFIRMED  # 「导出好了吗」: they think that it has begun
        return ask_again(dispatcher, tracker) if is_shown else miss(dispatcher, tracker)
    if (waiting := request_in(tracker)) is not None and another.matter is not Matter.DELETE:
        now = utcnow()
        await in_database(lambda session: cancel(session, tracker.sender_id, waiting, now))
    return await answer_wish(dispatcher, tracker, another)


async def _decline(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    if (waiting := request_in(tracker)) is not None:
        now = utcnow()
        await in_database(lambda session: cancel(session, tracker.sender_id, waiting, now))
    dispatcher.utter_message(response="utter_privacy_declined")
    return forget(tracker)


def _waiting(tracker: Tracker) -> Wish:
    wish = pending(tracker)
    assert wish is not None  # the form is never open without one
    return wish


def _another_wish(tracker: Tracker) -> Wish | None:
    """A wish of this kind in the middle of one: a button, words that are sure, or a sure label."""
    intent, confidence = intent_of(tracker)
    text = text_of(tracker)
    if not text:
        is_button = intent.startswith(LABEL) and entity_of(tracker, "choice") not in ("no", "other")
        return wish_of(tracker) if is_button else None
    if sure := wish_by_words(text):
        return sure
    is_sure = intent.startswith(LABEL) and confidence >= _SURE and number_in(text) is None
    return wish_of(tracker) if is_sure else None


def _declines(tracker: Tracker) -> bool:
    is_no = intent_of(tracker)[0] in ("deny", "skip") and ordinal_in(text_of(tracker)) is None
    is_no = is_no or entity_of(tracker, "choice") == "no"
    return is_no or wants_out(text_of(tracker)) or wants_to_cancel(tracker)


def _another_matter(tracker: Tracker) -> str | None:
    """The action of a question about an account or a ticket, or of a button of another answer."""
    intent, confidence = intent_of(tracker)
    if not text_of(tracker):
        return None if intent in ("send_again", "affirm", "inform") else action_of_button(tracker)
    if confidence < _SURE:
        return None
    if intent == "ticket_status":
        return "action_follow_up"
    return "action_billing" if intent.startswith("billing_") and number_in(text_of(tracker)) is None else None


async def _answer_aside(dispatcher: CollectingDispatcher, tracker: Tracker, name: str) -> Events:
    if name == "meaning" and tracker.get_slot("requested_slot") == CODE:
        dispatcher.utter_message(response="utter_billing_what_code")
    elif name in _WHY:
        dispatcher.utter_message(response="utter_privacy_why")
    else:
        await answer_digression(dispatcher, tracker, name)
    return ask_again(dispatcher, tracker)


async def _read_code(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The right code opens the number for this, and the wish that waited is answered in the same turn."""
    wish, phone, now = _waiting(tracker), str(tracker.get_slot(PHONE)), utcnow()

    def open_it(session: Session) -> None:
        prove(session, tracker.sender_id, phone, now, purpose=Purpose.IDENTITY)

    read = await read_code(dispatcher, tracker, Code(phone, PURPOSE), open_it)
    if read is Read.RIGHT:
        minutes = PROOF_LIFETIME[Purpose.IDENTITY].seconds // 60
        dispatcher.utter_message(response="utter_privacy_proved", minutes=str(minutes))
        return await answer_wish(dispatcher, tracker, wish, phone)
    if read is Read.MISSED:
        return miss(dispatcher, tracker)
    return forget(tracker) if read is Read.OVER else wait_for(CODE, wish, phone)
