"""What is asked in the middle of a request: the number, which of several, the code, and then its own questions.

`privacy_form` waits for it. What was asked stays in slots; what was proved is no slot.
"""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.account import NeedsChoice, NeedsCode, NeedsNumber
from actions.asking import MISSES, finished, is_code_for, tries
from actions.billing.question import payload as billing_payload
from actions.codes import Code, send_code
from actions.privacy.asked import Asked, Events
from actions.privacy.question import ALL, ALL_SWITCHES, CHAT, Matter, Wish, payload
from care.accounts import sms
from care.accounts.rules import is_mobile, mask_phone
from care.privacy.correcting import OURS, Field
from care.wording import buttons, say

FORM = "privacy_form"
PHONE, CODE, LINE = "privacy_phone", "privacy_code", "privacy_line"
#: of a request itself: which of the choices, the new value, the last yes
ITEM, VALUE, CONFIRMED = "privacy_item", "privacy_value", "privacy_confirmed"
#: what SMS names it by (`care.accounts.sms.code_text`)
PURPOSE = "identity"

#: what waits; the number is known after it is done, too
WAITS = ("privacy_kind", "privacy_words", ITEM, VALUE, "privacy_request")
_AGAIN = {
    PHONE: "utter_privacy_again_phone",
    CODE: "utter_privacy_again_code",
    LINE: "utter_privacy_again_line",
    ITEM: "utter_privacy_again_item",
    VALUE: "utter_privacy_again_value",
    CONFIRMED: "utter_privacy_again_confirmed",
}


async def ask(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    wish: Wish,
    need: NeedsNumber | NeedsCode | NeedsChoice,
) -> Events:
    """Ask for what is missing before somebody's data are opened. The events end the turn."""
    match need:
        case NeedsCode(phone):
            return await _ask_code(dispatcher, tracker, wish, phone)
        case NeedsChoice(lines):
            choices = [
                {
                    "title": mask_phone(line.phone),
                    "payload": payload(wish.matter, item=wish.item, line=line.id),
                }
                for line in lines
            ]
            dispatcher.utter_message(response="utter_privacy_ask_line", buttons=[*choices, *buttons("privacy_another")])
            return wait_for(LINE, wish)
        case NeedsNumber():
            dispatcher.utter_message(response="utter_privacy_ask_phone")
            return wait_for(PHONE, wish)


async def _ask_code(dispatcher: CollectingDispatcher, tracker: Tracker, wish: Wish, phone: str) -> Events:
    if not is_mobile(phone) or not sms.is_on():
        dispatcher.utter_message(response="utter_privacy_fixed_line" if sms.is_on() else "utter_privacy_no_sms")
        return forget(tracker)
    if await send_code(dispatcher, tracker, Code(phone, PURPOSE), "utter_privacy_ask_code"):
        return wait_for(CODE, wish, phone)
    return forget(tracker)


def wait_for(
    slot: str, wish: Wish, phone: str | None = None, *, value: str | None = None, request: int | None = None
) -> Events:
    """`request`: the id of the one that waits for a yes."""
    return [
        SlotSet("privacy_kind", wish.matter.value),
        SlotSet(ITEM, wish.item),
        SlotSet("privacy_words", wish.words or None),
        SlotSet(PHONE, phone),
        SlotSet(VALUE, value),
        SlotSet("privacy_request", str(request) if request is not None else None),
        SlotSet("privacy_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", slot),
        FollowupAction("action_listen"),
    ]


def ask_on(asked: Asked, slot: str, *, value: str | None = None, request: int | None = None) -> Events:
    """Its question is said already."""
    return wait_for(slot, asked.wish, asked.line.phone if asked.line else None, value=value, request=request)


def pending(tracker: Tracker) -> Wish | None:
    """The wish that waits for an answer."""
    matter = tracker.get_slot("privacy_kind")
    if matter is None:
        return None
    return Wish(Matter(str(matter)), tracker.get_slot(ITEM), str(tracker.get_slot("privacy_words") or ""))


