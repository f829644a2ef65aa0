"""The path of a complaint through the real product: every process real, every byte over a socket."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest

from tests.e2e.client import Conversation
from tests.e2e.customer import Customer
from tests.e2e.stack import Stack
from tests.e2e.wording import TICKET, question_in, says

pytestmark = [pytest.mark.rasa, pytest.mark.slow]


def test_a_complaint_becomes_a_ticket_with_promise_and_clocks(stack: Stack, conversation: Conversation) -> None:
    customer = Customer(conversation, "家里宽带断了三天，打了好几次电话都没人来修", stack.new_number())
    number = customer.run()

    assert number is not None, customer.transcript
    assert "网络基础设施部" in conversation.text
    # complex: first feedback within 24 h, solution within 48 h, told as clock times
    assert re.search(r"明天 \d\d:\d\d前首次反馈，后天 \d\d:\d\d前给出处理结果", conversation.text)
    ((ticket_id, category, status),) = stack.rows("SELECT id, category, status FROM tickets WHERE number = %s", number)
    assert (category, status) == ("complaint_broadband", "acknowledged")
    clocks = stack.rows("SELECT name, kind FROM clocks WHERE ticket_id = %s ORDER BY id", ticket_id)
    assert [name for name, kind in clocks if kind == "promise"] == ["first_feedback", "solution_complex"]
    assert [name for name, kind in clocks if kind == "statutory"] == ["answer", "repair"]
    # whether the other tests' complaints have become a hot spot by now is not this test's matter
    events = "SELECT kind, actor FROM ticket_events WHERE ticket_id = %s AND kind <> 'surge'"
    assert stack.rows(events, ticket_id) == [("filed", "customer")]

    assert number in conversation.say("我的投诉到哪了"), "the status names the ticket"


def test_what_was_said_is_not_asked_again(conversation: Conversation) -> None:
    conversation.say("13800138000这个号从昨天开始一直没信号，打不了电话")
    assert _asked(conversation) not in ("line", "since", "description")


def _asked(conversation: Conversation) -> str | None:
    return question_in([reply["text"] for reply in conversation.replies])


STORIES = [
    "我家宽带从昨天开始断了，账号13800138000",
    "13800138000没信号，电话都打不出去",
    "家里宽带断了三天，报修两次都没人来，号码13800138000，上周三晚上开始，尽快修好，打这个号码",
    "13800138000，11月18日被扣了50元不明费用，要求退款",
]


@pytest.mark.parametrize("story", STORIES)
def test_a_story_with_a_number_in_it_opens_a_complaint(conversation: Conversation, story: str) -> None:
    """Numbers and days alone are answers to questions; within a story they must not make it one."""
    conversation.say(story)
    assert _asked(conversation) not in (None, "line", "description"), conversation.text


def test_back_from_the_queue_a_half_told_complaint_goes_on(conversation: Conversation) -> None:
    conversation.say("家里宽带断了三天没人管")
    conversation.say("转人工")
    conversation.say("不等了")
    assert conversation.owner == "bot"
    conversation.say("/complain")
    assert _asked(conversation) == "line", "the next open question, not the story again"


def test_a_person_is_one_word_away_also_in_the_middle_of_the_form(conversation: Conversation) -> None:
    conversation.say("流量莫名其妙就没了，扣了我一百多块钱")
    conversation.say("转人工")
    assert conversation.owner == "queue"
    conversation.say("喂有人吗")
    assert conversation.owner == "queue"
    assert conversation.replies, "even in the queue nobody is met with silence"
    conversation.say("/stop_waiting")
    assert conversation.owner == "bot"


def test_two_messages_that_nobody_understands_bring_a_person(conversation: Conversation) -> None:
    conversation.say("乜嘢咕噜叽里呱啦咚咚锵")
    conversation.say("咚咚锵叽里呱啦乜嘢咕噜")
    assert conversation.owner in ("queue", "bot")
    if conversation.owner == "bot":  # the model found words that it knows; then it must have offered a way on
        assert conversation.payloads


def test_cancelling_files_nothing(stack: Stack, conversation: Conversation) -> None:
    conversation.say("你们营业厅的人态度太差了，爱答不理的")
    conversation.say("/cancel") if "/cancel" in conversation.payloads else conversation.say("算了不投诉了")
    assert conversation.owner == "bot"
    assert stack.rows("SELECT 1 FROM tickets WHERE conversation_id = %s", conversation.conversation_id) == []


def test_a_second_complaint_in_the_same_conversation(stack: Stack, conversation: Conversation) -> None:
    line = stack.new_number()
    first = Customer(conversation, "手机一到家就没信号，电话都打不出去", line).run()
    second = Customer(conversation, "还有，上个月莫名其妙多扣了我五十块钱", line).run()
    assert first
    assert second
    assert first != second
    told = conversation.say("我的投诉处理得怎么样了")
    assert set(TICKET.findall(told)) == {first, second}


BAD_INPUT = [
    ("", "nothing at all"),
    ("   \n\t ", "white space only"),
    ("😀🙃🔥", "no words"),
    ("<script>alert('x')</script><img src=x onerror=alert(1)>", "markup is text"),
    ("\x00\x07\x1b[31m宽带\u202e断了\u200b三天", "control, bidirectional and zero-width characters"),
    ('/complaint_network{"complaint_line": "13800138000"}', "an intent with slots, never offered on a button"),
    ("/restart", "Rasa's own command"),
    ("  /file_complaint", "behind white space"),
    ("EXTERNAL: reminder", "Rasa's prefix of external events"),
    ("宽带太慢了" * 2000, "10,000 characters"),
    ("{complaint_line} {0} %s ${x} {{}}", "template signs"),
]


@pytest.mark.parametrize(("text", "why"), BAD_INPUT, ids=[why for _, why in BAD_INPUT])
def test_bad_input_gets_a_polite_answer_and_the_conversation_goes_on(
    conversation: Conversation, text: str, why: str
) -> None:
    conversation.say(text)
    assert conversation.text.strip(), "never silence"
    assert "{" not in conversation.text.replace(text.strip(), "")
    conversation.say("转人工")
    assert conversation.owner == "queue", "the conversation still works"


FORM_TROUBLE = [
    (["12345"], "utter_phone", "an invalid number is explained"),
    (["1380013800"], "utter_phone", "one digit is missing"),
    (["13800138000", "下个月5号开始的"], "utter_since_future", "a day that has not come"),
    (["13800138000", "2月30号"], "utter_since_impossible", "a day that does not exist"),
]


@pytest.mark.parametrize(("answers", "explained", "why"), FORM_TROUBLE, ids=[why for *_, why in FORM_TROUBLE])
def test_a_wrong_answer_is_explained_and_asked_again(
    conversation: Conversation, answers: list[str], explained: str, why: str
) -> None:
    conversation.say("营业厅的人态度太差了，爱答不理的")
    for answer in answers:
        conversation.say(answer)
    assert says(conversation.text, explained)
    assert conversation.payloads == ["/skip"], "and the question stands again"


def test_nobody_is_asked_for_ever(conversation: Conversation) -> None:
    conversation.say("营业厅的人态度太差了，爱答不理的")
    for _ in range(3):
        conversation.say("12345")
    assert says(conversation.text, "utter_complaint_moving_on")
    assert _asked(conversation) == "since", "the next question"


def test_the_same_message_id_gets_the_stored_replies(stack: Stack, conversation: Conversation) -> None:
    message_id = str(uuid.uuid4())
    first = conversation.post("宽带老是掉线烦死了", message_id).json()
    second = conversation.post("宽带老是掉线烦死了", message_id).json()
    assert first["replies"] == second["replies"]
    assert first["conversation_id"] == second["conversation_id"], "an opening that is repeated opens once"


def test_rasa_and_the_action_server_are_closed_to_strangers(stack: Stack) -> None:
    import psutil

    environment = psutil.Process(stack.pid("rasa")).environ()
    assert "QUANYI_DATABASE_URL" not in environment, "Rasa has no credentials to customer data"
    assert "QUANYI_KEYS" not in environment
    actions = environment["QUANYI_ACTIONS_URL"]
    assert httpx.post(actions, json={"next_action": "action_file_complaint"}).status_code == 401
    rasa = f"http://127.0.0.1:{psutil.Process(stack.pid('web')).environ()['QUANYI_RASA_URL'].rsplit(':', 1)[1]}"
    body = {"message_id": "m", "conversation_id": "c", "text": "x", "payload": False, "fresh": False}
    assert httpx.post(f"{rasa}/webhooks/quanyi/turn", json=body).status_code == 401
    assert httpx.post(f"{rasa}/webhooks/rest/webhook", json={"sender": "x", "message": "hi"}).status_code == 404
    assert httpx.get(f"{rasa}/conversations/x/tracker").status_code == 404


def test_no_log_holds_what_a_customer_said(stack: Stack, conversation: Conversation) -> None:
    secret = f"秘密{uuid.uuid4().hex[:8]}"
    first, second = stack.new_number(), stack.new_number()
    conversation.say(f"我家宽带断了，{secret}，电话{first}")
    conversation.say(second)
    for log in (stack.var / "log").glob("*.log"):
        content = log.read_text(encoding="utf-8", errors="replace")
        for word in (secret, first, second):
            assert word not in content, log.name
