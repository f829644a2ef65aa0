"""Every path of the dialogue, with its actions, through `POST /api/chat` (tests/e2e/stories/*.yml).

Here beside them: the paths on which somebody else acts as well, staff or the telephone.
"""

from __future__ import annotations

import re
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.e2e.client import Conversation
from tests.e2e.customer import Customer
from tests.e2e.expected import differences
from tests.e2e.scripted import Script, ScriptedCustomer, read_scripts, speak_all
from tests.e2e.stack import Stack
from tests.e2e.wording import question_in, responses_of, says
from tests.support.telephone import Telephone
from tests.support.waiting import until

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

STORIES = read_scripts("stories")


@pytest.fixture(scope="module")
def told(stack: Stack) -> dict[str, Future[list[ScriptedCustomer]]]:
    return speak_all(stack, STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.case)
def test_a_story(stack: Stack, told: dict[str, Future[list[ScriptedCustomer]]], story: Script) -> None:
    for customer in told[story.case].result():  # raises, with its transcript, where it left the script
        tickets = stack.records.tickets(customer.conversation.conversation_id) if customer.script.tickets else []
        for row, fields in zip(tickets, customer.script.tickets, strict=True):
            if found := differences(stack, row, customer.filled(fields)):
                raise customer.off("has a ticket with\n  " + "\n  ".join(found))


#: Parts of a bubble, which are heard with it.
_PARTS = re.compile(
    r"utter_(?:stage|priority|clock|promise|length|ticket_steps)_"
    r"|utter_ticket_(?:status|choice|raised|noted|merged|question)$|utter_not_understood_always|utter_neither_button"
    # one of them is heard; which words are between two labels changes with every training: tests/actions/test_which.py
    r"|utter_which"
    # of what is shown, of a receipt, and titles of buttons
    r"|utter_privacy_(?:another|leave|told|inferred|point|no_marks|value|and|number|basis|more|page|article|steps)$"
    r"|utter_privacy_(?:given|inferred|concern|reader|partner|use|to|yes|field_title|off|choice)_"
    r"|utter_privacy_ask_(?:what|why|kept|shared)$"
    r"|utter_privacy_(?:view|usage)_(?:title|row|given|more)$"
    r"|utter_privacy_plan_(?:title|removed|anonymised|held|and|stays?|nothing_stays|copy|until|open)$"
    r"|utter_privacy_(?:choice|copy_yes|delete_all|delete_chat|delete_yes|receipt_kept)$"
    # behind a refusal, and which of them is heard: tests/actions/privacy/test_others.py
    r"|utter_privacy_whose_(?:family|others|authority)$"
    r"|utter_callback_(?:slot|no|no_words)$|utter_ticket_callback_due$"
)
#: Needs days to pass, a gateway that fails, a policy of its own, or no billing system: tests/actions.
#: Of personal data: needs a proof that is over, a second number, a fixed line, old tickets, doubtful conversations, or
#: the worker at one moment of a job: tests/actions/privacy, tests/e2e/test_privacy_scan.py.
#: Around a person: needs an agent, others in the queue, or a certain hour: tests/care/handoff, tests/care/desk.
_ELSEWHERE = {
    "utter_again_offer",
    "utter_agent_changed",
    "utter_agent_gone",
    "utter_agent_joined",
    "utter_callback_full",
    "utter_callback_none",
    "utter_callback_open",
    "utter_callback_limit",
    "utter_handed_back",
    "utter_handoff_place",
    "utter_handoff_unsure",
    "utter_handoff_wait",
    "utter_queue_closed",
    "utter_queue_late",
    "utter_rate_ask",
    "utter_rate_ask_bot",
    "utter_rate_ask_ticket",
    "utter_rate_ask_visit",
    "utter_rate_better",
    "utter_rate_no",
    "utter_rate_over",
    "utter_rate_sorry",
    "utter_rate_thanks",
    "utter_rate_why_sorry",
    "utter_rate_why_thanks",
    "utter_ticket_paused",  # what a pause and a later time look like: tests/actions/test_standing.py
    "utter_ticket_solution_renewed",
    "utter_against_will",  # where no article is sure: tests/actions/rights/test_answering.py
    "utter_minor_grown",
    "utter_minor_grown_goes_on",
    "utter_minor_guardian_goes_on",
    "utter_privacy_again_confirmed",
    "utter_privacy_again_line",
    "utter_privacy_again_value",
    "utter_privacy_ask_line",
    "utter_privacy_automatic",
    "utter_privacy_copy_link",
    "utter_privacy_copy_progress",
    "utter_privacy_correct_address",
    "utter_privacy_correct_contact",
    "utter_privacy_correct_nothing_address",
    "utter_privacy_correct_nothing_call_name",
    "utter_privacy_correct_nothing_contact",
    "utter_privacy_delete_done",
    "utter_privacy_delete_person",
    "utter_privacy_delete_running",
    "utter_privacy_doubtful",
    "utter_privacy_fixed_line",
    "utter_privacy_later",
    "utter_privacy_leak_elsewhere",
    "utter_privacy_leak_no_words",
    "utter_privacy_no_data",
    "utter_privacy_no_sms",
    "utter_privacy_not_at_hand",
    "utter_privacy_not_ready",
    "utter_privacy_over",
    "utter_privacy_policy",
    "utter_privacy_stopped",
    "utter_privacy_too_late",
    "utter_privacy_usage_none",
    "utter_privacy_whose_dead",
    "utter_privacy_why",
    "utter_ticket_ask_privacy_confirmed",
    "utter_billing_not_yet",
    "utter_code_daily_cap",
    "utter_code_expired",
    "utter_code_missing",
    "utter_code_not_mobile",
    "utter_code_not_sent",
    "utter_contact_off",
    "utter_reopen_too_late",
    "utter_ticket_late",
    "utter_ticket_no_phone",
    "utter_vas",
}


