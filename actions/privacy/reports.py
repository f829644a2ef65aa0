"""Does a message report that its writer's data leaked or are misused? Not questions about leaks, nor complaints."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.complaints.grievance import says_so
from actions.questions import question_in
from actions.turn import intent_of, text_of
from care.plain import plain

_LABEL = "privacy_leak"
#: in the middle of something else
_SURE = 0.6
#: there its words belong to what is being told; a person is offered, and it is kept (actions/complaints/misplaced.py)
_STORIES = ("ticket_words", "ticket_reason")
#: asks about leaks, and tells of none
_ASKS = re.compile("怎么|咋|如何|谁负责|哪里|会不会|吗|[?？]")
_HAPPENED = re.compile(
    "我的?(?!想|要问|能|可)|俺|咱|名下|被|有人|别人|他|她|你们|骗子|营业|员工|代理|冒|盗|陌生|偷|卖|不明|不知情|凭空|本人"
)
_ELSEWHERE = re.compile(
    "快递|外卖|银行|信用卡|支付宝|微信|qq|淘宝|京东|拼多多|抖音|美团|滴滴|携程|酒店|学校|医院|保险|中介|网贷|邮箱|小区|物业|购物|网购"
)
_OURS = re.compile(
    "你们|营业|套餐|手机号|号码|电话卡|手机卡|通话|话费|宽带|身份证|客服|开了?卡|名下|运营商|移动|联通|电信"
)
#: asks about a report that was made
_REPORTED = re.compile("(?:泄露|泄漏)的?(?:报告|举报|报案|申请|工单).{0,6}(?:到哪|进展|进度|怎么样|咋样|处理|结果|查)")
_LEAKED = re.compile("泄露|泄漏|外泄|被盗|盗号|被偷|卖了")
_NOTICE = re.compile("有没有通知|会通知|通知我吗")


def reports_leak(tracker: Tracker) -> bool:
    """The label says so, surely where something else is going on, and the words do."""
    label, confidence = intent_of(tracker)
    form = tracker.active_loop_name
    is_story = form == "complaint_form" or tracker.get_slot("requested_slot") in _STORIES
    is_sure = not form or (not is_story and confidence >= _SURE)
    return label == _LABEL and is_sure and is_report(text_of(tracker))


def is_report(text: str) -> bool:
    """「我要投诉」 is a complaint with its own clock. A button is a report."""
    words = plain(text)
    return not words or not (
        is_elsewhere(words)
        or _REPORTED.search(words)
        or says_so(words)
        or question_in(words, "") == "data"
        or _is_general(words)
    )


def is_elsewhere(text: str) -> bool:
    """With somebody else's service, and nothing in it points to us: 「我的快递信息被泄露了」."""
    words = plain(text).lower()
    return bool(_ELSEWHERE.search(words) and _LEAKED.search(words)) and _OURS.search(words) is None


def _is_general(words: str) -> bool:
    return _NOTICE.search(words) is not None or (_ASKS.search(words) is not None and _HAPPENED.search(words) is None)
