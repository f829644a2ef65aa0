"""What customers write behind our question: a mark, why, no; and what was asked just now."""

from __future__ import annotations

import re
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.plain import plain
from care.satisfaction.rules import LEAST, MOST, Tone, satisfaction
from care.wording import buttons

#: characters; more words say something else with it
_LONGEST = 16
_NUMBERS = {each: value for value, each in enumerate("一二三四五六七八九十", start=1)} | {"两": 2, "零": 0}
_BEFORE = "(?:我|就|那|给|打|评|可以|算|大概|你们?|他|她|这次|个|：|:|，|,)*"
_AFTER = "(?:分|吧|啊|哦|了|满意|谢谢|不能再多了|不能再高了|，|,|。|!|！|~)*"
_MARK = re.compile(rf"{_BEFORE}(?:(?P<number>10|\d|十|[零一二两三四五六七八九])|(?P<full>满)(?=分)){_AFTER}")
# Nothing but a no.
_NO = re.compile(
    "(?=.*(?:不|没|别|算了|跳过|下次|改天|懒得))(?:算了|不用|不必|不了|没有|没了|没啥|没什么|跳过|下次|改天|懒得|不想|不要|不|别|了|评价?|打分?|说|再|吧|啊|谢谢|，|,|。|!|~)+"
)
# 「别再让我评价了」, 「以后不要问我打分」, 「能不能别老叫我评分」
_OPT_OUT = re.compile(
    "(?:别|不要|甭|勿|少|停止|取消|拒绝|不想(?:再)?)(?:再|老是?|总是?|一直|每次都?|给|让|叫|请|要|问|烦|催|发|推|收到?|接受|邀请|我|来|这种|这些|什么|了|的|去|做|参加|被)*"
    "(?:评价|打分|评分|满意度|好评|评星)"
)
#: words as short as this are about nothing but being asked
_LONGEST_OPT_OUT = 30


def mark_in(text: str) -> int | None:
    """「9」, 「打八分」, 「满分」 and nothing else: 1 to 10; less than the least is the least. None: no mark."""
    found = _MARK.fullmatch(plain(text).strip()) if len(text) <= _LONGEST else None
    if found is None:
        return None
    if found["full"]:
        return MOST
    number = found["number"]
    return max(LEAST, int(number) if number.isdigit() else _NUMBERS[number])


def says_no(text: str) -> bool:
    """「不评了」, 「不用了，谢谢」 and nothing else."""
    return len(text) <= _LONGEST and _NO.fullmatch(plain(text).strip()) is not None


def opts_out(text: str) -> bool:
    """「别再让我评价」: never asked again. 「不评了」 is only a no for this time."""
    said = plain(text)
    found = _OPT_OUT.search(said) if len(said) <= _LONGEST_OPT_OUT else None
    is_ongoing = re.search("再|老|总|一直|每次|以后|让|叫|请|问|烦|催|发|推|邀请", said)
    return found is not None and is_ongoing is not None and not re.search("投诉|举报|不要(?:给|打)差评", said)


def reason_buttons(tone: Tone) -> list[dict[str, str]]:
    """Why, to choose from: as they stand under the question."""
    return [each for each in buttons(_QUESTIONS[tone]) if "choice" in each["payload"]]


#: where the buttons of the reasons are worded
_QUESTIONS: dict[Tone, str] = {"high": "rate_thanks", "low": "rate_sorry"}


def titles_of_reasons() -> dict[str, str]:
    """What customers read on the buttons, by the word of satisfaction.yml."""
    return {
        name: button["title"]
        for tone, reasons in satisfaction().reasons.items()
        for name, button in zip(reasons, reason_buttons(tone), strict=True)
    }


def asked_last(session: Session, conversation_id: str, message_id: int) -> Tone | Literal["mark"] | None:
    """Was the last thing that was said to the customer before this message of theirs the question for a mark, or why
    (of a high or a low one)? None: neither."""
    said = session.scalar(
        select(Message.buttons)
        .where(Message.conversation_id == conversation_id, Message.id < message_id, Message.author != "customer")
        .order_by(Message.id.desc())
        .limit(1)
    )
    payloads = {each["payload"] for each in said or []}
    if {each["payload"] for each in buttons("rate_ask")} == payloads:
        return "mark"
    return next((tone for tone in _QUESTIONS if _payloads(tone) <= payloads), None)


def _payloads(tone: Tone) -> set[str]:
    return {each["payload"] for each in reason_buttons(tone)}
