"""Telling the customer by SMS how it goes: the number is proved by a code before anything is sent to it."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import is_code_for
from actions.codes import Code, check, say_refusal, send_code, wants_another
from actions.digressions import answer_digression, digression_of
from actions.moves import action_of_button, matter_told, wants_to_cancel
from actions.turn import entity_of, in_database, intent_of, text_of
from actions.urgent import attend, end_turn, leave_form
from care.accounts import sms
from care.accounts.codes import CodeCheck
from care.accounts.rules import code_in, mask_phone
from care.db import utcnow
from care.errors import InvalidInput
from care.followup.rules import mobile_in
from care.followup.service import notice_phone, prove_contact
from care.plain import digits_of, plain

Events = list[dict[str, Any]]

FORM = "contact_form"
# What is filed is meant, and not the SMS.
_TAKES_BACK = re.compile("撤|投诉|工单|单子")
#: answers that are neither number nor code before it is left for later
_MISSES = 3
_SLOTS = ("contact_phone", "contact_number")


def offer_notices(dispatcher: CollectingDispatcher, phone: str | None) -> None:
    """After a ticket was filed. `phone`: the number that the customer gave; without one it is asked for on a yes."""
    if not sms.is_on():
        return
    if phone is None:
        dispatcher.utter_message(response="utter_contact_offer_without_number")
    else:
        dispatcher.utter_message(response="utter_contact_offer", phone=mask_phone(phone))


class NotifyMe(Action):
    """「短信通知我」, also without the offer, also later."""

    def name(self) -> str:
        return "action_notify_me"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        if entity_of(tracker, "choice") == "no":
            dispatcher.utter_message(response="utter_contact_declined")
            return end_turn(tracker)
        if is_late_code(tracker):
            return await _read_code(dispatcher, tracker, str(tracker.get_slot("contact_number")))
        found = await in_database(lambda session: notice_phone(session, tracker.sender_id))
        if found is None or not sms.is_on():
            dispatcher.utter_message(response="utter_contact_no_ticket" if found is None else "utter_contact_off")
            return end_turn(tracker)
        number, phone = found
        phone = mobile_in(text_of(tracker)) or phone
        if phone is None or entity_of(tracker, "choice") == "other":
            return _ask_for_number(dispatcher, number)
        return await _ask_for_code(dispatcher, tracker, Code(phone, f"contact:{number}", number))


class ValidateContactForm(Action):
    """Rasa calls this for every message while the number or the code is asked for."""

    def name(self) -> str:
        return "validate_contact_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        number = str(tracker.get_slot("contact_number"))
        if wants_another(tracker) and tracker.get_slot("requested_slot") == "contact_code":
            return await _read_code(dispatcher, tracker, number)
        if code_in(text_of(tracker)) and tracker.get_slot("requested_slot") == "contact_code":
            return await _read_code(dispatcher, tracker, number)  # whatever its digits look like to the model
        if events := _about_ticket(tracker):
            return events
        if name := digression_of(tracker):
            await answer_digression(dispatcher, tracker, name)
            return _ask_again(dispatcher, tracker)
        intent, _ = intent_of(tracker)
        text, choice = text_of(tracker), entity_of(tracker, "choice")
        if choice == "no" or wants_to_cancel(tracker) or intent in ("deny", "skip"):
            dispatcher.utter_message(response="utter_contact_declined")
            return leave_form(tracker, forget=_SLOTS)
        if then := _another_matter(tracker):
            return leave_form(tracker, then, forget=_SLOTS)
        if choice == "other" or (re.search("换|别的|另一?个", text) and not re.search(r"\d", digits_of(text))):
            return _ask_for_number(dispatcher, number)
        if phone := mobile_in(text):  # also while the code is asked for: 「发到13900139000」
            return await _ask_for_code(dispatcher, tracker, Code(phone, f"contact:{number}", number))
        if tracker.get_slot("requested_slot") == "contact_code":
            return await _read_code(dispatcher, tracker, number)
        return _miss(dispatcher, tracker)


def _about_ticket(tracker: Tracker) -> Events:
    """「再催一下」「撤回投诉」: done at once; nobody is held by the question for a code."""
    text, intent = plain(text_of(tracker)), intent_of(tracker)[0]
    is_withdrawal = intent == "cancel" and _TAKES_BACK.search(text) is not None
    if not text or not (intent == "ticket_status" or is_withdrawal) or code_in(text):
        return []
    step = [SlotSet("ticket_step", "withdraw")] if is_withdrawal else []
    return [*step, *leave_form(tracker, "action_follow_up")]


def is_late_code(tracker: Tracker) -> bool:
    """A code behind another matter that its question was left for."""
    return is_code_for(tracker, "contact_phone")


def _another_matter(tracker: Tracker) -> str | None:
    """The action that takes a story of its own, or a button of another answer."""
    if text_of(tracker):
        return matter_told(tracker)
    return None if intent_of(tracker)[0] in ("notify_me", "send_again", "affirm") else action_of_button(tracker)


async def _read_code(dispatcher: CollectingDispatcher, tracker: Tracker, number: str) -> Events:
    code = Code(str(tracker.get_slot("contact_phone")), f"contact:{number}", number)
    if wants_another(tracker):
        return await _ask_for_code(dispatcher, tracker, code)
    now = utcnow()
    try:
        checked = await check(tracker, code, lambda s: prove_contact(s, tracker.sender_id, number, code.phone, now))
    except InvalidInput:  # filed elsewhere
        dispatcher.utter_message(response="utter_contact_no_ticket")
        return leave_form(tracker, forget=_SLOTS)
    if checked.answer is CodeCheck.RIGHT:
        dispatcher.utter_message(response="utter_contact_proved", phone=mask_phone(code.phone))
        return [*(SlotSet(name, None) for name in _SLOTS), *leave_form(tracker)]
    if checked.answer is CodeCheck.WRONG and not re.search(r"\d", digits_of(text_of(tracker))):
        return _miss(dispatcher, tracker)
    say_refusal(dispatcher, checked)
    if checked.answer is CodeCheck.USED_UP:
        return leave_form(tracker)
    return _wait_for("contact_code", code.phone, number)


async def _ask_for_code(dispatcher: CollectingDispatcher, tracker: Tracker, code: Code) -> Events:
    if await send_code(dispatcher, tracker, code, "utter_contact_ask_code"):
        return _wait_for("contact_code", code.phone, code.number)
    return leave_form(tracker, forget=_SLOTS)


def _ask_for_number(dispatcher: CollectingDispatcher, number: str) -> Events:
    dispatcher.utter_message(response="utter_contact_ask_phone")
    return _wait_for("contact_phone", None, number)


def _ask_again(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    asked = str(tracker.get_slot("requested_slot"))
    dispatcher.utter_message(
        response="utter_contact_again_code" if asked == "contact_code" else "utter_contact_ask_phone"
    )
    return _wait_for(asked, tracker.get_slot("contact_phone"), str(tracker.get_slot("contact_number")))


def _miss(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Neither number nor code: asked again, and at last left for later; the ticket does not depend on it."""
    tries = int(tracker.get_slot("contact_tries") or 0) + 1
    if tries >= _MISSES:
        dispatcher.utter_message(response="utter_contact_later")
        return leave_form(tracker, forget=_SLOTS)
    return [*_ask_again(dispatcher, tracker), SlotSet("contact_tries", tries)]


def _wait_for(slot: str, phone: str | None, number: str) -> Events:
    return [
        SlotSet("contact_phone", phone),
        SlotSet("contact_number", number),
        SlotSet("contact_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", slot),
        FollowupAction("action_listen"),
    ]
