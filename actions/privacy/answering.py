"""From a wish to its answer for the right person: is a proof needed, of which number, and is it there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.account import Access, Meant, NeedsCode, Ready, access_of, number_in
from actions.account import meant_by as meant_in
from actions.privacy import copying, correcting, deleting, elsewhere, leaking, policy, switching, viewing
from actions.privacy.asked import Answer, Asked, Events
from actions.privacy.form import ITEM, PHONE, VALUE, ask, done
from actions.privacy.question import ALL, Matter, Wish
from care.accounts.proofs import OpenLine
from care.accounts.rules import Level, Purpose
from care.db import utcnow
from care.privacy.correcting import OURS

ANSWERS: dict[Matter, Answer] = {
    Matter.VIEW: viewing.view,
    Matter.USAGE: viewing.usage,
    Matter.COPY: copying.copy,
    Matter.RECEIPT: elsewhere.receipts,
    Matter.CALLS: elsewhere.calls,
    Matter.OWNED: elsewhere.owned,
    Matter.CORRECT: correcting.correct_data,
    Matter.DELETE: deleting.delete,
    Matter.SWITCH: switching.switch_use,
    Matter.CHOICES: switching.choices_made,
    Matter.LEAK: leaking.leak,
    Matter.OPENED: leaking.leak,
    Matter.POLICY: policy.policy,
}
#: which of the choices the words name
ITEMS: dict[Matter, Callable[[str], str | None]] = {
    Matter.CORRECT: correcting.choice_in,
    Matter.DELETE: deleting.reach_of,
    Matter.SWITCH: switching.choice_in,
}
#: what an answer asked in turn, a value or a yes; None from them: that was no answer
STEPS: dict[Matter, Callable[[Asked, str], Awaitable[Events | None]]] = {
    Matter.COPY: copying.copy_step,
    Matter.CORRECT: correcting.correct_step,
    Matter.DELETE: deleting.delete_step,
}
_PROVED = (Matter.VIEW, Matter.USAGE, Matter.COPY, Matter.CORRECT, Matter.CHOICES)


def needs_proof(wish: Wish) -> bool:
    """Not what is about this conversation alone, and not the question how much, or which, is meant."""
    if wish.matter is Matter.DELETE:
        return wish.item == ALL
    if wish.matter is Matter.SWITCH:
        return not switching.is_without_proof(wish.item)
    return wish.matter in _PROVED


async def answer_wish(
    dispatcher: CollectingDispatcher, tracker: Tracker, wish: Wish, phone: str | None = None
) -> Events:
    """Answer it, or ask for the number or the code that it needs first. The events end the turn.

    `phone`: the number that is meant, where this message does not name it.
    """
    now = utcnow()
    if (found := elsewhere.whose(wish.matter, wish.words)) is not None:
        asked = Asked(dispatcher, tracker, wish, None, now)
        return done(tracker, await elsewhere.say_whose(asked, found))
    line: OpenLine | None = None
    if needs_proof(wish):
        access = await _access(tracker, wish, phone)
        if not isinstance(access, Ready):
            return await ask(dispatcher, tracker, wish, access)
        line = access.line
    return done(tracker, await ANSWERS[wish.matter](Asked(dispatcher, tracker, wish, line, now)))


async def take_step(dispatcher: CollectingDispatcher, tracker: Tracker, wish: Wish, slot: str) -> Events | None:
    """The answer to a question of the matter's own; None: it was none."""
    if slot == ITEM:
        item = ITEMS[wish.matter](wish.words)
        return await answer_wish(dispatcher, tracker, replace(wish, item=item)) if item else None
    step = STEPS.get(wish.matter)
    if step is None:
        return None
    phone = tracker.get_slot(PHONE)
    line: OpenLine | None = None
    if phone is not None:
        access = await access_of(tracker, Level.PROVED, Meant(str(phone)), Purpose.IDENTITY)
        line = access.line if isinstance(access, Ready) else None
        if line is None and wish.matter is Matter.CORRECT:  # the proof is over, and something would be written
            kept = tracker.get_slot("privacy_words" if wish.item not in OURS else VALUE) or wish.words
            return await ask(dispatcher, tracker, replace(wish, words=str(kept)), NeedsCode(str(phone)))
    events = await step(Asked(dispatcher, tracker, wish, line, utcnow()), slot)
    return None if events is None else done(tracker, events)


async def _access(tracker: Tracker, wish: Wish, phone: str | None) -> Access:
    """A number in the words is whose data are meant; in a correction it may be the new value."""
    meant = meant_in(tracker, phone)
    if wish.matter is Matter.CORRECT and phone is None and number_in(wish.words) == meant.phone:
        meant = replace(meant, phone=None)
    last = tracker.get_slot(PHONE) or meant.last_phone
    return await access_of(tracker, Level.PROVED, replace(meant, last_phone=last), Purpose.IDENTITY)
