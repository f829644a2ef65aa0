"""The questions of the form that want a decision: is the number ours, is it the same matter, is the summary right."""

from __future__ import annotations

import re
from collections.abc import Callable

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import Complaint
from actions.complaints.keeping import note_another, take, told
from actions.complaints.misplaced import is_order_to_file
from actions.complaints.story import is_house_number
from actions.turn import entity_of, intent_of, phone_of, text_of
from care.complaints import rules
from care.plain import plain

#: other answers to such a question after which it is decided without
_MOST_TRIES = 2
URGE, NEW = "urge", "new"
#: characters; longer words tell something, also where they are not what was asked for
_STORY_LENGTH = 12
_LONGEST_VALUE = 24

_PORTED = re.compile(r"转过来|转到你们|转来|携号|转网|带号")
_YES = re.compile(r"^(?:是|对|嗯|没错|就是|确实)|一直用|你们的(?:用户|客户|卡|号)|用的你们")
_NO = re.compile(r"^(?:不|没有)|不是|联通|电信|广电|别家|其他运营商")


def ours(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """Is the number ours although it does not seem so?"""
    intent, text = intent_of(tracker)[0], plain(text_of(tracker))
    if phone := phone_of(tracker, text_of(tracker)):
        return take(complaint, dispatcher, "line", phone)
    if intent == "affirm" or _PORTED.search(text):
        complaint["ours"] = True
    elif intent == "deny" or _NO.search(text):
        complaint["ours"] = False
    elif _YES.search(text):
        complaint["ours"] = True
    else:
        return _unclear(complaint, dispatcher, tracker, True, "utter_complaint_as_ours")
    complaint["tries"] = 0
    return None


_URGE = re.compile(r"催|同一(?:件|个)|就是(?:这|那)|一样的?|还是那")
_ANEW = re.compile(r"新建|新的|重新|另外?[一的]|不一样|不是|别的|登记|单独")


def same(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """Is it the matter of the ticket that is open?"""
    intent, text = intent_of(tracker)[0], plain(text_of(tracker))
    if intent == "deny" or _ANEW.search(text):
        complaint["same"] = NEW
    elif intent in ("affirm", "ticket_status") or _URGE.search(text):
        complaint["same"] = URGE
    else:
        return _unclear(complaint, dispatcher, tracker, NEW, "utter_complaint_as_new")
    complaint["tries"] = 0
    return None


def _unclear(
    complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker, otherwise: object, response: str
) -> str | None:
    """Neither yes nor no: what it tells is kept, and the question asked once more; then what does no harm is done."""
    field, text = complaint.asked or "", text_of(tracker)
    is_story = len(text) >= _STORY_LENGTH and rules.tells_what_happened(text)
    if not note_another(complaint, dispatcher, text) and is_story:
        complaint.add_to_story(text)
        dispatcher.utter_message(response="utter_complaint_added")
    complaint["tries"] = int(complaint["tries"] or 0) + 1
    if complaint["tries"] < _MOST_TRIES:
        return field
    complaint[field], complaint["tries"] = otherwise, 0
    dispatcher.utter_message(response=response)
    return None


# With these a number is one to call: 「让我儿子接，139…」.
_REACHES = re.compile(r"联系|联络|回电|接|打|找我")
# 「对的，等一下」 is no order to file.
_NOT_YET = re.compile(r"等[一等会]|先别|别[登提]|慢着|不[对是]|(?<![没不])错|(?<!不用)(?<!不)改|但是|不过")


def confirmed(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """A yes files; a no asks what to change; words that carry a number or a day correct that field."""
    if intent_of(tracker)[0] == "affirm" and not _NOT_YET.search(plain(text_of(tracker))):
        complaint["confirmed"], complaint["tries"] = True, 0
        return None
    return change(complaint, dispatcher, tracker)


_NOTHING = re.compile(r"^(?:不用?改|没有?了?$|不用了?$|没了|算了|都对|没错|就这样)")


# 「你们会不会不处理啊」 is no part of the story.
_ASKS = re.compile(r"[?？]|会不会|[几幾][号天点]能|多久|什么都行|[吗呢嘛]$")
_NO_IT_IS = re.compile(
    r"^(?:不对|不是(?:的|这样的?)?|错了|说错了|写错了|有误)[，,。.\s]*(?P<right>(?=.*(?:是|应该|\d)).{4,})$"
)


def change(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """What is another way than in the summary; at the question for it, or instead of a yes."""
    intent, text, asked = intent_of(tracker)[0], text_of(tracker), complaint.asked
    complaint["tries"] = 0
    if len(text) <= _LONGEST_VALUE and (phone := phone_of(tracker, text)):
        return take(complaint, dispatcher, *(("contact", text) if _REACHES.search(plain(text)) else ("line", phone)))
    if len(text) <= _STORY_LENGTH and (day := entity_of(tracker, "date")) and not is_house_number(text, day):
        return take(complaint, dispatcher, "since", day)
    field, value = told(complaint, text)
    if field:
        return take(complaint, dispatcher, field, value)
    if asked == "change" and (is_order_to_file(text) or (intent == "affirm" and not text)):
        complaint["confirmed"] = True  # nothing was changed since the summary, under which that button stands
        return None
    if asked == "change" and (intent in ("affirm", "deny", "skip", "cancel") or _NOTHING.match(plain(text))):
        return "confirmed"  # 「好」 is no order to file, 「没有了」 nothing to change: the summary stands again
    if len(text) <= _LONGEST_VALUE and rules.tells_what_happened(text):
        if right := _NO_IT_IS.match(plain(text)):
            complaint.add_to_story(right["right"])
            dispatcher.utter_message(response="utter_complaint_added")
            return None
        if intent not in ("affirm", "correct") and _ASKS.search(text):
            dispatcher.utter_message(response="utter_aside_question")
            return asked
    if intent in ("deny", "correct", "affirm"):
        return "change"
    if rules.tells_what_happened(text):
        complaint.add_to_story(text)
        return None
    return asked


OWN: dict[str, Callable[[Complaint, CollectingDispatcher, Tracker], str | None]] = {
    "ours": ours,
    "same": same,
    "confirmed": confirmed,
    "change": change,
}
