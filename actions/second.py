"""The second matter of a message: offered when the first one is done."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints import FORM as COMPLAINT
from actions.complaints.grievance import is_question, says_so
from actions.complaints.messages import entities_of
from actions.privacy.question import payload, wish_by_words
from actions.turn import intent_of, text_of
from care.plain import plain
from care.sla.policy import policy
from care.wording import buttons, choice_of

Events = list[dict[str, Any]]

#: label of what is offered; for a wish about one's data that says more than a label, its words (`wish_by_words`)
REST = "complaint_rest"
#: characters
_WISH_LENGTH = 3
_SURE = 0.6
_NO = re.compile("算了|不(?:删|要|用|办|导|改|了|下载|打包)|先不|取消|别删|没事")
_NAMED = (
    ("billing_balance", re.compile("话费|余额|欠费|还有多少钱")),
    ("billing_usage", re.compile("流量|用量|剩多少")),
    ("billing_detail", re.compile("账单|扣费|明细")),
    ("billing_package", re.compile("套餐|业务|合约")),
    ("billing_invoice", re.compile("发票")),
    ("privacy_correct", re.compile("改.{0,4}(?:地址|电话|名字|称呼|姓名)")),
    ("privacy_access", re.compile("(?:看|查).{0,6}(?:资料|信息)")),
)


def second_matter(tracker: Tracker) -> str | None:
    """Its label, in the latest message."""
    matters = entities_of(dict(tracker.latest_message), "matter")
    return str(matters[1]["value"]) if len(matters) > 1 else None


def wish_behind(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Behind a no: 「算了不删了，我要查话费」. Its answer follows; where only the words name it, it is offered."""
    clauses = re.split(r"[，,。;；!！\s]+", plain(text_of(tracker)))
    rest = "".join(clause for clause in clauses if not _NO.search(clause))
    if len(rest) < _WISH_LENGTH:
        return []
    label, confidence = intent_of(tracker)
    if label.startswith("billing_") and confidence >= _SURE:
        return [FollowupAction("action_billing")]
    if says_so(rest):
        return [FollowupAction(COMPLAINT)]
    named = next((label for label, words in _NAMED if words.search(rest)), None)
    return offer(dispatcher, named) if named else []


def offer(dispatcher: CollectingDispatcher, label: str) -> Events:
    """A complaint to be filed, or a question to be answered; a label that is neither is left out."""
    wish = wish_by_words(label)
    choice = {"title": label, "payload": payload(wish.matter, item=wish.item)} if wish else choice_of(label)
    if not is_question(label):
        title = policy().categories[policy().category_of(label)].title
        dispatcher.utter_message(response="utter_complaint_rest", title=title)
    elif choice:
        choices = [choice, *buttons("rest_question_no")]
        dispatcher.utter_message(response="utter_rest_question", question=choice["title"], buttons=choices)
    else:
        return []
    return [SlotSet(REST, label)]
