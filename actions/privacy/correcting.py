"""A correction: which field, the new value, shown once more, and then done at once, or a ticket with what to bring.

Source: 个人信息保护法第四十六条.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from actions.account import number_in
from actions.privacy.asked import Asked, Events, holder_since
from actions.privacy.form import CONFIRMED, ITEM, VALUE, ask_on, choices_of, items_of
from actions.privacy.question import Matter
from actions.privacy.replies import pick, says_no, says_yes
from actions.turn import in_database
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.rules import mask_phone
from care.errors import InvalidInput
from care.plain import plain
from care.privacy.correcting import OURS, Corrected, Field, correct, papers, read_value, stands, with_papers
from care.privacy.subject import find_subject
from care.wording import buttons, say, spoken_time

# The first that fits; an address on an identity card is one of the papers.
_FIELDS = (
    (Field.CALL_NAME, re.compile("称呼|怎么叫|叫我|叫(?:错|我)|[先女]生?士?(?:改|叫)|叫成")),
    (
        Field.HOLDER,
        re.compile(
            "过户|机主(?!的?(?:姓|名字?$|信息$))|户主(?!的?(?:姓|名字))|不是我(?:的|本人)|换成我的名|登记成别人|实际使用人"
        ),
    ),
    # the card says how it should be: 「名字登记错了，身份证上是…」
    (Field.REAL_NAME, re.compile("(?:姓名|名字|户名).{0,8}(?:错|不对|不一样|不一致|不符|对不上)")),
    (
        Field.ID_CARD,
        re.compile(
            "身份证|证件|护照|军官证|台胞证|有效期|生日|出生|性别|民族|国籍|实名照|人像|sfz|年龄", re.IGNORECASE
        ),
    ),
    (
        Field.CONTACT,
        re.compile(
            "联系(?:电话|方式|号码|人|手机)|预留|备用|回访(?:电话|号码)|联系我的|电话(?:换|改|是旧|不对|填错|写错)|号码(?:填错|写错)"
        ),
    ),
    (Field.ADDRESS, re.compile("地址|住址|门牌|搬家|住的地方|小区|楼号")),
    (Field.REAL_NAME, re.compile("姓名|名字|户名|我的?姓|名称|改名|实名")),
)
_NEW_VALUE = re.compile(
    '(?:改成|改为|换成|更正为|更正成|应该是|应为|写成|登记为|叫我|喊我|称呼我|改叫)[:：“"]?(?P<value>.{1,60}?)[”"。.！!]?$'
)
#: 「叫我王女士，别叫先生」
_CALLED = re.compile(
    '(?:叫我|喊我|称呼我|改叫|改成|改为|^(?:就|请|以后)*叫(?!我))(?:做|为)?[:：“"]?(?P<value>[^，,。！!”"\\s别甭不]{1,20}?)(?:就行|就好|就可以了?|吧)?(?:[，,。！!”"\\s]|别|甭|不|$)'
)
#: what was shown is not what was meant, and perhaps what is
_WRONG = re.compile("^(?:不对|不是|错了|写错|打错|弄错)")
_RATHER = re.compile("^(?:不对|不是|错了|写错了?|打错了?|弄错了?)[，,。 ]*(?:应该)?是(?P<value>.{1,60})$")
#: not a value: what the papers are needed for, or a question
_NO_VALUE = re.compile("[?？吗呢]$|怎么|如何|什么|哪里|新的$|旧的$|^(?:女士|先生|小姐)$")
#: written like the value itself
_ADDRESS = re.compile(
    r"(?:[省市区县镇乡村路街道巷弄苑园里]|小区|大厦).{0,30}(?:\d|[一二三四五六七八九十])+(?:号|栋|幢|楼|室|单元|弄|-|$)"
)
_NAME = re.compile(
    "[\u3400-\u9fffA-Za-z]{1,6}(?:先生|女士|小姐|太太|老师|同学|医生|经理|师傅|[哥姐总叔姨])|[老小阿][\u3400-\u9fff]"
)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LONGEST = 60
_ASKS_PAPERS = re.compile(
    "带(?:什么|啥|哪些|些)|准备(?:什么|啥|哪些)|材料|证件|需要(?:什么|啥|哪些)|要(?:什么|啥|哪些)|排队|预约|去哪|在哪|营业厅|必须本人|本人去|代办|收费|要钱"
)


async def correct_data(asked: Asked) -> Events:
    """The field is a button's or the words'; the value, too, where the words have it."""
    field = _field(asked)
    if field is None:
        asked.dispatcher.utter_message(response="utter_privacy_correct_which", buttons=choices_of(Matter.CORRECT))
        return ask_on(asked, ITEM)
    named = replace(asked, wish=replace(asked.wish, item=field.value))
    if field not in OURS:
        return _say_papers(named, field)
    value = new_value(field, asked.wish.words)
    if value is None and is_value(field, asked.wish.words):  # typed before a new code had to be asked for
        value = asked.wish.words
    if value is None and not await _stands(asked, field):
        asked.dispatcher.utter_message(response=f"utter_privacy_correct_nothing_{field}", buttons=buttons("to_person"))
        return []
    if value is not None:
        return _show(named, field, value)
    asked.dispatcher.utter_message(response=f"utter_privacy_correct_{field}")
    return ask_on(named, VALUE)


async def correct_step(asked: Asked, slot: str) -> Events | None:
    """None: no answer to the question."""
    field, words = Field(str(asked.wish.item)), asked.wish.words
    if slot == VALUE:
        return _show(asked, field, new_value(field, words) or words)
    if field in OURS:
        rather = _RATHER.search(plain(words))
        value = new_value(field, words) or (rather["value"] if rather else None)
        if value is None and is_value(field, words):
            value = words
        if value is not None:
            return _show(asked, field, value)
        if _WRONG.search(plain(words)):
            asked.dispatcher.utter_message(response=f"utter_privacy_correct_{field}")
            return ask_on(asked, VALUE)
    if says_no(asked.tracker):
        asked.dispatcher.utter_message(response="utter_privacy_declined")
        return []
    if field not in OURS and len(words) <= _LONGEST and _ASKS_PAPERS.search(plain(words)):
        kept = str(asked.tracker.get_slot("privacy_words") or "")  # they stand on the ticket
        return _say_papers(replace(asked, wish=replace(asked.wish, words=kept)), field)
    if not says_yes(asked.tracker):
        return None
    if field not in OURS:
        return await _file(asked, field)
    return await _correct(asked, field)


def _field(asked: Asked) -> Field | None:
    named = asked.wish.item if asked.wish.item in set(Field) else field_of(asked.wish.words)
    return Field(named) if named else None


def field_of(words: str) -> str | None:
    """The field that the words name."""
    text = plain(words)
    return next((field.value for field, pattern in _FIELDS if pattern.search(text)), None)


def choice_in(words: str) -> str | None:
    """Which one of the menu: by its place or its title, or what is named."""
    return pick(words, items_of(Matter.CORRECT)) or field_of(words)


def new_value(field: Field, words: str) -> str | None:
    """「改成…」: what stands behind it, where that is a value."""
    found = (_CALLED if field is Field.CALL_NAME else _NEW_VALUE).search(words)
    return found["value"] if found is not None and not _NO_VALUE.search(found["value"]) else None


def is_value(field: Field, words: str) -> bool:
    """Are the words written like the value itself, whatever their label?"""
    if len(words) > _LONGEST or _NO_VALUE.search(words):
        return False
    if field is Field.CONTACT:
        return number_in(words) is not None
    return (_ADDRESS.search(words) if field is Field.ADDRESS else _NAME.fullmatch(words.strip())) is not None


async def _stands(asked: Asked, field: Field) -> bool:
    """Asked for a value, nobody should have to hear afterwards that there was nothing to correct."""
    if field is Field.CALL_NAME:
        return True
    since = await holder_since(asked)

    def look(session: Session) -> bool:
        subject = find_subject(session, asked.conversation, asked.phone, since, asked.now, asked.key.message_id)
        return stands(session, subject, field)

    return await in_database(look)


def _show(asked: Asked, field: Field, text: str) -> Events:
    """What it would be, whole: it is the customer's own and was said a moment ago; only a number is masked."""
    try:
        value = read_value(field, text)
    except InvalidInput as error:
        asked.dispatcher.utter_message(response=f"utter_{error.reason}")
        return ask_on(asked, VALUE)
    shown = mask_phone(value) if field is Field.CONTACT else _MOBILE.sub(lambda found: mask_phone(found[0]), value)
    asked.dispatcher.utter_message(
        response="utter_privacy_correct_shown", field=say(f"privacy_field_title_{field}"), value=shown
    )
    return ask_on(asked, CONFIRMED, value=value)


