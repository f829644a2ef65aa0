"""A call back in a time that the customer chooses: whom to call, when; then it is a ticket like others."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.account import lines_of, number_in, wants_another_number
from actions.asking import MISSES, finished, tries
from actions.digressions import answer_digression, digression_of
from actions.moves import action_of_button, matter_told, wants_to_cancel
from actions.trigger import matter_label
from actions.turn import entity_of, in_database, intent_of, key_of, text_of
from actions.urgent import attend, leave_form
from care.accounts.rules import mask_phone
from care.callbacks.rules import Slot, asks_for_callback, slot_in
from care.callbacks.service import Exchanged, Promised, Wanted, exchanged, file, open_callback, slots
from care.db import utcnow
from care.errors import Conflict, InvalidInput
from care.plain import digits_of, plain
from care.sla.policy import policy
from care.timezone import CHINA
from care.wording import say, spoken_time

Events = list[dict[str, Any]]

FORM = "callback_form"
PHONE, SAME, SLOT = "callback_phone", "callback_same", "callback_slot"
_KEPT = ("callback_phone", "callback_words")
#: times that are offered as buttons; any other can be said
_MOST_SHOWN = 6
_YES = re.compile("(?:就|用|打|是)*(?:这个|上面|对|是|好|可以|行|没错|嗯)(?:的|号码?|吧|啊|了)*")
_ORDINALS = (("第一|头一|1|一", 0), ("第二|2|二", 1), ("第三|3|三", 2), ("第四|4|四", 3), ("最后", -1))


@dataclass(frozen=True)
class Call:
    """What is known of it so far, as it is kept in slots."""

    phone: str | None
    #: in the customer's words; None: they said nothing but the wish
    words: str | None
    slot: Slot | None = None


class CallBack(Action):
    """「给我回电话」, or the button under a wait."""

    def name(self) -> str:
        return "action_callback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker, is_callback=True)
        if events is not None:
            return events
        text = text_of(tracker)
        words = text if text and not asks_for_callback(text) else None
        call = Call(number_in(text), words or tracker.get_slot("callback_words"))
        return await go_on(dispatcher, tracker, call, await _slot_of(tracker))


class ValidateCallbackForm(Action):
    """Rasa calls this for every message while the number or the time is asked for."""

    def name(self) -> str:
        return "validate_callback_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker, is_callback=True)
        if events is not None:
            return events
        asked, text, intent = str(tracker.get_slot("requested_slot")), text_of(tracker), intent_of(tracker)[0]
        call = Call(tracker.get_slot("callback_phone"), tracker.get_slot("callback_words"))
        if entity_of(tracker, "choice") == "other" or (wants_another_number(text) and number_in(text) is None):
            return _ask_phone(dispatcher, replace(call, phone=None))
        if phone := number_in(text):
            return await go_on(dispatcher, tracker, replace(call, phone=phone), None)
        if (slot := await _slot_of(tracker)) is not None:
            return await go_on(dispatcher, tracker, call, slot)
        if entity_of(tracker, "item") is not None and call.phone is not None:  # its time has begun, or is full
            dispatcher.utter_message(response="utter_callback_full")
            return await _ask_slot(dispatcher, tracker, call)
        if asked == SAME and _agrees(tracker):
            return await go_on(dispatcher, tracker, call, None)
        if asked == SAME and intent == "deny":
            return _ask_phone(dispatcher, replace(call, phone=None))
        if wants_to_cancel(tracker) or intent in ("deny", "skip") or entity_of(tracker, "choice") == "no":
            dispatcher.utter_message(response="utter_callback_declined")
            return finished(tracker, FORM, [], _KEPT)
        if not text:
            return leave_form(tracker, action_of_button(tracker), forget=_KEPT)
        if then := matter_told(tracker):
            return leave_form(tracker, then, forget=_KEPT)
        if name := digression_of(tracker):
            await answer_digression(dispatcher, tracker, name)
            return await _ask_again(dispatcher, tracker, call, asked)
        return await _miss(dispatcher, tracker, call, asked)


def _agrees(tracker: Tracker) -> bool:
    return intent_of(tracker)[0] == "affirm" or _YES.fullmatch(plain(text_of(tracker)).strip("。，！!~ ")) is not None


async def go_on(dispatcher: CollectingDispatcher, tracker: Tracker, call: Call, slot: Slot | None) -> Events:
    """Ask for what is missing, or file it; whoever waits for a call already is told of that one."""
    # With both it may be this very message that filed it, run again.
    if call.phone is None or slot is None:
        waits_for = await _promised(tracker)
        if waits_for is not None:
            return _tell_promised(dispatcher, tracker, waits_for)
    if call.phone is None:
        proved = [line.phone for line in await lines_of(tracker)]
        if not proved:
            return _ask_phone(dispatcher, call)
        return _ask_same(dispatcher, replace(call, phone=proved[0]))
    if slot is None:
        return await _ask_slot(dispatcher, tracker, call)
    return await _file(dispatcher, tracker, call, slot)


async def _slot_of(tracker: Tracker) -> Slot | None:
    """The time that a button names, or the words say; None: neither."""
    text, item, now = text_of(tracker), entity_of(tracker, "item"), utcnow()
    if item is None and not text:
        return None
    _, offered = await _offered(tracker, now)
    if item is not None:
        return next((slot for slot in offered if _item(slot) == item), None)
    if tracker.get_slot("requested_slot") == SLOT:
        for names, place in _ORDINALS:
            is_place = re.fullmatch(f"(?:就|要|选)*(?:{names})(?:个|时段|时间)?(?:吧|的)?", plain(text))
            if is_place and place < len(offered[:_MOST_SHOWN]):
                return offered[:_MOST_SHOWN][place]
    return slot_in(text, offered, now)


async def _offered(tracker: Tracker, now: datetime) -> tuple[Exchanged, list[Slot]]:
    conversation, label = tracker.sender_id, matter_label(tracker)

    def look(session: Session) -> tuple[Exchanged, list[Slot]]:
        wait = exchanged(session, conversation, label, now)
        return wait, slots(session, wait.queue, policy(), now)

    return await in_database(look)


def _ask_phone(dispatcher: CollectingDispatcher, call: Call) -> Events:
    dispatcher.utter_message(response="utter_callback_ask_phone")
    return _wait_for(PHONE, call)


def _ask_same(dispatcher: CollectingDispatcher, call: Call) -> Events:
    dispatcher.utter_message(response="utter_callback_ask_same", phone=mask_phone(str(call.phone)))
    return _wait_for(SAME, call)


async def _ask_slot(dispatcher: CollectingDispatcher, tracker: Tracker, call: Call) -> Events:
    now = utcnow()
    _, offered = await _offered(tracker, now)
    if not offered:
        dispatcher.utter_message(response="utter_callback_none")
        return finished(tracker, FORM, [], _KEPT)
    choices = [
        {"title": spoken_slot(slot, now), "payload": f'/callback{{"item": "{_item(slot)}"}}'}
        for slot in offered[:_MOST_SHOWN]
    ]
    dispatcher.utter_message(
        response="utter_callback_ask_slot", phone=mask_phone(str(call.phone)), buttons=choices + _no()
    )
    return _wait_for(SLOT, call)


def _no() -> list[dict[str, str]]:
    return [{"title": say("callback_no"), "payload": '/callback{"choice": "no"}'}]


def _item(slot: Slot) -> str:
    return slot.starts_at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def spoken_slot(slot: Slot, now: datetime) -> str:
    """`明天 14:00–16:00`."""
    return say("callback_slot", begins=spoken_time(slot.starts_at, now), ends=f"{slot.ends_at.astimezone(CHINA):%H:%M}")


async def _file(dispatcher: CollectingDispatcher, tracker: Tracker, call: Call, slot: Slot) -> Events:
    now, key = utcnow(), key_of(tracker, "action_callback")
    label = matter_label(tracker)
    words = call.words or say("callback_no_words")

    def work(session: Session) -> tuple[str, Slot]:
        wait = exchanged(session, key.conversation_id, label, now)
        wanted = Wanted(str(call.phone), slot.starts_at, wait.queue, words, wait.handoff_id)
        filed = file(session, wanted, key, policy(), now)
        return filed.number, filed.slot

    try:
        number, chosen = await in_database(work)
    except InvalidInput as error:
        if error.reason not in ("slot", "slot_full"):
            dispatcher.utter_message(response="utter_callback_wrong_number")
            return _wait_for(PHONE, replace(call, phone=None))
        dispatcher.utter_message(response="utter_callback_full")
        return await _ask_slot(dispatcher, tracker, call)
    except Conflict:  # one at a time, and not many a day
        waits_for = await _promised(tracker)
        if waits_for is not None:
            return _tell_promised(dispatcher, tracker, waits_for)
        dispatcher.utter_message(response="utter_callback_limit")
        return finished(tracker, FORM, [], _KEPT)
    dispatcher.utter_message(
        response="utter_callback_filed",
        number=number,
        slot=spoken_slot(chosen, now),
        phone=mask_phone(str(call.phone)),
    )
    return [SlotSet("ticket_recent", number), *finished(tracker, FORM, [], _KEPT)]


async def _promised(tracker: Tracker) -> Promised | None:
    return await in_database(lambda session: open_callback(session, tracker.sender_id))


def _tell_promised(dispatcher: CollectingDispatcher, tracker: Tracker, call: Promised) -> Events:
    dispatcher.utter_message(
        response="utter_callback_open",
        number=call.number,
        slot=spoken_slot(call.slot, utcnow()),
        phone=mask_phone(call.phone),
    )
    return [SlotSet("ticket_recent", call.number), *finished(tracker, FORM, [], _KEPT)]


async def _ask_again(dispatcher: CollectingDispatcher, tracker: Tracker, call: Call, asked: str) -> Events:
    if asked == SLOT:
        return await _ask_slot(dispatcher, tracker, call)
    return _ask_same(dispatcher, call) if asked == SAME else _ask_phone(dispatcher, call)


async def _miss(dispatcher: CollectingDispatcher, tracker: Tracker, call: Call, asked: str) -> Events:
    """Neither number nor time: asked again, and at last left."""
    count = tries(tracker, FORM)
    if count >= MISSES:
        dispatcher.utter_message(response="utter_callback_later")
        return finished(tracker, FORM, [], _KEPT)
    if asked == PHONE and re.search(r"\d{5}", digits_of(text_of(tracker))):
        dispatcher.utter_message(response="utter_callback_wrong_number")
        events = _wait_for(PHONE, call)
    else:
        events = await _ask_again(dispatcher, tracker, call, asked)
    return [*events, SlotSet("callback_tries", count)]


def _wait_for(slot: str, call: Call) -> Events:
    return [
        SlotSet("callback_phone", call.phone),
        SlotSet("callback_words", call.words),
        SlotSet("callback_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", slot),
        FollowupAction("action_listen"),
    ]