#: At least one of them is between mobile and broadband, whatever the training of today makes of each.
_BETWEEN = (
    "网速慢",
    "上不了网",
    "没网了",
    "网速不行",
    "网络不好",
    "网速好慢啊",
    "一直没网",
    "上网上不去",
    "网很差",
    "网不稳定",
)
_MOBILE_OR_BROADBAND = "utter_which_complaint_broadband_complaint_network"


def _asked_which(stack: Stack) -> tuple[str, Conversation]:
    """Words between the two, and the conversation in which they were asked about."""
    for words in _BETWEEN:
        conversation = Conversation(stack.http, patience=30)
        conversation.say(words)
        if says(conversation.replies[-1]["text"], _MOBILE_OR_BROADBAND):
            return words, conversation
    raise AssertionError("none of these is between the two any more: write others")


def test_which_of_two_is_asked_and_the_words_before_are_the_story(stack: Stack) -> None:
    words, conversation = _asked_which(stack)
    conversation.say("第一个")
    assert question_in([conversation.replies[-1]["text"]]) == "line", "nobody tells their story twice"
    for _ in range(len(_BETWEEN)):
        if says(conversation.text, "utter_complaint_summary"):
            break
        conversation.say("跳过")
    assert "宽带与固话" in conversation.text
    assert words in conversation.text


def test_neither_of_the_two_is_no_reason_for_a_person(stack: Stack) -> None:
    _, conversation = _asked_which(stack)
    conversation.say("都不是")
    assert says(conversation.text, "utter_neither")
    assert conversation.owner == "bot"


def test_everything_that_can_be_said_after_filing_and_beside_it_is_heard_in_a_story() -> None:
    """A new path comes with its story."""
    files = [*Path(__file__).parent.glob("*/*.yml"), Path(__file__)]
    heard = set(re.findall(r"utter_[a-z_0-9]+", "\n".join(file.read_text(encoding="utf-8") for file in files)))
    topics = (
        "callback",
        "chat",
        "codes",
        "contact",
        "digressions",
        "handoff",
        "privacy",
        "queue",
        "satisfaction",
        "suggestions",
        "tickets",
        "topics",
        "urgent",
        "which",
    )
    said = {key for topic in topics for key in responses_of(topic) if not _PARTS.match(key)}
    assert sorted(said - heard - _ELSEWHERE) == []


def _telephone(stack: Stack, number: str) -> Telephone:
    """What arrives at a number: the file that stands for it under `make run`."""
    return Telephone(number, stack.var / "log" / "sms.log")


def _filed(stack: Stack, conversation: Conversation) -> tuple[str, str]:
    """The number of a new ticket about money, and of its telephone."""
    line = stack.new_number()
    number = Customer(conversation, "莫名其妙多扣了我五十块钱", line).run()
    assert number is not None
    return number, line


