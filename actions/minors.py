"""Somebody says that they are under 14: what is being collected stops, and a parent or guardian is asked for.

General questions are answered all the same. Source: 个人信息保护法第三十一条; 未成年人网络保护条例第三十四条.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.billing.question import topic_asked, topic_of
from actions.privacy import question as privacy
from actions.privacy.question import CHAT
from actions.rights.packet_asked import asks_for_packet
from actions.turn import in_database, intent_of, sub_of, text_of
from care.accounts.rules import Level
from care.billing.access import LEVELS
from care.conversations.minors import forget_minor, note_minor
from care.db import utcnow
from care.plain import plain
from care.timezone import CHINA
from care.training import consent
from care.training.rules import CONSENT_VERSION

Events = list[dict[str, Any]]

#: years; below it the guardian consents
_AGE = 14
#: characters; whoever writes more tells a story
_LENGTH = 80
_WISH_LENGTH = 3

_TENS = "[一二三四五六七八九]?十[一二三四五六七八九]?"
_NUMBER = rf"(?:\d{{1,3}}|{_TENS}|[一二两三四五六七八九])"
_DIGITS = dict(zip("一二两三四五六七八九", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
# 「七八岁」, 「十一二岁」
_ABOUT = "(?:[四五六七八九][五六七八九]|十[一二三]?[一二三])"
# Not 「你当我三岁小孩」, 「骗我」: 「我」 is the writer only where no other person or verb stands before it.
_I = "(?<![当把骗哄年比带接给像])(?:我|俺|本人|偶)(?:自己|本人)?"
# No word of it is put together from others: long words are read in one go.
_JUST = (
    "(?:今年|现在|目前|其实|的确|真的|已经|差不多|大概|年龄|岁数|一个|[也都还才刚只有得先至就是系仲快马上的了个，, ])*"
)
_CHILD = "(?:小孩子?|孩子|小朋友|小学生|学生|未成年人?|女孩|男孩|小女孩|小男孩|小姑娘|初中生)"
# Behind the age: 「我12岁的儿子」, 「我12岁就开始用」, 「我10岁那年」 are about somebody else, or about long ago.
_NOT_NOW = (
    "(?![^，。,.!！?？]{0,2}(?:的(?:儿子|女儿|孩子|小孩|弟|妹|侄|外甥|孙|娃|时候|号|卡))"
    "|那[年会时]|时候?|起就?|(?:就|才|开始)+(?:用|办|开始|有|玩|在|是|跟|来|入|上网)|开始|以前|之前|前的?|小孩)"
)
_AGES = re.compile(
    rf"{_I}{_JUST}(?:[是系](?:一?个|名)?{_CHILD}[，,。、 ]?{_JUST})?(?P<n>{_NUMBER})(?:周)?岁(?:半|多|了)?{_NOT_NOW}"
    rf"|{_I}今年(?:才|刚|刚刚|只有)?(?P<bare>\d{{1,2}}|{_TENS}|[五六七八九])(?:了|啦)?(?=$|[，。,.!！])"
)
_YOUNG = re.compile(
    rf"{_I}{_JUST}{_ABOUT}岁{_NOT_NOW}"
    rf"|{_I}{_JUST}(?:没有?|未|不)(?:满|到|够|足)?(?P<below>{_NUMBER})(?:周)?岁{_NOT_NOW}"
    rf"|{_I}{_JUST}(?:(?:在|读|上|念|在读|在上|在念)+(?:小学)?(?:[一二三四五六1-6]年级|小学|幼儿园)(?![^，。,.!！]{{0,4}}(?:时|那|的时候|老师|教|接|送))"
    rf"|(?:小学)?[一二三四五六1-6]年级(?:的?学生|的?小学生|$|[，。,.!！了])|小学生(?!家长|的))"
)
_BORN = re.compile(rf"{_I}{_JUST}(?P<year>20[012]\d)年?(?:\d{{1,2}}月)?(?:\d{{1,2}}[日号])?(?:出?生|的$)")
_NOT_MEANT = re.compile(
    "如果|假如|要是|假设|比方|不是(?:小|个|一个|未|三岁)|以为我|当我|把我当|开玩笑|才怪|似的|一样|(?:我|俺)(?:不是|又不是)"
)
_GUARDIAN = re.compile(
    "(?:我|这里|现在|换|本人)(?:就)?(?:是|系)(?:他|她|它|孩子|小孩|娃|小朋友|刚才那个?孩子|这孩子)?的?"
    "(?:妈妈?|爸爸?|母亲|父亲|家长|监护人|爷爷|奶奶|姥姥|姥爷|外公|外婆|大人|法定代理人)(?![^，。,.!！]{0,2}(?:的号|的手机|号码))"
)
# Below: what asks for data, or does something with them.
_COLLECTS = ("complaint_", "privacy_", "complain", "notify_me", "billing_")
#: a general question, and what must not wait: a leak brings a person at once
_GENERAL = ("privacy_policy", "privacy_leak")
_SUPPOSED = re.compile("如果|假如|要是|假设|比方|等我|以为")
_GROWN = re.compile(
    "(?<![没未不快])成年(?:了|啦|人|$)|我(?:又|才|可|真)?不是(?:小孩子?|未成年人?|小学生|小朋友)"
    rf"|{_I}{_JUST}(?:早就?|过)*满?(?P<old>[1-9]\d|[二三四五六七八九]十[一二三四五六七八九]?|十[四五六七八九])(?:周?岁)?(?:了|啦|多|的人|好几)*(?=$|[，。,.!！])"
)
# With it: 「我是他妈妈，帮他查话费」. What is left says what is wanted.
_WANTED = re.compile("[要想帮查看删改办退问报投申]|怎么|能不能|可以|多少")
_WORDS = re.compile(r"[\s\W]+")


class Said(StrEnum):
    MINOR = "minor"
    GUARDIAN = "guardian"
    GROWN = "grown"


def said_in(words: str, now: datetime) -> Said | None:
    """Whether the words say of the writer that they are under 14, 14 or more, or a parent or guardian."""
    text = plain(words)
    if not text or len(text) > _LENGTH:
        return None
    if _GUARDIAN.search(text):
        return Said.GUARDIAN
    if _says_grown(text):
        return Said.GROWN
    if _NOT_MEANT.search(text):
        return None
    ages = [_years(found["n"] or found["bare"]) for found in _AGES.finditer(text)]
    if ages:
        return Said.MINOR if min(ages) < _AGE else Said.GROWN
    if (born := _BORN.search(text)) is not None:
        age = now.astimezone(CHINA).year - int(born["year"])
        return Said.MINOR if age < _AGE else Said.GROWN if age > _AGE else None
    young = _YOUNG.search(text)
    if young is None or (young["below"] and _years(young["below"]) > _AGE):
        return None
    return Said.MINOR


def _says_grown(text: str) -> bool:
    """Also where no 「岁」 stands: 「逗你玩的，我38了」."""
    if _SUPPOSED.search(text):
        return False
    return any(found["old"] is None or _years(found["old"]) >= _AGE for found in _GROWN.finditer(text))


def _years(number: str) -> int:
    if number.isdigit():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


async def mind_minor(dispatcher: CollectingDispatcher, tracker: Tracker, *, was_minor: bool) -> Events | None:
    """Where a child writes and the message would collect something: say so. The slots that are emptied.

    `was_minor`: said so in an earlier message. None: the turn goes on as usual. What follows is the caller's, who
    leaves the open form.
    """
    now, conversation = utcnow(), tracker.sender_id
    said = said_in(text_of(tracker), now)
    if said is Said.MINOR:
        await in_database(_stop(conversation, now))
        dispatcher.utter_message(response="utter_minor")
        return _emptied(tracker)
    if not was_minor:
        return None
    if said is not None:
        await in_database(lambda session: forget_minor(session, conversation))
        is_wish = _wants_something(tracker)
        dispatcher.utter_message(response=f"utter_minor_{said}{'_goes_on' if is_wish else ''}")
        return None if is_wish else []
    if _is_about_this_chat(tracker):
        return None
    if tracker.active_loop_name or collects(tracker):
        dispatcher.utter_message(response="utter_minor_again")
        return _emptied(tracker)
    return None


def _stop(conversation: str, now: datetime) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        channel = note_minor(session, conversation, now)
        if channel is not None:
            consent.record(session, conversation, agreed=False, version=CONSENT_VERSION, channel=channel, now=now)

    return work


def collects(tracker: Tracker) -> bool:
    """Would the answer to the message ask for data, or file something?"""
    if asks_for_packet(tracker):
        return True
    label = intent_of(tracker)[0]
    if label.startswith("rights_"):
        return topic_asked(tracker) is not None  # looked up on an account
    if not label.startswith(_COLLECTS) or label.startswith(_GENERAL):
        return False
    topic = topic_of(label, sub_of(tracker), text_of(tracker)) if label.startswith("billing_") else None
    return topic is None or LEVELS[topic] > Level.ANONYMOUS


def _wants_something(tracker: Tracker) -> bool:
    """Said with it: 「我是他妈妈，帮他查下话费」."""
    rest = _WORDS.sub("", _GROWN.sub("", _GUARDIAN.sub("", plain(text_of(tracker)))))
    return len(rest) >= _WISH_LENGTH and _WANTED.search(rest) is not None


def _is_about_this_chat(tracker: Tracker) -> bool:
    """To have this conversation deleted needs no number, and collects nothing."""
    if tracker.active_loop_name:
        waiting = (tracker.get_slot("privacy_kind"), tracker.get_slot("privacy_item"))
        return waiting == (privacy.Matter.DELETE, CHAT)
    wish = privacy.wish_of(tracker)
    return wish is not None and wish.matter is privacy.Matter.DELETE and wish.item == CHAT


def _emptied(tracker: Tracker) -> Events:
    kept = ("requested_slot", "session_started_metadata")
    return [
        SlotSet(name, None) for name, value in tracker.slots.items() if value not in (None, 0, 0.0) and name not in kept
    ]
