"""Old and disabled customers are given a person before a form, a code or a question back; so is a sure fraud's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from care.accounts.proofs import know_user, prove
from care.conversations.service import owner_of
from care.db import transaction
from care.handoff.rules import EndedBy
from care.handoff.service import withdraw
from care.handoff.tables import Concern, Handoff
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW

OLD: dict[str, Any] = {"signals": {"elderly": 0.9}}
DEAF = "我是听障人士，"


def _handoffs() -> list[tuple[str, dict[str, Any]]]:
    with transaction() as session:
        return [(row.reason, row.trigger) for row in session.scalars(select(Handoff))]


def _owner() -> str:
    with transaction() as session:
        return owner_of(session, "c1")


ASKED = [
    # what the answer would begin with: a number and a code, a form, a question back
    ("我七十八了，查查我还有多少话费", "billing_balance", "action_billing"),
    ("我七十八了，手机老是自动扣钱", "complaint_billing", "validate_complaint_form"),
    ("我七十八了，看看你们存了我什么", "privacy_access", "action_privacy"),
    ("我七十八了，发短信告诉我", "notify_me", "action_notify_me"),
    ("我七十八了，这个那个啥的", "nlu_fallback", "action_not_understood"),
    ("我七十八了，要投诉", "complain", "validate_complaint_form"),
]


@pytest.mark.parametrize(("words", "intent", "action"), ASKED)
async def test_a_person_comes_before_what_would_be_asked(
    actions: Actions, words: str, intent: str, action: str
) -> None:
    result = await actions.run(action, Talk().user(words, intent, **OLD))
    assert result.said == ["utter_handoff_elderly"]
    assert _owner() == "queue"
    [(reason, trigger)] = _handoffs()
    assert reason == "elderly"
    assert trigger["message"] == 1
    assert trigger.get("confidence") == (None if intent == "nlu_fallback" else 0.95)


@pytest.mark.parametrize(("words", "intent", "action"), ASKED)
async def test_the_same_for_who_is_disabled(actions: Actions, words: str, intent: str, action: str) -> None:
    result = await actions.run(action, Talk().user(DEAF + words.partition("，")[2], intent))
    assert result.said == ["utter_handoff_disability"]
    assert [reason for reason, _ in _handoffs()] == ["disability"]


ANSWERED = [
    # is answered at once, so a person is offered and the answer follows
    ("我七十八了，你好", "greet_chitchat", "action_answer", ["utter_person_offer", "utter_greet"]),
    ("我七十八了，今天天气怎么样", "out_of_scope", "action_answer", ["utter_person_offer", "utter_out_of_scope"]),
]


@pytest.mark.parametrize(("words", "intent", "action", "said"), ANSWERED)
async def test_what_can_be_answered_is(actions: Actions, words: str, intent: str, action: str, said: list[str]) -> None:
    assert (await actions.run(action, Talk().user(words, intent, **OLD))).said == said
    assert _owner() == "bot"


async def test_known_from_an_earlier_message(actions: Actions) -> None:
    talk = Talk().user("我七十八了", "greet_chitchat", **OLD)
    assert (await actions.run("action_answer", talk)).said == ["utter_person_offer", "utter_greet"]
    result = await actions.run("action_billing", talk.user("查话费", "billing_balance"))
    assert result.said == ["utter_handoff_elderly"]


async def test_whoever_came_back_from_the_queue_wants_the_bot(actions: Actions) -> None:
    talk = Talk().user("我七十八了，要投诉", "complain", **OLD)
    await actions.run("validate_complaint_form", talk)
    with transaction() as session:
        withdraw(session, "c1", NOW, by=EndedBy.CUSTOMER)
    result = await actions.run("validate_complaint_form", talk.user("要投诉乱扣费", "complaint_billing"))
    assert "utter_handoff_elderly" not in result.said
    assert _owner() == "bot"


async def test_a_button_is_their_own_choice(actions: Actions) -> None:
    talk = Talk().user("我七十八了", "greet_chitchat", **OLD)
    await actions.run("action_answer", talk)
    result = await actions.run("action_billing", talk.user("/billing_balance"))
    assert "utter_handoff_elderly" not in result.said


async def test_within_a_form_a_person_is_offered_and_what_was_told_goes_on(actions: Actions) -> None:
    talk = Talk(category="other", description="断网了").asked("line").user("我七十八了，记不得", "inform", **OLD)
    result = await actions.run("validate_complaint_form", talk)
    assert result.said[0] == "utter_person_offer"
    assert _owner() == "bot"


async def test_one_word_brings_a_person(actions: Actions) -> None:
    talk = Talk().user("我七十八了", "greet_chitchat", **OLD)
    await actions.run("action_answer", talk)
    assert (await actions.run("action_answer", talk.user("人工", "inform", 0.4))).said == ["utter_handoff_requested"]
    assert [reason for reason, _ in _handoffs()] == ["elderly"]


def _senior_by_account() -> None:
    with transaction() as session:
        know_user(session, "c1", "page", "kehu-1", NOW + timedelta(hours=1), NOW, is_senior=True)


async def test_known_by_the_account(actions: Actions) -> None:
    """The operator's own page has signed the year of birth; the customer says nothing of it."""
    _senior_by_account()
    result = await actions.run("action_billing", Talk().user("查话费", "billing_balance"))
    assert result.said == ["utter_handoff_elderly"]
    with transaction() as session:
        assert session.scalars(select(Concern.reason)).all() == ["elderly"]


async def test_known_by_the_account_and_only_greets(actions: Actions) -> None:
    _senior_by_account()
    talk = Talk().user("你好", "greet_chitchat")
    assert (await actions.run("action_answer", talk)).said == ["utter_person_offer", "utter_greet"]
    talk.said("utter_person_offer", "utter_greet").user("谢谢", "greet_chitchat")
    assert "utter_person_offer" not in (await actions.run("action_answer", talk)).said


async def test_what_needs_no_code_is_answered_to_an_old_customer(actions: Actions) -> None:
    """A number that they proved is open: nothing would be asked, so nothing has to come before it."""
    _senior_by_account()
    with transaction() as session:
        prove(session, "c1", "13800138000", NOW)
    result = await actions.run("action_billing", Talk().user("查话费", "billing_balance"))
    assert result.said[0] == "utter_person_offer"
    assert _owner() == "bot"


FRAUDS = [
    # how sure, what is said, whether a person comes unasked
    (0.5, ["utter_fraud_advice", "utter_out_of_scope"], False),
    (0.95, ["utter_fraud_advice", "utter_fraud_person"], True),
]


@pytest.mark.parametrize(("fraud", "said", "comes"), FRAUDS)
async def test_a_fraud_that_is_sure(actions: Actions, fraud: float, said: list[str], comes: bool) -> None:
    talk = Talk().user("骗子正叫我把钱转到安全账户", "out_of_scope", signals={"fraud": fraud})
    assert (await actions.run("action_answer", talk)).said == said
    assert [reason for reason, _ in _handoffs()] == ["fraud"] * comes


async def test_whoever_left_the_queue_is_advised_only(actions: Actions) -> None:
    talk = Talk().user("骗子正叫我转钱", "out_of_scope", signals={"fraud": 0.95})
    await actions.run("action_answer", talk)
    with transaction() as session:
        withdraw(session, "c1", NOW, by=EndedBy.CUSTOMER)
    later = Talk().user("骗子又叫我转钱", "out_of_scope", signals={"fraud": 0.95}, message_id="99")
    assert "utter_fraud_person" not in (await actions.run("action_answer", later)).said
