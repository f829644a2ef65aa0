"""The number, which of several, the code: what is said meanwhile, and what waits is answered."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from actions.billing.question import payload
from care.accounts.tables import Binding, Proof
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.service import owner_of
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from tests.support.accounts import log_in, open_account
from tests.support.billing import phone_of
from tests.support.environment import forget_settings
from tests.support.play import Play
from tests.support.rasa import Actions, Json
from tests.support.telephone import Telephone
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("customers")

PHONE, OTHER = phone_of("bill_shock"), phone_of("roaming_month")
MASKED, OTHER_MASKED = "138****8000", "138****8002"
ASK_CODE = ("utter_billing_ask_code", {"phone": MASKED})
SLOTS = ("billing_topic", "billing_month", "billing_item", "billing_words")


async def _asked_for_number(actions: Actions, text: str = "话费怎么这么多", label: str = "billing_detail") -> Play:
    play = Play(actions)
    assert await play.names(text, label) == ["utter_billing_ask_phone"]
    return play


async def _asked_for_code(actions: Actions, text: str = "查余额", label: str = "billing_balance") -> Play:
    play = await _asked_for_number(actions, text, label)
    assert await play.say(PHONE) == [ASK_CODE]
    return play


def _text(said: list[tuple[str, Json]]) -> str:
    """Everything of an answer that a customer reads."""
    return json.dumps(said, ensure_ascii=False)


NUMBERS = [
    # how the number is said
    "13800138000",
    "138 0013 8000",
    "我的号码是13800138000",
    "幺三八零零幺三八零零零",
    "１３８００１３８０００",
]


@pytest.mark.parametrize("text", NUMBERS)
async def test_a_number(actions: Actions, text: str) -> None:
    play = await _asked_for_number(actions)
    assert await play.say(text, "billing_balance", confidence=0.9) == [ASK_CODE], "a number is one, whatever its label"
    assert play.waits_for == "billing_code"


async def test_a_number_in_the_question_is_not_asked_for(actions: Actions) -> None:
    assert await Play(actions).say(f"帮我查{PHONE}的余额", "billing_balance") == [ASK_CODE]


async def test_month_item_and_words_are_kept_until_the_code_comes(actions: Actions) -> None:
    play = Play(actions)
    await play.say("看看9月账单", "billing_detail")
    kept = [play.talk.slots[name] for name in SLOTS]
    assert kept == ["bill", "2026-09", None, "看看9月账单"]
    await play.say(PHONE)
    said = await play.say(Telephone(PHONE).code())
    assert "9月账单" in _text(said)
    assert [play.talk.slots[name] for name in SLOTS] == [None] * 4


WHILE_THE_NUMBER_IS_ASKED = [
    # text, label, what is said, what is waited for
    ("为什么要号码", "nlu_fallback", ["utter_billing_why", "utter_billing_again_phone"], "billing_phone"),
    ("你好", "greet_chitchat", ["utter_aside_chat", "utter_billing_again_phone"], "billing_phone"),
    ("快点行不行", "nlu_fallback", ["utter_billing_again_phone"], "billing_phone"),
    ("怎么删除我的信息", "privacy_delete", ["utter_privacy_delete_which"], "privacy_item"),  # the bill waits
    ("录音留多久", "privacy_policy", ["utter_article", "utter_billing_again_phone"], "billing_phone"),
    ("1380013800", "inform", ["utter_billing_wrong_number", "utter_billing_again_phone"], "billing_phone"),
    ("不查了", "cancel", ["utter_billing_declined"], None),
    ("不想给", "deny", ["utter_billing_declined"], None),
    ('/billing_balance{"choice": "no"}', "", ["utter_billing_declined"], None),
    ("我家宽带断了三天没人修", "complaint_broadband", ["complaint_form"], None),
    ("流量还剩多少", "billing_usage", ["utter_billing_ask_phone"], "billing_phone"),  # takes the place of the first
    ("转人工", "handoff", ["utter_handoff_requested"], None),
    ("我的投诉到哪了", "ticket_status", ["utter_ticket_none"], None),
    ("/complaint_network", "", ["complaint_form"], None),
    ("/rights_channels", "", ["utter_article"], None),
    ("有什么套餐卖", "billing_package", ["utter_account"], None),  # nobody needs to prove anything for that
    ("13月账单", "billing_detail", ["utter_billing_month_no_such_month"], None),
]


@pytest.mark.parametrize(("text", "label", "said", "waits_for"), WHILE_THE_NUMBER_IS_ASKED)
async def test_while_the_number_is_asked_for(
    actions: Actions, text: str, label: str, said: list[str], waits_for: str | None
) -> None:
    play = await _asked_for_number(actions)
    sub = "offers" if "卖" in text else "kept" if "录音" in text else None
    assert await play.names(text, label, sub=sub) == said
    assert play.waits_for == waits_for


async def test_the_question_that_took_the_place_is_answered(actions: Actions) -> None:
    play = await _asked_for_number(actions)
    await play.say("流量还剩多少", "billing_usage")
    await play.say(PHONE)
    assert "国内流量" in _text(await play.say(Telephone(PHONE).code()))


@pytest.mark.parametrize("text", ["啊？", "话费怎么这么多"])
async def test_three_misses_bring_a_person(actions: Actions, text: str) -> None:
    """Also the same question again and again instead of a number."""
    play = await _asked_for_number(actions)
    label = "billing_detail" if "话费" in text else "nlu_fallback"
    for said in (["utter_billing_again_phone"], ["utter_billing_again_phone"], ["utter_billing_later"]):
        assert await play.names(text, label) == said
    assert play.waits_for is None


AGAIN = ["重新发送", "没收到，再发一个", "/send_again"]


@pytest.mark.parametrize("text", AGAIN)
async def test_another_code(actions: Actions, clock: time_machine.Traveller, text: str) -> None:
    play = await _asked_for_code(actions)
    first = Telephone(PHONE).code()
    assert await play.names(text) == ["utter_code_too_soon"]
    clock.shift(timedelta(seconds=61))
    assert await play.say(text) == [ASK_CODE]
    assert (await play.names(first))[0] in ("utter_code_wrong", "utter_billing_proved"), "the newest counts"
    assert play.waits_for == "billing_code" or first == Telephone(PHONE).code()


OTHER_NUMBER = [
    ("换个号码", ["utter_billing_ask_phone"]),
    ("号码写错了", ["utter_billing_ask_phone"]),
    ('/billing_balance{"choice": "other"}', ["utter_billing_ask_phone"]),
    (f"发到{OTHER}", ["utter_billing_ask_code"]),
]


@pytest.mark.parametrize(("text", "said"), OTHER_NUMBER)
async def test_another_number(actions: Actions, text: str, said: list[str]) -> None:
    play = await _asked_for_code(actions)
    assert await play.names(text) == said
    if said == ["utter_billing_ask_phone"]:
        await play.say(OTHER)
    first, *answer = await play.names(Telephone(OTHER).code())
    assert first == "utter_billing_proved"
    assert answer == ["utter_account"], "the question is still the same"


async def test_wrong_codes_and_the_lock(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    wrong = f"{(int(Telephone(PHONE).code()) + 1) % 1_000_000:06d}"
    for left in ("4", "3", "2", "1"):
        assert await play.say(wrong) == [("utter_code_wrong", {"tries": left})]
    assert await play.say(wrong) == [("utter_code_used_up", {"until": "今天 15:35"})]
    assert play.waits_for is None
    assert await play.names("查余额", "billing_balance") == ["utter_billing_ask_phone"]
    assert await play.names(PHONE) == ["utter_code_locked"]
    assert play.waits_for is None


async def test_a_code_that_is_too_old(actions: Actions, clock: time_machine.Traveller) -> None:
    play = await _asked_for_code(actions)
    clock.shift(timedelta(minutes=5))
    assert await play.names(Telephone(PHONE).code()) == ["utter_code_expired"]
    assert play.waits_for == "billing_code"


async def test_a_code_behind_another_matter_is_not_lost(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    code = Telephone(PHONE).code()
    assert await play.names("我家宽带断了三天没人修", "complaint_broadband") == ["complaint_form"]
    assert play.waits_for is None
    assert await play.names(code, "inform") == ["utter_billing_proved", "utter_account"]


async def test_a_code_to_a_number_is_good_for_this_conversation_only(actions: Actions) -> None:
    await _asked_for_code(actions)
    stranger = Play(actions, "c2")
    await stranger.say("查余额", "billing_balance")
    await stranger.say(PHONE)
    with transaction() as session:
        assert session.scalars(select(Proof)).all() == []


async def test_run_again_a_turn_proves_once_and_answers_again(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    play.talk.user(Telephone(PHONE).code())
    first = await actions.run("validate_billing_form", play.talk)
    again = await actions.run("validate_billing_form", play.talk)
    assert first.responses == again.responses
    with transaction() as session:
        assert len(session.scalars(select(Proof)).all()) == 1


async def test_a_proof_that_is_over_asks_for_the_code_only(actions: Actions, clock: time_machine.Traveller) -> None:
    play = await _asked_for_code(actions)
    await play.say(Telephone(PHONE).code())
    clock.shift(timedelta(minutes=14, seconds=50))
    assert await play.names("查余额", "billing_balance") == ["utter_account"]
    clock.shift(timedelta(seconds=20))
    assert await play.say("查余额", "billing_balance", message_id="90") == [ASK_CODE]


# several numbers


async def test_which_of_several(actions: Actions) -> None:
    one, two = open_account(PHONE, NOW), open_account(OTHER, NOW)
    play = Play(actions)
    ((name, values),) = await play.say("上个月账单", "billing_detail")
    assert name == "utter_billing_ask_line"
    titles = {button["title"]: button["payload"] for button in values["buttons"]}
    assert set(titles) == {MASKED, OTHER_MASKED, "另一个号码"}
    assert json.loads(titles[MASKED].removeprefix("/billing_detail")) == {"month": "2026-10", "line": one}
    said = await play.say(titles[OTHER_MASKED])
    assert said[0] == ("utter_billing_about", {"phone": OTHER_MASKED}), "with several it is said which one"
    assert play.talk.slots["billing_line"] == two
    assert (await play.say("查余额", "billing_balance"))[0] == ("utter_billing_about", {"phone": OTHER_MASKED})
    assert await play.names("换个号码查余额", "billing_balance") == ["utter_billing_ask_line"]


CHOSEN = [
    ("第一个", OTHER_MASKED),  # the newest first
    ("第二个吧", MASKED),
    ("尾号8000那个", MASKED),
    ("8002", OTHER_MASKED),
    (PHONE, MASKED),
]


@pytest.mark.parametrize(("text", "shown"), CHOSEN)
async def test_which_of_several_in_words(actions: Actions, text: str, shown: str) -> None:
    log_in(PHONE, OTHER, now=NOW)
    open_account(PHONE, NOW - timedelta(seconds=9))
    open_account(OTHER, NOW)
    play = Play(actions)
    await play.say("查余额", "billing_balance")
    assert (await play.say(text))[0] == ("utter_billing_about", {"phone": shown})


async def test_a_third_number_instead_of_the_two(actions: Actions) -> None:
    open_account(PHONE, NOW)
    open_account(OTHER, NOW)
    play = Play(actions)
    await play.say("查余额", "billing_balance")
    assert await play.names('/billing_balance{"choice": "other"}') == ["utter_billing_ask_phone"]
    third = phone_of("arrears")
    assert await play.say(third) == [("utter_billing_ask_code", {"phone": "138****8004"})]


# somebody else's number


async def test_somebody_elses_account_opens_with_a_code_to_it_and_is_bound_to_nobody(actions: Actions) -> None:
    log_in(PHONE, now=NOW)
    play = Play(actions)
    assert await play.names("我妈的话费余额多少", "billing_balance") == ["utter_billing_ask_other_phone"]
    await play.say(OTHER)
    assert await play.names(Telephone(OTHER).code()) == ["utter_billing_proved", "utter_billing_about", "utter_account"]
    with transaction() as session:
        assert [binding.phone for binding in session.scalars(select(Binding))] == [PHONE]
    assert await play.names("查余额", "billing_balance") == ["utter_billing_ask_line"], (
        "hers is not taken for one's own"
    )


async def test_ones_own_account_is_bound_for_the_next_time(actions: Actions) -> None:
    log_in(now=NOW)
    play = await _asked_for_code(actions)
    await play.say(Telephone(PHONE).code())
    with transaction() as session:
        assert [binding.phone for binding in session.scalars(select(Binding))] == [PHONE]


# what goes on around


async def test_a_second_matter_is_offered_behind_the_answer(actions: Actions) -> None:
    play = Play(actions)
    text = "查下话费余额，另外宽带从昨天断了没人修"
    play.talk.user(text, "billing_balance", matter=("billing_balance", "complaint_broadband"))
    for entity, (start, end) in zip(play.talk.latest_message["entities"], ((0, 7), (7, len(text))), strict=True):
        entity["start"], entity["end"] = start, end
    result = await actions.run("action_billing", play.talk)
    assert result.said == ["utter_billing_ask_phone"]
    play.talk.take(result.events)
    await play.say(PHONE)
    said = await play.names(Telephone(PHONE).code())
    assert said == ["utter_billing_proved", "utter_account", "utter_complaint_rest"]


async def test_an_urgent_word_comes_first(actions: Actions) -> None:
    play = await _asked_for_code(actions)
    assert await play.names("转人工", "handoff") == ["utter_handoff_requested"]
    with transaction() as session:
        assert owner_of(session, "c1") == "queue"


async def test_a_stale_button_of_ours_asks_nothing(actions: Actions) -> None:
    assert await Play(actions).names('/billing_balance{"choice": "no"}') == ["utter_billing_declined"]


async def test_without_sms_a_person_verifies(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYI_SMS", "off")
    forget_settings()
    try:
        play = await _asked_for_number(actions)
        assert await play.names(PHONE) == ["utter_billing_no_sms"]
        assert play.waits_for is None
    finally:
        monkeypatch.undo()
        forget_settings()


async def test_a_fixed_line_gets_no_code(actions: Actions) -> None:
    play = await _asked_for_number(actions)
    assert await play.names("010-65120000") == ["utter_billing_fixed_line"]


async def test_the_same_question_again_and_again_is_answered(actions: Actions) -> None:
    """「到账了吗」: what is looked up may be another by then."""
    open_account(PHONE, NOW)
    play = Play(actions)
    for _ in range(4):
        assert await play.names("查余额", "billing_balance") == ["utter_account"]


async def test_a_month_behind_a_ticket_is_a_question(actions: Actions) -> None:
    open_account(PHONE, NOW)
    with transaction() as session:
        draft = Draft("complaint_billing", "多扣了", line=PHONE)
        file_complaint(session, draft, OnceKey("c1", 101, "action_file_complaint"), policy(), NOW)
    assert await Play(actions).names("9月账单", "billing_detail", date="9月") == ["utter_account"]


WHAT_CODE = ["什么是验证码呀", "验证码是什么", "什么意思"]


@pytest.mark.parametrize("text", WHAT_CODE)
async def test_what_a_code_is(actions: Actions, text: str) -> None:
    play = await _asked_for_code(actions)
    assert await play.names(text, "nlu_fallback") == ["utter_billing_what_code", "utter_billing_again_code"]
    assert play.waits_for == "billing_code"


async def test_buttons_of_an_answer_lead_on(actions: Actions) -> None:
    line = open_account(PHONE, NOW)
    play = Play(actions)
    assert await play.names(payload("usage", line=line)) == ["utter_account"]
    assert await play.names(payload("usage", line="p999")) == ["utter_billing_ask_phone"], "no line of theirs"
