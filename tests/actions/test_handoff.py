"""A person: asked for, or after two messages in a row that were not understood."""

from __future__ import annotations

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from sqlalchemy import select

from care.conversations.service import owner_of
from care.db import transaction
from care.handoff.tables import Handoff
from care.wording import buttons, say
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW


def _owner() -> str:
    with transaction() as session:
        return owner_of(session, "c1")


def _handoffs() -> list[tuple[str, str]]:
    with transaction() as session:
        return [(row.reason, row.status) for row in session.scalars(select(Handoff))]


def _button(title: str, payload: str) -> dict[str, str]:
    return {"title": title, "payload": payload}


NETWORK = _button("投诉手机信号或上网", "/complaint_network")
BALANCE = _button("查余额", "/billing_balance")
ALWAYS = [_button("登记投诉", "/complain"), _button("转人工", "/handoff")]


async def test_asked_for(actions: Actions) -> None:
    result = await actions.run("action_request_handoff", Talk().user("转人工", "handoff"))
    assert result.events == []
    assert result.responses == [("utter_handoff_requested", {})]
    assert _owner() == "queue"
    assert _handoffs() == [("asked", "waiting")]
    with transaction() as session:
        assert session.scalars(select(Handoff.requested_at)).one() == NOW


async def test_asked_for_in_the_middle_of_a_complaint(actions: Actions) -> None:
    """The form is left, or it would go on asking when the person gives the conversation back; what was said stays."""
    talk = Talk(category="other").user("没信号", "complaint_network").asked("line").user("/handoff")
    result = await actions.run("action_request_handoff", talk)
    assert result.events == [
        SlotSet("complaint_tries", 0),
        SlotSet("requested_slot", None),
        ActiveLoop(None),
        FollowupAction("action_listen"),
    ]
    assert _owner() == "queue"


NO_PERSON = ["我不等了 不要人工了", "不要人工了", "不用转人工了", "别转人工", "不等了，回到小益", "不用联系我"]


@pytest.mark.parametrize("text", NO_PERSON)
async def test_a_no_to_a_person_is_no_wish_for_one(actions: Actions, text: str) -> None:
    result = await actions.run("action_request_handoff", Talk().user(text, "handoff"))
    assert result.said == ["utter_all_right"]
    assert _owner() == "bot"


ELSEWHERE = [
    ("那打哪个电话", "rights_channels", "action_answer"),
    ("那你帮我转给联通", "handoff", "action_request_handoff"),  # nobody here can
    ("电话是多少", "nlu_fallback", "action_not_understood"),
]


@pytest.mark.parametrize(("text", "intent", "action"), ELSEWHERE)
async def test_whoever_is_not_ours_gets_the_others_number_again(
    actions: Actions, text: str, intent: str, action: str
) -> None:
    talk = Talk().user("13000000000", "inform").did("action_send_elsewhere").said("utter_complaint_elsewhere")
    bubble = next(event for event in talk.events if event["event"] == "bot")
    bubble["text"] = say("complaint_elsewhere", operator="中国联通", hotline="10010")
    result = await actions.run(action, talk.user(text, intent))
    assert result.responses == [("utter_other_hotline", {"operator": "中国联通", "hotline": "10010"})]
    assert _owner() == "bot"


@pytest.mark.parametrize("text", ["我要转到联通", "帮我转联通", "怎么转给电信"])
async def test_elsewhere_that_is_number_portability(actions: Actions, text: str) -> None:
    result = await actions.run("action_answer", Talk().user(text, "rights_portability"))
    assert "utter_other_hotline" not in result.said


async def test_the_same_turn_run_again(actions: Actions) -> None:
    talk = Talk().user("转人工", "handoff")
    first = await actions.run("action_request_handoff", talk)
    again = await actions.run("action_request_handoff", talk)
    assert again.responses == first.responses
    assert _handoffs() == [("asked", "waiting")]


