"""From a question to its answer for the right person: about which number, and may it be told here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.account import NeedsChoice, NeedsCode, NeedsNumber, Ready, access_of, meant_by
from actions.billing.answers import ANSWERS
from actions.billing.asked import Asked, Events, Question
from actions.billing.errors import PATIENCE, is_ours, say_failure, say_wrong_month
from actions.billing.form import LINE, PHONE, ask, done, is_for_another, keep
from actions.billing.question import WrongMonth, question_of
from actions.billing.third_party import About, about_whom
from actions.topics import response_of
from actions.turn import in_database, intent_of, sub_of, text_of
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.proofs import OpenLine, close_line
from care.accounts.rules import Level, mask_phone
from care.billing.access import LEVELS
from care.billing.system import BillingSystem, billing
from care.db import utcnow

# They write, or begin something: only for whoever has the number now. The others are answered while that is asked.
_CHECKED_BEFORE = frozenset({"dispute", "consent", "invoice", "change", "unsubscribe", "roaming_switch", "reminders"})


async def answer_message(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The question of the latest message. The events end the turn."""
    now = utcnow()
    question = question_of(tracker, now)
    if question is None or billing() is None:
        dispatcher.utter_message(response=response_of(intent_of(tracker)[0], sub_of(tracker)))
        return done(tracker)
    if isinstance(question, WrongMonth):
        say_wrong_month(dispatcher, question, now)
        return done(tracker)
    return await answer_question(dispatcher, tracker, question)


async def answer_question(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    question: Question,
    phone: str | None = None,
    *,
    is_proved_now: bool = False,
) -> Events:
    """Answer it, or ask for the number or the code that it needs first. The events end the turn.

    `phone`: the number that is meant, where this message does not name it.
    """
    is_another = about_whom(text_of(tracker)) is About.OTHERS_ACCOUNT
    meant = meant_by(tracker, phone, is_another=is_another)
    # Before the system is asked: a use that nobody wrote down would be one that nobody can tell.
    found = await access_of(tracker, LEVELS[question.topic], meant, used=partial(_note_use, tracker, question))
    if not isinstance(found, Ready):
        return await ask_for(dispatcher, tracker, question, found)
    line = found.line

    async def work(bubbles: CollectingDispatcher, system: BillingSystem) -> Events:
        asked = Asked(bubbles, tracker, question, line, system, utcnow())
        return await _answer(asked, found, is_proved_now=is_proved_now)

    return await _in_time(dispatcher, tracker, question, work, line.phone if line else None)


def _note_use(tracker: Tracker, question: Question, session: Session, line: OpenLine) -> None:
    note_access(
        session,
        Reader.PARTNER,
        Use.ANSWER,
        question.topic,
        utcnow(),
        phone=line.phone,
        conversation_id=tracker.sender_id,
        who="billing",
    )


async def ask_for(
    dispatcher: CollectingDispatcher, tracker: Tracker, question: Question, need: NeedsNumber | NeedsCode | NeedsChoice
) -> Events:
    """Ask for what is missing before the question can be answered. The events end the turn."""

    async def work(bubbles: CollectingDispatcher, system: BillingSystem) -> Events:
        return await ask(bubbles, tracker, system, question, need)

    phone = need.phone if isinstance(need, NeedsCode) else None
    return await _in_time(dispatcher, tracker, question, work, phone, is_kept=phone is not None)


async def _in_time(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    question: Question,
    work: Callable[[CollectingDispatcher, BillingSystem], Awaitable[Events]],
    phone: str | None,
    *,
    is_kept: bool = False,
) -> Events:
    """Whatever the billing system does, a turn takes no longer than it may, and half an answer is none.

    `is_kept`: whoever tries again need not say the number again.
    """
    system = billing()
    if system is None:
        dispatcher.utter_message(response="utter_billing_not_yet")
        return done(tracker)
    bubbles = CollectingDispatcher()
    try:
        async with asyncio.timeout(PATIENCE):
            events = await work(bubbles, system)
    except Exception as error:
        if not is_ours(error):
            raise
        if not await say_failure(dispatcher, question, error, phone):
            return done(tracker)
        number = [SlotSet(PHONE, phone)] if is_kept else []
        return [*keep(question), *number, *done(tracker, forget=())]
    dispatcher.messages += bubbles.messages
    return events


async def _answer(asked: Asked, found: Ready, *, is_proved_now: bool) -> Events:
    line, bubbles = found.line, asked.dispatcher
    if line is None:
        return done(asked.tracker, await ANSWERS[asked.question.topic](asked))
    if LEVELS[asked.question.topic] == Level.ANONYMOUS:
        return await _answer_anybody(asked, line)
    if found.is_one_of_several:
        bubbles.utter_message(response="utter_billing_about", phone=mask_phone(line.phone))
    events = await _unless_changed_hands(asked, line, is_proved_now=is_proved_now)
    if events is None:
        now = utcnow()
        await in_database(lambda session: close_line(session, asked.tracker.sender_id, line, now))
        bubbles.messages.clear()
        bubbles.utter_message(response="utter_billing_changed_hands", phone=mask_phone(line.phone))
        return await ask(bubbles, asked.tracker, asked.system, asked.question, NeedsCode(line.phone))
    is_remembered = asked.tracker.get_slot(LINE) == line.id or is_for_another(asked.question)
    return [*([] if is_remembered else [SlotSet(LINE, line.id)]), *done(asked.tracker, events)]


async def _answer_anybody(asked: Asked, line: OpenLine) -> Events:
    """Better with what is known of the number, and right without it: not held up by a billing system that is."""
    bubbles = CollectingDispatcher()
    try:
        async with asyncio.timeout(PATIENCE / 2):
            events = await _unless_changed_hands(replace(asked, dispatcher=bubbles), line, is_proved_now=False)
    except Exception as error:
        if not is_ours(error):
            raise
        events = None
    if events is None:
        bubbles = CollectingDispatcher()
        events = await ANSWERS[asked.question.topic](replace(asked, dispatcher=bubbles, line=None))
    asked.dispatcher.messages += bubbles.messages
    return done(asked.tracker, events)


async def _unless_changed_hands(asked: Asked, line: OpenLine, *, is_proved_now: bool) -> Events | None:
    """The events of the answer; None where the number has another holder than whoever proved it."""
    answer = ANSWERS[asked.question.topic]
    if is_proved_now:
        return await answer(asked)
    if asked.question.topic in _CHECKED_BEFORE:
        return await answer(asked) if await _is_still_theirs(asked.system, line) else None
    is_theirs, events = await asyncio.gather(
        _is_still_theirs(asked.system, line), answer(asked), return_exceptions=True
    )
    if isinstance(is_theirs, BaseException):
        raise is_theirs
    if not is_theirs:
        return None
    if isinstance(events, BaseException):
        raise events
    return events


async def _is_still_theirs(system: BillingSystem, line: OpenLine) -> bool:
    return (await system.line(line.phone)).holder_since <= line.since
