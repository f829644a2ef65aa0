"""Is a complaint under a message whose label does not say so?

People complain in threats (「再不修好我就去工信部」), in questions about a right (「凭什么不让我转网」), and in words
between two labels. Seen too rarely, they are sent in circles; seen in every question, nobody gets an answer.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker

from actions.complaints.messages import entities_of, labels_of
from actions.turn import intent_of, sub_of, text_of
from care.complaints import rules
from care.complaints.category import category_for, is_minor_purchase
from care.plain import plain
from care.sla.policy import policy

#: characters; less is no story
_STORY_LENGTH = 8
_LIKELY = 0.5
# A question about complaining, a complaint about somebody else: they have the word as well. Of 84 such examples, each
# read by a model that had not seen it, one was a complaint.
_SURELY_NONE = frozenset({"rights_channels", "out_of_scope"})
_SURE = 0.7
#: subs of satisfaction; the others may be about what is not solved
_CONTENT = frozenset({"thanks", "praise", "suggestion"})
# Only what lies under a threat or an urging is the matter.
_ON_TOP = frozenset({"rights_appeal", "ticket_status", "satisfaction"})
# A matter of their own, if something went wrong with it; a plain question about it gets its answer.
_MATTERS = frozenset(
    {"rights_portability", "rights_cancellation", "billing_arrears_suspension", "billing_roaming", "billing_invoice"}
)
# Of these, most are questions: only words that call something wrong are more.
_QUESTIONS = ("billing_", "rights_", "privacy_", "other_telecom")
#: as a second matter it is filed like a complaint; alone it is reported at once (actions/privacy/leaking.py)
_FILED = frozenset({"privacy_leak"})

_SAYS_SO = re.compile(r"投诉|举报")
_ASKS_HOW = re.compile(
    r"(?:怎么|如何|哪里|哪儿|在哪|去哪|能不能|可以|多久|什么时候).{0,4}(?:投诉|举报)|(?:投诉|举报).{0,4}(?:电话|渠道|方式|流程|多久|几天|什么时候|怎么|有用)|[吗么]$"
)
_WENT_WRONG = re.compile(
    r"不[让给肯准许]|唔[畀俾准让]|拒绝|不予|卡[着住]|设卡|设障|刁难|推[来脱诿三]|踢皮球|凭[什啥]|骗|(?:没|冇|未|从来?没)签|未经|擅自|私自|莫名|无缘无故"
    r"|无故|乱[扣收停封]|(?:[两三四五几多]|好几)[次趟]|还没|至今|到现在|没人[管理]|不合理|不同意|强制|强行|硬要|违约金|办不了|不了了之|没欠费|不通知|(?:还在?|仍然?|照样|继续|一直)(?:一直|在|都)*(?:给?我)?(?:乱?扣|收|计)(?:我|着)?[钱费款月]"
)

_CALLED_WRONG = re.compile(
    r"平白|无缘无故|无故|莫名|凭[什啥]|骗|乱[扣收停封开]|擅自|私自|偷偷|未经|(?:没|冇|未|从来?没)[签订开办]过?|不[让给]退|不[肯给]办|强制|踢皮球|推[诿三]"
)

#: asks what it rests on: its article says so
_ASKS_BASIS = re.compile("凭[什啥]么?.{0,6}(?:收集|采集|存|留|记|要我|看我|查我)")


def complaint_under(tracker: Tracker) -> bool:
    """For messages that are not labelled as a complaint, or of which the model was not sure."""
    words = text_of(tracker)
    if is_minor_purchase(words):
        return True  # also as a question (「小孩充值能退吗」): the answer is a ticket that a person decides on
    if len(words) < _STORY_LENGTH or not rules.tells_what_happened(words):
        return False
    message: dict[str, Any] = dict(tracker.latest_message)
    intent = intent_of(tracker)[0]
    if matters := entities_of(message, "matter"):
        intent, words = str(matters[0]["value"]), words[int(matters[0]["start"]) : int(matters[0]["end"])]
    if intent.startswith("complaint_") or (not matters and _is_likely(message)):
        return True
    if says_so(words) and not (intent in _SURELY_NONE and intent_of(tracker)[1] >= _SURE):
        return True
    if intent == "satisfaction" and sub_of(tracker) in _CONTENT:
        return sub_of(tracker) == "suggestion" and calls_it_wrong(words)
    if intent in _ON_TOP:
        named = policy().categories[category_for(labels_of(message), words, policy())].intents
        return bool(named) and not set(named) & _ON_TOP
    if intent == "privacy_policy" and _ASKS_BASIS.search(plain(words)):
        return False
    wrong = _WENT_WRONG if intent in _MATTERS else _CALLED_WRONG if intent.startswith(_QUESTIONS) else None
    return wrong is not None and wrong.search(plain(words)) is not None


def is_question(label: str) -> bool:
    """As a matter beside others it is answered and not filed."""
    return not label.startswith("complaint_") and label not in _MATTERS | _FILED


def calls_it_wrong(words: str) -> bool:
    """Says that it complains, or that what was done to it is wrong."""
    return says_so(words) or _CALLED_WRONG.search(plain(words)) is not None


def says_so(words: str) -> bool:
    said = plain(words)
    return _SAYS_SO.search(said) is not None and _ASKS_HOW.search(said) is None


def _is_likely(message: dict[str, Any]) -> bool:
    """Torn between two kinds of complaint is no doubt that it is one."""
    ranking = message.get("intent_ranking") or []
    likely = sum(float(each["confidence"]) for each in ranking if str(each["name"]).startswith("complaint_"))
    return likely >= _LIKELY
