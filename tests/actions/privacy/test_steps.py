"""What players said in the middle of a request: its questions eat nothing, repeat their buttons, and are answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from actions.privacy.question import ALL_SWITCHES, Matter, switch_in, wish_by_words
from actions.privacy.switching import choice_in
from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.billing.demo.stories import phone_of
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.service import owner_of
from care.db import transaction
from care.once import OnceKey
from care.privacy.correcting import Field
from care.privacy.requests import newest
from care.privacy.rules import Kind, Status
from care.sla.policy import policy
from care.tickets.tables import Ticket
from tests.support.play import Play
from tests.support.rasa import Actions, Json
from tests.support.telephone import Telephone
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("customers")

PHONE = phone_of("bill_shock")
ADDRESS = "北京市朝阳区建国路88号"


@pytest.fixture
def identified(actions: Actions) -> None:
    with transaction() as session:
        prove(session, "c1", PHONE, NOW - timedelta(seconds=10), purpose=Purpose.IDENTITY)


@pytest.fixture
def complained(identified: None) -> None:
    """Something is there to be corrected."""
    with transaction() as session:
        draft = Draft("complaint_billing", "多扣了三十块", line=PHONE, contact=PHONE, address="朝阳区望京街道1号")
        file_complaint(session, draft, OnceKey("c1", 900, "action_file_complaint"), policy(), NOW)


def _titles(values: Json) -> list[str]:
    return [button["title"] for button in values["buttons"]]


# a value is not just anything

WHILE_AN_ADDRESS_IS_ASKED = [
    # text, label, confidence, sub, what is said
    ("关掉个性化推荐", "privacy_policy", 0.9, "personalisation", ["utter_privacy_switched_off"]),
    ("查话费", "billing_balance", 0.9, None, ["utter_billing_ask_phone"]),
    ("我要投诉", "complain", 0.9, None, ["complaint_form"]),
    ("我要投诉乱扣费", "complaint_billing", 0.9, None, ["complaint_form"]),
    ("录音留多久", "privacy_policy", 0.9, "kept", ["utter_article", "utter_privacy_again_value"]),
    ("为什么要号码", "nlu_fallback", 0.3, None, ["utter_privacy_why", "utter_privacy_again_value"]),
    ("算了", "cancel", 0.9, None, ["utter_privacy_declined"]),
    (ADDRESS, "inform", 0.9, None, ["utter_privacy_correct_shown"]),
    # the model may take an address for anything
    ("海淀区中关村大街宽带小区2号楼", "billing_plan_change", 0.9, None, ["utter_privacy_correct_shown"]),
    ("改成回龙观村东口老槐树旁", "privacy_policy", 0.9, "kept", ["utter_privacy_correct_shown"]),
    ("村东口老槐树旁", "nlu_fallback", 0.3, None, ["utter_privacy_correct_shown"]),
]


@pytest.mark.usefixtures("complained")
@pytest.mark.parametrize(("text", "label", "confidence", "sub", "said"), WHILE_AN_ADDRESS_IS_ASKED)
async def test_while_an_address_is_asked_for(
    actions: Actions, text: str, label: str, confidence: float, sub: str | None, said: list[str]
) -> None:
    play = Play(actions)
    assert await play.names("我的地址错了", "privacy_correct") == ["utter_privacy_correct_address"]
    assert await play.names(text, label, confidence=confidence, sub=sub) == said


WHILE_THE_VALUE_IS_SHOWN = [
    # text, label, what is said, the value
    (f"改成{ADDRESS}", "privacy_correct", "utter_privacy_correct_shown", ADDRESS),
    (f"不对，是{ADDRESS}", "deny", "utter_privacy_correct_shown", ADDRESS),
    (ADDRESS, "inform", "utter_privacy_correct_shown", ADDRESS),
    ("不对", "deny", "utter_privacy_correct_address", None),
    ("先不办了", "cancel", "utter_privacy_declined", None),
    ("嗯，要得", "nlu_fallback", "utter_privacy_corrected", None),
    ("我要投诉乱扣费", "complaint_billing", "complaint_form", None),
]


@pytest.mark.usefixtures("complained")
@pytest.mark.parametrize(("text", "label", "said", "value"), WHILE_THE_VALUE_IS_SHOWN)
async def test_while_the_new_value_waits_for_its_yes(
    actions: Actions, text: str, label: str, said: str, value: str | None
) -> None:
    play = Play(actions)
    await play.say("地址改成海淀区中关村大街2号", "privacy_correct")
    ((name, values),) = await play.say(text, label)
    assert name == said
    if value is not None:
        assert values["value"] == value
        assert await play.names("对", "affirm") == ["utter_privacy_corrected"]
        with transaction() as session:
            assert session.scalars(select(Ticket).where(Ticket.kind == "complaint")).one().address == value


@pytest.mark.usefixtures("complained")
async def test_a_number_is_never_shown_whole(actions: Actions) -> None:
    play = Play(actions)
    ((_, values),) = await play.say("联系电话改成13800138003", "privacy_correct")
    assert values["value"] == "138****8003"
    await play.say("对", "affirm")
    with transaction() as session:
        assert session.scalars(select(Ticket).where(Ticket.kind == "complaint")).one().contact == "13800138003"


@pytest.mark.usefixtures("complained")
async def test_nor_is_one_in_an_address(actions: Actions) -> None:
    play = Play(actions)
    ((_, values),) = await play.say(f"地址改成{ADDRESS} 电话13800138003", "privacy_correct")
    assert values["value"] == f"{ADDRESS} 电话138****8003"


@pytest.mark.usefixtures("complained")
@pytest.mark.parametrize("is_shown", [False, True])
async def test_a_new_code_loses_no_value(actions: Actions, clock: time_machine.Traveller, is_shown: bool) -> None:
    play = Play(actions)
    await play.say("我的地址错了", "privacy_correct")
    if is_shown:
        await play.say(ADDRESS, "inform")
    clock.shift(timedelta(minutes=6))
    asked = await play.names("对" if is_shown else ADDRESS, "affirm" if is_shown else "inform", message_id="70")
    assert asked == ["utter_privacy_ask_code"]
    _, (name, values) = await play.say(Telephone(PHONE).code(), message_id="71")
    assert (name, values["value"]) == ("utter_privacy_correct_shown", ADDRESS)


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize(("text", "field"), [("我的地址错了", "address"), ("换预留手机", "contact")])
async def test_nobody_is_asked_for_a_value_that_nothing_is_there_for(actions: Actions, text: str, field: str) -> None:
    play = Play(actions)
    assert await play.names(text, "privacy_correct") == [f"utter_privacy_correct_nothing_{field}"]
    assert play.waits_for is None


# a complaint in any question, and nobody else's data

COMPLAINTS = [
    ("我要投诉", True),
    ("我要投诉乱扣费", True),
    ("投诉你们", True),
    ("我要举报骚扰电话", True),
    ("我不想投诉", False),
    ("投诉有什么用", False),
    ("怎么投诉", False),
]


@pytest.mark.parametrize(("text", "opens"), COMPLAINTS)
@pytest.mark.parametrize("question", ["number", "code", "menu"])
async def test_a_complaint_is_never_swallowed(actions: Actions, question: str, text: str, opens: bool) -> None:
    play = Play(actions)
    first = ("把我的资料删掉", "privacy_delete") if question == "menu" else ("你们存了我哪些资料", "privacy_access")
    await play.say(*first)
    if question == "code":
        await play.say(PHONE)
    said = await play.names(text, "nlu_fallback")
    assert (said == ["complaint_form"]) is opens


@pytest.mark.parametrize("text", ["给我看我老婆的", "我要看我老婆的资料"])
@pytest.mark.parametrize("question", ["number", "code", "menu"])
async def test_somebody_elses_data_in_the_middle(actions: Actions, question: str, text: str) -> None:
    play = Play(actions)
    first = ("把我的资料删掉", "privacy_delete") if question == "menu" else ("你们存了我哪些资料", "privacy_access")
    await play.say(*first)
    if question == "code":
        await play.say(PHONE)
    assert await play.names(text, "privacy_access") == ["utter_privacy_refused"]
    assert play.waits_for is None


async def test_a_sure_wish_goes_before_the_article_about_it(actions: Actions) -> None:
    play = Play(actions)
    await play.say("我的地址错了", "privacy_correct")
    assert await play.names("关掉个性化推荐", "privacy_policy", sub="personalisation") == ["utter_privacy_ask_phone"]
    assert play.talk.slots["privacy_kind"] == Matter.SWITCH


async def test_a_refusal_of_storage_is_answered_and_the_request_goes_on(actions: Actions) -> None:
    play = Play(actions)
    await play.say("你们存了我哪些资料", "privacy_access")
    said = await play.names("我不同意你们的对话保存", "privacy_delete", sub="withdraw")
    assert said == ["utter_article", "utter_privacy_again_phone"]


async def test_which_field_is_remembered_while_the_number_is_asked(actions: Actions) -> None:
    play = Play(actions)
    await play.say("更正信息", "privacy_correct")
    assert await play.names("名字", "inform") == ["utter_privacy_again_phone"]
    assert play.talk.slots["privacy_item"] == Field.REAL_NAME


@pytest.mark.parametrize("text", ["我没有手机在身边", "手机没在身边，收不到", "我换手机了收不到", "找不到手机了"])
@pytest.mark.parametrize("question", ["number", "code"])
async def test_the_telephone_is_not_at_hand(actions: Actions, question: str, text: str) -> None:
    play = Play(actions)
    await play.say("你们存了我哪些资料", "privacy_access")
    if question == "code":
        await play.say(PHONE)
    waits_for = play.waits_for
    assert await play.names(text, "complaint_network") == ["utter_privacy_not_at_hand"]
    assert play.waits_for == waits_for


@pytest.mark.parametrize("text", ["好了吗", "导出好了没有", "好了没得"])
async def test_not_begun_yet(actions: Actions, text: str) -> None:
    play = Play(actions)
    await play.say("你们存了我哪些资料", "privacy_access")
    await play.say(PHONE)
    said = await play.names(text, "greet_chitchat")
    assert said == ["utter_privacy_not_ready", "utter_privacy_again_code"]


# menus


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize(("text", "label"), [("第一个", "deny"), ("第二个", "skip")])
async def test_a_place_is_no_refusal(actions: Actions, text: str, label: str) -> None:
    play = Play(actions)
    await play.say("撤回同意", "privacy_delete", sub="withdraw")
    assert (await play.names(text, label))[0] == "utter_privacy_switched_off"


@pytest.mark.usefixtures("identified")
async def test_several_at_once_have_one_receipt(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names("我要关掉所有授权", "nlu_fallback") == [
        "utter_privacy_switched_off",
        "utter_privacy_other_callers",
    ]
    with transaction() as session:
        last = newest(session, "c1", Kind.WITHDRAW)
        assert last is not None
        assert last.result == {"off": ALL_SWITCHES.split(",")}


MENUS = [
    ("撤回同意", "privacy_delete", "withdraw", "营销电话"),
    ("把我的资料删掉", "privacy_delete", None, "只删这次对话"),
    ("我要改资料", "privacy_correct", None, "登记姓名"),
]


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize(("text", "label", "sub", "title"), MENUS)
async def test_a_menu_shows_its_buttons_again(
    actions: Actions, text: str, label: str, sub: str | None, title: str
) -> None:
    play = Play(actions)
    await play.say(text, label, sub=sub)
    ((name, values),) = await play.say("啊？", "nlu_fallback")
    assert name == "utter_privacy_again_item"
    assert title in _titles(values)
    assert "先不办了" in _titles(values)


# yes

SHOWN = [
    ("下载我的资料", "nlu_fallback", "打包给我"),
    ("称呼改成李老师", "privacy_correct", "对，改吧"),
    ("我要过户", "nlu_fallback", "登记"),
    ("把我的资料全部删了", "privacy_delete", "确认删除"),
]


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize(("text", "label", "title"), SHOWN)
async def test_the_last_question_asked_again_has_its_yes(actions: Actions, text: str, label: str, title: str) -> None:
    play = Play(actions)
    await play.say(text, label)
    ((name, values),) = await play.say("啊？", "nlu_fallback")
    assert (name, values["yes"]) == ("utter_privacy_again_confirmed", title)
    assert _titles(values)[0] == title
    said = await play.names(title, "nlu_fallback")
    assert said[0].endswith(("_begun", "_corrected", "_filed", "_confirmed")), "its words do as well"


YES = ["嗯打包嘛", "要得", "中", "得", "好嘛", "可以啊", "成", "好嘞", "打包给我"]


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize("text", YES)
async def test_yes_in_other_words(actions: Actions, text: str) -> None:
    play = Play(actions)
    await play.say("下载我的资料", "nlu_fallback")
    assert await play.names(text, "nlu_fallback") == ["utter_privacy_copy_begun"]


@pytest.mark.usefixtures("identified")
async def test_whoever_thinks_that_it_has_begun_loses_nothing(actions: Actions) -> None:
    play = Play(actions)
    await play.say("下载我的资料", "nlu_fallback")
    for _ in range(3):
        assert await play.names("导出好了吗", "privacy_access", sub="copy") == ["utter_privacy_again_confirmed"]
    assert await play.names("好嘛", "nlu_fallback") == ["utter_privacy_copy_begun"]


@pytest.mark.usefixtures("identified")
async def test_the_third_mere_yes_to_a_deletion_offers_a_person(actions: Actions) -> None:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    for said in ("utter_privacy_delete_sure", "utter_privacy_delete_sure", "utter_privacy_delete_person"):
        assert await play.names("好", "affirm") == [said]
    with transaction() as session:
        request = newest(session, "c1", Kind.DELETE)
        assert request is not None
        assert request.status is Status.SHOWN


ABOUT_PAPERS = ["需要带什么", "要排队吗", "去哪个营业厅"]


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize("text", ABOUT_PAPERS)
async def test_questions_about_the_papers(actions: Actions, text: str) -> None:
    play = Play(actions)
    await play.say("我的名字登记错了", "privacy_correct")
    assert await play.names(text, "billing_invoice") == ["utter_privacy_papers"]
    assert await play.names("登记", "nlu_fallback") == ["utter_privacy_papers_filed"]
    with transaction() as session:
        assert "名字登记错了" in session.scalars(select(Ticket)).one().description


# switches, and words that are sure


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize("text", ["打开", "又不想关了", "还是开着吧"])
@pytest.mark.parametrize("label", ["out_of_scope", "nlu_fallback", "affirm"])
async def test_switched_back_right_after(actions: Actions, text: str, label: str) -> None:
    play = Play(actions)
    await play.say("关掉个性化推荐", "nlu_fallback")
    assert await play.names(text, label) == ["utter_privacy_switched_on"]


async def test_only_right_after_a_switch(actions: Actions) -> None:
    assert await Play(actions).names("打开", "nlu_fallback") == ["utter_not_understood"]


@pytest.mark.usefixtures("identified")
async def test_what_was_switched_off_is_in_the_history(actions: Actions) -> None:
    play = Play(actions)
    await play.say("撤回训练授权", "nlu_fallback")
    await play.say("关闭营销电话", "nlu_fallback")
    ((_, values),) = await play.say("我的同意记录", "nlu_fallback")
    assert [line.endswith("关闭") for line in values["answer"].split("\n")[1:]] == [True, True]
    assert "改进小益" in values["answer"]


@pytest.mark.usefixtures("identified")
@pytest.mark.parametrize("text", ["叫我王女士 别叫先生", "以后叫我老王"])
async def test_to_be_called_by_a_name_is_no_wish_for_a_person(actions: Actions, text: str) -> None:
    assert await Play(actions).names(text, "handoff") == ["utter_privacy_correct_shown"]
    with transaction() as session:
        assert owner_of(session, "c1") != "queue"


LONG = [
    "关" * 12_000,
    "叫我" * 6_000,
    "好" * 12_000,
    "打开" * 6_000,
    "第一个" * 4_000,
    "要投诉" * 4_000,
    "小区1" * 4_000,
]


@pytest.mark.parametrize("text", LONG)
async def test_long_words_cost_no_time(actions: Actions, text: str) -> None:
    play = Play(actions)
    await play.say("我要改资料", "privacy_correct")
    assert choice_in(text) is None or switch_in(text)
    assert wish_by_words(text) is None
    assert await play.names(text, "nlu_fallback")
