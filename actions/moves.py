"""What a message does to the conversation: a command, a matter of its own, or words for the open field.

Free text must not be mistaken for a command unless it clearly is one (people write 「人工客服态度差」 into a story),
so a command has to be short, the model sure, and its words on a list. A button is always what it says.
"""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.complaints.grievance import complaint_under
from actions.privacy.question import wish_by_words
from actions.privacy.reports import reports_leak
from actions.turn import best_label_of, intent_of, sub_of, text_of
from care.callbacks.rules import asks_for_callback, speaks_of_callback
from care.complaints.rules import tells_what_happened
from care.handoff.rules import wants_to_stop_waiting
from care.plain import plain
from care.tickets.rules import read_number

_COMMAND_LENGTH = 16
#: also keeps the patterns below from looking for long at what no pattern is for
_PATTERN_LENGTH = 24
_COMMAND_CONFIDENCE = 0.6

# Nothing but the wish for a person: sure, whatever the model thinks of it.
_POLITE = (
    "(?:你好|您好|喂|请|麻烦|帮我|帮忙|给我|快点?|赶紧|现在|马上|直接|就|我|需要|只要|要|想|那|还是"
    "|能不能|可不可以|可以|你|再|了|唔该)"
)
_HANDOFF = re.compile(
    rf"{_POLITE}*(?:转|转接|接|找|换|叫|来|接入|要|切换?|搵)+(?:到|成|一下|个|一个|下|你们的?|啦)*"
    rf"(?:(?:人工|真人|活人)(?:客服|坐席|座席|服务|专员)?|话务员|个?人工?客服)"
    r"(?:吧|啊|呀|啦|了|嘛|吗|好吗|行吗|行不行|可以吗|谢谢|处理|帮我|来|，|,)*"
    rf"|{_POLITE}*(?:人工|真人|活人)(?:客服|坐席|座席|服务)?(?:吧|啊|呀|在吗|呢|来|谢谢)*"
    r"|(?:不(?:要|想)(?:跟|和)?机器人?(?:聊|说|讲)?了?)[,，]?(?:转|要|换|找)(?:个)?(?:人工|真人|人)"
)
# What people say of a person whom they have met: a story or a wish.
_ABOUT_STAFF = re.compile(
    r"态度|差劲|太差|道歉|赔|骂|吼|挂(?:我|了|断)|不理|没人|打不通|接不通|接不上|说[的过]|告诉|答应|承诺|敷衍|推|骗|催|收费|服务费|扣"
    r"|派.{0,6}(?:修|上门|检|装|看|来)|上门"  # somebody for the line, not for the talk
)

# Neither 「要不转人工」 nor 「不要机器人，人工」.
_NO_PERSON = re.compile(
    # 「不用联系我」, asked how to be called
    "^(?:不(?:要|用|需要|必)|别|甭)(?:再|给我|你们)*(?:联系|打|回电|回访|来电)"
    "|(?<![要能])(?:不(?:要|用|需要|想|必|转|找|等)|别(?:转|找)?).{0,2}(?<!器)(?:人工|真人|活人|话务员)"
)

# As the answer to "what do you want?" a bare 「取消」 means what the complaint is about.
_CANCEL_THE_FORM = re.compile("投诉|登记|工单|申请|算了|算啦|撤诉|不.{0,3}(?:弄|办|填|说|提|报|搞|要)|退出|放弃")


def wants_person(tracker: Tracker) -> bool:
    """Asks for a person and says nothing else. Never persuaded out of it."""
    intent, confidence = intent_of(tracker)
    text = plain(text_of(tracker)).strip("，。！!?？~… ")
    if not text:
        return intent == "handoff"
    if len(text) <= _PATTERN_LENGTH and _HANDOFF.fullmatch(text):
        return True
    if wants_no_person(text) or wish_by_words(text):  # 「叫我王女士」
        return False
    is_clear = len(text) <= _COMMAND_LENGTH and confidence >= _COMMAND_CONFIDENCE
    return intent == "handoff" and is_clear and _ABOUT_STAFF.search(text) is None


#: labels under which words about a call may be a wish for one
_CALL_LABELS = ("handoff", "inform", "nlu_fallback", "notify_me")
_CALL_LENGTH = 60


def wants_callback(tracker: Tracker) -> bool:
    """Wants to be called, instead of waiting for a person here; within a form such words may be what was asked for."""
    text, intent = text_of(tracker), intent_of(tracker)[0]
    if tracker.active_loop_name:
        return False
    is_wish = intent in _CALL_LABELS and len(text) <= _CALL_LENGTH and speaks_of_callback(text)
    return asks_for_callback(text) or is_wish


def wants_no_person(text: str) -> bool:
    """「我不等了 不要人工了」: said while nobody waits it is no wish for a person."""
    return len(text) <= _PATTERN_LENGTH and (wants_to_stop_waiting(text) or _NO_PERSON.search(plain(text)) is not None)


def wants_to_cancel(tracker: Tracker) -> bool:
    """Gives up what is being filled in, before anything is filed."""
    intent, confidence = intent_of(tracker)
    text = plain(text_of(tracker))
    if not text:
        return intent == "cancel"
    is_meant = intent == "cancel" or (intent, sub_of(tracker)) == ("ticket_status", "withdraw")
    if not is_meant or len(text) > _COMMAND_LENGTH or confidence < _COMMAND_CONFIDENCE:
        return False
    return tracker.get_slot("requested_slot") != "complaint_wish" or _CANCEL_THE_FORM.search(text) is not None


def is_command(tracker: Tracker) -> bool:
    return wants_person(tracker) or wants_to_cancel(tracker)


_STORY_LENGTH = 8
_NUMBER_LENGTH = 40
_KINDS = {
    "complaint_": "complaint_form",
    "billing_": "action_billing",
    "privacy_": "action_privacy",
    "rights_": "action_rights",
}
_ACTIONS = {
    "complain": "complaint_form",
    "ticket_status": "action_follow_up",
    "notify_me": "action_notify_me",
    "callback": "action_callback",
    "rate": "action_rate",
}


def tells_a_complaint(tracker: Tracker) -> bool:
    """A complaint of its own, whatever was asked and whatever its label."""
    text = text_of(tracker)
    is_story = len(text) >= _STORY_LENGTH and tells_what_happened(text)
    return is_story and (best_label_of(tracker).startswith("complaint_") or complaint_under(tracker))


def matter_told(tracker: Tracker) -> str | None:
    """The action for a matter of its own that is told in the middle of something else."""
    if reports_leak(tracker):
        return "action_privacy"
    return "complaint_form" if tells_a_complaint(tracker) else None


def names_ticket(tracker: Tracker) -> bool:
    """A short message with a ticket number in it asks about that ticket, whatever its label."""
    text = text_of(tracker)
    return len(text) <= _NUMBER_LENGTH and read_number(text) is not None


def action_of_button(tracker: Tracker) -> str:
    """The action that a button of another answer leads to."""
    intent, _ = intent_of(tracker)
    by_kind = next((action for kind, action in _KINDS.items() if intent.startswith(kind)), "action_answer")
    return _ACTIONS.get(intent, by_kind)
