"""A correction: which field, the new value, shown once more, and then done at once, or a ticket with what to bring.

Source: 个人信息保护法第四十六条.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from actions.privacy.asked import Asked, Events, holder_since
from actions.privacy.form import CONFIRMED, ITEM, VALUE, ask_on
from actions.privacy.question import Matter, payload
from actions.privacy.replies import says_no, says_yes
from actions.turn import in_database
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.errors import InvalidInput
from care.plain import plain
from care.privacy.correcting import OURS, Corrected, Field, correct, papers, read_value, with_papers
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
    '(?:改成|改为|换成|更正为|更正成|应该是|应为|写成|登记为|叫我|喊我|改叫)[:：“"]?(?P<value>.{1,60}?)[”"。.！!]?$'
)
#: what was shown is not what was meant
_WRONG = re.compile("^(?:不对|不是|错了|写错|打错|弄错)")
#: not a value: what the papers are needed for, or a question
_NO_VALUE = re.compile("[?？吗呢]$|怎么|如何|什么|哪里|新的$|旧的$|女士$")


async def correct_data(asked: Asked) -> Events:
    """The field is a button's or the words'; the value, too, where the words have it."""
    field = _field(asked)
    if field is None:
        choices = [
            {"title": say(f"privacy_field_title_{each}"), "payload": payload(Matter.CORRECT, item=each)}
            for each in (*OURS, Field.ID_CARD)
        ]
        asked.dispatcher.utter_message(response="utter_privacy_correct_which", buttons=choices)
        return ask_on(asked, ITEM)
    named = replace(asked, wish=replace(asked.wish, item=field.value))
    if field not in OURS:
        return _say_papers(named, field)
    found = _NEW_VALUE.search(asked.wish.words)
    if found is not None and not _NO_VALUE.search(found["value"]):
        return _show(named, field, found["value"])
    asked.dispatcher.utter_message(response=f"utter_privacy_correct_{field}")
    return ask_on(named, VALUE)


async def correct_step(asked: Asked, slot: str) -> Events | None:
    """None: no answer to the question."""
    if slot == CONFIRMED and _WRONG.search(plain(asked.wish.words)) and asked.wish.item in OURS:
        asked.dispatcher.utter_message(response=f"utter_privacy_correct_{Field(str(asked.wish.item))}")
        return ask_on(asked, VALUE)
    if slot == CONFIRMED and says_no(asked.tracker):
        asked.dispatcher.utter_message(response="utter_privacy_declined")
        return []
    field = Field(str(asked.wish.item))
    if slot == VALUE:
        found = _NEW_VALUE.search(asked.wish.words)
        return _show(asked, field, found["value"] if found else asked.wish.words)
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


def _show(asked: Asked, field: Field, text: str) -> Events:
    """What it would be, whole: it is the customer's own and was said a moment ago; only a number is masked."""
    try:
        value = read_value(field, text)
    except InvalidInput as error:
        asked.dispatcher.utter_message(response=f"utter_{error.reason}")
        return ask_on(asked, VALUE)
    asked.dispatcher.utter_message(
        response="utter_privacy_correct_shown", field=say(f"privacy_field_title_{field}"), value=value
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
