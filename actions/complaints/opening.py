"""The message that tells a matter: its category, whatever fields it fills already, and a second matter in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import Complaint
from actions.complaints.details import OBJECTION, after_story, is_begun_now
from actions.complaints.fields import check
from actions.complaints.grievance import is_question
from actions.complaints.messages import Message, best_label_of, entities_of, labels_of, words_of
from actions.complaints.misplaced import say_order
from actions.complaints.story import Found, facts_of, is_house_number
from actions.complaints.wishes import is_wish, say_later, wish_in_story
from actions.memory import responses_in, said_last, turns
from actions.turn import MOVES, intent_of, text_of
from actions.which import was_asked
from care.accounts.rules import mask_numbers
from care.complaints import rules
from care.complaints.category import category_for
from care.errors import InvalidInput
from care.sla.policy import policy

#: characters; less is no new story
_STORY_LENGTH = 8
#: characters; a wish to complain and no more
_BARE_LENGTH = 16
_SHOWN_STORY = 20
#: what a story keeps its category under, when the words before it were only the wish to complain
_OPEN_CATEGORIES = (None, "other")


def begin(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """The form opens: by a story, by the bare wish to complain, by a button, with a line of a bill, or once more after
    it was left. Returns the question that comes first, where that is not simply the first open one.
    """
    if is_begun_now(complaint, tracker):
        return OBJECTION
    if (question := _of_a_question(complaint, tracker)) is not None:
        category = policy().category_of(complaint["rest"])
        complaint.forget()
        complaint["category"] = category
        dispatcher.utter_message(response="utter_complaint_second", title=complaint.category.title)
        hear(complaint, dispatcher, question, category)
        return after_story(complaint, dispatcher)
    chosen = _chosen_category(tracker)
    message = _message_of_the_matter(complaint, tracker)
    words = words_of(message)
    is_story = rules.tells_what_happened(words)
    if complaint["description"] and not (is_story and _is_new(tracker, words)):
        _take_up(complaint, dispatcher)
        return None
    category = chosen or category_for(labels_of(message), words, policy())
    is_another = complaint["category"] != category or complaint["dispute"]
    if complaint["cancelled"] or complaint["rest"] or is_another:
        complaint.forget()  # otherwise a person was asked for in between, and it is told once more
    complaint["category"] = category
    if not is_story:
        return None
    hear(complaint, dispatcher, message, chosen)
    return after_story(complaint, dispatcher)


def hear(complaint: Complaint, dispatcher: CollectingDispatcher, message: Message, category: str | None = None) -> None:
    """Keep a story, and everything in it that need not be asked any more. `category`: chosen already."""
    words = words_of(message)
    matters = entities_of(message, "matter")
    filed = [each for each in matters if not is_question(str(each["value"]))]
    if category is None and (filed or complaint["category"] in _OPEN_CATEGORIES):
        found = category_for(labels_of(message), words, policy())
        complaint["category"] = policy().category_of(str(filed[0]["value"])) if filed else found
    ours = next((each for each in filed if policy().category_of(str(each["value"])) == complaint["category"]), None)
    begin = int(ours["start"]) if ours else 0
    # a question in front was answered already
    others = [each for each in matters if each is not ours and (each in filed or int(each["start"]) > begin)]
    kept = complaint["rest"] if is_wish(complaint["rest"]) else None
    beside = (
        None if kept or any(str(each["value"]).startswith("privacy_") for each in matters) else wish_in_story(words)
    )
    complaint["rest"] = str(others[0]["value"]) if others else kept or beside
    if others:
        say_order(complaint, dispatcher)
    elif beside:
        say_later(dispatcher, beside)
    complaint.add_to_story(words)
    later = [int(each["start"]) for each in matters if int(each["start"]) > begin]
    _fill_from(complaint, message, begin if ours and ours is not matters[0] else 0, min(later, default=len(words)))


def _fill_from(complaint: Complaint, message: Message, begin: int, until: int) -> None:
    """`begin`, `until`: there this matter is told. Number, place and contact are of all, day and wish of this one."""
    words = words_of(message)
    phones, days = (
        [Found(str(each["value"]), int(each["start"]), int(each["end"])) for each in entities_of(message, name)]
        for name in ("phone", "date")
    )
    days = [day for day in days if not is_house_number(words[: day.end], day.value)]
    with_place = complaint.category.place == "address"
    of_both = facts_of(words, phones, [], with_place)
    of_this = facts_of(words[begin:until], _within(phones, begin, until), _within(days, begin, until), with_place)
    for field in ("line", "address", "since", "speed_test", "wish", "contact"):
        if value := (of_both if field in _OF_BOTH else of_this).get(field):
            _fill(complaint, field, value)


def _within(found: Sequence[Found], begin: int, until: int) -> list[Found]:
    """Those in a part of the text, with their places in the part."""
    inside = (each for each in found if begin <= each.start and each.end <= until)
    return [Found(each.value, each.start - begin, each.end - begin) for each in inside]


_OF_BOTH = ("line", "address", "contact")


def _fill(complaint: Complaint, field: str, value: str) -> None:
    """What cannot be is asked for later: it is no reason to complain to the customer."""
    if complaint[field]:
        return
    if field == "contact" and rules.means_same_number(value):
        if not complaint["callable"]:
            return
        value = complaint["line"]
    try:
        complaint.fill(field, check(field, value))
    except InvalidInput:
        return


def _message_of_the_matter(complaint: Complaint, tracker: Tracker) -> Message:
    """The latest one; for a button the words before it, so that nobody tells their story twice."""
    latest: Message = dict(tracker.latest_message)
    if text_of(tracker):
        return _answered(latest, tracker) if was_asked(tracker) else latest
    before = _message_before(tracker)
    if before is None or (complaint["description"] and category_for(labels_of(before), "", policy()) == "other"):
        return latest
    return before


def _answered(latest: Message, tracker: Tracker) -> Message:
    """「扣错了」 to 「是想查费用，还是扣错了要投诉？」: the words before it are the story, and what this adds."""
    before = _message_before(tracker)
    if before is None or not words_of(before):
        return latest
    adds = rules.tells_what_happened(words_of(latest)) and len(words_of(latest)) >= _STORY_LENGTH
    named_now = [each for each in latest.get("intent_ranking") or [] if str(each["name"]).startswith("complaint_")][:1]
    named = [each for each in before.get("intent_ranking") or [] if str(each["name"]).startswith("complaint_")]
    is_named = bool(labels_of(latest)) and labels_of(latest)[0].startswith("complaint_")
    return before | {
        "text": f"{before['text']}\n{words_of(latest)}" if adds else before["text"],
        "intent_ranking": [*(named_now if is_named else []), *named],
    }


def _of_a_question(complaint: Complaint, tracker: Tracker) -> Message | None:
    """The message whose first matter was a question, when the second is to be filed now; else None."""
    if not complaint["rest"] or complaint["description"] or not said_last(tracker, "utter_complaint_rest"):
        return None
    is_yes = not text_of(tracker) or len(text_of(tracker)) <= _BARE_LENGTH
    return (_message_of_both(complaint["rest"], tracker) or _message_before(tracker)) if is_yes else None


def _message_of_both(rest: str, tracker: Tracker) -> Message | None:
    """What the customer wrote about two matters; a number and a code may have been asked for since."""
    for turn in list(turns(tracker))[1:]:
        message: Message = turn[0].get("parse_data") or {}
        if any(each["value"] == rest for each in entities_of(message, "matter")):
            return message | {"text": turn[0]["text"]}
    return None


def _is_new(tracker: Tracker, words: str) -> bool:
    """Another story than the one that was left, and no 「唉，我还是要投诉」 or a yes to its second matter."""
    if not text_of(tracker):
        return True  # a button under it
    is_bare = intent_of(tracker)[0] in ("complain", "affirm") and len(words) <= _BARE_LENGTH
    return len(words) >= _STORY_LENGTH and not is_bare


def _chosen_category(tracker: Tracker) -> str | None:
    """The category of a button such as 「投诉手机信号或上网」."""
    intent, _ = intent_of(tracker)
    return None if text_of(tracker) or intent in MOVES else policy().category_of(intent)


def _take_up(complaint: Complaint, dispatcher: CollectingDispatcher) -> None:
    """Goes on where it was: after it was given up or a person was asked for, or with the second matter of a story."""
    if complaint["category"] is None:
        complaint["category"] = policy().category_of(complaint["rest"])
        complaint["rest"] = None
        dispatcher.utter_message(response="utter_complaint_second", title=complaint.category.title)
    else:
        story = rules.shorten(complaint["description"], _SHOWN_STORY)
        dispatcher.utter_message(response="utter_complaint_taken_up", story=mask_numbers(story))
    for field in ("confirmed", "cancelled"):
        complaint[field] = None
    complaint["tries"] = 0


def _message_before(tracker: Tracker) -> Message | None:
    """What the customer wrote before this button, as it was understood.

    None where that was a button too, or a word to the bot (「算了」) and no story. A button that only told what the
    words before it meant is passed over.
    """
    _, *earlier = turns(tracker)
    while len(earlier) > 1 and _is_button(earlier[0]) and _asks_what_is_meant(earlier[1]):
        earlier = earlier[1:]
    if not earlier or _is_button(earlier[0]):
        return None
    said = earlier[0][0]
    message: Message = said.get("parse_data") or {}
    best = best_label_of(message)
    return None if best is None or best in MOVES else message | {"text": said["text"]}


def _asks_what_is_meant(turn: list[dict[str, Any]]) -> bool:
    return any(name.startswith(("utter_which", "utter_not_understood")) for name in responses_in(turn))


def _is_button(turn: list[dict[str, Any]]) -> bool:
    return str(turn[0].get("text") or "").startswith("/")
