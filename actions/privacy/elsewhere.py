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
_GONE = (
    "(?:去世|过世|病故|病逝|离世|逝世|逝者|死者|亡[父母夫妻]|已故|遗产|遗属"
    "|走了.{0,8}(?:资料|信息|号|怎么)|老伴走了|(?<![号码卡机])不在了)"
)
_DIED = re.compile(_GONE)
_CHILD = re.compile("(?:孩子|小孩|儿子|女儿|闺女|孙子|孙女|娃|未成年)")
_KIN = (
    "(?:爸|妈|父|母|爷爷|奶奶|外公|外婆|姥爷|姥姥|老伴|老公|老婆|丈夫|妻子|爱人|儿子|女儿|闺女|孩子|哥|姐|弟|妹"
    "|岳父|岳母|家人|亲人|老人|机主)"
)
#: what is done with the number of somebody who died, and asks for no data
_ACCOUNT = re.compile("扣|欠费|话费|余额|停机|注销|销户|过户|套餐|流量|发票|账单|退[钱费]")
_PERSONAL = "(?:资料|信息|数据|记录|隐私|照片|短信|档案|录音|副本)"
_DEAD_DATA = re.compile(f"{_KIN}.{{0,12}}{_GONE}.{{0,14}}{_PERSONAL}|{_GONE}.{{0,4}}{_KIN}.{{0,8}}{_PERSONAL}")
_YOUNG_ONE = "(?:孩子|小孩|儿子|女儿|闺女|孙子|孙女|娃)"
_CHILD_DATA = re.compile(
    f"我们?家?的?{_YOUNG_ONE}.{{0,16}}(?:[他她它](?:的|啥|什么|哪些|多少|存)*|{_YOUNG_ONE}的?.{{0,4}}){_PERSONAL}"
    f"|我是.{{0,4}}(?:监护人|家长|妈妈?|爸爸?).{{0,16}}[他她](?:的|啥|什么|哪些)*{_PERSONAL}"
)
_DOES = re.compile("看|查|删|清|改|更正|导出|下载|复制|拷|存了|存着|保存|给我|要|拿")
_FAMILY = re.compile(
    f"(?:全家|一家(?:人|子|老小|[三四五六]口)|家里(?:人|所有人|每个人|几个人)|家人们?)(?:的|所有|全部|每个|几个|大家|都|号码|手机|人)*{_PERSONAL}"
)
_NUMBER = r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
_STRANGER = re.compile(
    rf"{_NUMBER}[，, ]?(?:这个|那个|的|这|那|号码|是|机主|手机|号)*(?:人|机主|主人|客户|用户|女的|男的|家伙|谁)"
    rf"|{_NUMBER}.{{0,6}}[他她](?:的|啥|什么|哪些)*{_PERSONAL}|(?:机主|主人|这个人|那个人).{{0,6}}{_NUMBER}"
)
_AUTHORITY = re.compile(
    "(?:我们?|这里|本人)(?:这边)?(?:就)?(?:是|系).{0,8}(?:警察|公安|民警|派出所|法院|法官|检察|律师|记者|国安|网警|侦查|刑警|经侦|纪委)"
)
_ASKED_FOR = re.compile("资料|信息|数据|记录|机主|详单|清单|定位|位置|录音|登记|实名|号码是谁")
_AGENT = re.compile("(?:客服|人工|美女|帅哥)*小?(?:姐姐|哥哥|妹妹)(?=[，,。!！你您我请帮]|$)|小(?:姐姐|哥哥)")
_MINE = re.compile(f"我(?:自己|本人)?的{_PERSONAL}")
_LAST_ONE = re.compile(
    "(?:上一?个|前一?个|上一?位|前一?位|别的|其他|其它|另外的?)(?:客户|用户|顾客|人).{0,6}(?:说|聊|问|讲|资料|信息|号码|记录|投诉|姓名|电话)"
    "|(?:把|给我|发)?(?:别人|其他人|随便(?:一个)?(?:客户|用户|人))的?(?:资料|信息|数据|号码|记录).{0,6}(?:发|给|看|查|来)"
)
#: of a leak: somebody did it to them
_TELLS = re.compile("投诉|举报|泄露|泄漏|偷|骗|盗|卖|发给我了|给别人|被|谁")
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
    FAMILY = "family"  # each holder for their own number
    OTHERS = "others"  # other customers, nobody by name
    AUTHORITY = "authority"  # who says to be the police or a court


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
        stays = say("privacy_and").join(stay["what"] for stay in receipt.body["stays"])
        kept = [say("privacy_receipt_kept", what=stays)] if stays else []
        asked.dispatcher.utter_message(
            response="utter_privacy_receipt",
            number=receipt.number,
            title=receipt.body["title"],
            result="\n".join([*receipt.body["result"], *kept]),
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
    if len(text) > _LONGEST:
        return None
    text = _AGENT.sub("", text)  # 「客服小姐姐，我想改…」
    if (sure := sure_whose(words)) is not None:
        return sure
    if matter not in _OWN or not text:
        return None
    if _DIED.search(text):
        return Whose.DEAD
    if not _DATA.search(text) or not names_somebody(text):
        return None
    return Whose.CHILD if _CHILD.search(text) else Whose.SOMEBODY


def sure_whose(words: str) -> Whose | None:
    """Where the words are sure, whatever their label."""
    text = plain(words)
    if not text or len(text) > _LONGEST or _TELLS.search(text):
        return None
    if _AUTHORITY.search(text) and _ASKED_FOR.search(text) and not _MINE.search(text):
        return Whose.AUTHORITY
    if _DEAD_DATA.search(text) and not _ACCOUNT.search(text):
        return Whose.DEAD
    if _CHILD_DATA.search(text) and _DOES.search(text):
        return Whose.CHILD
    if _FAMILY.search(text) and _DOES.search(text):
        return Whose.FAMILY
    if _LAST_ONE.search(text):
        return Whose.OTHERS
    return Whose.SOMEBODY if _STRANGER.search(text) and _ASKED_FOR.search(text) else None


async def say_whose(asked: Asked, found: Whose) -> Events:
    """The dead and children: a person, with what to bring. One other person: refused, with the way to complain."""
    if found is not Whose.SOMEBODY:
        asked.dispatcher.utter_message(response=f"utter_privacy_whose_{found}")
        return []

    def refuse_it(session: Session) -> Receipt:
        request = begin(session, asked.key, _KINDS.get(asked.wish.matter, Kind.VIEW), None, asked.now)
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
