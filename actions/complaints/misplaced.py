"""Words that are clearly no value for the open question: a time as the wish, a story as the address. Only clear cases.

What is not surely something else is taken as it was said: it stands in the summary and can be corrected.
"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import SKIPPED, Complaint
from actions.complaints.messages import labels_of
from actions.turn import intent_of, text_of
from care.complaints.category import category_for
from care.complaints.places import area_of, names_a_place
from care.plain import plain
from care.sla.policy import policy
from care.wording import say

_SHORT = 24
_OPTIONAL = ("line", "address", "area", "since", "speed_test", "wish", "contact")

_FINISH = re.compile(
    r"(?:是|对|好|嗯|行|的|那|就|直接|这样|可以|帮我|给我|请|麻烦|快|赶紧|先|现在|都|没错|确认|[，,。\s])*(?:登记|提交)"
    r"(?:上去|了|吧|啊|呀|呗|就行|就好|一下|谢谢|[。.！!~\s])*"
)


def is_order_to_file(text: str) -> bool:
    """「登记吧」「就这样提交吧」「是的提交」 and nothing else."""
    return _FINISH.fullmatch(plain(text)) is not None


def finish(complaint: Complaint, dispatcher: CollectingDispatcher) -> None:
    """What is open stays empty; the checks and the summary still come."""
    is_open = [field for field in _OPTIONAL if complaint[field] is None and field in complaint.questions()]
    for field in is_open:
        complaint[field] = SKIPPED
    complaint["tries"] = 0
    if is_open:
        dispatcher.utter_message(response="utter_complaint_rest_skipped")


_FIRST_THAT = re.compile(r"^(?:我|想|要|那|就|请|麻烦)*先(?:办|弄|说|登记|处理|投诉|解决|搞)(?P<matter>.{1,10})$")


def choose_first(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """「先办彩铃那个」, the second matter of the story: they change places."""
    found = _FIRST_THAT.match(plain(text_of(tracker)).lower())
    if found is None or complaint["rest"] is None:
        return False
    first, second = complaint.category, policy().category_of(complaint["rest"])
    chosen = category_for([], found["matter"], policy())
    if chosen == second and first.intents:
        complaint["category"], complaint["rest"] = second, first.intents[0]
        for field in ("since", "wish"):  # those were of the other one
            complaint[field] = None
    elif chosen != complaint["category"]:
        return False
    say_order(complaint, dispatcher)
    return True


def say_order(complaint: Complaint, dispatcher: CollectingDispatcher) -> None:
    dispatcher.utter_message(response="utter_complaint_two", title=complaint.category.title)


def misplaced(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Kept for what it is; the caller asks what comes next. False where the words may answer the question."""
    text = text_of(tracker)
    if len(text) > _SHORT:
        return False
    if complaint.asked == "wish":
        return _is_hour(complaint, dispatcher, text) or _is_story(_NO_WISH, complaint, dispatcher, text)
    if complaint.asked == "address":
        return (
            _is_another_category(complaint, dispatcher, tracker)
            or _is_refusal(complaint, dispatcher, text)
            or (not _has_place(text) and _is_story(_FAULT, complaint, dispatcher, text))
        )
    return complaint.asked in ("line", "since", "contact") and _is_leak(complaint, dispatcher, tracker)


_HOUR = re.compile(
    r"(?:就|是|大概|大约|好像|应该)*(?:早上|上午|中午|下午|傍晚|晚上|凌晨|夜里)?(?:\d{1,2}|[一二三四五六七八九十两]{1,3})点(?:[半钟多]|左右|的时候|的|吧|啊|[。.])*"
)


def _is_hour(complaint: Complaint, dispatcher: CollectingDispatcher, text: str) -> bool:
    """「五点」 goes behind the day that was said."""
    if not _HOUR.fullmatch(plain(text)):
        return False
    if "点" not in (since := complaint["since"] or ""):
        complaint["since"] = since + text
    dispatcher.utter_message(response="utter_complaint_noted", field=say("label_since"))
    return True


_NO_WISH = re.compile(
    r"^(?:就|是)*在[^，。,]{2,16}(?:营业厅|门店|店里?|路|街|小区|村|镇|楼|学校|公司|单位)(?:那里|那边|里|附近|办的|的)*[。.]?$"
    # 「按营业员说的办」 is a wish, and so is 「按他说的」
    r"|^(?!.*(?:按|照|像|退|赔|兑现|履行|给我|要)).{2,}(?:说|讲|告诉我|承诺)的[。.]?$"
)
_FAULT = re.compile(
    r"[红黄绿]?灯.{0,3}[闪亮红灭]|断[网线了断]|没网|没信号|[上连]不[了上去]|掉线|卡顿|[很太]慢|坏了|打不[开通]|报修|乱?扣[钱费了]"
)


def _is_story(pattern: re.Pattern[str], complaint: Complaint, dispatcher: CollectingDispatcher, text: str) -> bool:
    if not pattern.search(plain(text)):
        return False
    complaint.add_to_story(text)
    dispatcher.utter_message(response="utter_complaint_added")
    return True


def _has_place(text: str) -> bool:
    return names_a_place(text) or area_of(text) is not None


_REFUSES = re.compile(
    r"不告诉|[不唔]想[说讲填给留]|不愿意?[说讲填给留]|不[说填给留](?:[了行。]|$)|保密|不方便[说讲透填给]|不便"
)


def _is_refusal(complaint: Complaint, dispatcher: CollectingDispatcher, text: str) -> bool:
    if not _REFUSES.search(plain(text)):
        return False
    complaint["address"] = complaint["address"] or SKIPPED
    dispatcher.utter_message(response="utter_complaint_left_out")
    return True


_NOT_THAT = re.compile(r"[，,]?(?:不是|不系|唔系)(?P<old>[^，,。]{1,6}?)(?=$|[，,。]|是|系|的)")
_MOBILE = re.compile(r"手机|流量|移动数据")


def _is_another_category(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """「手机流量不是宽带」: what is left of it without its no."""
    said = plain(text_of(tracker)).lower()
    if (found := _NOT_THAT.search(said)) is None or category_for([], found["old"], policy()) != complaint["category"]:
        return False
    named = category_for([], _NOT_THAT.sub("", said), policy())
    if named == "other" and (_MOBILE.search(said) or labels_of(tracker.latest_message)[:1] == ["complaint_network"]):
        named = "complaint_network"
    if named in ("other", complaint["category"]):
        return False
    complaint["category"] = named
    complaint.add_to_story(text_of(tracker))
    dispatcher.utter_message(response="utter_complaint_noted", field=say("label_category"))
    return True


_LEAK = re.compile(r"(?:信息|隐私|号码|资料|身份证).{0,6}(?:泄露|泄漏|外泄|卖|冒用|盗用)")


def _is_leak(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """「身份证信息被你们泄露了」 while the number is asked for: a matter of its own, which comes afterwards."""
    text = text_of(tracker)
    if re.search(r"\d{3}", text) or not _LEAK.search(plain(text)):
        return False
    if intent_of(tracker)[0] == "privacy_leak" and complaint["category"] != "privacy":
        complaint["rest"] = complaint["rest"] or "privacy_leak"
    return _is_story(_LEAK, complaint, dispatcher, text)
