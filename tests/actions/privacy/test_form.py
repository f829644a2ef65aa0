"""The number, which of several, the code: what is said meanwhile, and that what waits is done in the same turn."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from actions.privacy.question import Matter, payload
from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.accounts.tables import Binding, Proof
from care.billing.demo.stories import phone_of
from care.conversations.service import owner_of
from care.db import transaction
from tests.support import billing as demo
from tests.support.accounts import log_in, open_account
from tests.support.environment import forget_settings
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("customers")

PHONE, OTHER = phone_of("bill_shock"), phone_of("roaming_month")
MASKED, OTHER_MASKED = "138****8000", "138****8002"
ASK_CODE = ("utter_privacy_ask_code", {"phone": MASKED})
VIEW = "utter_privacy_told"


def identify(phone: str = PHONE, conversation: str = "c1") -> str:
    """As if the code for personal data had come back a moment ago."""
    with transaction() as session:
        return prove(session, conversation, phone, NOW - timedelta(seconds=10), purpose=Purpose.IDENTITY).id


async def _asked_for_number(actions: Actions) -> Play:
    play = Play(actions)
    assert await play.names("你们存了我哪些资料", "privacy_access") == ["utter_privacy_ask_phone"]
    return play


async def _asked_for_code(actions: Actions) -> Play:
    play = await _asked_for_number(actions)
    assert await play.say(PHONE) == [ASK_CODE]
    return play


async def test_from_the_question_to_the_answer(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    assert "核实身份" in Telephone(PHONE).received()[-1], "the SMS says what the code is for"
    assert await play.names(Telephone(PHONE).code()) == ["utter_privacy_proved", VIEW]
    assert play.waits_for is None
    with transaction() as session:
        (proof,) = session.scalars(select(Proof))
        assert proof.purpose == Purpose.IDENTITY
        assert session.scalars(select(Binding)).all() == [], "a code for this binds nothing"


async def test_a_proof_for_the_account_is_none_for_personal_data(actions: Actions) -> None:
    open_account(PHONE, NOW)
    assert await Play(actions).names("你们存了我哪些资料", "privacy_access") == ["utter_privacy_ask_phone"]


async def test_a_number_in_the_words_is_not_asked_for(actions: Actions) -> None:
    assert await Play(actions).say(f"看看{PHONE}存了哪些资料", "privacy_access") == [ASK_CODE]


async def test_a_number_that_was_asked_about_is_not_asked_for(actions: Actions) -> None:
    play = Play(actions)
    await play.say(f"查{PHONE}的余额", "billing_balance")
    await play.say(Telephone(PHONE).code())
    assert await play.say("你们存了我哪些资料", "privacy_access") == [ASK_CODE]


async def test_within_five_minutes_no_second_code(actions: Actions, clock: time_machine.Traveller) -> None:
    play = await _asked_for_code(actions)
    await play.say(Telephone(PHONE).code())
    clock.shift(timedelta(minutes=4))
    assert await play.names("谁用过我的信息", "privacy_access", sub="usage", message_id="50") == [VIEW]
    clock.shift(timedelta(seconds=61))
    assert await play.say("谁用过我的信息", "privacy_access", sub="usage", message_id="51") == [ASK_CODE]


WHILE_THE_NUMBER_IS_ASKED = [
    # text, label, sub, what is said, what is waited for
    ("为什么要号码", "nlu_fallback", None, ["utter_privacy_why", "utter_privacy_again_phone"], "privacy_phone"),
    ("你好", "greet_chitchat", None, ["utter_aside_chat", "utter_privacy_again_phone"], "privacy_phone"),
    ("录音留多久", "privacy_policy", "kept", ["utter_article", "utter_privacy_again_phone"], "privacy_phone"),
    ("1380013800", "inform", None, ["utter_billing_wrong_number", "utter_privacy_again_phone"], "privacy_phone"),
    ("你们存了我哪些资料", "privacy_access", None, ["utter_privacy_again_phone"], "privacy_phone"),
    ("不看了，算了", "cancel", None, ["utter_privacy_declined"], None),
    ("不想给", "deny", None, ["utter_privacy_declined"], None),
    ('/privacy_access{"choice": "no"}', "", None, ["utter_privacy_declined"], None),
    ("我家宽带断了三天没人修", "complaint_broadband", None, ["complaint_form"], None),
    ("转人工", "handoff", None, ["utter_handoff_requested"], None),
    ("我的投诉到哪了", "ticket_status", None, ["utter_ticket_none"], None),
    ("流量还剩多少", "billing_usage", None, ["utter_billing_ask_phone"], "billing_phone"),
    ("/complaint_network", "", None, ["complaint_form"], None),
    ("/rights_channels", "", None, ["utter_article"], None),
    ("把我的资料都删了", "privacy_delete", None, ["utter_privacy_ask_phone"], "privacy_phone"),  # takes its place
    ("打印通话清单要带什么证件", "privacy_access", "calls", ["utter_own_calls"], None),
    ("别给我打营销电话", "nlu_fallback", None, ["utter_privacy_ask_phone"], "privacy_phone"),  # sure words
]


@pytest.mark.parametrize(("text", "label", "sub", "said", "waits_for"), WHILE_THE_NUMBER_IS_ASKED)
async def test_while_the_number_is_asked_for(
    actions: Actions, text: str, label: str, sub: str | None, said: list[str], waits_for: str | None
) -> None:
    play = await _asked_for_number(actions)
    assert await play.names(text, label, sub=sub) == said
    assert play.waits_for == waits_for


async def test_three_misses_bring_a_person(actions: Actions) -> None:
    play = await _asked_for_number(actions)
    for said in (["utter_privacy_again_phone"], ["utter_privacy_again_phone"], ["utter_privacy_later"]):
        assert await play.names("啊？", "nlu_fallback") == said
    assert play.waits_for is None


AGAIN = ["重新发送", "没收到，再发一个", "/send_again"]


@pytest.mark.parametrize("text", AGAIN)
async def test_another_code(actions: Actions, clock: time_machine.Traveller, text: str) -> None:
    play = await _asked_for_code(actions)
    assert await play.names(text) == ["utter_code_too_soon"]
    clock.shift(timedelta(seconds=61))
    assert await play.say(text) == [ASK_CODE]
    assert await play.names(Telephone(PHONE).code()) == ["utter_privacy_proved", VIEW]


OTHER_NUMBER = [
    ("换个号码", ["utter_privacy_ask_phone"]),
    ("号码写错了", ["utter_privacy_ask_phone"]),
    ('/privacy_access{"choice": "other"}', ["utter_privacy_ask_phone"]),
    (f"发到{OTHER}", ["utter_privacy_ask_code"]),
]


@pytest.mark.parametrize(("text", "said"), OTHER_NUMBER)
async def test_another_number(actions: Actions, text: str, said: list[str]) -> None:
    play = await _asked_for_code(actions)
    assert await play.names(text) == said
    if said == ["utter_privacy_ask_phone"]:
        await play.say(OTHER)
    assert await play.names(Telephone(OTHER).code()) == ["utter_privacy_proved", VIEW]


async def test_wrong_codes_and_the_lock(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    wrong = f"{(int(Telephone(PHONE).code()) + 1) % 1_000_000:06d}"
    for left in ("4", "3", "2", "1"):
        assert await play.say(wrong) == [("utter_code_wrong", {"tries": left})]
    assert await play.names(wrong) == ["utter_code_used_up"]
    assert play.waits_for is None


async def test_a_code_behind_another_matter_is_not_lost(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    code = Telephone(PHONE).code()
    assert await play.names("我家宽带断了三天没人修", "complaint_broadband") == ["complaint_form"]
    assert play.waits_for is None
    assert await play.names(code, "inform") == ["utter_privacy_proved", VIEW]


async def test_a_code_for_the_account_does_not_open_it(actions: Actions) -> None:
    play = Play(actions)
    await play.say(f"查{PHONE}的余额", "billing_balance")
    of_the_account = Telephone(PHONE).code()
    await play.say("先不查了", "cancel")
    await play.say(f"看看{PHONE}存了哪些资料", "privacy_access")
    if Telephone(PHONE).code() != of_the_account:
        assert await play.names(of_the_account) == ["utter_code_wrong"]


async def test_run_again_a_turn_proves_once_and_answers_again(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    play.talk.user(Telephone(PHONE).code())
    first = await actions.run("validate_privacy_form", play.talk)
    again = await actions.run("validate_privacy_form", play.talk)
    assert [name for name, _ in first.responses] == [name for name, _ in again.responses]
    numbers = [re.findall(r"YS\w+", result.responses[-1][1]["answer"]) for result in (first, again)]
    assert numbers[0] == numbers[1] != [], "the same request, with its number"
    with transaction() as session:
        assert len(session.scalars(select(Proof)).all()) == 1


async def test_which_of_several(actions: Actions) -> None:
    one, two = identify(PHONE), identify(OTHER)
    play = Play(actions)
    ((name, values),) = await play.say("谁用过我的信息", "privacy_access", sub="usage")
    assert name == "utter_privacy_ask_line"
    titles = {button["title"]: button["payload"] for button in values["buttons"]}
    assert set(titles) == {MASKED, OTHER_MASKED, "另一个号码"}
    assert titles[MASKED] == payload(Matter.USAGE, line=one)
    said = await play.say(titles[OTHER_MASKED])
    assert titles[OTHER_MASKED] == payload(Matter.USAGE, line=two)
    assert OTHER_MASKED in said[0][1]["answer"] or said[0][0] == VIEW


CHOSEN = ["第一个", "尾号8000那个", "8000", PHONE]


@pytest.mark.parametrize("text", CHOSEN)
async def test_which_of_several_in_words(actions: Actions, text: str) -> None:
    identify(OTHER)
    with transaction() as session:
        prove(session, "c1", PHONE, NOW - timedelta(seconds=5), purpose=Purpose.IDENTITY)
    play = Play(actions)
    await play.say("你们存了我哪些资料", "privacy_access")
    ((_, values),) = await play.say(text)
    assert MASKED in values["answer"]


async def test_a_login_is_not_enough(actions: Actions) -> None:
    log_in(PHONE, now=NOW)
    assert await Play(actions).say("你们存了我哪些资料", "privacy_access") == [ASK_CODE]


async def test_whoever_leaves_leaves_nothing_open(actions: Actions) -> None:
    identify()
    open_account(PHONE, NOW)
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    assert play.waits_for == "privacy_confirmed"
    assert await play.names("退出", "nlu_fallback") == ["utter_billing_locked_up"]
    assert play.waits_for is None


async def test_a_person_is_always_one_word_away(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    assert await play.names("转人工", "handoff") == ["utter_handoff_requested"]
    with transaction() as session:
        assert owner_of(session, "c1") == "queue"


async def test_a_stale_button_asks_nothing(actions: Actions) -> None:
    assert await Play(actions).names('/privacy_access{"choice": "no"}') == ["utter_privacy_declined"]


async def test_a_fixed_line_gets_no_code(actions: Actions) -> None:
    play = await _asked_for_number(actions)
    assert await play.names("010-65120000") == ["utter_privacy_fixed_line"]
    assert play.waits_for is None


async def test_without_sms_a_person_verifies(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYI_SMS", "off")
    forget_settings()
    try:
        play = await _asked_for_number(actions)
        assert await play.names(PHONE) == ["utter_privacy_no_sms"]
        assert play.waits_for is None
    finally:
        monkeypatch.undo()
        forget_settings()


@pytest.mark.parametrize("outage", [demo.down, demo.slow])
async def test_a_billing_system_that_does_not_answer_stops_nothing(actions: Actions, outage: object) -> None:
    identify()
    with outage():  # type: ignore[operator]
        assert await Play(actions).names("你们存了我哪些资料", "privacy_access") == [VIEW]


async def test_a_second_matter_is_offered_behind_the_answer(actions: Actions) -> None:
    identify()
    play = Play(actions)
    text = "看看存了我哪些资料，另外宽带从昨天断了没人修"
    play.talk.user(text, "privacy_access", matter=("privacy_access", "complaint_broadband"))
    for entity, (start, end) in zip(play.talk.latest_message["entities"], ((0, 9), (9, len(text))), strict=True):
        entity["start"], entity["end"] = start, end
    result = await actions.run("action_privacy", play.talk)
    assert result.said == [VIEW, "utter_complaint_rest"]
