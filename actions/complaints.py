"""The complaint form: what each message means for the open field, and filing at the end."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.moves import is_command, is_digression
from actions.turn import MOVES, best_label_of, entity_of, in_database, intent_of, key_of, text_of
from care.accounts.rules import mask_numbers, normalise_line
from care.complaints import rules
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import utcnow
from care.errors import InvalidInput
from care.sla.policy import policy
from care.timezone import CHINA
from care.wording import say, spoken_time

Events = list[dict[str, Any]]

FORM = "complaint_form"
#: in the order in which they are asked
FIELDS = ("description", "line", "since", "wish", "contact")
CONFIRMED = "complaint_confirmed"
#: wrong answers to one question after which it is left out, so that nobody is asked for ever
_MOST_TRIES = 3
#: a field that the customer does not want to fill (None would be asked again)
SKIPPED = ""


def slot(field: str) -> str:
    return f"complaint_{field}"


class ValidateComplaintForm(Action):
    """Rasa calls this when the form begins and for every message while it is open."""

    def name(self) -> str:
        return "validate_complaint_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        requested = tracker.get_slot("requested_slot")
        if requested is None:  # the form has just begun
            return self._with_summary(dispatcher, tracker, _opening(tracker))
        if _was_answered_elsewhere(tracker):
            return []  # a question in between: the form only asks its open field again
        asked = requested.removeprefix("complaint_")
        if is_command(tracker) or (asked != "description" and is_digression(tracker)):
            return []  # nothing filled: the form steps back and the rule for that intent answers
        if field := entity_of(tracker, "field"):
            return [*_filled(tracker, field, None), SlotSet(CONFIRMED, None)]
        if asked == "change" and intent_of(tracker)[0] == "affirm":
            # 「好」 to "what shall I change?" is no order to file: the summary and its question stand again.
            return self._with_summary(dispatcher, tracker, [SlotSet("complaint_tries", 0)])
        if asked in ("confirmed", "change"):
            return self._with_summary(dispatcher, tracker, _confirm(dispatcher, tracker))
        return self._with_summary(dispatcher, tracker, _answer(dispatcher, tracker, asked))

    def _with_summary(self, dispatcher: CollectingDispatcher, tracker: Tracker, events: Events) -> Events:
        """Show the summary when this message filled the last field."""
        changed = {event["name"]: event["value"] for event in events}
        values = dict(tracker.slots) | changed
        is_filled = all(values.get(slot(field)) is not None for field in FIELDS)
        if is_filled and values.get(CONFIRMED) is None and "requested_slot" not in changed:  # else another is asked
            dispatcher.utter_message(response="utter_complaint_summary", **_summary(values))
        return events


def _opening(tracker: Tracker) -> Events:
    """The first message of the matter: its category, and whatever fields it already fills."""
    intent, _ = intent_of(tracker)
    text = text_of(tracker)
    if not text:  # a button under another answer: the message before it is the matter
        text, guess = _message_before(tracker)
        intent = guess if intent == "complain" else intent
    elif intent in MOVES - {"complain"}:  # a story that looked like a bare answer (actions/chat.py)
        intent = best_label_of(tracker)
    if not rules.tells_what_happened(text) and tracker.get_slot(slot("description")):
        return [SlotSet(CONFIRMED, None), SlotSet("complaint_tries", 0)]  # back from the queue: it goes on where it was
    category = policy().category_of(intent)
    events = [SlotSet(slot("category"), category), SlotSet(CONFIRMED, None)]
    if rules.tells_what_happened(text):
        events.append(SlotSet(slot("description"), text))
    for field, entity in (("line", "phone"), ("since", "date")):
        value = entity_of(tracker, entity)
        if value is not None and rules.tells_what_happened(text):
            try:
                events.append(SlotSet(slot(field), _check(field, value)))
            except InvalidInput:
                continue  # it will be asked for
    return events


def _message_before(tracker: Tracker) -> tuple[str, str]:
    """What the customer wrote before this button, and its most likely label, also where the model was not sure of it.

    Nothing where that was a button too, or a word to the bot (「算了」) and no story.
    """
    said = [event for event in tracker.events if event.get("event") == "user"]
    if len(said) < 2 or str(said[-2].get("text") or "").startswith("/"):
        return "", ""
    ranking = (said[-2].get("parse_data") or {}).get("intent_ranking") or []
    labels = [str(intent["name"]) for intent in ranking if intent["name"] != "nlu_fallback"]
    if not labels or labels[0] in MOVES:
        return "", ""
    return str(said[-2]["text"]), labels[0]


def _was_answered_elsewhere(tracker: Tracker) -> bool:
    """Did another action answer the latest message before the form came back?"""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in (FORM, "action_extract_slots"):
            return True
    return False


def _answer(dispatcher: CollectingDispatcher, tracker: Tracker, field: str) -> Events:
    text = text_of(tracker)
    tries = int(tracker.get_slot("complaint_tries") or 0) + 1
    if intent_of(tracker)[0] == "skip" and field != "description":
        return [SlotSet(slot(field), SKIPPED), SlotSet("complaint_tries", 0)]
    if field == "contact" and (intent_of(tracker)[0] == "affirm" or rules.means_same_number(text)):
        text = tracker.get_slot(slot("line")) or text  # 「就用这个号码」
    try:
        value = _check(field, entity_of(tracker, "phone") or text if field == "line" else text)
    except InvalidInput as error:
        if tries >= _MOST_TRIES:
            # Asked often enough: what was said is kept with the story, and the conversation goes on.
            told = tracker.get_slot(slot("description"))
            said = "\n".join(_last_words(tracker, tries))
            kept = [SlotSet(slot("description"), f"{told}\n{said}"[: rules.MAX_STORY])] if told and said else []
            value = SKIPPED if field != "description" else (said or say("no_description"))
            dispatcher.utter_message(response="utter_complaint_moving_on")
            return [*kept, SlotSet(slot(field), value), SlotSet("complaint_tries", 0)]
        dispatcher.utter_message(response=f"utter_{error.reason}")
        return [SlotSet("complaint_tries", tries)]
    return [*_filled(tracker, field, value), SlotSet("complaint_tries", 0)]


def _filled(tracker: Tracker, field: str, value: str | None) -> Events:
    """A changed number is also the one to call, where 「就用上面的号码」 was the answer to that."""
    before = tracker.get_slot(slot("line"))
    follows = field == "line" and before and tracker.get_slot(slot("contact")) == before
    return [SlotSet(slot(field), value)] + ([SlotSet(slot("contact"), value)] if follows else [])


def _last_words(tracker: Tracker, messages: int) -> list[str]:
    said = [str(event.get("text") or "") for event in tracker.events if event.get("event") == "user"]
    return [text for text in said[-messages:] if text.strip() and not text.startswith("/")]


def _check(field: str, text: str) -> str:
    """The value to keep. Raises InvalidInput, whose reason names the response that explains it."""
    if field == "line":
        return normalise_line(text)
    if field == "description":
        if not rules.tells_what_happened(text):
            raise InvalidInput("story_missing", "says nothing about what happened")
        return text[: rules.MAX_STORY]
    value = rules.field_text(text)
    if field == "since":
        rules.since_date(value, _today())
    return value


def _confirm(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """A yes files; a no asks what to change; words that carry a number or a day correct that field."""
    intent, _ = intent_of(tracker)
    if intent == "affirm":
        return [SlotSet(CONFIRMED, True)]
    for field, entity in (("line", "phone"), ("since", "date")):
        value = entity_of(tracker, entity)
        if value is None:
            continue
        try:
            return _filled(tracker, field, _check(field, value))
        except InvalidInput as error:
            dispatcher.utter_message(response=f"utter_{error.reason}")
            return [SlotSet(CONFIRMED, None)]
    text = text_of(tracker)
    if intent not in ("deny", "correct") and rules.tells_what_happened(text):
        told = tracker.get_slot(slot("description"))
        return [SlotSet(slot("description"), f"{told}\n{text}"[: rules.MAX_STORY])]
    return [SlotSet("complaint_tries", 0), SlotSet("requested_slot", slot("change"))]


def _today() -> date:
    return utcnow().astimezone(CHINA).date()


def _summary(values: dict[str, Any]) -> dict[str, str]:
    shown = {field: rules.shorten(mask_numbers(values[slot(field)] or say("not_given"))) for field in FIELDS}
    return shown | {"category": policy().categories[values[slot("category")]].title}


class FileComplaint(Action):
    def name(self) -> str:
        return "action_file_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        now = utcnow()
        given = {field: tracker.get_slot(slot(field)) or None for field in FIELDS}
        category = str(tracker.get_slot(slot("category")))
        draft = Draft(
            # the policy may have lost a category since the form was opened
            category=category if category in policy().categories else "other",
            description=str(given["description"]),
            line=given["line"],
            since=given["since"],
            since_date=rules.since_date(given["since"], _today()) if given["since"] else None,
            wish=given["wish"],
            contact=given["contact"],
        )
        key = key_of(tracker, self.name())
        filed = await in_database(lambda session: file_complaint(session, draft, key, policy(), now))
        dispatcher.utter_message(
            response="utter_complaint_filed",
            number=filed.number,
            department=filed.department,
            feedback=spoken_time(filed.feedback_due, now),
            solution=spoken_time(filed.solution_due, now),
        )
        return [AllSlotsReset()]


class CancelComplaint(Action):
    def name(self) -> str:
        return "action_cancel_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_complaint_cancelled")
        return [ActiveLoop(None), AllSlotsReset()]
