"""An order in the conversation: shown, its code asked for, told how it went. The form: order_form.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.billing.asked import Asked, Events
from actions.codes import Code, send_code
from actions.turn import in_database, key_of
from actions.urgent import leave_form
from care.accounts.rules import mask_phone
from care.billing.order_rules import Step, purpose_of, title_of
from care.billing.orders import GIVEN_UP, effective_words, note_step, show_order
from care.billing.placing import Outcome
from care.billing.system import BillingSystem, NotOffered, Part
from care.billing.values import OrderRequest
from care.db import utcnow
from care.plain import plain

FORM = "order_form"
SLOTS = ("order_id",)

#: reasons of care.billing.placing.Outcome that have words of their own
REFUSED = ("order_done", "order_not_possible", GIVEN_UP)
# What names of services have in common, and requests about them.
_GENERIC = re.compile(r"退订|取消|关闭|业务|服务|会员|包月|增值|套餐|订阅|一下|[的了吧把我要想帮那个这]|[\s\W]")
#: characters that a name and a request must share: 彩铃 is enough for 视频彩铃
_SHARED = 2


def needs_orders(system: BillingSystem) -> None:
    """Raises NotOffered where this operator's systems take no orders: said before anything is shown."""
    if Part.ORDERS not in system.offers:
        raise NotOffered(Part.ORDERS)


async def offer_order(asked: Asked, request: OrderRequest, shown: str) -> Events:
    """Show what changes, and ask for the code that confirms it. The first line of `shown` names the order."""
    conversation, message_id = asked.tracker.sender_id, key_of(asked.tracker, "").message_id
    order_id = await in_database(
        lambda s: show_order(s, conversation, message_id, asked.phone, request, shown, asked.now)
    )
    asked.dispatcher.utter_message(response="utter_order_shown", shown=shown)
    return await ask_for_code(asked.dispatcher, asked.tracker, order_id, asked.phone, title_of(shown))


async def ask_for_code(
    dispatcher: CollectingDispatcher, tracker: Tracker, order_id: int, phone: str, title: str
) -> Events:
    if not await send_code(dispatcher, tracker, code_of(order_id, phone, title), "utter_order_ask_code"):
        return leave_form(tracker) if tracker.active_loop_name == FORM else []
    if dispatcher.messages[-1]["response"] == "utter_order_ask_code":  # else the one before is still good
        now, key = utcnow(), key_of(tracker, "")
        await in_database(lambda s: note_step(s, key, order_id, Step.CODE_SENT, now))
    return wait_for_code(order_id)


def code_of(order_id: int, phone: str, title: str) -> Code:
    return Code(phone, purpose_of(order_id), title)


def wait_for_code(order_id: int) -> Events:
    return [
        SlotSet("order_id", str(order_id)),
        SlotSet("order_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", "order_code"),
        FollowupAction("action_listen"),
    ]


def say_outcome(dispatcher: CollectingDispatcher, outcome: Outcome, title: str, phone: str, now: datetime) -> None:
    """Done, refused and why, or honestly not yet."""
    if outcome.placed is not None:
        dispatcher.utter_message(
            response="utter_order_placed",
            what=title,
            effective=effective_words(outcome.placed.effective_on, now),
            reference=outcome.placed.reference,
            phone=mask_phone(phone),
        )
    elif outcome.refused is not None:
        name = outcome.refused if outcome.refused in REFUSED else "other"
        dispatcher.utter_message(response=f"utter_order_refused_{name}", what=title)
    else:
        dispatcher.utter_message(response="utter_order_pending", what=title, phone=mask_phone(phone))


def named(words: str, names: Sequence[str]) -> list[int]:
    """Places of the names that the words mean: a name that is in them, else what shares the longest piece with them."""
    said = plain(words).lower()
    whole = [place for place, name in enumerate(names) if plain(name).lower().replace(" ", "") in said.replace(" ", "")]
    if whole:
        return whole
    rest = _GENERIC.sub("", said)
    shared = [_longest_shared(_GENERIC.sub("", plain(name).lower()), rest) for name in names]
    most = max(shared, default=0)
    return [place for place, length in enumerate(shared) if length == most] if most >= _SHARED else []


def _longest_shared(name: str, words: str) -> int:
    pieces = (name[start:end] for start in range(len(name)) for end in range(start + _SHARED, len(name) + 1))
    return max((len(piece) for piece in pieces if piece in words), default=0)
