"""What the words say for certain, before a label is answered: the same before every answer outside of a form."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.billing.question import asks_for_consent, topic_of
from actions.billing.third_party import refusal_of
from actions.complaints import FORM as COMPLAINT
from actions.complaints.grievance import complaint_under
from actions.digressions import answer_digression
from actions.handoff import MISSES
from actions.hints import hint
from actions.memory import said_last, times_in_a_row
from actions.questions import question_in
from actions.remarks import offer_step
from actions.rights.answering import answer_in_doubt
from actions.rights.found import asks_about_right, sure_article
from actions.rights.telling import offer_beside
from actions.steps import step_in
from actions.suggestions import is_suggestion, propose
from actions.torn import torn_between
from actions.turn import intent_of, sub_of, text_of
from actions.urgent import attend, end_turn, hand_over
from actions.which import ask_which
from care.handoff.rules import Reason
from care.plain import plain
from care.settings import settings

Events = list[dict[str, Any]]

#: the same words this often in a row say that our answer is none
_SAID_OFTEN = 3
#: what may be another by the next time
_LOOKED_UP = ("utter_account", "utter_privacy_copy_progress", "utter_privacy_delete_running")
#: confidence
_SURE = 0.5
#: labels of questions about one's own account and data, behind which there may be a general one
_LOOKED_UP_FOR_THEM = ("billing_", "privacy_access", "privacy_correct", "privacy_delete")

#: questions about complaining that people ask outside of the form as well
_ASIDES = ("how_long", "fee", "data", "anonymous", "evidence", "evidence_received", "useful", "after")
_BILL = re.compile("(?:账单|话费|明细|发票|流量|余额|套餐|用量|费用)(?:呢|的|吧)?$")
_WANTS_REDRESS = re.compile("投诉|举报|工单|退[钱款费还给]|赔|退回")
#: 「漫游收费吗」 asks for a price, 「投诉收费吗」 does not
_ABOUT_COMPLAINING = re.compile("投诉|举报|登记|工单|人工|报修")


async def answered_before(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """Call it first. Events: the turn is answered, or leads on; return them. None: the label is to be answered."""
    events = await attend(dispatcher, tracker)
    if events is not None:
        return events
    if times_in_a_row(tracker) >= _SAID_OFTEN and not said_last(tracker, *_LOOKED_UP):  # 「到账了吗」 every minute
        return await _said_often(dispatcher, tracker)
    if intent_of(tracker)[1] < _SURE and said_last(tracker, *MISSES):
        return [FollowupAction("action_not_understood")]  # a guess after what was not understood is no answer
    if hinted := await hint(dispatcher, tracker):
        return hinted
    if asks_about_right(tracker) and (told := await answer_in_doubt(dispatcher, tracker)) is not None:
        return told
    if step_in(text_of(tracker)):
        return [FollowupAction("action_follow_up")]
    if not _names_a_bill(tracker) and (offered := await offer_step(dispatcher, tracker)):
        return offered
    is_question = _asks_why(tracker) or asks_for_consent(tracker)
    is_complaint = complaint_under(tracker) and not is_question
    if is_suggestion(tracker) and not is_complaint:
        return propose(dispatcher, tracker)
    if aside := _aside_in(tracker):
        await answer_digression(dispatcher, tracker, aside)
        return end_turn(tracker)
    if is_complaint:
        return [FollowupAction(COMPLAINT)]  # 「再不修好我就去工信部」: the matter comes first
    if response := refusal_of(text_of(tracker), intent_of(tracker)[0]):
        dispatcher.utter_message(response=response)
        return end_turn(tracker)
    if torn_between(tracker) and sure_article(tracker) is None:
        return ask_which(dispatcher, tracker) or [FollowupAction("action_not_understood")]
    if intent_of(tracker)[0].startswith(_LOOKED_UP_FOR_THEM):
        offer_beside(dispatcher, tracker)
    return None


def _names_a_bill(tracker: Tracker) -> bool:
    """「9月账单」 behind a ticket is a question, and no fact that was forgotten."""
    return intent_of(tracker)[0].startswith("billing_") and _BILL.search(plain(text_of(tracker))) is not None


def _asks_why(tracker: Tracker) -> bool:
    """「凭什么比以前多这么多」: first it is explained, however it is asked; a complaint is one button below."""
    words = text_of(tracker)
    is_why = topic_of(intent_of(tracker)[0], sub_of(tracker), words) == "why" and intent_of(tracker)[1] >= _SURE
    return is_why and settings().billing != "off" and _WANTS_REDRESS.search(plain(words)) is None


def _aside_in(tracker: Tracker) -> str | None:
    text = plain(text_of(tracker)).lower()
    aside = question_in(text, "")
    label = intent_of(tracker)[0]
    if aside == "fee" and label.startswith("billing_") and not _ABOUT_COMPLAINING.search(text):
        return None
    if aside == "data" and label == "privacy_policy":  # its article says more, and what it rests on
        return None
    return aside if aside in _ASIDES else None


async def _said_often(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    if times_in_a_row(tracker) > _SAID_OFTEN:
        return await hand_over(dispatcher, tracker, Reason.NOT_UNDERSTOOD, "utter_handoff_not_understood")
    dispatcher.utter_message(response="utter_repeated")
    return end_turn(tracker)
