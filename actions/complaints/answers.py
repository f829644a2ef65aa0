"""What a message means for the open question of the complaint form. A button is always what it says."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints import decisions
from actions.complaints.complaint import SKIPPED, TOLD, Complaint
from actions.complaints.details import OBJECTION, PURCHASE, after_story, says_nothing
from actions.complaints.fields import check, second_thought
from actions.complaints.keeping import MOST_TRIES, note_another, take
from actions.complaints.messages import entities_of, labels_of
from actions.complaints.misplaced import choose_first, finish, is_order_to_file, misplaced
from actions.complaints.opening import hear
from actions.turn import entity_of, intent_of, phone_of, text_of
from care.complaints import rules
from care.complaints.category import MINOR_PURCHASE, category_for, is_minor_purchase
from care.complaints.corrections import correction_in, last_digits_in
from care.errors import InvalidInput
from care.plain import plain
from care.sla.policy import policy
from care.wording import say

#: 「希望改成39元的套餐」 is the wish as it was said, and no correction of one
_OPTIONAL = tuple(field for field in TOLD if field not in ("category", "description"))
_OWN_WORDS = ("wish", "description", "address", "speed_test")


def answer(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """Take the message in. Returns the question that comes next where that is not simply the next open one."""
    if field := entity_of(tracker, "field"):
        return field  # the old value stays until there is a new one
    if (question := entity_of(tracker, "to")) and question != complaint.asked:
        return complaint.asked  # a button further up: its yes is no order to file
    for field in ("area", "category"):
        if value := entity_of(tracker, field):
            complaint[field], complaint["tries"] = value, 0
            return None if field == complaint.asked else complaint.asked
    if complaint["description"] and text_of(tracker):
        if complaint.asked in _OPTIONAL and is_order_to_file(text_of(tracker)):
            finish(complaint, dispatcher)
            return None
        if choose_first(complaint, dispatcher, tracker):
            return None
    if corrected := _correct(complaint, dispatcher, tracker):
        return corrected[0]
    own = _OWN.get(complaint.asked or "", _fill)
    return own(complaint, dispatcher, tracker)


# 「对的，等一下，时间不对」: what comes behind the yes is meant.
_YES_IN_FRONT = re.compile(
    r"^(?:(?:[对對是嗯好行]|可以|[没沒][错錯]|没问题)(?:的|啊|呀|吧|了)*[，,。.！! ]+)+"
    r"(?:但是?|不[过過]|就是|只是|然[后後])?"
)
_PARTICLES = re.compile(r"[吧呀啊呢哈。.，,！! ]+$")


def _correct(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> tuple[str | None] | None:
    """A correction in words, of any field at any time: the next question, in a tuple; None where it is none."""
    if complaint["description"] is None or not text_of(tracker):
        return None  # a story is full of such words
    text = _YES_IN_FRONT.sub("", text_of(tracker))
    at_summary = complaint.asked in ("confirmed", "change")
    if (digits := last_digits_in(text)) and complaint["line"] and (at_summary or _is_asked_for_anew(complaint)):
        return (take(complaint, dispatcher, "line", complaint["line"][: -len(digits)] + digits),)
    found = correction_in(text, complaint.rows(), at_summary=at_summary)
    if found is None and complaint.asked == "change":  # a bare 「诉求吧」
        found = correction_in(say("change_of", field=_PARTICLES.sub("", text)), complaint.rows())
    if found is None or (found.field == complaint.asked and found.field in _OWN_WORDS and not complaint[found.field]):
        return None
    if found.value is None:
        return (found.field,)
    is_news = complaint[found.field] and complaint.asked not in ("confirmed", "change")  # there the summary shows it
    question = take(complaint, dispatcher, found.field, found.value)
    if question is None and is_news:
        dispatcher.utter_message(response="utter_complaint_corrected", field=say(f"label_{found.field}"))
    return (complaint.asked if question is None and _is_asked_for_anew(complaint) else question,)


def _is_asked_for_anew(complaint: Complaint) -> bool:
    """A question that is asked again for a correction has a value already, and stays open for its new one."""
    asked = complaint.asked or ""
    return asked in TOLD and complaint[asked] is not None and asked not in complaint.changes


# 「不知道，你们查一下」 is a wish.
_WANTS_ALL_THE_SAME = re.compile(r"查一?[下查]|看着办|赔|退|修|解决|处理")


def _fill(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """A field that is told in the customer's own words."""
    field = complaint.asked or ""
    text = text_of(tracker)
    if _is_skip(tracker) and field != "description":
        complaint[field] = complaint[field] or SKIPPED  # a value that was to be changed stays
        complaint["tries"] = 0
        return None
    if note_another(complaint, dispatcher, text):
        return field
    if misplaced(complaint, dispatcher, tracker):
        return field if complaint[field] is None else None
    try:
        _keep(complaint, dispatcher, tracker, field)
    except InvalidInput as error:
        if _tells_more(complaint, text):
            complaint.add_to_story(text)
            if _NOT_BUT.search(plain(text)):
                complaint["category"] = category_for(labels_of(tracker.latest_message), text, policy())
            dispatcher.utter_message(response="utter_complaint_added")
        elif int(complaint["tries"] or 0) + 1 < MOST_TRIES:
            dispatcher.utter_message(response=f"utter_{error.reason}")
        return failed(complaint, dispatcher, tracker)
    complaint["tries"] = 0
    return after_story(complaint, dispatcher) if field == "description" else None


