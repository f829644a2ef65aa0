"""What comes first in any state: a life, a person asked for, a fraud going on, somebody who cannot manage."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from sqlalchemy import select

from care.db import transaction
from care.handoff.tables import Handoff
from tests.support.rasa import Actions, Talk, slot


def _reasons() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Handoff.reason)))


DESPAIR: dict[str, Any] = {"text": "钱都没了，我不想活了", "signals": {"distress": 0.9}}
FRAUD: dict[str, Any] = {"text": "对方让我把钱转到安全账户", "signals": {"fraud": 0.5}}
OLD: dict[str, Any] = {"text": "我80岁了，看不懂你们这个", "signals": {"elderly": 0.9}}
LEAK: dict[str, Any] = {"text": "你们把我的号码卖给贷款公司了", "signals": {"leak": 0.9}}
THREAT: dict[str, Any] = {"text": "我现在就去法院起诉", "signals": {"threat": 0.9}}
ANGER: dict[str, Any] = {"text": "一群废物，气死我了", "signals": {"anger": 0.9}}
#: what is said to each, before the answer
OFFERS = [
    (FRAUD, "utter_fraud_advice"),
    (OLD, "utter_person_offer"),
    (LEAK, "utter_leak_offer"),
    (THREAT, "utter_threat_offer"),
    (ANGER, "utter_empathy"),
]

#: every action that a message of the customer's can come to first, with a label that leads there
ACTIONS = [
    ("action_answer", "greet_chitchat"),
    ("action_answer", "out_of_scope"),
    ("action_privacy", "privacy_policy"),
    ("action_what_now", "inform"),
    ("action_follow_up", "ticket_status"),
    ("action_notify_me", "notify_me"),
    ("action_request_handoff", "handoff"),
    ("action_not_understood", "nlu_fallback"),
]


@pytest.mark.parametrize(("action", "intent"), ACTIONS)
async def test_despair_brings_a_person_and_a_number_to_call_at_once(actions: Actions, action: str, intent: str) -> None:
    result = await actions.run(action, Talk().user(**DESPAIR, intent=intent))
    assert result.responses == [("utter_crisis", {})]
    assert result.events == []
    assert _reasons() == ["distress"]


FORMS = [
    ("complaint_form", "complaint_wish", "complaint_tries"),
    ("ticket_form", "ticket_words", "ticket_tries"),
    ("ticket_form", "ticket_digits", "ticket_tries"),
    ("contact_form", "contact_code", "contact_tries"),
]


@pytest.mark.parametrize(("form", "asked", "tries"), FORMS)
@pytest.mark.parametrize(
    ("message", "intent", "response"),
    [(DESPAIR, "inform", "utter_crisis"), ({"text": "转人工"}, "nlu_fallback", "utter_handoff_requested")],
)
async def test_in_every_form(
    actions: Actions, form: str, asked: str, tries: str, message: dict[str, Any], intent: str, response: str
) -> None:
    """The form is left as it is filled, and nothing is asked behind the answer."""
    talk = Talk(category="other", description="断网了").has(ticket_step="add").in_form(form, asked)
    result = await actions.run(f"validate_{form}", talk.user(**message, intent=intent))
    assert result.said == [response]
    assert result.events == [
        SlotSet(tries, 0),
        SlotSet("requested_slot", None),
        ActiveLoop(None),
        FollowupAction("action_listen"),
    ]


@pytest.mark.parametrize(("action", "intent"), ACTIONS)
@pytest.mark.parametrize(("message", "response"), OFFERS)
async def test_what_is_offered_comes_before_the_answer(
    actions: Actions, action: str, intent: str, message: dict[str, Any], response: str
) -> None:
    result = await actions.run(action, Talk().user(**message, intent=intent))
    comes_first = message is OLD and intent in ("notify_me", "nlu_fallback")  # tests/actions/test_first.py
    comes_anyway = comes_first or (intent == "handoff" and len(message["text"]) <= 16 and message is not FRAUD)
    assert (result.said[0] == response) is not comes_anyway
    is_all = intent in ("inform", "nlu_fallback") and not comes_first  # where else only 「没听懂」 would be said
    assert bool(result.said[not comes_anyway :] or result.events) is not is_all, "the answer itself is not held back"


@pytest.mark.parametrize(("message", "response"), OFFERS)
async def test_said_once(actions: Actions, message: dict[str, Any], response: str) -> None:
    talk = Talk().user(**message, intent="greet_chitchat").did("action_answer")
    assert (await actions.run("action_answer", talk)).said == [response, "utter_greet"]
    talk.said(response, "utter_greet").user(**message, intent="greet_chitchat")
    assert (await actions.run("action_answer", talk)).said == ["utter_greet"]


async def test_advice_against_fraud_comes_again_later_and_all_else_once_in_a_conversation(actions: Actions) -> None:
    for message, response in OFFERS:
        first = await actions.run("action_answer", Talk().user(**message, intent="greet_chitchat"))
        # long after: none of it is remembered by Rasa any more
        again = Talk().user(**message, intent="greet_chitchat", message_id="99")
        said = (await actions.run("action_answer", again)).said
        if message is THREAT:
            assert first.said == [response, "utter_greet"]
        assert (response in said) is (message is FRAUD)


async def test_one_sentence_of_regret_for_anger_and_threat_together(actions: Actions) -> None:
    both = ANGER | {"signals": {"anger": 0.99, "threat": 0.5}}
    assert (await actions.run("action_answer", Talk().user(**both, intent="out_of_scope"))).said == [
        "utter_threat_offer",
        "utter_out_of_scope",
    ]


@pytest.mark.parametrize(("first", "then"), [(ANGER, THREAT), (THREAT, ANGER)])
async def test_regret_is_not_repeated(actions: Actions, first: dict[str, Any], then: dict[str, Any]) -> None:
    await actions.run("action_answer", Talk().user(**first, intent="out_of_scope", message_id="1"))
    later = await actions.run("action_answer", Talk().user(**then, intent="out_of_scope", message_id="2"))
    assert later.said == ["utter_out_of_scope"]


SURE = [
    # not sure enough, so nothing is said
    ({"anger": 0.59}, []),
    ({"anger": 0.6}, ["utter_empathy"]),
    ({"elderly": 0.29}, []),
    ({"fraud": 0.1}, ["utter_fraud_advice"]),
]


@pytest.mark.parametrize(("signals", "said"), SURE)
async def test_how_sure_it_must_be(actions: Actions, signals: dict[str, float], said: list[str]) -> None:
    talk = Talk().user("随便说点什么", "greet_chitchat", signals=signals)
    assert (await actions.run("action_answer", talk)).said == [*said, "utter_greet"]


@pytest.mark.parametrize(("message", "response"), OFFERS)
async def test_an_open_form_goes_on(actions: Actions, message: dict[str, Any], response: str) -> None:
    """A person is offered and not forced: the complaint in progress is asked on."""
    talk = Talk(category="other", description="断网了").asked("line").user(**message, intent="complaint_service")
    result = await actions.run("validate_complaint_form", talk)
    assert result.said[0] == response
    assert slot("requested_slot", "complaint_line") in result.events
    assert _reasons() == []


RAISED = [
    # said before                what the desk is told when a person is asked for then
    ([], "asked"),
    ([OLD], "elderly"),
    ([OLD, ANGER], "anger"),
    ([ANGER, FRAUD, THREAT], "fraud"),
]


@pytest.mark.parametrize(("before", "reason"), RAISED)
async def test_the_desk_is_told_what_was_raised(actions: Actions, before: list[dict[str, Any]], reason: str) -> None:
    talk = Talk()
    for message in before:
        await actions.run("action_answer", talk.user(**message, intent="greet_chitchat"))
    await actions.run("action_request_handoff", talk.user("/handoff"))
    assert _reasons() == [reason]


SECRETS = [
    ("我身份证号1101011990 密码123456 帮我查话费", True),
    ("密码是abc123", True),
    ("验证码是123456", False),  # may be the answer to our own question
    ("我忘了密码", False),
]


@pytest.mark.parametrize(("text", "is_warned"), SECRETS)
async def test_who_gives_a_password_away_is_warned_once(actions: Actions, text: str, is_warned: bool) -> None:
    talk = Talk().user(text, "billing_balance")
    result = await actions.run("action_answer", talk)
    assert result.said == ["utter_secret_warning"] * is_warned + ["utter_billing_not_yet"]
    talk.did("action_answer").said(*result.said).user(text, "billing_balance")
    assert (await actions.run("action_answer", talk)).said == ["utter_billing_not_yet"]


PERSON = [
    # said                        label             confidence   asks for a person
    ("转人工", "handoff", 0.9, True),
    ("转人工", "nlu_fallback", 0.3, True),  # its words are sure
    ("人工", "inform", 0.4, True),
    ("人工客服！！", "complaint_service", 0.5, True),
    ("請轉人工客服", "handoff", 0.9, True),
    ("麻烦帮我转一下人工谢谢", "inform", 0.4, True),
    ("我要真人", "inform", 0.4, True),
    ("不想跟机器人聊了，换人", "complaint_service", 0.5, True),
    ("叫你们经理来跟我说", "handoff", 0.6, True),  # just sure enough
    ("叫你们经理来跟我说", "handoff", 0.59, False),
    ("人工客服态度差", "handoff", 0.9, False),  # a story
    ("人工客服态度差", "complaint_service", 0.9, False),
    ("我要求人工客服向我道歉", "handoff", 0.9, False),  # a wish
    ("打了三次人工客服都没人接", "handoff", 0.9, False),
    ("赶紧派个人来修一修吧", "handoff", 0.9, False),  # for the line, not for the talk
    ("你是人工吗", "greet_chitchat", 0.9, False),
    ("转了三次人工客服都没有一个人管我的事", "handoff", 0.9, False),
    ("我不等了 不要人工了", "handoff", 0.9, False),  # a no to it
    ("不要人工了", "handoff", 0.9, False),
    ("要不转人工吧", "handoff", 0.9, True),  # no such no
    ("不要机器人，找人工", "handoff", 0.9, True),
]


@pytest.mark.parametrize(("text", "intent", "confidence", "asks"), PERSON)
async def test_asking_for_a_person_in_a_form(
    actions: Actions, text: str, intent: str, confidence: float, asks: bool
) -> None:
    talk = Talk(category="other", description="断网了").asked("wish").user(text, intent, confidence)
    result = await actions.run("validate_complaint_form", talk)
    assert (result.said == ["utter_handoff_requested"]) is asks