async def _correct(asked: Asked, field: Field) -> Events:
    since, value = await holder_since(asked), str(asked.tracker.get_slot(VALUE))
    done = await in_database(lambda session: _change(session, asked, since, field, value))
    if done.state is None:
        asked.dispatcher.utter_message(response=f"utter_privacy_correct_nothing_{field}", buttons=buttons("to_person"))
    else:
        asked.dispatcher.utter_message(
            response="utter_privacy_corrected",
            field=say(f"privacy_field_title_{field}"),
            number=str(done.state.number),
        )
    return []


def _change(session: Session, asked: Asked, since: datetime | None, field: Field, value: str) -> Corrected:
    subject = find_subject(session, asked.conversation, asked.phone, since, asked.now, asked.key.message_id)
    done = correct(session, asked.key, subject, field, value, asked.now)
    note_access(
        session,
        Reader.CUSTOMER,
        Use.RIGHTS,
        "correction",
        asked.now,
        phone=asked.phone,
        conversation_id=asked.conversation,
    )
    return done


def _say_papers(asked: Asked, field: Field) -> Events:
    asked.dispatcher.utter_message(
        response="utter_privacy_papers",
        field=say(f"privacy_field_title_{field}"),
        papers="\n".join(papers(field)),
    )
    return ask_on(asked, CONFIRMED)


async def _file(asked: Asked, field: Field) -> Events:
    words = str(asked.tracker.get_slot("privacy_words") or "") or say(f"privacy_field_title_{field}")
    state = await in_database(lambda session: with_papers(session, asked.key, asked.phone, field, words, asked.now))
    assert state.due_at is not None  # it was filed with its clocks
    asked.dispatcher.utter_message(
        response="utter_privacy_papers_filed",
        number=str(state.number),
        until=spoken_time(state.due_at, asked.now),
    )
    return []