def request_in(tracker: Tracker) -> int | None:
    """The id of the request that waits for a yes."""
    kept = tracker.get_slot("privacy_request")
    return int(kept) if kept is not None else None


#: what each menu offers: the item, and the key of its title
_MENUS: dict[Matter, list[tuple[str, str]]] = {
    Matter.CORRECT: [(field.value, f"privacy_field_title_{field}") for field in Field],
    Matter.DELETE: [(each, f"privacy_delete_{each}") for each in (ALL, CHAT)],
    Matter.SWITCH: [
        *((f"off:{each}", f"privacy_off_{each}") for each in ALL_SWITCHES.split(",")),
        ("reminders", "privacy_off_reminders"),
        (f"off:{ALL_SWITCHES}", "privacy_off_everything"),
    ],
}


def items_of(matter: Matter) -> list[tuple[str, str]]:
    """The items of its menu with their titles, in the order of the buttons."""
    return [(item, say(key)) for item, key in _MENUS[matter]]


def choices_of(matter: Matter) -> list[dict[str, str]]:
    """The buttons of its menu. Reminders are switched where they are asked about: actions/billing."""
    return [
        {
            "title": title,
            "payload": billing_payload("reminders") if item == "reminders" else payload(matter, item=item),
        }
        for item, title in items_of(matter)
    ]


def yes_of(wish: Wish, request: int | None) -> dict[str, str]:
    """The button that says yes to what was shown."""
    if wish.matter is Matter.DELETE:
        return {"title": say("privacy_delete_yes"), "payload": payload(wish.matter, item=str(request), choice="yes")}
    if wish.matter is Matter.COPY:
        return {"title": say("privacy_yes_copy"), "payload": payload(wish.matter, choice="yes")}
    title = say("privacy_yes_correct" if wish.item in OURS else "privacy_yes_papers")
    return {"title": title, "payload": payload(wish.matter, choice="yes")}


def ask_again(dispatcher: CollectingDispatcher, tracker: Tracker, wish: Wish | None = None) -> Events:
    """The open question once more with its buttons, behind something else that was said. `wish`: with what was
    learnt about it."""
    asked, waiting = str(tracker.get_slot("requested_slot")), wish or pending(tracker)
    assert waiting is not None  # the form is never open without one
    request = request_in(tracker)
    if asked == ITEM:
        dispatcher.utter_message(
            response=_AGAIN[asked], buttons=[*choices_of(waiting.matter), *buttons("privacy_leave")]
        )
    elif asked == CONFIRMED:
        yes = yes_of(waiting, request)
        choices = [yes, *buttons("privacy_leave"), *buttons("to_person")]
        dispatcher.utter_message(response=_AGAIN[asked], yes=yes["title"], buttons=choices)
    else:
        dispatcher.utter_message(response=_AGAIN[asked])
    return wait_on(tracker, waiting)


def wait_on(tracker: Tracker, wish: Wish) -> Events:
    """For the same answer as before."""
    asked, phone, value = (tracker.get_slot(slot) for slot in ("requested_slot", PHONE, VALUE))
    return wait_for(str(asked), wish, phone, value=value, request=request_in(tracker))


def miss(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """No answer to what was asked: asked again, and at last a person is offered."""
    missed = tries(tracker, FORM)
    if missed >= MISSES:
        dispatcher.utter_message(response="utter_privacy_later")
        return forget(tracker)
    return [*ask_again(dispatcher, tracker), SlotSet("privacy_tries", missed)]


def done(tracker: Tracker, events: Events | None = None) -> Events:
    """Answered. `events`: of the answer, which may ask something of its own, or lead on."""
    events = events or []
    asks_on = any(event["event"] == "active_loop" and event["name"] == FORM for event in events)
    return finished(tracker, FORM, events, () if asks_on else WAITS)


def forget(tracker: Tracker) -> Events:
    """Given up: the request, and the number that it was about."""
    return finished(tracker, FORM, [], (*WAITS, PHONE))


def is_late_code(tracker: Tracker) -> bool:
    """A code behind another matter that its request was left for."""
    return is_code_for(tracker, "privacy_kind", PHONE)
