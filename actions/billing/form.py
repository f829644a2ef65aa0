"""What is asked before an account is opened: the number, which of several, the code. `billing_form` waits for it.

What was asked stays in slots, so that it is answered in the turn of the right code. What was proved is no slot.
"""

from __future__ import annotations

import re
from functools import partial

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.account import NeedsChoice, NeedsCode, NeedsNumber
from actions.asking import MISSES, emptied, finished, is_code_for, tries
from actions.billing.asked import Events, Question
from actions.billing.errors import say_unknown
from actions.billing.question import payload, pending_question
from actions.billing.third_party import About, about_whom
from actions.codes import Code, send_code
from actions.memory import said_last
from actions.turn import in_database, text_of
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts import sms
from care.accounts.proofs import close_line
from care.accounts.rules import is_mobile, mask_phone
from care.billing.system import BillingSystem
from care.billing.values import LineStatus
from care.db import utcnow
from care.errors import InvalidInput
from care.plain import plain
from care.wording import buttons

FORM = "billing_form"
PHONE, CODE, LINE = "billing_phone", "billing_code", "billing_line"
#: what SMS names it by (`care.accounts.sms.code_text`)
PURPOSE = "account"
#: the question that waits
_QUESTION = ("billing_topic", "billing_month", "billing_item", "billing_words")
_SLOTS = (*_QUESTION, PHONE)
_RETRY = re.compile(
    "(?:那|就|我|请|帮我|麻烦|你|现在|好的?|嗯)*(?:再|重新?)(?:试|查|来|看|问)(?:一次|一下|一遍|下|试|看|次|查)*(?:吧|呢|啊|谢谢|看看)*"
)


async def ask(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    system: BillingSystem,
    question: Question,
    need: NeedsNumber | NeedsCode | NeedsChoice,
) -> Events:
    """Ask for what is missing. Raises what the billing system raises."""
    match need:
        case NeedsCode():
            return await _ask_code(dispatcher, tracker, system, question, need)
        case NeedsChoice(lines):
            choices = [
                {
                    "title": mask_phone(line.phone),
                    "payload": payload(question.topic, month=question.month, item=question.item, line=line.id),
                }
                for line in lines
            ]
            dispatcher.utter_message(response="utter_billing_ask_line", buttons=[*choices, *buttons("billing_another")])
            return _wait_for(LINE, question, tracker.get_slot(PHONE))
        case NeedsNumber():
            other, own = "utter_billing_ask_other_phone", "utter_billing_ask_phone"
            dispatcher.utter_message(response=other if is_for_another(question) else own)
            return _wait_for(PHONE, question, None)


async def _ask_code(
    dispatcher: CollectingDispatcher, tracker: Tracker, system: BillingSystem, question: Question, need: NeedsCode
) -> Events:
    """To a stranger it is never told how the line stands, so the way out of a suspended one is named to everybody."""
    if not is_mobile(need.phone) or not sms.is_on():
        response = "utter_billing_fixed_line" if sms.is_on() else "utter_billing_no_sms"
        dispatcher.utter_message(response=response)
        return forget(tracker)
    await in_database(partial(_note_look, phone=need.phone, conversation_id=tracker.sender_id))
    try:
        line = await system.line(need.phone)
    except InvalidInput as error:
        if error.reason != "line_unknown":
            raise
        await say_unknown(dispatcher, need.phone)
        return forget(tracker)
    known = need.known
    if known is not None and line.holder_since > known.since:
        await in_database(partial(close_line, conversation_id=tracker.sender_id, line=known, now=utcnow()))
        known = None  # whoever proved it then is a stranger now
    is_off = known is not None and line.status not in (LineStatus.ACTIVE, LineStatus.CLOSED)
    asked_by = "utter_billing_ask_code_suspended" if is_off else "utter_billing_ask_code"
    if await send_code(dispatcher, tracker, Code(need.phone, PURPOSE), asked_by):
        return _wait_for(CODE, question, need.phone)
    return forget(tracker)


def _note_look(session: Session, *, phone: str, conversation_id: str) -> None:
    note_access(
        session,
        Reader.PARTNER,
        Use.VERIFY,
        "line",
        utcnow(),
        phone=phone,
        conversation_id=conversation_id,
        who="billing",
    )


def is_for_another(question: Question) -> bool:
    """Somebody else's number: its holder's code is for this time, and binds it to nobody."""
    return about_whom(question.words) is About.OTHERS_ACCOUNT


def keep(question: Question) -> Events:
    """The slots of a question that waits."""
    return [
        SlotSet("billing_topic", question.topic),
        SlotSet("billing_month", str(question.month) if question.month else None),
        SlotSet("billing_item", question.item),
        SlotSet("billing_words", question.words or None),
    ]


def _wait_for(slot: str, question: Question, phone: str | None) -> Events:
    return [
        *keep(question),
        SlotSet(PHONE, phone),
        SlotSet("billing_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", slot),
        FollowupAction("action_listen"),
    ]


def ask_again(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The open question once more, behind something else that was said."""
    asked, question = str(tracker.get_slot("requested_slot")), pending_question(tracker)
    assert question is not None  # the form is never open without one
    dispatcher.utter_message(
        response={CODE: "utter_billing_again_code", LINE: "utter_billing_again_line"}.get(
            asked, "utter_billing_again_phone"
        )
    )
    return _wait_for(asked, question, tracker.get_slot(PHONE))


def miss(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Neither number nor code: asked again, and at last a person is offered."""
    missed = tries(tracker, FORM)
    if missed >= MISSES:
        dispatcher.utter_message(response="utter_billing_later")
        return forget(tracker)
    return [*ask_again(dispatcher, tracker), SlotSet("billing_tries", missed)]


def done(tracker: Tracker, events: Events | None = None, forget: tuple[str, ...] = _QUESTION) -> Events:
    """The question is answered, or given up. `events`: of the answer, which may open a form of its own, or lead on."""
    return finished(tracker, FORM, events or [], forget)


def wait_for_code(question: Question, phone: str) -> Events:
    return _wait_for(CODE, question, phone)


def is_late_code(tracker: Tracker) -> bool:
    """A code behind another matter that its question was left for."""
    return is_code_for(tracker, "billing_topic", PHONE)


def is_retry(tracker: Tracker) -> bool:
    """「再试一次」, right behind a failure of the billing system."""
    words = re.sub(r"[\W_]+", "", plain(text_of(tracker)))
    waits = tracker.get_slot("billing_topic") is not None and said_last(tracker, "utter_billing_down")
    return waits and _RETRY.fullmatch(words) is not None


def forget(tracker: Tracker, *more: str) -> Events:
    """Given up: the question, and the number that it was about."""
    return done(tracker, forget=(*_SLOTS, *more))


def forgotten(tracker: Tracker, *more: str) -> Events:
    """The slots of the same alone: what follows is the caller's."""
    return emptied(tracker, (*_SLOTS, *more))
