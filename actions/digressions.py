"""Questions and small talk in the middle of a form: what they are, and one short answer before the form goes on.

What is about the form itself is told by words (actions/questions.py), everything else by its label, when the message is
short and the model sure. Words for a field are never a digression.
"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.questions import NAMES, question_in
from actions.rights.answering import asked_article
from actions.rights.telling import say_in_passing
from actions.standing import newest_open, say_own_tickets
from actions.turn import intent_of, sub_of, text_of
from care.plain import plain
from care.sla.policy import FIRST_FEEDBACK, policy
from care.sla.specs import ClockSpec
from care.wording import say

#: characters; longer words tell something
_QUESTION_LENGTH = 24
_LABEL_LENGTH = 40
_LABEL_CONFIDENCE = 0.6
_TOPIC_LENGTH = 8
_NUMBER = re.compile(r"\d{6,}")

#: in these fields a whole story is wanted, and a question may be one
_STORIES = (
    *("complaint_description", "complaint_objection", "complaint_purchase"),
    *("ticket_words", "ticket_reason"),
    *("appeal_facts", "appeal_wish"),
)
_TOPICS = {"billing_": "question", "privacy_": "question", "rights_": "rights", "other_telecom": "question"}
#: the article that answers it is told
ARTICLE = "article"
_SMALL_TALK = {"insult": "insult", "bye": "bye"}
#: sure whatever the words are like; the other small talk needs words for it: a name or a place looks like it
_SURE_SUBS = {"help": "help", "robot": "robot", "thanks": "thanks"}
#: in any other field people write freely: 「昨天查账单发现的」, 「说清楚是什么费用」
_SHORT_ANSWERS = (
    *("complaint_line", "complaint_confirmed", "ticket_digits", "ticket_confirmed", "contact_code"),
    *("billing_phone", "billing_code", "billing_line", "order_code"),
    *("privacy_phone", "privacy_code", "privacy_line", "privacy_item", "privacy_confirmed"),
)
_ASKS_PLAINLY = re.compile(
    "[?？]$|(?:吗|么|呢)$|^(?:请问|怎么|如何|哪|为什么|我还剩|还剩)|能不能|可不可以|是不是|有没有|行不行|知不知道|多少钱|(?:还剩|还有|剩下?)多少|我有(?:哪些|什么)|我的权利|怎么样$"
    "|怎么(?:查|办|弄|开|看|退|用|充|交)$"
)
_TALKS = re.compile(
    "你好|您好|在吗|在么|在不在|^喂+|hello|^hi|嗨|哈喽|早上好|上午好|中午好|下午好|晚上好|早安|晚安|新年|节快乐|哈哈|呵呵|嘿嘿|呜呜"
    "|再见|拜拜|^88$|bye|挂了|回聊|先走|傻|笨|蠢|猪|滚|智障|脑残|废物|垃圾|白痴|有病|闭嘴|去死|你真|小益|你(?:个|这)"
)
_ASKS = re.compile(
    "[?？]|吗|[么呢]$|多少|怎么|咋|什么|啥|哪|如何|查|帮我|为何|几[个天号点]|能不能|可不可以|是不是|有没有|行不行|知不知道"
)


#: every name that there can be
ASIDES = NAMES | {
    *_TOPICS.values(),
    *_SMALL_TALK.values(),
    *_SURE_SUBS.values(),
    "chat",
    "other",
    "no_ticket",
    "progress",
    ARTICLE,
}


def digression_of(tracker: Tracker) -> str | None:
    """The name of the answer (`utter_aside_<name>`) to a message that is no answer to the open question, else None."""
    text = plain(text_of(tracker)).lower()
    asked = str(tracker.get_slot("requested_slot") or "")
    if not text or _NUMBER.search(text):
        return None
    about_the_form = question_in(text, asked) if len(text) <= _QUESTION_LENGTH else None
    return about_the_form or _by_label(tracker, text, asked)


def asks(text: str) -> bool:
    """Is there a word or a sign of a question in it?"""
    return _ASKS.search(text) is not None


def _by_label(tracker: Tracker, text: str, asked: str) -> str | None:
    intent, confidence = intent_of(tracker)
    if len(text) > _LABEL_LENGTH or confidence < _LABEL_CONFIDENCE:
        return None
    sub = sub_of(tracker) or ""
    if intent == "greet_chitchat" and sub in _SURE_SUBS:
        return _SURE_SUBS[sub]
    is_question = (_ASKS if asked in _SHORT_ANSWERS else _ASKS_PLAINLY).search(text) is not None
    if intent == "greet_chitchat" and (is_question or _TALKS.search(text)):
        return _SMALL_TALK.get(sub, "chat")
    if asked in _STORIES:
        return None
    if intent == "out_of_scope" and is_question:
        return "other"
    if intent == "satisfaction" and sub == "thanks":
        return "thanks"
    if (is_question or asked in _SHORT_ANSWERS) and asked_article(tracker) is not None:
        return ARTICLE
    # 话费余额, 销户: no number at all
    is_bare_topic = asked == "complaint_line" and len(text) <= _TOPIC_LENGTH and not re.search(r"\d", text)
    if intent == "ticket_status" and (is_question or _ASKS.search(text)):
        return "progress"
    if not is_question and not is_bare_topic:
        return None
    return next((name for start, name in _TOPICS.items() if intent.startswith(start)), None)


async def answer_digression(dispatcher: CollectingDispatcher, tracker: Tracker, name: str) -> None:
    """One short answer; the form asks its question again behind it."""
    is_of_a_ticket = name == "how_long" and tracker.active_loop_name != "complaint_form"
    if name == "progress" or (is_of_a_ticket and await newest_open(tracker) is not None):
        await say_own_tickets(dispatcher, tracker)
    elif name == ARTICLE and (article := asked_article(tracker)) is not None:
        say_in_passing(dispatcher, article)
    elif name == "how_long":
        dispatcher.utter_message(response="utter_aside_how_long", **_promise(tracker))
    else:
        dispatcher.utter_message(response=f"utter_aside_{name}")


def _promise(tracker: Tracker) -> dict[str, str]:
    """What the policy promises for the category of the open complaint; for any other question the longest promise."""
    category = policy().categories.get(str(tracker.get_slot("complaint_category")))
    clocks = policy().clocks
    solution = clocks[f"solution_{category.complexity if category else 'complex'}"]
    return {"feedback": _length(clocks[FIRST_FEEDBACK]), "solution": _length(solution)}


def _length(clock: ClockSpec) -> str:
    return say("length_hours", n=f"{clock.hours:g}") if clock.hours else say("length_days", n=str(clock.days))
