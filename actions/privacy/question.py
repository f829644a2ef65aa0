"""What a message asks about personal data: the matter, and what a button or the words name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from rasa_sdk import Tracker

from actions.turn import entity_of, intent_of, sub_of, text_of
from care.plain import plain
from care.privacy.results import TRAINING
from care.privacy.rules import Switch

LABEL = "privacy_"


class Matter(StrEnum):
    VIEW = "view"
    USAGE = "usage"
    COPY = "copy"
    RECEIPT = "receipt"
    CALLS = "calls"  # lists of calls and messages: never in a chat
    OWNED = "owned"  # whose number this is, which numbers are in one's name
    CORRECT = "correct"
    DELETE = "delete"
    SWITCH = "switch"
    CHOICES = "choices"  # what was agreed to and switched, and when
    LEAK = "leak"
    OPENED = "opened"  # numbers that somebody else opened in one's name
    POLICY = "policy"


@dataclass(frozen=True)
class Wish:
    matter: Matter
    #: a field to be corrected; ALL or CHAT of a deletion; `off:personalisation`; the sub-label of a question about the
    #: policy; a receipt's number
    item: str | None = None
    #: the customer's own; empty for a button
    words: str = ""


#: by label, then by sub-label; "" is the label alone
MATTERS: dict[str, dict[str, Matter]] = {
    "privacy_access": {
        "": Matter.VIEW,
        "usage": Matter.USAGE,
        "copy": Matter.COPY,
        "calls": Matter.CALLS,
        "owned": Matter.OWNED,
        "receipt": Matter.RECEIPT,
    },
    "privacy_correct": {"": Matter.CORRECT},
    "privacy_delete": {"": Matter.DELETE, "withdraw": Matter.SWITCH, "choices": Matter.CHOICES},
    "privacy_leak": {"": Matter.LEAK, "opened": Matter.OPENED},
    "privacy_policy": {"": Matter.POLICY},
}
_LABELS = {matter: (label, sub) for label, subs in MATTERS.items() for sub, matter in subs.items()}

#: how much a deletion reaches
ALL, CHAT = "all", "chat"

#: characters; longer words hold more than one thing
_SURE_LENGTH = 24
_PLEASE = (
    "(?:你好|您好|请问?|麻烦|帮我|给我|我|要|想|怎么|怎样|咋|如何|点样|把|能不能|能|可不可以|可以|现在|先|的|一下|你们?"
    "|在哪里?|哪里)*"
)
_END = "(?:吧|了|啊|呀|一下|谢谢|呢|吗|么|嘛|好吗|行吗|可以吗|给我|掉)*"
_MY = "(?:我的?|个人|全部的?|所有的?|完整的?|一份|份)*"
_DATA = "(?:资料|数据|个人信息|信息|副本)"
_OFF = (
    "(?:关掉|关闭|关了|关一下|关|停掉|停用|停了|取消|屏蔽|拒绝|退出|撤回|撤销|收回|不要再?|不想要?再?|不用|不需要|别再?"
    "|不再|不接受|禁止)"
)
_ON = "(?:重新打开|重新开启|打开|开启|恢复|开通|开一下)"
_TAILORED = (
    "(?:个性化?|个人化|个性推建|精准|定向|算法|智能|大数据)(?:的)?(?:内容|商品|套餐|业务)?"
    "(?:推荐|推建|推送|广告|营销|服务|分析)+"
)
_CALLS = "(?:营销|推销|广告|促销|外呼|销售)(?:类|性质)?的?(?:电话|来电|外呼|通话)"
_TRAINING = "(?:训练(?:员|人员|师|资料|数据|授权|同意|ai|小益|机器人)?|学习授权|(?:ai|小益|机器人)学习)"

#: every use that can be switched off in one go
ALL_SWITCHES = ",".join((*Switch, TRAINING))
_TITLES = "(?:先生|女士|小姐|太太|老师|同学|医生|经理|师傅|大哥|大姐|阿姨|叔叔|大爷|大妈|爷爷|奶奶|哥|姐|总|叔|姨)"
_A_NAME = (
    rf"(?:[\u3400-\u9fffa-z]{{1,6}}{_TITLES}|(?:老|小|阿|大)(?![心声点实是板家概人师])[\u3400-\u9fff]{{1,2}}|{_TITLES})"
)
_NOT_CALLED = "(?:(?:就行|就好|就可以了?|吧|哈)*(?:别再?|不要再?|不是|甭|不)(?:老|总)?(?:叫|喊|称呼)?(?:我)?.{0,6})?"

# Sure whatever the label: matter, item, pattern of the whole of a short message.
_BY_WORDS = tuple(
    (matter, item, re.compile(pattern))
    for matter, item, pattern in (
        (Matter.COPY, None, rf"{_PLEASE}(?:下载|导出)(?:一下)?{_MY}{_DATA}{_END}"),
        (
            Matter.COPY,
            None,
            rf"{_PLEASE}(?:再)?(?:来|发|要|换)?(?:一?个|一?条)?(?:新的?|重新)?(?:发|给|要)?(?:我)?(?:一?个|一?条)?(?:新的?)?(?:资料|副本)?(?:的)?下载(?:链接|地址)(?:失效|过期|打不开|用不了|没了)?{_END}",
        ),
        # the last yes, when its request was left for something else: shown again
        (Matter.DELETE, None, rf"{_PLEASE}(?:确认|确定)要?删除{_MY}{_DATA}?{_END}"),
        (
            Matter.RECEIPT,
            None,
            rf"{_PLEASE}(?:再)?(?:看看|看|查|要|发|找|下载)?(?:我的|我|一?个|那个|刚才的?|删除的?|一?份|之前的?)*回执(?:在哪里?|去哪里?|发我|找不到|没了)?{_END}",
        ),
        (
            Matter.SWITCH,
            "off:personalisation",
            rf"{_PLEASE}(?:{_OFF}{_MY}(?:你们的)?{_TAILORED}|{_TAILORED}{_PLEASE}{_OFF}){_END}",
        ),
        (Matter.SWITCH, "on:personalisation", rf"{_PLEASE}(?:{_ON}{_MY}{_TAILORED}|{_TAILORED}{_PLEASE}{_ON}){_END}"),
        (
            Matter.SWITCH,
            "off:marketing_calls",
            rf"{_PLEASE}(?:{_OFF}(?:给我|向我|对我|老|总|一直|接到?|收到?|打|接听|我接到?)*{_CALLS}|{_CALLS}{_PLEASE}{_OFF}(?:打|接)?(?:给?我)?){_END}",
        ),
        (Matter.SWITCH, "on:marketing_calls", rf"{_PLEASE}(?:{_ON}{_CALLS}|{_CALLS}{_PLEASE}{_ON}){_END}"),
        (
            Matter.SWITCH,
            "off:training",
            rf"{_PLEASE}(?:{_OFF}(?:让|给|被|再|我的?话|我说的|拿去|用|对|我的?|用于|做|同意)*{_TRAINING}(?:看到?|读|学习|使用|用|的?授权|的?同意|我的?话|我说的话?)*|别(?:再)?(?:拿|用|把)我(?:的|说的)?(?:话|对话|聊天(?:记录)?|内容)(?:去|来|做|给)*{_TRAINING}(?:看)?){_END}",
        ),
        (Matter.SWITCH, "on:training", rf"{_PLEASE}(?:{_ON}|同意){_MY}(?:用我的话)?{_TRAINING}(?:授权|同意)?{_END}"),
        (
            Matter.SWITCH,
            f"off:{ALL_SWITCHES}",
            rf"{_PLEASE}{_OFF}{_MY}(?:全部|所有|一切)的?(?:授权|同意|开关|推荐)(?:和(?:授权|同意|开关|推荐))?{_END}",
        ),
        (Matter.DELETE, ALL, rf"{_PLEASE}(?:(?:忘了|忘记|忘掉)我(?:的一切|的所有)?|我(?:给)?(?:忘了|忘记|忘掉)){_END}"),
        (
            Matter.CORRECT,
            "holder",
            rf"{_PLEASE}(?:去|办理?|申请)?(?:号码|手机号|手机|电话卡?|机主)?过户(?:手续)?{_END}",
        ),
        (
            Matter.CORRECT,
            "call_name",
            rf"(?:你好|您好|请|麻烦|以后|今后|往后|你们?|都|就|可以|直接|还是)*(?:改)?(?:叫|喊|称呼)我(?:做|为)?{_A_NAME}{_NOT_CALLED}{_END}",
        ),
        (
            Matter.CORRECT,
            "call_name",
            rf"(?:请|麻烦)?(?:以后|今后|往后|从现在起)(?:请|你们?|都|就|可以)*(?:叫|喊|称呼)我(?:做|为)?(?![等去怎干找转打来做交办别自什不回到])[\u3400-\u9fffa-z]{{1,4}}{_END}",
        ),
        (
            Matter.CORRECT,
            "call_name",
            rf"(?:请|麻烦|以后|你们?)*(?:别|不要)再?(?:老|总)?(?:叫|喊|称呼)我{_TITLES}{_END}",
        ),
        (
            Matter.CHOICES,
            None,
            rf"{_PLEASE}(?:看看|查看?|看)?(?:我的?|我都)?(?:同意|授权|开关)(?:过)?(?:的)?(?:了)?(?:记录|历史|哪些(?:东西|内容)?|什么|明细){_END}",
        ),
    )
)
_COMPLAINS = re.compile("投诉|举报|工单|赔|泄露|泄漏")

# Which of them, in words under a label that leaves it open.
_SWITCHES = (
    (
        str(Switch.PERSONALISATION),
        re.compile("个性|个人化|推荐|推建|推送|画像|精准|定向|猜你喜欢|广告|大数据|算法|分析"),
    ),
    (str(Switch.MARKETING_CALLS), re.compile("营销|推销|促销|外呼|广告电话|销售电话")),
    (TRAINING, re.compile("训练|学习|机器人|小益|ai|聊天|对话")),
)
# Several in one message, each by a word that means no other.
_NAMES_IT = {
    str(Switch.PERSONALISATION): re.compile("个性化?|个人化|推荐|推送|画像|精准"),
    str(Switch.MARKETING_CALLS): re.compile(r"(?:营销|推销|促销|广告|销售|外呼).{0,4}电话|电话(?:营销|推销)"),
    TRAINING: re.compile("训练|学习|改进"),
}
_JOINED = re.compile("[和跟与及、也都]|还有")
_NOT_STORED = re.compile(
    "(?:不同意|不接受|不要|别|不想|不让|不许|不准|不愿意?|拒绝|反对).{0,8}(?:(?:对话|聊天|谈话|说的?话|内容).{0,4}(?:存|留|记录|记下|录下)"
    "|(?:存|留|记录|记下|录下).{0,6}(?:对话|聊天|谈话|说的?话|内容))"
)
_TRAINS = re.compile("训练|学习|改进")
_WANTS_OFF = re.compile(
    "关|停|取消|退出|撤|收回|屏蔽|拒绝|不(?:要|想|让|许|准|用|需要|愿意?|接受|同意)|别|勿|免打扰|怎么不|不再"
)
_WANTS_ON = re.compile("打开|开启|恢复|重新开|开一下|开通")
_EVERY_ONE = re.compile(
    "(?:都|全|所有|一切|统统|通通)(?:的|部|给我|帮我|我的|给)*(?:关|停|取消|撤|拒|授权|同意(?!过)|不要|不想|不用)|[关停撤]掉?(?:所有|全部|一切)"
)
#: asks how it stands, or what it is, and wants nothing
_ASKS = re.compile("什么是|是什么|什么意思|凭什么|为什么|为啥|合法|侵|杀熟|会不会|是不是|有没有|会被|默认")
_ALL_OF_IT = re.compile("全部|所有|一切|统统|都删|全删|全都|干净|彻底|都给我|忘了我")
_THIS_CHAT = re.compile(
    "(?:这次|这段|本次|刚才|刚刚|今天|跟你|和你|在这里?)(?:的|聊|说|讲)*(?:对话|聊天|谈话|聊|说|讲|内容|记录|的话)"
)
_MORE_THAN_CHAT = re.compile("投诉|工单|资料|个人信息|数据|全部|所有|电话|地址")
_ARTICLE_OF_SWITCH = {
    "personalisation": str(Switch.PERSONALISATION),
    "marketing": str(Switch.MARKETING_CALLS),
    "training": TRAINING,
}


def wish_of(tracker: Tracker) -> Wish | None:
    """What the latest message wants; None for labels, and words, that are about something else."""
    label, sub, words = intent_of(tracker)[0], sub_of(tracker), text_of(tracker)
    if words and (sure := wish_by_words(words)):
        return sure
    matter = MATTERS.get(label, {}).get(sub or "", MATTERS.get(label, {}).get(""))
    if matter is None:
        return None
    item = entity_of(tracker, "item")
    if matter in (Matter.POLICY, Matter.SWITCH) and refuses_storage(
        words
    ):  # no switch does that: told why, and deleted
        return Wish(Matter.POLICY, "kept", words)
    if matter is Matter.POLICY:
        switched = switch_in(words, sub) if words else None
        return Wish(Matter.SWITCH, switched, words) if switched else Wish(matter, sub, words)
    if matter is Matter.SWITCH:
        item = item or switch_in(words)
    if matter is Matter.DELETE and item is None:
        item = CHAT if entity_of(tracker, "choice") == "chat" else reach_in(words)
    return Wish(matter, item, words)


def wish_by_words(words: str) -> Wish | None:
    """Where the words are sure, whatever their label."""
    text = re.sub(r"[\s，。！？、,.!?~]+", "", plain(words)).lower()
    if not text or len(text) > _SURE_LENGTH or _COMPLAINS.search(text):
        return None
    found = next(((matter, item) for matter, item, pattern in _BY_WORDS if pattern.fullmatch(text)), None)
    return Wish(*found, words) if found else None


def refuses_storage(words: str) -> bool:
    """「我不同意你们的对话保存」: not the consent to training."""
    text = plain(words)
    return len(text) <= _SURE_LENGTH and _NOT_STORED.search(text) is not None and _TRAINS.search(text) is None


def reach_in(words: str) -> str | None:
    """How much is to be deleted, where the words say so."""
    text = plain(words)
    if _THIS_CHAT.search(text) and not _MORE_THAN_CHAT.search(text):
        return CHAT
    return ALL if _ALL_OF_IT.search(text) else None


def switch_in(words: str, article: str | None = None) -> str | None:
    """`off:personalisation`, `off:personalisation,marketing_calls`.

    `article`: the sub-label of a question about the policy, which names the switch.
    """
    text = plain(words).lower()
    if article is None:
        first = next((name for name, pattern in _SWITCHES if pattern.search(text)), None)
        several = [name for name, pattern in _NAMES_IT.items() if pattern.search(text)] if _JOINED.search(text) else []
        if len(several) > 1 and _WANTS_OFF.search(text) and _WANTS_ON.search(text):
            return None  # one off, another on: asked
        switches = ",".join(several) if len(several) > 1 else first or (ALL_SWITCHES if _EVERY_ONE.search(text) else "")
    else:
        switches = "" if _ASKS.search(text) else _ARTICLE_OF_SWITCH.get(article, "")
    if not switches:
        return None
    if _WANTS_OFF.search(text):
        return f"off:{switches}"
    if _WANTS_ON.search(text):
        return f"on:{switches}"
    return f"off:{switches}" if article is None else None


def payload(matter: Matter, *, item: str | None = None, line: str | None = None, choice: str | None = None) -> str:
    """Of a button that asks this. `line`: the id of an open line (`care.accounts.proofs.OpenLine`), never a number."""
    label, sub = _LABELS[matter]
    if matter is Matter.POLICY:
        sub, item = item or "", None
    named = {"sub": sub, "item": item, "line": line, "choice": choice}
    entities = {name: value for name, value in named.items() if value}
    return f"/{label}{json.dumps(entities, ensure_ascii=False) if entities else ''}"
