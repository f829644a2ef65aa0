"""The form of an order that waits for its code: only the code confirms it, whatever else is said."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import is_code_for
from actions.billing.asked import Events
from actions.billing.leaving import lock_up
from actions.billing.orders import SLOTS, ask_for_code, code_of, say_outcome, wait_for_code
from actions.billing.question import LABEL
from actions.codes import check, say_refusal, wants_another
from actions.digressions import answer_digression, digression_of
from actions.moves import action_of_button, matter_told, names_ticket, tells_a_complaint, wants_to_cancel
from actions.turn import in_database, intent_of, key_of, text_of
from actions.urgent import attend, leave_form
from care.accounts.codes import CodeCheck
from care.accounts.rules import code_in, mask_phone
from care.billing.order_rules import Status, Step
from care.billing.orders import (
    OrderState,
    cancel_order,
    confirm_order,
    first_try,
    note_step,
    order_of,
    refusal_of,
)
from care.billing.placing import Outcome, place
from care.billing.system import billing
from care.billing.values import OrderKind
from care.db import utcnow
from care.plain import digits_of, plain

#: answers that are no code before the order is let go
_MISSES = 3
_SHORT = 16
_SURE = 0.6

_NO = re.compile(
    r"算了|不(?:用|要|想|再)?(?:办|退|换|改|开|关|弄|订|要)(?:理|订|了|啦|吧)|不用了|不要了|取消|先不|暂时不|再(?:想想|考虑|说)|放弃|反悔"
)
_YES = re.compile(
    r"(?:[好嗯行对是]的?|可以|确认|同意|确定|没问题|没错|办理?|退订?|就这样|[好行]啊|ok|yes|[，, ])+"
    r"(?:办理?|吧|啊|呀|的|了|谢谢)*[。.！!~]*"
)
_END_IT = re.compile(r"(?:帮我|给我|我要|请|就|把)*取消(?:掉|这个|它|业务|服务|了|吧|啊)*[。.！!]*")
#: a number and nothing else, so that 「2000块」 is none
_DIGITS = re.compile(r"(?:验证码|是|为|[:：\s])*\d[\d -]{3,9}[。.\s]*")
# Asks about the very order: it is shown again.
_ABOUT_IT = re.compile(
    r"什么时候(?:生效|开始|能)|何时生效|多少钱|怎么收|收费吗|有什么(?:影响|损失)|会怎么?样|影响.{0,4}吗|再(?:看|说)一[下遍]"
)


class ValidateOrderForm(Action):
    """Rasa calls this for every message while the code is asked for."""

    def name(self) -> str:
        return "validate_order_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        order = await _order(tracker)
        if order is None:
            return _over(dispatcher, tracker)
        text = text_of(tracker)
        if not wants_another(tracker) and _may_be_code(text):
            return await read_code(dispatcher, tracker, order)
        if (locked := await lock_up(dispatcher, tracker)) is not None:
            return [*locked, *await _cancel(dispatcher, tracker, order)]
        if _gives_up(tracker, order):
            return await _cancel(dispatcher, tracker, order)
        if order.status is not Status.SHOWN:
            return _over(dispatcher, tracker)
        if wants_another(tracker):
            return await ask_for_code(dispatcher, tracker, order.id, order.phone, order.title)
        if _says_yes(tracker, order):
            dispatcher.utter_message(response="utter_order_why_code", what=order.title, phone=mask_phone(order.phone))
            return wait_for_code(order.id)
        if len(text) <= _SHORT and _ABOUT_IT.search(plain(text)):
            dispatcher.utter_message(response="utter_order_shown", shown=order.shown)
            return _ask_again(dispatcher, order)
        asks_about_account = _asks_about_account(tracker)
        if not asks_about_account and (name := digression_of(tracker)):
            await answer_digression(dispatcher, tracker, name)
            return _ask_again(dispatcher, order)
        if then := "action_billing" if asks_about_account else _another_matter(tracker):
            return leave_form(tracker, then)  # the order waits: its code may still come, until it expires
        return await _miss(dispatcher, tracker, order)


def is_late_code(tracker: Tracker) -> bool:
    """A code behind another matter that the order was left for; the form reads it, closed as it is."""
    return is_code_for(tracker, "order_id")


async def read_code(dispatcher: CollectingDispatcher, tracker: Tracker, order: OrderState) -> Events:
    """A right code confirms in its own transaction; only then the billing system is asked."""
    now, key = utcnow(), key_of(tracker, "")
    code = code_of(order.id, order.phone, order.title)
    checked = await check(tracker, code, lambda s: confirm_order(s, tracker.sender_id, order.id, now))
    if checked.answer is CodeCheck.RIGHT:
        return await _confirmed(dispatcher, tracker, order.id)
    if order.status is not Status.SHOWN:
        return _over(dispatcher, tracker)
    say_refusal(dispatcher, checked)
    if checked.answer in (CodeCheck.WRONG, CodeCheck.USED_UP) and code_in(text_of(tracker)):
        await in_database(lambda s: note_step(s, key, order.id, Step.CODE_WRONG, now))
    if checked.answer is CodeCheck.USED_UP:  # locked: there is no code to wait for
        await in_database(lambda s: cancel_order(s, tracker.sender_id, order.id, now, "too many wrong codes"))
        return _done(tracker)
    return wait_for_code(order.id)


async def _confirmed(dispatcher: CollectingDispatcher, tracker: Tracker, order_id: int) -> Events:
    """Also when the turn runs again: what the first run came to is looked up, and what it left is done."""
    system = billing()
    due = await in_database(lambda s: first_try(s, order_id))
    outcome = await place(system, due, by_sms=False) if due and system else None
    order = await _order(tracker)
    assert order is not None  # it was confirmed a moment ago
    if order.status in (Status.EXPIRED, Status.CANCELLED):
        return _over(dispatcher, tracker)
    if outcome is None or outcome == Outcome():
        outcome = await _outcome_of(order)
    say_outcome(dispatcher, outcome, order.title, order.phone, utcnow())
    return _done(tracker)


async def _outcome_of(order: OrderState) -> Outcome:
    if order.status is Status.REFUSED:
        return Outcome(refused=await in_database(lambda s: refusal_of(s, order.id)) or "other")
    return Outcome(placed=order.placed)


def _done(tracker: Tracker) -> Events:
    """`leave_form` forgets slots of an open form only; a late code has none."""
    return [*(SlotSet(name, None) for name in SLOTS), *leave_form(tracker)]


async def _order(tracker: Tracker) -> OrderState | None:
    number, now = tracker.get_slot("order_id"), utcnow()
    if number is None:
        return None
    return await in_database(lambda s: order_of(s, tracker.sender_id, int(number), now))


async def _cancel(dispatcher: CollectingDispatcher, tracker: Tracker, order: OrderState) -> Events:
    now = utcnow()
    await in_database(lambda s: cancel_order(s, tracker.sender_id, order.id, now))
    if order.status not in (Status.SHOWN, Status.CANCELLED):
        return _over(dispatcher, tracker)
    dispatcher.utter_message(response="utter_order_cancelled", what=order.title)
    return _done(tracker)


def _over(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    dispatcher.utter_message(response="utter_order_over")
    return _done(tracker)


def _ask_again(dispatcher: CollectingDispatcher, order: OrderState) -> Events:
    dispatcher.utter_message(response="utter_order_again_code")
    return wait_for_code(order.id)


async def _miss(dispatcher: CollectingDispatcher, tracker: Tracker, order: OrderState) -> Events:
    """Neither code nor anything else: asked again, and at last let go; nothing was ordered."""
    tries = int(tracker.get_slot("order_tries") or 0) + 1
    if tries < _MISSES:
        return [*_ask_again(dispatcher, order), SlotSet("order_tries", tries)]
    now = utcnow()
    await in_database(lambda s: cancel_order(s, tracker.sender_id, order.id, now, "no code came"))
    dispatcher.utter_message(response="utter_order_left", what=order.title)
    return _done(tracker)


def _may_be_code(text: str) -> bool:
    return code_in(text) is not None or _DIGITS.fullmatch(digits_of(text)) is not None


def _gives_up(tracker: Tracker, order: OrderState) -> bool:
    intent, text = intent_of(tracker)[0], plain(text_of(tracker))
    if not text:
        return intent in ("cancel", "deny", "skip")
    if len(text) > _SHORT or _wants_it_ended(text, order):
        return False
    return wants_to_cancel(tracker) or intent in ("deny", "skip") or _NO.search(text) is not None


def _says_yes(tracker: Tracker, order: OrderState) -> bool:
    intent, text = intent_of(tracker)[0], plain(text_of(tracker)).lower()
    is_yes = len(text) <= _SHORT and (_YES.fullmatch(text) is not None or _wants_it_ended(text, order))
    return intent == "affirm" or is_yes


def _wants_it_ended(text: str, order: OrderState) -> bool:
    """「取消」 to the end of a service says what is ordered, not that it is not wanted any more."""
    return order.request.kind is OrderKind.UNSUBSCRIBE and _END_IT.fullmatch(text) is not None


def _asks_about_account(tracker: Tracker) -> bool:
    intent, confidence = intent_of(tracker)
    return intent.startswith(LABEL) and confidence >= _SURE and not tells_a_complaint(tracker)


def _another_matter(tracker: Tracker) -> str | None:
    """The action of a story, of a ticket, or of a button of another answer."""
    (intent, confidence), text = intent_of(tracker), text_of(tracker)
    if not text:
        return None if intent in ("send_again", "affirm") else action_of_button(tracker)
    if then := matter_told(tracker):
        return then
    return "action_follow_up" if names_ticket(tracker) or (intent == "ticket_status" and confidence >= _SURE) else None
