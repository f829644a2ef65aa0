"""What a message asks about an account: the topic, the month, and what a button names. The table of labels is here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker

from actions.billing.asked import Question
from actions.memory import said_last
from actions.turn import entity_of, intent_of, sub_of, text_of
from care.billing.months import MonthProblem, month_in
from care.billing.values import Month
from care.plain import plain
from care.settings import settings

LABEL = "billing_"

#: by label, then by sub-label; "" is the label alone. A sub-label that is missing has a response of its own.
TOPICS: dict[str, dict[str, str]] = {
    "billing_balance": {"": "balance", "topup": "topup"},
    "billing_detail": {"": "bill", "why": "why", "item": "item", "dispute": "dispute"},
    "billing_usage": {"": "usage", "reminders": "reminders"},
    "billing_package": {
        "": "plan",
        "plan": "plan",
        "contract": "contract",
        "offers": "offers",
        "change": "change",
        "vas": "vas",
        "unsubscribe": "unsubscribe",
        "consent": "consent",
        "transactions": "transactions",
    },
    "billing_arrears_suspension": {"": "arrears"},
    "billing_roaming": {"": "roaming", "roaming_switch": "roaming_switch"},
    "billing_invoice": {"": "invoice"},
    "rights_portability": {"check": "porting"},
    "rights_cancellation": {"check": "closing"},
}
_LABELS = {
    topic: (label, sub) for label, subs in TOPICS.items() for sub, topic in reversed(list(subs.items()))
}  # the label alone before a sub-label of the same topic

#: what is asked about a month; elsewhere a month in the words means something else (「下个月去日本」)
MONTHLY = frozenset({"bill", "why", "item", "dispute", "invoice"})

_HOW_COME = "(?:怎么|咋|为什么|为啥|为何|凭什么|干嘛|点解|做咩)"
_MORE = "(?:多|高|贵)"
_BILL = "(?:话费|账单|费用|月租|钱|扣费|消费)"
_SERVICE = "(?:业务|服务|会员|彩铃|订购|定制|视频包|音乐包|权益)"
_ON = "(?:开通|打开|开启|开一下|开)"
_OFF = "(?:关闭|关掉|关了|关上|关一下|取消|停掉|停用|关)"
_KIND = "数据|语音|通话|流量"
_ABROAD = "国际|港澳台|境外|国外|出国"
_ROAMING = rf"(?:{_ABROAD}|{_KIND})*(?:漫游|国际长途|国际流量|境外流量)(?:{_KIND}|功能|业务|上网)*"
_PLEASE = "(?:你好|您好|请|麻烦|帮我|给我|我要|我想|我|要|想|怎么|咋|如何|把|能|可以|现在|先|的|一下)*"
_END = "(?:吧|了|啊|呀|一下|谢谢|呢|吗|好吗|行吗)*"

_WHY = (
    rf"{_HOW_COME}(?!(?:还|又)?没).{{0,12}}(?:这么|那么|恁|咁|变|扣|收|突然).{{0,2}}{_MORE}"
    rf"|{_HOW_COME}.{{0,8}}(?:{_MORE}(?:了|出|扣|收|交|这么)|涨)"
    rf"|{_BILL}.{{0,8}}(?:这么|那么){_MORE}.{{0,4}}(?:怎么回事|咋回事|{_HOW_COME})"
    rf"|比(?:上个?月|前(?:几|两|一)?个?月|以前|之前|平时|往常|去年).{{0,8}}(?:{_MORE}|涨)"
    rf"|{_BILL}.{{0,6}}(?:突然|一下子?|忽然).{{0,4}}(?:{_MORE}|涨)"
    rf"|{_MORE}(?:了|出来?|扣|收).{{0,10}}(?:怎么回事|为什么|为啥|咋回事|是怎么|哪来)"
)
_TOPUP = (
    "(?:充|冲|交|缴|存|转).{0,12}(?:没到|到(?:了)?(?:没|吗|么|不)|进来|入[账帐]|没显示)"
    "|(?<![收看查找])到[账帐](?!单)|充值(?:记录|明细|成功|失败)"
)
_TRANSACTIONS = (
    "(?:你|小益|这里|聊天里|机器人).{0,4}(?:能|可以)(?:帮我|给我|自己)?(?:办理?|开通)(?:些)?(?:什么|哪些|啥)"
    "|^(?:都)?(?:能|可以)办(?:理)?(?:什么|啥|哪些)业务"
)
_PLAN = "(?:我|目前|现在|当前)(?:的|用|是|在|办|开|个)*(?:什么|哪个|啥|哪种|多少钱的?)套餐"
_CHANGE = (
    "(?:换|改|变更|更换|降|升|转)(?!.{0,3}(?:号|卡|手机)).{0,8}套餐|套餐.{0,6}(?:换|改|变更|更换|降|升)"
    r"|(?:办|开).{0,4}\d+元?.{0,2}套餐"
)
_UNTIL = "什么时候|几时|啥时候|哪天|还有多久|还要多久"
_CONTRACT = rf"合约期?(?:{_UNTIL})?(?:到期|结束|才?满)|违约金(?:是|要|得|交|怎么算)*(?:多少|吗)"
_UNSUBSCRIBE = f"退订|(?:取消|关掉|关闭|停掉|不要|退掉?).{{0,10}}{_SERVICE}"
_CONSENT = "|".join(
    (
        "(?:谁|什么时候|怎么|咋|哪里|几时).{0,6}(?:开通?|订购?|办|定)的(?!.{0,4}套餐)",
        "(?:开通|订购|办理|同意)的?(?:凭证|记录|证据|依据|证明)",
    )
)
_TARIFF = (
    "^(?!.*(?:花了|扣|收了|账单|话费|上个?月|这个月))(?:.*)漫游.{0,8}(?:多少钱?|资费|怎么收|收费|价格|价钱|贵不贵|贵吗)"
)
_ROAMED = "漫游.{0,6}(?:花了|扣了?|收了?|用了|是?怎么回事|哪来)"
_ITEM = "(?<!套餐)(?<!合约)(?<!余额)是个?(?:什么|啥|咩)(?:费用?|钱|东西|业务|服务|来的|呀|啊)?$|干(?:什么|嘛|啥)用?的$"
_OFFERS = "|".join(
    (
        "有(?:没有)?(?:什么|哪些|啥|哪几种|几种|更?便宜|划算|优惠|新).{0,6}套餐",
        "(?<!不要)(?<!别)(?<!不用)推荐.{0,8}套餐",
        "套餐.{0,2}(?:推荐|介绍|哪个好|有哪些)",
    )
)
_VAS = f"增值|(?:开|订|办|定)(?:了|过|通了?|制了?)?(?:哪些|什么|几个|啥|多少).{{0,4}}{_SERVICE}"
_REMINDERS = "(?:开|关|设|取消|停).{0,6}提醒|提醒.{0,4}(?:打开|关掉|关闭|关了|取消|设置)|提醒我(?:一下|一声)?$"
_ROAMING_SWITCH = (
    rf"^{_PLEASE}(?:(?:{_ON}|{_OFF})(?:一下|我的|个)*{_ROAMING}|{_ROAMING}{_PLEASE}(?:{_ON}|{_OFF})){_END}$"
)

# Whether one's own number can leave: with anything else in the words (「欠费能不能转网」) an article answers.
_OWN = "(?:我们?|俺|本人)(?:的|名下|现在用)*(?:这个|这张|这|现在)*(?:手机|电话)?(?:号码|号|卡)?(?:现在|目前|今天)*"
_LOOK = "(?:查|看|检查|核实|确认|测)(?:一查|一看|查|看|询|一下|下)*"
_CAN = (
    "(?:能不能|能否|可不可以|是否能?|是不是能|够不够|符不符合|满不满足|有没有|还?差(?:什么|几条)|能|可以)(?:条件|资格)?"
)
_PORT = "(?:办理?)?(?:携号转网|携转|转网|带号转网?|转走|转出去?)(?:的?(?:条件|资格))?"
_PORTING = rf"^(?:(?:请问|那)?|{_PLEASE}{_LOOK}){_OWN}{_CAN}{_PORT}{_END}$|^{_PLEASE}{_LOOK}{_OWN}的?{_PORT}{_END}$"
_CLOSE = "(?:办理?|去|申请)*(?:销户|销号|销卡|注销|消户|销掉|销了|退网)"
_THIS = "(?:我的|这个|这张|本人|手机|号码|号|卡)*"
_CLOSING = (
    rf"^(?:我们?|俺)(?:现在|今天|就|也|打算|准备)*(?:要|想要?|需要|打算|准备)(?:把)?{_THIS}(?:给)?{_CLOSE}{_THIS}{_END}$"
    rf"|^(?:请|麻烦)?(?:你|您)?(?:帮我|给我)(?:把)?{_THIS}(?:给)?{_CLOSE}{_THIS}{_END}$"
    rf"|^{_PLEASE}{_LOOK}{_THIS}我?{_CLOSE}还?(?:差|要)(?:什么|哪些|哪几步|几步){_END}$"
)

# Whoever wants money back, or says that it was done behind their back, complains.
_NO_COMPLAINT = re.compile("投诉|举报|工单|退[钱款费还给]|赔|没(?:有)?(?:同意|订|开|办)|乱|偷偷|擅自|私自|莫名|凭什")
#: characters; longer words hold more than one thing
_SURE_LENGTH = 24
# Words that are sure whatever the sub-label: topic, labels under which they are read, pattern; the first one counts.
_BY_WORDS = tuple(
    (topic, labels, re.compile(pattern))
    for topic, labels, pattern in (
        ("roaming", tuple(label for label in TOPICS if label.startswith(LABEL)), _TARIFF),
        ("item", ("billing_roaming", "billing_detail"), _ROAMED),
        ("why", ("billing_detail", "billing_balance"), _WHY),
        ("topup", ("billing_balance", "billing_detail"), _TOPUP),
        ("transactions", ("billing_package",), _TRANSACTIONS),
        ("plan", ("billing_package",), _PLAN),
        ("change", ("billing_package",), _CHANGE),
        ("contract", ("billing_package",), _CONTRACT),
        ("unsubscribe", ("billing_package", "billing_detail"), _UNSUBSCRIBE),
        ("consent", ("billing_package", "billing_detail", "complaint_vas"), _CONSENT),
        ("item", ("billing_package", "billing_detail"), _ITEM),
        ("offers", ("billing_package",), _OFFERS),
        ("vas", ("billing_package",), _VAS),
        ("reminders", ("billing_usage",), _REMINDERS),
        ("roaming_switch", ("billing_roaming",), _ROAMING_SWITCH),
        ("porting", ("rights_portability",), _PORTING),
        ("closing", ("rights_cancellation",), _CLOSING),
    )
)


@dataclass(frozen=True)
class WrongMonth:
    """A question about a month that there is no bill of, whoever asks."""

    topic: str
    problem: MonthProblem


def topic_of(label: str, sub: str | None = None, words: str = "") -> str | None:
    """The topic of care/billing/access.py; None for labels, and sub-labels, that have a response of their own."""
    return topic_by_words(label, words) or (
        None if sub == "restriction" else TOPICS.get(label, {}).get(sub or "", TOPICS.get(label, {}).get(""))
    )


def topic_asked(tracker: Tracker) -> str | None:
    """That of the latest message; a button of an article names it by its step."""
    sub = sub_of(tracker) or entity_of(tracker, "step")
    return topic_of(intent_of(tracker)[0], sub, text_of(tracker))


def asks_for_consent(tracker: Tracker) -> bool:
    """「视频会员谁给我开的」 asks, whatever its label: the evidence is shown, and disputed where there is none."""
    words = text_of(tracker)
    asked = topic_by_words(intent_of(tracker)[0], words) == "consent" and _NO_COMPLAINT.search(plain(words)) is None
    return asked and settings().billing != "off"


def topic_by_words(label: str, words: str) -> str | None:
    """None where they leave it to the sub-label."""
    text = re.sub(r"[\s，。！？,.!?~]+", "", plain(words))
    if len(text) > _SURE_LENGTH:
        return None
    return next((topic for topic, labels, pattern in _BY_WORDS if label in labels and pattern.search(text)), None)


def question_of(tracker: Tracker, now: datetime) -> Question | WrongMonth | None:
    """What the latest message asks; None where its label has a response of its own.

    A button has no words: under a question that could not be answered yet it goes on with that one's.
    """
    words = text_of(tracker)
    topic = topic_asked(tracker)
    if topic is None:
        return None
    waiting = pending_question(tracker)
    if words or waiting is None or waiting.topic != topic or not _goes_on(tracker):
        waiting = Question(topic)
    month = month_in(words or entity_of(tracker, "month") or "", _day_of(tracker), now)
    if isinstance(month, MonthProblem):
        if topic in MONTHLY:
            return WrongMonth(topic, month)
        month = None
    return Question(topic, month or waiting.month, entity_of(tracker, "item") or waiting.item, words or waiting.words)


def pending_question(tracker: Tracker) -> Question | None:
    """The question that waits for a number, for a code, or for the billing system."""
    topic = tracker.get_slot("billing_topic")
    if topic is None:
        return None
    month = tracker.get_slot("billing_month")
    return Question(
        str(topic),
        Month.read(str(month)) if month else None,
        tracker.get_slot("billing_item"),
        str(tracker.get_slot("billing_words") or ""),
    )


def _goes_on(tracker: Tracker) -> bool:
    """Is this the answer to which number is meant, or 「再试一次」?"""
    return tracker.active_loop_name == "billing_form" or said_last(tracker, "utter_billing_down")


def payload(topic: str, *, month: Month | None = None, item: str | None = None, line: str | None = None) -> str:
    """Of a button that asks this. `line`: the id of an open line (`care.accounts.proofs.OpenLine`), never a number."""
    label, sub = _LABELS[topic]
    named = {
        "sub" if label.startswith(LABEL) else "step": sub,
        "month": str(month) if month else "",
        "item": item or "",
        "line": line or "",
    }
    entities = {name: value for name, value in named.items() if value}
    return f"/{label}{json.dumps(entities, ensure_ascii=False) if entities else ''}"


def _day_of(tracker: Tracker) -> dict[str, Any] | None:
    """The normal value of the first date in the words (docs/understanding.md)."""
    entities = tracker.latest_message.get("entities") or []
    return next((each.get("normal") for each in entities if each.get("entity") == "date"), None)
