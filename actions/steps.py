"""What a message wants done with a ticket that is filed: urge, add, reopen, withdraw; by words, helped by the label."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.turn import intent_of, sub_of, text_of
from care.plain import plain

# Sure in themselves, whatever the label of the message that they stand in: 「修好了，我要撤回投诉」.
_TAKE_BACK = "(?:撤回|撤销|撤消|取消|撤掉|撤了)"
_FILED = "(?:投诉|工单|单子)"
_STEP_WORDS = (
    ("withdraw", f"{_TAKE_BACK}.{{0,6}}(?:{_FILED}|登记)|{_FILED}.{{0,4}}{_TAKE_BACK}|撤诉|撤单"),
    ("urge", "催(?:一下|一催|办|单|催|一遍|一次|下|促)|加急"),
    ("reopen", "重新处理|重新派|重新打开|重开"),
    ("add", "^(?:我|再|要|想|还|帮)*补充"),
)
_NOT_WANTED = re.compile(
    "(?:不|别|没|唔)(?:要|用|想|是|能|必|有)?(?:再)?(?:撤|催|取消|重新|补充)|(?:已经?|被|自动|谁)(?:给我)?(?:撤|取消)"
)
_ASKED_HOW = re.compile("(?:怎么|如何|能).{0,4}(?:撤|取消)")
_STEP_LENGTH = 30
# What is filed is meant, not what was just said: 「取消刚才那个投诉」, not 「算了」.
_TAKES_BACK = re.compile(
    "撤|取消|不(?:想|要|再|用)*投诉|不(?:用|要|需要)(?:再|你们|继续)*处理|别(?:再)?处理|停止处理|(?:投诉|工单|单子)"
)
# Yes to 「确认撤回吗」 in other words, and nothing else with it.
_AGREES = re.compile(
    "(?:那|就|算了?|我们?|你们?|还是|帮我?|请|麻烦|给|把|嗯|好的?|行|可以|是的?|对|确认|确定|直接|这个|这张|都|也|已经|修好)*"
    "(?:(?:撤回|撤销|撤消|撤掉|撤诉|撤单|撤|取消|不(?:想|要|再)*投诉|不(?:用|要|需要)(?:再|继续|你们)*(?:处理|管|跟进)|别(?:再)?(?:处理|管)|停止处理|不追究)"
    "(?:这个|我的|投诉|工单|单子|掉|了|吧|啊|呀|啦|的|谢谢|我)*)+"
)


def takes_back(text: str) -> bool:
    """Words of giving up that are about what is filed: 「撤了吧 不投诉了」."""
    words = plain(text)
    return _TAKES_BACK.search(words) is not None and _NOT_WANTED.search(words) is None


def agrees_to_withdraw(text: str) -> bool:
    """「不投诉了」「算了不要处理了」「帮我撤了」 as an answer to "withdraw?" means yes, for all the no in it."""
    words = re.sub(r"[\W_]+", "", plain(text))
    return len(words) <= _STEP_LENGTH and _AGREES.fullmatch(words) is not None


def step_in(text: str) -> str | None:
    """What a short message wants done with a ticket, by its words."""
    words = plain(text)
    if len(words) > _STEP_LENGTH or _NOT_WANTED.search(words) or _ASKED_HOW.search(words):
        return None
    return next((step for step, pattern in _STEP_WORDS if re.search(pattern, words)), None)


# A sub-label alone is no order: 「帮我查一下工单TS…」 must never be read as a withdrawal.
_EVIDENCE = {
    "withdraw": re.compile(
        "撤|彻|撒回|取消|不用处理|别处理|停止|不(?:再)?投诉|不追究|不用(?:再)?(?:来|派|联系|修)|别来|关掉|销[掉了吧]|消[掉了吧]|不(?:要|弄|搞|告)了"
    ),
    "urge": re.compile("催|崔|急|快|赶|抓紧|麻利|优先|升级|往前|速度|磨|慢|拖"),
    "reopen": re.compile(
        "重|再(?:次|处理|给我|查|派|来)|二次|返|没(?:修|弄|搞|解)|冇|复|异议|不(?:认|同意|接受|满)|打[开回]|从新|别给我关"
    ),
    "add": re.compile("补|加|漏|忘|没说|备注|记|写|告|带句|说一[声下]|更新|情况|对了|还有|改|添|又想起|换成"),
}


def step_of(tracker: Tracker) -> str | None:
    """What is to be done with a ticket, by sure words, else by the sub-label where the words bear it out."""
    text, sub = plain(text_of(tracker)), sub_of(tracker)
    if step := step_in(text):
        return step
    evidence = _EVIDENCE.get(sub or "") if intent_of(tracker)[0] == "ticket_status" else None
    return sub if evidence and evidence.search(text) and not _NOT_WANTED.search(text) else None