GUESSES = [
    # what the model thinks of, most likely first          the buttons
    (("complaint_network", "billing_balance", "billing_detail"), [NETWORK, BALANCE]),  # the two nearest
    (("billing_balance", "complaint_network"), [BALANCE, NETWORK]),  # in their order
    (
        ("greet_chitchat", "complaint_network", "out_of_scope", "billing_balance"),
        [NETWORK, BALANCE],
    ),  # no choices left out
    (("complaint_network",), [NETWORK]),
    (("affirm", "deny", "handoff"), []),  # nothing that one would choose
    ((), []),
]


@pytest.mark.parametrize(("ranking", "guesses"), GUESSES)
async def test_the_first_time_offers_the_nearest_guesses(
    actions: Actions, ranking: tuple[str, ...], guesses: list[dict[str, str]]
) -> None:
    talk = Talk().user("嘎嘎嘎", "nlu_fallback", 0.3, ranking)
    result = await actions.run("action_not_understood", talk)
    assert result.events == []
    assert result.responses == [("utter_not_understood", {"buttons": guesses + ALWAYS})]
    assert buttons("not_understood_always") == ALWAYS
    assert _owner() == "bot"


async def test_words_between_two_kinds_of_complaint_are_a_complaint(actions: Actions) -> None:
    text = "唉不行我还是要投诉，提前解约要我三百块违约金，当时根本没说有合约"
    talk = Talk().user(text, "nlu_fallback", 0.3, ("complaint_marketing", "complaint_billing"))
    result = await actions.run("action_not_understood", talk)
    assert [event["name"] for event in result.events] == ["complaint_form"]


TORN = [
    # a whole story with number, day and wish looks half like a bare answer
    (("inform", "complaint_broadband"), "家里宽带断了三天，号码13800138000，上周三开始，尽快修好", 0.9, True),
    (("inform", "complaint_broadband"), "乜嘢咕噜叽里呱啦咚咚锵咚咚锵", 0.1, False),  # noise is like nothing
    (("inform", "out_of_scope", "complaint_broadband"), "上海到北京的高铁几点开呀", 0.5, False),
]


@pytest.mark.parametrize(("ranking", "text", "confidence", "opens"), TORN)
async def test_torn_between_an_answer_and_a_complaint(
    actions: Actions, ranking: tuple[str, ...], text: str, confidence: float, opens: bool
) -> None:
    talk = Talk().user(text, "nlu_fallback", confidence, ranking)
    result = await actions.run("action_not_understood", talk)
    assert (result.said == []) is opens


@pytest.mark.parametrize("text", ["？？？", "😡😡😡", "。。。"])
async def test_without_a_word_it_says_that_it_is_there(actions: Actions, text: str) -> None:
    talk = Talk().user(text, "nlu_fallback", 0.1, ("complaint_network",))
    assert (await actions.run("action_not_understood", talk)).said == ["utter_no_words"]


@pytest.mark.parametrize("first", ["utter_not_understood", "utter_what_now", "utter_no_words"])
async def test_the_second_time_in_a_row_brings_a_person(actions: Actions, first: str) -> None:
    talk = Talk().user("嘎嘎嘎", "nlu_fallback").did("action_not_understood").said(first)
    result = await actions.run("action_not_understood", talk.user("嘎嘎", "nlu_fallback"))
    assert result.events == []
    assert result.responses == [("utter_handoff_not_understood", {})]
    assert _owner() == "queue"
    assert _handoffs() == [("not_understood", "waiting")]


async def test_not_in_a_row(actions: Actions) -> None:
    talk = Talk().user("嘎嘎嘎", "nlu_fallback").did("action_not_understood").said("utter_not_understood")
    talk.user("你好", "greet_chitchat").did("action_answer").said("utter_greet")
    result = await actions.run("action_not_understood", talk.user("嘎嘎", "nlu_fallback"))
    assert result.said == ["utter_not_understood"]
    assert _owner() == "bot"


async def test_the_same_misunderstanding_run_again_is_not_the_second(actions: Actions) -> None:
    """The turn died: it runs again from the stored tracker, which does not have the first run."""
    talk = Talk().user("嘎嘎嘎", "nlu_fallback")
    first = await actions.run("action_not_understood", talk)
    again = await actions.run("action_not_understood", talk)
    assert again.responses == first.responses
    assert _owner() == "bot"