def _detail(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """Why a charge is disputed, what a child paid for: into the story, with what else the words fill."""
    complaint["tries"] = 0
    text, before = text_of(tracker), complaint["category"]
    if is_order_to_file(text):
        finish(complaint, dispatcher)
    if is_order_to_file(text) or says_nothing(tracker):
        return None
    if is_minor_purchase(text) and MINOR_PURCHASE in policy().categories:
        complaint["category"] = MINOR_PURCHASE
    hear(complaint, dispatcher, tracker.latest_message, complaint["category"])
    return after_story(complaint, dispatcher) if complaint["category"] != before else None


_OWN = decisions.OWN | {OBJECTION: _detail, PURCHASE: _detail}

_MORE = re.compile(r"工号|没|不能|断|慢|卡|扣|骂|态度|骗|修|掉线|信号|投诉")


_NOT_BUT = re.compile(r"^(?:不对[，,]?)?不是.{1,12}是")


def _tells_more(complaint: Complaint, text: str) -> bool:
    """「工号8821」, 「不是宽带是手机没信号」 while the number is asked for belongs to the story."""
    return complaint.asked in ("line", "since", "area") and len(text) >= 5 and _MORE.search(plain(text)) is not None


def _is_skip(tracker: Tracker) -> bool:
    text = text_of(tracker)
    return (
        intent_of(tracker)[0] == "skip" and not phone_of(tracker, text) and not _WANTS_ALL_THE_SAME.search(plain(text))
    )


def _keep(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker, field: str) -> None:
    """Raises InvalidInput where the words are no value for the field."""
    text = text_of(tracker)
    if field == "description":
        value = check(field, text)
        # what is disputed stays in front
        complaint["description"] = complaint["description"].partition("\n")[0] if complaint["dispute"] else None
        hear(complaint, dispatcher, tracker.latest_message | {"text": value})
        return
    if field in ("line", "since", "contact"):
        text = second_thought(text)
    if field == "line":
        text = phone_of(tracker, text) or (_said_before(tracker) if rules.means_same_number(text) else None) or text
    if field == "contact" and (intent_of(tracker)[0] == "affirm" or rules.means_same_number(text)):
        if not complaint["callable"]:
            raise InvalidInput("contact_missing", "no number that could be called was told")
        text = complaint["line"]
    complaint.fill(field, check(field, text))


def _said_before(tracker: Tracker) -> str | None:
    """「还是刚才那个号码」: the last number that was said in this conversation."""
    messages = [event.get("parse_data") or {} for event in tracker.events if event.get("event") == "user"]
    phones = [str(phone["value"]) for message in messages for phone in entities_of(message, "phone")]
    return next(reversed(phones), None) or tracker.get_slot("complaint_contact") or tracker.get_slot("contact_phone")


def failed(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """No answer. Asked often enough: what was said is kept with the story, and the conversation goes on."""
    field = complaint.asked or ""
    complaint["tries"] = tries = int(complaint["tries"] or 0) + 1
    if tries < MOST_TRIES or field not in TOLD:
        return field
    if field != "description":
        complaint[field] = complaint[field] or SKIPPED
    for words in _last_words(tracker, tries) or [say("no_description")]:
        complaint.add_to_story(words)
    complaint["tries"] = 0
    dispatcher.utter_message(response="utter_complaint_moving_on")
    return None


def _last_words(tracker: Tracker, messages: int) -> list[str]:
    said = [str(event.get("text") or "") for event in tracker.events if event.get("event") == "user"]
    return [text for text in said[-messages:] if text.strip() and not text.startswith("/")]
