"""Keeping what was said: for the field that was asked, or for the one that the words fit."""

from __future__ import annotations

import re

from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import Complaint
from actions.complaints.fields import check
from actions.complaints.story import is_exact_place, is_place, is_wish
from care.complaints.corrections import field_that_fits
from care.errors import InvalidInput
from care.plain import plain
from care.wording import say

#: wrong answers to one question after which it is left out, so that nobody is asked for ever
MOST_TRIES = 3
#: a number or a time is also how and when to call
_FITS_BOTH = {("line", "contact"), ("since", "contact"), ("since", "speed_test")}
_BEGAN = re.compile(r"开始|以来|发生|起[的了]?$")
# 「打这个号码」
_CALL_HERE = re.compile(
    r"(?:用|打|联系).{0,2}(?:上面|这个|刚才|同一个|本机).{0,2}(?:号码?|电话|手机)?(?:就[行好]|吧|即可)?$"
)
_AREA = re.compile(
    r"(?:就|是|在|我们?|这里|这边|那里|那边|属于|算|住)*(?:农村|乡下|村里|城镇|城里|城市|市区|县城|镇上)(?:里|的|那边|这边|地区|户口)*[。.！!]?"
)
_SHORT = 16


def told(complaint: Complaint, text: str) -> tuple[str | None, str]:
    """The field that a short message fills whatever was asked, and its value."""
    words = plain(text)
    if complaint["callable"] and len(text) <= _SHORT and _CALL_HERE.search(words):
        return "contact", complaint["line"]
    if "address" in complaint.rows() and len(text) <= _SHORT and _AREA.fullmatch(words):
        return "area", text
    if "address" in complaint.rows() and _is_place_for(complaint, text):
        return "address", text
    field = field_that_fits(text) or ("wish" if is_wish(text) else None)
    is_second_number = field == "line" and complaint["line"] and complaint.asked != "line"
    return ("contact" if is_second_number else field), text


def _fits_both(field: str, asked: str, text: str) -> bool:
    """「上周三晚上开始」 is no time to call at."""
    return (field, asked) in _FITS_BOTH and not (field == "since" and _BEGAN.search(plain(text)))


def _is_place_for(complaint: Complaint, text: str) -> bool:
    """A wish may name a place (给我们小区加个基站), an answer to these questions does not."""
    is_no_wish = complaint.asked in ("line", "ours", "same", "since") and not complaint["address"]
    return is_place(text) if is_no_wish else complaint.asked != "contact" and is_exact_place(text)


def note_another(complaint: Complaint, dispatcher: CollectingDispatcher, text: str) -> bool:
    """「退钱」 while the number is asked for: kept as what it is, and the open question is asked again."""
    asked = complaint.asked or ""
    field, value = told(complaint, text)
    if field is None or field == asked or asked == "description" or _fits_both(field, asked, text):
        return False
    if complaint[field] and field not in ("wish", "since", "area"):
        return False
    try:
        value = check(field, value)
    except InvalidInput:
        return False
    before = complaint[field] if field == "wish" else None  # two wishes are two; a day that was said by itself is it
    complaint.fill(field, say("both", first=before, second=value) if before else value)
    dispatcher.utter_message(response="utter_complaint_noted", field=say(f"label_{field}"))
    return True


def take(complaint: Complaint, dispatcher: CollectingDispatcher, field: str, text: str) -> str | None:
    """A value for a field. What cannot be is explained, and the field is asked for."""
    try:
        complaint.fill(field, check(field, text))
    except InvalidInput as error:
        dispatcher.utter_message(response=f"utter_{error.reason}")
        return field
    complaint["tries"] = 0
    return None