def test_a_contact_is_proved_and_hears_of_every_step(stack: Stack, conversation: Conversation) -> None:
    number, line = _filed(stack, conversation)
    telephone = _telephone(stack, line)
    assert says(conversation.replies[-1]["text"], "utter_contact_offer")
    conversation.say("短信通知我")
    assert says(conversation.replies[-1]["text"], "utter_contact_ask_code")
    code = telephone.code()

    conversation.say("000000" if code != "000000" else "111111")
    assert says(conversation.text, "utter_code_wrong")
    conversation.say("你是机器人吗")
    assert says(conversation.replies[-1]["text"], "utter_contact_again_code"), "a question in between, then back"
    conversation.say(f"验证码是{code}")
    assert says(conversation.text, "utter_contact_proved")
    assert stack.records.ticket(number)["notify_phone"] == line

    until(lambda: len(telephone.received()) == 2, "the notice that it is filed", 20)
    stack.staff("feedback", number, "已联系计费部门核对，明天给您结果")
    stack.staff("result", number, "多扣的五十元已退回话费账户")
    stack.staff("close", number)
    until(lambda: len(telephone.received()) == 5, "feedback, result and closing", 30)
    assert all(number in message for message in telephone.received()[1:])
    assert not [message for message in telephone.received() if "五十" in message], "no SMS tells what it is about"
    for log in ("web", "worker", "actions", "rasa"):
        assert line not in stack.log(log), "no log has the number"
        assert code not in stack.log(log), "nor the code"


def test_a_code_goes_to_another_number_when_that_is_wanted(stack: Stack, conversation: Conversation) -> None:
    number, _ = _filed(stack, conversation)
    other = stack.new_number()
    conversation.say("换个号码")
    assert says(conversation.text, "utter_contact_ask_phone")
    conversation.say(other)
    conversation.say(_telephone(stack, other).code())
    assert says(conversation.text, "utter_contact_proved")
    assert stack.records.ticket(number)["notify_phone"] == other


def test_a_second_code_within_a_minute_is_not_sent(stack: Stack, conversation: Conversation) -> None:
    _, line = _filed(stack, conversation)
    telephone = _telephone(stack, line)
    conversation.say("短信通知我")
    code = telephone.code()
    conversation.say("没收到，再发一个")
    assert says(conversation.text, "utter_code_too_soon")
    assert len(telephone.received()) == 1
    conversation.say(code)
    assert says(conversation.text, "utter_contact_proved"), "the first one is still good"


def test_a_result_is_told_and_a_customer_who_is_not_satisfied_has_it_reopened(
    stack: Stack, conversation: Conversation
) -> None:
    number, _ = _filed(stack, conversation)
    stack.staff("feedback", number, "已联系计费部门核对十月账单")
    assert says(conversation.say("我的投诉到哪了"), "utter_ticket_feedback_given")
    stack.staff("result", number, "已退还五十元")
    told = conversation.say("我的投诉到哪了")
    assert says(told, "utter_ticket_outcome")
    assert "已退还五十元" in told
    assert "已反馈" in told

    conversation.say("问题根本没解决")
    assert says(conversation.text, "utter_ticket_ask_reopen_instead")
    conversation.say("不用")
    conversation.say("我不满意，要求重新处理")
    assert says(conversation.replies[-1]["text"], "utter_ticket_ask_reason")
    conversation.say("只退了五十，利息和误工费没给")
    assert says(conversation.replies[0]["text"], "utter_ticket_reopened")
    ticket = stack.records.ticket(number)
    assert ticket["status"] == "inProgress"
    events = stack.records.events(ticket["id"])
    assert [event["note"] for event in events if event["kind"] == "reopened"] == ["只退了五十，利息和误工费没给"]


def test_what_is_not_solved_yet_can_be_urged_and_not_reopened(stack: Stack, conversation: Conversation) -> None:
    number, _ = _filed(stack, conversation)
    conversation.say("我不满意，要求重新处理")
    assert says(conversation.text, "utter_ticket_ask_urge_instead")
    conversation.say("好的")
    assert says(conversation.text, "utter_ticket_urged")
    assert number in conversation.text


def test_a_ticket_filed_elsewhere_is_withdrawn_with_a_code_only(stack: Stack, conversation: Conversation) -> None:
    number, line = _filed(stack, conversation)
    later = Conversation(stack.http)
    later.say(f"我要撤回工单{number}")
    later.say(line[-4:])
    assert says(later.text, "utter_ticket_ask_code"), "the digits prove too little for that"
    later.say("你是机器人吗")
    assert says(later.replies[-1]["text"], "utter_ticket_again_code"), "a question in between, then back"
    later.say(_telephone(stack, line).code())
    assert says(later.text, "utter_ticket_ask_confirmed")
    later.say("确认撤回")
    assert says(later.text, "utter_ticket_withdrawn")
    assert stack.records.ticket(number)["status"] == "cancelled"


def test_a_person_is_reached_from_the_question_for_a_code(stack: Stack, conversation: Conversation) -> None:
    _filed(stack, conversation)
    conversation.say("短信通知我")
    conversation.say("转人工")
    assert conversation.owner == "queue"
    assert says(conversation.text, "utter_handoff_requested")
