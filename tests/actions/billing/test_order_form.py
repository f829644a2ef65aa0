"""An order waits for its code: nothing but the code confirms it, and every step is written down."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import time_machine
from sqlalchemy import select

from care.accounts.proofs import end_proofs, prove
from care.billing.tables import Order, OrderStep
from care.conversations.tables import Conversation
from care.db import transaction
from care.notices.tables import Notice
from tests.support.billing import down, phone_of, seed, slow
from tests.support.database import scalar
from tests.support.environment import NOBODY, forget_settings
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW, china

PHONE = phone_of("bill_shock")
SHOWN = ["utter_order_shown", "utter_order_ask_code"]
UNSUBSCRIBE = '/billing_package{"sub": "unsubscribe", "item": "s0-shipin"}'


@dataclass(frozen=True)
class Written:
    status: str
    steps: list[str]
    #: how often the demo operator did it
    placed: int


def written() -> Written:
    """The newest order."""
    with transaction() as session:
        order = session.scalars(select(Order).order_by(Order.id.desc()).limit(1)).one()
        steps = session.scalars(select(OrderStep).where(OrderStep.order_id == order.id).order_by(OrderStep.id))
        placed = int(str(scalar("SELECT count(*) FROM demo_operator.orders")))
        return Written(order.status, [step.step for step in steps], placed)


@pytest.fixture
async def play(actions: Actions) -> Play:
    """A customer whose number was proved a moment ago."""
    seed(NOW, 14)
    with transaction() as session:
        prove(session, "c1", PHONE, NOW)
    return Play(actions)


@pytest.fixture
async def waiting(play: Play) -> Play:
    """…and who was shown an order."""
    assert await play.names(UNSUBSCRIBE) == SHOWN
    return play


async def test_from_what_is_shown_to_what_is_done(play: Play) -> None:
    (_, shown), (_, asked) = await play.say(UNSUBSCRIBE)
    assert shown["shown"] == (
        "退订“畅看视频会员”\n现在：15.00 元/月，由悦影文化提供\n生效：12月1日起不再收费，在那之前照常能用\n"
        "会失去：退订后这项服务和里面的会员权益就用不了了，以后要用得重新订"
    )
    assert asked == {"phone": "138****8000"}
    assert play.waits_for == "order_code"
    assert "用于退订“畅看视频会员”" in Telephone(PHONE).received()[-1], "the SMS names the order"
    assert written() == Written("shown", ["shown", "code_sent"], 0)
    ((name, said),) = await play.say(Telephone(PHONE).code())
    assert name == "utter_order_placed"
    assert said["reference"]
    del said["reference"]
    assert said == {"what": "退订“畅看视频会员”", "effective": "2026年12月1日", "phone": "138****8000"}
    assert (play.talk.active_loop, play.talk.slots["order_id"]) == ({}, None)
    assert written() == Written("placed", ["shown", "code_sent", "confirmed", "placed", "told"], 1)
    with transaction() as session:
        (notice,) = session.scalars(select(Notice))
        assert (notice.kind, notice.phone) == ("order", PHONE)
        assert notice.text == (
            "【权益通】退订“畅看视频会员”已办理成功，2026年12月1日起生效。不是本人办理的，请尽快联系我们。"
        )


YES_IS_NOT_ENOUGH = [
    ("好的", "affirm", "an answer in a chat is none of the three ways of the ministry"),
    ("确认", "affirm", "nor is a confirmation"),
    ("确认办理", "inform", "whatever the label says"),
    ("同意，退订吧", "billing_package", "nor is the wish once more"),
    ("/affirm", "affirm", "nor a button"),
    ("取消这个业务", "cancel", "ending the service is what is ordered: no word of giving up"),
]


@pytest.mark.parametrize(("text", "intent", "reason"), YES_IS_NOT_ENOUGH)
async def test_a_yes_is_not_enough(waiting: Play, text: str, intent: str, reason: str) -> None:
    assert await waiting.names(text, intent) == ["utter_order_why_code"], reason
    assert waiting.waits_for == "order_code"
    assert written() == Written("shown", ["shown", "code_sent"], 0)


CANCELS = [
    ("算了", "cancel", "as people say it"),
    ("不退了", "deny", "no to the order"),
    ("先不办了", "inform", "by the words, whatever the label"),
    ("我再考虑一下", "inform", "not now is no"),
    ("/cancel", "cancel", "the button"),
]


@pytest.mark.parametrize(("text", "intent", "reason"), CANCELS)
async def test_given_up(waiting: Play, text: str, intent: str, reason: str) -> None:
    code = Telephone(PHONE).code()
    assert await waiting.say(text, intent) == [("utter_order_cancelled", {"what": "退订“畅看视频会员”"})], reason
    assert waiting.waits_for is None
    assert written() == Written("cancelled", ["shown", "code_sent", "cancelled"], 0)
    await waiting.say(code)
    assert written().placed == 0, "its code is worth nothing now"


async def test_wrong_codes_tell_how_many_tries_are_left(waiting: Play) -> None:
    right = Telephone(PHONE).code()
    wrong = "000000" if right != "000000" else "111111"
    said = [await waiting.say(wrong) for _ in range(5)]
    assert [(name, values.get("tries")) for ((name, values),) in said] == [
        ("utter_code_wrong", "4"),
        ("utter_code_wrong", "3"),
        ("utter_code_wrong", "2"),
        ("utter_code_wrong", "1"),
        ("utter_code_used_up", None),
    ]
    assert waiting.waits_for is None, "locked: there is no code to wait for"
    assert written() == Written("cancelled", ["shown", "code_sent", *["code_wrong"] * 5, "cancelled"], 0)


async def test_a_number_that_is_no_code_costs_nothing(waiting: Play) -> None:
    ((name, _),) = await waiting.say("12345")
    assert name == "utter_code_wrong"
    assert written().steps == ["shown", "code_sent"]
    assert await waiting.names(f"验证码是 {Telephone(PHONE).code()}") == ["utter_order_placed"]


async def test_another_code(waiting: Play, clock: time_machine.Traveller) -> None:
    assert await waiting.names("/send_again") == ["utter_code_too_soon"]
    assert written().steps == ["shown", "code_sent"], "nothing was sent"
    clock.move_to(china("2026-11-21 15:22"))
    assert await waiting.names("没收到，再发一个") == ["utter_order_ask_code"]
    assert written().steps == ["shown", "code_sent", "code_sent"]
    assert await waiting.names(Telephone(PHONE).code()) == ["utter_order_placed"]


async def test_after_ten_minutes_it_is_shown_anew(waiting: Play, clock: time_machine.Traveller) -> None:
    clock.move_to(china("2026-11-21 15:27"))
    await waiting.say("/send_again")
    clock.move_to(china("2026-11-21 15:30"))
    assert await waiting.names(Telephone(PHONE).code()) == ["utter_order_over"], "the code is good, its order is not"
    assert waiting.waits_for is None
    assert written() == Written("expired", ["shown", "code_sent", "code_sent", "expired"], 0)


async def test_the_proof_is_looked_at_again(waiting: Play) -> None:
    """An agent ended it, or the number changed hands: the code alone opens nothing."""
    with transaction() as session:
        end_proofs(session, "c1", NOW)
    assert await waiting.names(Telephone(PHONE).code()) == ["utter_order_over"]
    assert written() == Written("expired", ["shown", "code_sent", "expired"], 0)


async def test_nobody_confirms_an_order_of_another_conversation(waiting: Play, actions: Actions) -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
        session.flush()
        prove(session, "c2", PHONE, NOW)
    stranger = Play(actions, "c2")
    stranger.talk.has(order_id="1").in_form("order_form", "order_code")
    assert await stranger.names(Telephone(PHONE).code()) == ["utter_order_over"]
    assert written() == Written("shown", ["shown", "code_sent"], 0)
    assert await waiting.names(Telephone(PHONE).code()) == ["utter_order_placed"], "it is not spoilt for its own"


async def test_the_turns_run_again(play: Play, actions: Actions) -> None:
    talk = play.talk.user(UNSUBSCRIBE)
    for _ in range(3):
        result = await actions.run("action_billing", talk)
        assert result.said == SHOWN
    talk.take(result.events)
    assert written() == Written("shown", ["shown", "code_sent"], 0)
    talk.user(Telephone(PHONE).code())
    for _ in range(3):
        result = await actions.run("validate_order_form", talk)
        assert result.said == ["utter_order_placed"]
    assert written() == Written("placed", ["shown", "code_sent", "confirmed", "placed", "told"], 1)


async def test_the_turn_of_a_cancellation_runs_again(waiting: Play, actions: Actions) -> None:
    talk = waiting.talk.user("算了", "cancel")
    for _ in range(2):
        assert (await actions.run("validate_order_form", talk)).said == ["utter_order_cancelled"]
    assert written().steps == ["shown", "code_sent", "cancelled"]


async def test_the_system_is_down_after_the_right_code(waiting: Play) -> None:
    code = Telephone(PHONE).code()
    with down():
        ((name, said),) = await waiting.say(code)
    assert (name, said) == ("utter_order_pending", {"what": "退订“畅看视频会员”", "phone": "138****8000"})
    assert waiting.waits_for is None
    assert written() == Written("confirmed", ["shown", "code_sent", "confirmed", "failed"], 0)


async def test_the_system_is_slow_after_the_right_code(waiting: Play) -> None:
    code = Telephone(PHONE).code()
    with slow(), time_machine.travel(NOW, tick=True):
        assert await waiting.names(code) == ["utter_order_pending"]
    assert written().steps == ["shown", "code_sent", "confirmed", "failed"]


async def test_the_system_refuses(waiting: Play, actions: Actions) -> None:
    """Somebody else of the family ended it a moment before."""
    code = Telephone(PHONE).code()
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
        session.flush()
        prove(session, "c2", PHONE, NOW)
    other = Play(actions, "c2")
    assert await other.names(UNSUBSCRIBE) == SHOWN
    assert await other.names(Telephone(PHONE).code()) == ["utter_order_placed"]
    assert await waiting.names(code) == ["utter_order_refused_order_done"]
    with transaction() as session:
        statuses = session.scalars(select(Order.status).order_by(Order.id)).all()
    assert statuses == ["refused", "placed"]
    talk = waiting.talk.has(order_id="1").in_form("order_form", "order_code")
    assert (await actions.run("validate_order_form", talk)).said == ["utter_order_refused_order_done"], "run again"


async def test_another_order_takes_the_place_of_the_first(waiting: Play) -> None:
    assert await waiting.names('/billing_roaming{"sub": "roaming_switch", "item": "roaming_data_on"}') == SHOWN
    with transaction() as session:
        assert session.scalars(select(Order.status).order_by(Order.id)).all() == ["cancelled", "shown"]
    ((name, said),) = await waiting.say(Telephone(PHONE).code())
    assert (name, said["what"], said["effective"]) == ("utter_order_placed", "开通国际漫游流量", "今天")


ANOTHER_MATTER = [
    ("我的话费余额还有多少", "billing_balance", "utter_account", "another question about the account"),
    ("上个月莫名其妙多扣了我五十块钱", "complaint_billing", "complaint_form", "a story of its own"),
    ("转人工", "handoff", "utter_handoff_requested", "a person, never argued with"),
    ("/complain", "complain", "complaint_form", "a button of another answer"),
]


@pytest.mark.parametrize(("text", "intent", "response", "reason"), ANOTHER_MATTER)
async def test_another_matter_is_not_held_up(waiting: Play, text: str, intent: str, response: str, reason: str) -> None:
    assert (await waiting.names(text, intent))[0] == response, reason
    assert waiting.waits_for is None
    assert written().status == "shown", "its code may still come"


async def test_a_question_about_the_order_shows_it_again(waiting: Play) -> None:
    assert await waiting.names("什么时候生效", "billing_package") == ["utter_order_shown", "utter_order_again_code"]
    assert waiting.waits_for == "order_code"


async def test_a_question_in_between(waiting: Play) -> None:
    assert await waiting.names("会不会泄露我的号码", "privacy_leak") == ["utter_aside_data", "utter_order_again_code"]
    assert await waiting.names(Telephone(PHONE).code()) == ["utter_order_placed"]


async def test_a_code_behind_another_matter_still_counts(waiting: Play) -> None:
    code = Telephone(PHONE).code()
    await waiting.say("我的话费余额还有多少", "billing_balance")
    assert waiting.waits_for is None
    assert await waiting.names(code, "inform") == ["utter_order_placed"]
    assert waiting.talk.slots["order_id"] is None


async def test_answers_that_are_no_code_let_it_go(waiting: Play) -> None:
    said = [await waiting.names("嘎嘎嘎", "nlu_fallback") for _ in range(3)]
    assert said == [["utter_order_again_code"]] * 2 + [["utter_order_left"]]
    assert waiting.waits_for is None
    assert written().status == "cancelled"


async def test_without_an_sms_there_is_no_order(play: Play) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANYI_SMS_URL", NOBODY)
        patch.setenv("QUANYI_SMS_KEY", "sms-key-of-the-tests")
        forget_settings()
        assert await play.names(UNSUBSCRIBE) == ["utter_order_shown", "utter_code_not_sent"]
    forget_settings()
    assert play.waits_for is None
    assert written().steps == ["shown"]


LATE = [
    # what the model takes the digits for
    "greet_chitchat",
    "rights_appeal",
    "inform",
    "out_of_scope",
]


@pytest.mark.parametrize("label", LATE)
async def test_the_code_behind_a_question_that_was_asked_meanwhile(waiting: Play, label: str) -> None:
    await waiting.say("我的套餐是啥", "billing_package", sub="plan")
    assert "utter_order_placed" in await waiting.names(Telephone(PHONE).code(), label)
