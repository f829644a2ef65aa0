"""Words that are sure whatever their label, while nothing is asked: 「到哪了」, 「继续」, 「工单号找不到了」."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import contact
from actions.account import NeedsNumber, number_in, wants_another_number
from actions.billing import form, order_form
from actions.billing.answering import answer_question
from actions.billing.binding import bind_or_unbind
from actions.billing.form import is_retry
from actions.billing.leaving import lock_up
from actions.billing.objection import objection
from actions.complaints import FORM as COMPLAINT
from actions.followup import STATUS
from actions.memory import said_before, said_last
from actions.privacy.answering import answer_wish
from actions.privacy.asked import Asked
from actions.privacy.elsewhere import say_whose, sure_whose
from actions.privacy.form import ask, is_late_code
from actions.privacy.progress import progress
from actions.privacy.question import Matter, Wish, wish_by_words
from actions.privacy.switching import switched_back
from actions.standing import newest_open
from actions.turn import text_of
from actions.urgent import end_turn
from care.db import utcnow
from care.plain import digits_of, plain

Events = list[dict[str, Any]]

_STATUS = re.compile("(?:那|现在|我的|有)*(?:到|走到)?(?:哪儿?|哪里|哪一?步|进展|进度)(?:了|啦|啊|呢|怎么样|如何)+")
_REPORT = re.compile(
    "(?:那|我|的|刚才|之前|上次|那个|信息|个人|泄露|泄漏|隐私|举报)*(?:泄露|泄漏)(?:的|了)*(?:报告|举报|报案|申请|工单|事)(?:的|现在|到底|有)*(?:到哪|进展|进度|怎么样|咋样|处理|结果|查|好)(?:里|了|的|得|怎么样|吗|没有?|到)*"
)
_RESUME = re.compile(
    "(?:哎|唉|那|算了|我|还是|要|想|就|再)*(?:继续|接着|报|投诉|登记)(?:弄|填|办|登记|投诉|报|来|说)?(?:一下|吧|了|啊|呀)*"
)
# 「我上次的建议有结果吗」 is none of its own.
_SUGGESTION = re.compile(
    "(?:我|俺|咱|之前|上次|提)(?:们|提|的|那[个条]|之前|上次)*建议.{0,4}(?:怎么样|咋样|有(?:了|没有?)?(?:结果|回复|答复|消息)|采[纳用]|到哪|进展|进度)"
)
_LOST = re.compile("(?:工单|单)号?.{0,4}(?:找不到|忘|丢|不记得|记不|想不起|没了|不见)")
#: characters; more words make one
_SHORT = 16
_PHONE = re.compile(r"\d[\d -]{5,}\d")


async def hint(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Where the words lead to; empty where they are none of these."""
    text = plain(text_of(tracker))
    words = re.sub(r"[\W_]+", "", text)
    is_left = tracker.get_slot("complaint_cancelled") and said_before(tracker, "utter_complaint_cancelled")
    if is_left and _RESUME.fullmatch(words):
        return [FollowupAction(COMPLAINT)]
    if (told := await progress(dispatcher, tracker)) is not None:
        return told or [FollowupAction("action_listen")]
    if _REPORT.fullmatch(words) and await newest_open(tracker) is not None:
        return [SlotSet("ticket_step", STATUS), FollowupAction("action_follow_up")]
    is_about_it = len(words) <= _SHORT and _SUGGESTION.search(words) is not None
    if is_about_it or (_STATUS.fullmatch(words) and await newest_open(tracker) is not None):
        return [SlotSet("ticket_step", STATUS), FollowupAction("action_follow_up")]
    if late := _late_code(tracker):
        return [FollowupAction(late)]
    if (found := sure_whose(text_of(tracker))) is not None:
        about = Asked(dispatcher, tracker, Wish(Matter.VIEW, None, text_of(tracker)), None, utcnow())
        return [*await say_whose(about, found), *end_turn(tracker)] or [FollowupAction("action_listen")]
    if wish := wish_by_words(text_of(tracker)) or await switched_back(tracker):
        return await answer_wish(dispatcher, tracker, wish) or [FollowupAction("action_listen")]
    if wants_another_number(text) and number_in(text) is None and said_last(tracker, "utter_privacy_told"):
        return await ask(dispatcher, tracker, Wish(Matter.VIEW), NeedsNumber())
    if is_retry(tracker):
        return [FollowupAction("action_billing")]
    if disputed := objection(tracker):
        return await answer_question(dispatcher, tracker, disputed) or [FollowupAction("action_listen")]
    if (locked := await lock_up(dispatcher, tracker)) is not None:
        return [*locked, FollowupAction("action_listen")]
    if (changed := await bind_or_unbind(dispatcher, tracker)) is not None:
        return [*changed, FollowupAction("action_listen")]
    if response := _about_the_number(tracker, text):
        dispatcher.utter_message(response=response)
        return end_turn(tracker) or [FollowupAction("action_listen")]
    return []


def _late_code(tracker: Tracker) -> str | None:
    """The action that takes a code behind another matter that its question was left for, whatever its label."""
    if order_form.is_late_code(tracker):
        return "validate_order_form"
    if is_late_code(tracker):
        return "action_privacy"
    if contact.is_late_code(tracker):
        return "action_notify_me"
    return "action_billing" if form.is_late_code(tracker) else None


def _about_the_number(tracker: Tracker, text: str) -> str | None:
    if _LOST.search(text):
        return "utter_ticket_forgotten"
    was_about_it = said_last(tracker, "utter_ticket_forgotten", "utter_ticket_none", "utter_ticket_by_number_only")
    return "utter_ticket_by_number_only" if was_about_it and _PHONE.search(digits_of(text)) else None
