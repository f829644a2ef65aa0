"""What is answered elsewhere: lists of calls, numbers in one's name; receipts; and data that are somebody else's.

Source: 电信条例第三十三条、第六十五条; 反电信网络诈骗法第十条; 个人信息保护法第三十一条、第四十九条、第五十条.
"""

from __future__ import annotations

import re
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.billing.third_party import names_somebody
from actions.privacy.asked import Asked, Events
from actions.privacy.question import Matter
from actions.turn import in_database
from care.plain import plain
from care.privacy.receipts import Receipt, receipt_of
from care.privacy.requests import begin, refuse
from care.privacy.results import Refusal
from care.privacy.rules import Kind
from care.privacy.tables import PrivacyReceipt, PrivacyRequest
from care.privacy.telling import receipt_card
from care.wording import say

#: receipts that are shown
_MOST = 3
_DIED = re.compile(
    "去世|过世|病故|病逝|离世|逝世|逝者|死者|亡[父母夫妻]|已故|遗产|遗属|走了.{0,8}(?:资料|信息|号|怎么)|老伴走了|不在了"
)
_CHILD = re.compile("(?:孩子|小孩|儿子|女儿|闺女|孙子|孙女|娃|未成年)")
#: what is held of somebody
_DATA = re.compile("资料|信息|数据|记录|隐私|内容|档案|号码?|登记|实名|身份证|名字|地址|电话")
#: the very matters that are somebody's own
_OWN = (Matter.VIEW, Matter.USAGE, Matter.COPY, Matter.CORRECT, Matter.DELETE, Matter.CHOICES)
_KINDS = {
    Matter.VIEW: Kind.VIEW,
    Matter.USAGE: Kind.USAGE,
    Matter.COPY: Kind.COPY,
    Matter.CORRECT: Kind.CORRECT,
    Matter.DELETE: Kind.DELETE,
    Matter.CHOICES: Kind.VIEW,
}
#: characters; more words tell a story
_LONGEST = 50


class Whose(StrEnum):
    DEAD = "dead"
    CHILD = "child"
    SOMEBODY = "somebody"


async def calls(asked: Asked) -> Events:
    asked.dispatcher.utter_message(response="utter_own_calls")
    return []


async def owned(asked: Asked) -> Events:
    asked.dispatcher.utter_message(response="utter_privacy_owned")
    return []


async def receipts(asked: Asked) -> Events:
    """The newest of this conversation, each as its card; 「下载回执」 is on it."""
    found = await in_database(lambda session: _receipts(session, asked.conversation))
    if not found:
        asked.dispatcher.utter_message(response="utter_privacy_no_receipt")
    for receipt in found:
        asked.dispatcher.utter_message(
            response="utter_privacy_receipt",
            number=receipt.number,
            title=receipt.body["title"],
            result="\n".join(receipt.body["result"]),
            json_message={"card": receipt_card(receipt)},
        )
    return []


def _receipts(session: Session, conversation_id: str) -> list[Receipt]:
    numbers = session.scalars(
        select(PrivacyReceipt.number)
        .join(PrivacyRequest, PrivacyRequest.id == PrivacyReceipt.request_id)
        .where(PrivacyRequest.conversation_id == conversation_id)
        .order_by(PrivacyRequest.id.desc())
        .limit(_MOST)
    ).all()
    return [receipt for number in numbers if (receipt := receipt_of(session, number)) is not None]


def whose(matter: Matter, words: str) -> Whose | None:
    """Whose data the words mean, where they are not the customer's own."""
    text = plain(words)
    if matter not in _OWN or not text or len(text) > _LONGEST:
        return None
    if _DIED.search(text):
        return Whose.DEAD
    if not _DATA.search(text) or not names_somebody(text):
        return None
    return Whose.CHILD if _CHILD.search(text) else Whose.SOMEBODY


async def say_whose(asked: Asked, found: Whose) -> Events:
    """The dead and children: a person, with what to bring. Anybody else: refused, with the way to complain."""
    if found is not Whose.SOMEBODY:
        asked.dispatcher.utter_message(response=f"utter_privacy_whose_{found}")
        return []

    def refuse_it(session: Session) -> Receipt:
        request = begin(session, asked.key, _KINDS[asked.wish.matter], None, asked.now)
        return refuse(session, request.id, Refusal.NOT_THEIRS, asked.now)

    receipt = await in_database(refuse_it)
    asked.dispatcher.utter_message(
        response="utter_privacy_refused",
        why=say("privacy_refused_not_theirs"),
        number=receipt.number,
        complain=receipt.body["complain"],
        json_message={"card": receipt_card(receipt)},
    )
    return []
