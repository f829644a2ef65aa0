"""What an answer to a field must be, and the value that is kept of it."""

from __future__ import annotations

import re
from datetime import date

from actions.complaints.story import is_contact, is_exact_place, is_measured, is_wish
from care.accounts.rules import normalise_line
from care.complaints import rules
from care.complaints.corrections import field_that_fits
from care.complaints.places import area_of
from care.db import utcnow
from care.errors import InvalidInput
from care.plain import digits_of, plain
from care.sla.policy import policy
from care.timezone import CHINA

#: taken in the customer's own words, whatever they are
_FREE = ("address", "speed_test", "wish", "contact")


def today() -> date:
    return utcnow().astimezone(CHINA).date()


def check(field: str, text: str) -> str:
    """The value to keep. Raises InvalidInput, whose reason names the response that explains it (`utter_<reason>`)."""
    if field == "line":
        return normalise_line(text) if _says_something(text) else _empty()
    if field == "description":
        if not rules.tells_what_happened(text):
            raise InvalidInput("story_missing", "says nothing about what happened")
        return text[: rules.MAX_STORY]
    if field == "area":
        area = area_of(text)
        if area is None:
            raise InvalidInput("area_unclear", "neither town nor country")
        return area
    if field == "category":
        return _category(text)
    value = rules.field_text(text)
    if field == "since":
        rules.check_since(value, today())
        return value
    assert field in _FREE, field
    if not _says_something(value):
        return _empty()
    return _contact(value) if field == "contact" else value


def _empty() -> str:
    raise InvalidInput("field_empty", "no words in it")


# Sounds, assent and single figures answer nothing that is asked in free words.
_SOUNDS = re.compile(
    r"[啊哦噢嗯呃额哈嘿呵哎诶喂呀嘛吧呢啦了的哼切]|确认|登记|提交|好的?|行|可以|是的?|对的?|没错|不是|没有|知道|明白|(?<!\d)\d(?!\d)|[\W_]"
)


def _says_something(text: str) -> bool:
    return _SOUNDS.sub("", plain(text)) != ""


# How, when or whom to call, or not at all.
_REACHES = re.compile(
    r"\d{5,}|@|微信|qq|邮箱|电话|手机|号|短信|打|联系|联络|回|找|接|随时|时间|时候|[早晚上中下][上午]|白天|周末|下班|点|不用|不要|不需要|别|老公|老婆|儿子|女儿|家人|本人|我妈|我爸"
)


def _contact(text: str) -> str:
    """A contact that is nothing but a number is that number; with words around it (「晚上打」) it stays as it is."""
    said = digits_of(text)
    if re.fullmatch(r"[\d+() -]+", said):
        return normalise_line(text)
    if not _REACHES.search(plain(said).lower()):
        raise InvalidInput("contact_unclear", "no way to reach somebody")
    return text


def _category(text: str) -> str:
    """A category of the policy by its title or one of its words."""
    said = plain(text).lower()
    for name, category in policy().categories.items():
        if said and (said in category.title or category.title in said or any(word in said for word in category.words)):
            return name
    raise InvalidInput("category_unclear", "names no category")


def is_answer(field: str, text: str) -> bool:
    """Surely an answer to the field, whatever the words look like otherwise: 「中山路88号」 is no small talk."""
    if len(text) > _LONGEST_ANSWER:
        return False
    if field in ("address", "area"):
        return is_exact_place(text) or area_of(text) is not None
    if field == "contact":
        return is_contact(text)
    if field == "speed_test":
        return is_measured(text)
    if field == "since":
        return field == field_that_fits(text) or (_names_a_day(text) and not _QUESTION.search(text))
    return field == field_that_fits(text) or (field == "wish" and is_wish(text))


_QUESTION = re.compile(r"[?？吗嗎呢]|多久|几天能|什么时候|啥时候")


def _names_a_day(text: str) -> bool:
    try:
        return rules.since_date(text, today()) is not None
    except InvalidInput:
        return True  # one that cannot be


_LONGEST_ANSWER = 40
_SECOND_THOUGHT = re.compile(r"(?:不对|不對|错了|錯了|哦不|不不|说错|說錯)[了啦]?[，,。.、！! ]*(?:应该|應該)?(?:是)?")


def second_thought(text: str) -> str:
    """「昨天，不对，是前天」: what comes last; the whole where nothing was taken back."""
    *_, last = _SECOND_THOUGHT.split(text)
    return last if last.strip() else text


def is_outburst(text: str, is_angry: bool) -> bool:
    """Anger or a protest and nothing that a field could keep: 「滚」, 「凭什么」.

    「他妈的赔我钱」 is a wish, a story has a story's length.
    """
    said = plain(text)
    is_short = len(said) <= 20 and not re.search(r"\d", said)
    return (
        is_short
        and (is_angry or _PROTEST.search(said) is not None)
        and field_that_fits(text) is None
        and not _SENSE.search(said)
    )


_PROTEST = re.compile("凭什么|凭啥|关你什么事")
_SENSE = re.compile(
    r"退|赔|道歉|修|恢复|解决|取消|解释|说法|处理|天|月|年|周|号|路|街|村|区|镇|网|宽带|信号|扣|费|套餐"
)
