"""What is asked for, done: seen, copied, corrected, deleted, switched; each with its number and its receipt."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from actions.privacy.question import Matter, payload
from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.accounts.service import customer_of_phone
from care.billing.demo.stories import phone_of
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.handoff.rules import Reason
from care.handoff.service import raise_concerns
from care.once import OnceKey
from care.privacy.choices import history, is_on
from care.privacy.copying import STEPS as COPY_STEPS
from care.privacy.correcting import Field
from care.privacy.erasing import STEPS as DELETE_STEPS
from care.privacy.links import newest_copy
from care.privacy.requests import newest
from care.privacy.rules import Kind, Status, Switch
from care.privacy.subject import Subject
from care.privacy.tables import Correction, DataCopy, PrivacyReceipt, PrivacyRequest
from care.sla.policy import policy
from care.tickets.tables import Ticket
from care.training import consent
from care.training.rules import CONSENT_VERSION
from tests.support.play import Play
from tests.support.rasa import Actions, Json
from tests.support.times import NOW

PHONE = phone_of("bill_shock")
MASKED = "138****8000"


@pytest.fixture
def identified(actions: Actions) -> None:
    with transaction() as session:
        prove(session, "c1", PHONE, NOW - timedelta(seconds=10), purpose=Purpose.IDENTITY)


pytestmark = pytest.mark.usefixtures("customers", "identified")


def _said(text: str, at: datetime = NOW) -> int:
    """A message of the customer's."""
    with transaction() as session:
        message = Message(conversation_id="c1", author="customer", text=text, created_at=at, status="answered")
        session.add(message)
        session.flush()
        return int(message.id)


def _complain(key: int = 900, **facts: str) -> str:
    with transaction() as session:
        draft = Draft("complaint_billing", "多扣了三十块", line=PHONE, **facts)
        return file_complaint(session, draft, OnceKey("c1", key, "action_file_complaint"), policy(), NOW).number


def _newest(kind: Kind) -> Any:
    with transaction() as session:
        return newest(session, "c1", kind)


def _buttons(values: Json) -> dict[str, str]:
    return {button["title"]: button["payload"] for button in values["buttons"]}


# seen


async def test_what_is_held_is_told_by_purpose_and_masked(actions: Actions) -> None:
    _said("我的号码是13800138000，多扣了钱")
    _complain(contact=PHONE, address="朝阳区望京街道1号")
    with transaction() as session:
        raise_concerns(session, "c1", [Reason.ANGER], 1, NOW)
    ((name, values),) = await Play(actions).say("你们存了我哪些资料", "privacy_access")
    assert name == "utter_privacy_told"
    told = values["answer"]
    assert MASKED in told
    assert PHONE not in told
    assert "地址 朝阳区***" in told
    assert "望京" not in told, "others may see the screen"
    assert "语气很急" in told, "what was concluded is told"
    assert "恶意投诉" in told, "and which mark there is not"
    assert values["custom"]["card"]["kind"] == "figures"
    for row in values["custom"]["card"]["rows"]:
        assert f"{row['label']}：{row['value']}" in told, "words and card say the same"
    assert len(values["buttons"]) == 4
    assert re.search(r"受理号 YS\w+", told)


async def test_who_used_it_names_roles_and_partners_only(actions: Actions) -> None:
    with transaction() as session:
        row = Message(conversation_id="c1", author="agent", text="您好", staff="A1007", created_at=NOW)
        session.add(row)
    play = Play(actions)
    await play.say(f"查{PHONE}的余额", "billing_balance")
    ((_, values),) = await play.say("谁用过我的信息", "privacy_access", sub="usage")
    told = values["answer"]
    assert "人工客服或主管" in told
    assert "短信通道：核对是不是您本人" in told
    assert "A1007" not in told


# a copy


async def test_a_copy_is_asked_for_once_more_and_then_built(actions: Actions) -> None:
    play = Play(actions)
    ((name, values),) = await play.say("下载我的资料", "nlu_fallback")
    assert name == "utter_privacy_copy_shown"
    assert play.waits_for == "privacy_confirmed"
    ((name, _),) = await play.say(_buttons(values)["打包给我"])
    assert name == "utter_privacy_copy_begun"
    assert play.waits_for is None
    assert _newest(Kind.COPY).status is Status.CONFIRMED
    ((name, values),) = await play.say("导出好了吗", "privacy_access", sub="copy")
    assert name == "utter_privacy_copy_progress"
    assert values["all"] == str(len(COPY_STEPS))


@pytest.mark.parametrize(("text", "label"), [("好的", "affirm"), ("打包吧", "inform"), ("可以", "affirm")])
async def test_yes_to_a_copy_in_words(actions: Actions, text: str, label: str) -> None:
    play = Play(actions)
    await play.say("我要一份个人信息副本", "privacy_access", sub="copy")
    assert await play.names(text, label) == ["utter_privacy_copy_begun"]


@pytest.mark.parametrize(("text", "label"), [("算了", "cancel"), ("不要了", "deny"), ("先不办了", "nlu_fallback")])
async def test_no_to_a_copy(actions: Actions, text: str, label: str) -> None:
    play = Play(actions)
    await play.say("我要一份个人信息副本", "privacy_access", sub="copy")
    assert await play.names(text, label) == ["utter_privacy_declined"]
    assert _newest(Kind.COPY).status is Status.CANCELLED


async def test_a_copy_that_is_ready_gets_a_new_address_each_time(actions: Actions) -> None:
    play = Play(actions)
    await play.say("下载我的资料", "nlu_fallback")
    await play.say("好的", "affirm")
    with transaction() as session:
        session.add(
            DataCopy(
                request_id=_newest(Kind.COPY).id,
                content=b"zip",
                password="x",
                size=3,
                made_at=NOW,
                expires_at=NOW + timedelta(hours=24),
            )
        )
    addresses = set()
    for text in ("下载我的资料", "给我一个新的下载链接"):
        ((name, values),) = await play.say(text, "nlu_fallback")
        assert name == "utter_privacy_copy_link"
        assert values["custom"]["card"]["kind"] == "link"
        assert values["custom"]["card"]["url"] == values["path"]
        addresses.add(values["path"])
    assert len(addresses) == 2
    with transaction() as session:
        assert newest_copy(session, "c1", PHONE, NOW) is not None


# a correction


async def test_how_one_is_called(actions: Actions) -> None:
    play = Play(actions)
    ((name, values),) = await play.say("我要改资料", "privacy_correct")
    assert name == "utter_privacy_correct_which"
    assert len(values["buttons"]) == len(Field)
    assert await play.names(_buttons(values)["对我的称呼"]) == ["utter_privacy_correct_call_name"]
    ((name, values),) = await play.say("李老师", "inform")
    assert (name, values["value"]) == ("utter_privacy_correct_shown", "李老师")
    assert await play.names("对", "affirm") == ["utter_privacy_corrected"]
    assert play.waits_for is None
    with transaction() as session:
        assert customer_of_phone(session, PHONE, NOW).name == "李老师"
        (made,) = session.scalars(select(Correction))
        assert made.after == "李老师"


NEW_VALUES = [
    # everything in one message, and only the yes is asked
    ("把称呼改成李老师", "李老师"),
    ("称呼改一下，叫我李老师", "李老师"),
    ("联系电话改成13800138001", "138****8001"),  # a number is never shown whole
    ("地址改成海淀区中关村大街2号", "海淀区中关村大街2号"),
]


@pytest.mark.parametrize(("text", "value"), NEW_VALUES)
async def test_a_value_in_the_first_words(actions: Actions, text: str, value: str) -> None:
    play = Play(actions)
    ((name, values),) = await play.say(text, "privacy_correct")
    assert (name, values["value"]) == ("utter_privacy_correct_shown", value)
    assert play.talk.slots["privacy_phone"] == PHONE, "a new number in the words is no other person's"


async def test_contact_and_address_of_open_tickets(actions: Actions) -> None:
    _complain(contact="13800138001", address="朝阳区望京街道1号")
    play = Play(actions)
    await play.say("联系电话改成13800138003", "privacy_correct")
    assert await play.names("对，改吧", "affirm") == ["utter_privacy_corrected"]
    await play.say("地址改成海淀区中关村大街2号", "privacy_correct")
    assert await play.names('/privacy_correct{"choice": "yes"}') == ["utter_privacy_corrected"]
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.kind == "complaint")).one()
        assert (ticket.contact, ticket.address) == ("13800138003", "海淀区中关村大街2号")


async def test_nothing_to_correct_is_said(actions: Actions) -> None:
    play = Play(actions)
    await play.say("地址改成海淀区中关村大街2号", "privacy_correct")
    assert await play.names("对", "affirm") == ["utter_privacy_correct_nothing_address"]


async def test_a_value_that_is_none_is_asked_for_again(actions: Actions) -> None:
    _complain(contact=PHONE)
    play = Play(actions)
    await play.say("换预留手机", "privacy_correct")
    assert await play.names("12345", "inform") == ["utter_correct_contact"]
    assert play.waits_for == "privacy_value"


PAPERS = [("我的名字登记错了", "登记姓名"), ("更新证件有效期", "证件信息"), ("我要过户", "机主（过户）")]


@pytest.mark.parametrize(("text", "field"), PAPERS)
async def test_what_needs_papers_gets_a_ticket_with_what_to_bring(actions: Actions, text: str, field: str) -> None:
    play = Play(actions)
    ((name, values),) = await play.say(text, "privacy_correct")
    assert (name, values["field"]) == ("utter_privacy_papers", field)
    assert "身份证" in values["papers"]
    assert await play.names(_buttons_of("登记")) == ["utter_privacy_papers_filed"]
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert text in ticket.description


def _buttons_of(title: str) -> str:
    return {"登记": payload(Matter.CORRECT, choice="yes")}[title]


# a deletion


async def test_how_much_is_asked_what_goes_is_shown_and_the_last_yes_is_the_very_words(actions: Actions) -> None:
    _said("我的号码是13800138000")
    play = Play(actions)
    ((name, values),) = await play.say("把我的资料删掉", "privacy_delete")
    assert name == "utter_privacy_delete_which"
    ((name, values),) = await play.say(_buttons(values)["我的全部资料"])
    assert name == "utter_privacy_told"
    told = values["answer"]
    assert MASKED in told
    assert "对话" in told
    assert "实名资料" in told, "what stays with the operator, and why"
    assert "确认删除" in told
    assert await play.names("好的", "affirm") == ["utter_privacy_delete_sure"]
    assert _newest(Kind.DELETE).status is Status.SHOWN
    _said("确认删除")
    confirmed = _said("x")
    ((name, values),) = await play.say("确认删除", "affirm", message_id=str(confirmed))
    assert name == "utter_privacy_delete_confirmed"
    assert values["number"].startswith("YS")
    assert play.waits_for is None
    request = _newest(Kind.DELETE)
    assert (request.status, request.steps) == (Status.CONFIRMED, len(DELETE_STEPS))
    with transaction() as session:
        detail = session.scalars(select(PrivacyRequest.detail).where(PrivacyRequest.id == request.id)).one()
        assert detail is not None
        subject = Subject.from_json(detail["subject"])
        assert subject.until == confirmed, "the yes itself goes as well"
        assert subject.phone == PHONE


SURE = ["确认删除", "我确认删除", "确定删除吧", "是的，确认删除", "确定要删"]


@pytest.mark.parametrize("text", SURE)
async def test_words_that_confirm(actions: Actions, text: str) -> None:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    assert await play.names(text, "affirm") == ["utter_privacy_delete_confirmed"]


NOT_SURE = [
    ("好", "affirm", "utter_privacy_delete_sure"),
    ("嗯嗯", "affirm", "utter_privacy_delete_sure"),
    ("可以", "inform", "utter_privacy_delete_sure"),
    ("算了不删了", "cancel", "utter_privacy_delete_declined"),
    ("先不删", "deny", "utter_privacy_delete_declined"),
    ("再想想", "nlu_fallback", "utter_privacy_delete_declined"),
    ('/privacy_access{"choice": "no"}', "", "utter_privacy_delete_declined"),
    ("啊？", "nlu_fallback", "utter_privacy_again_confirmed"),
]


@pytest.mark.parametrize(("text", "label", "said"), NOT_SURE)
async def test_words_that_do_not(actions: Actions, text: str, label: str, said: str) -> None:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    assert await play.names(text, label) == [said]
    expected = Status.CANCELLED if "declined" in said else Status.SHOWN
    assert _newest(Kind.DELETE).status is expected


async def test_this_chat_alone_needs_no_code(actions: Actions) -> None:
    play = Play(actions, "c2")  # nothing is proved there
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
    ((name, values),) = await play.say("这次聊天都删了吧", "privacy_delete")
    assert name == "utter_privacy_told"
    assert "这次对话" in values["answer"]
    assert await play.names(_buttons(values)["确认删除"]) == ["utter_privacy_delete_confirmed"]
    with transaction() as session:
        (request,) = session.scalars(select(PrivacyRequest))
        assert (request.conversation_id, request.phone, request.status) == ("c2", None, Status.CONFIRMED)


QUESTIONS = ["注销手机号后我的身份证信息会删除吗?", "删除需要多久", "怎么证明你们真的删了", "为什么我的资料删不了"]


@pytest.mark.parametrize("text", QUESTIONS)
async def test_a_question_about_deletions_deletes_nothing(actions: Actions, text: str) -> None:
    play = Play(actions)
    assert await play.names(text, "privacy_delete") == ["utter_article"]
    assert play.waits_for is None


@pytest.mark.parametrize("text", ["全部", "都删", "第一个"])
async def test_how_much_in_words(actions: Actions, text: str) -> None:
    play = Play(actions)
    await play.say("把我的资料删掉", "privacy_delete")
    ((_, values),) = await play.say(text, "inform")
    assert MASKED in values["answer"]


@pytest.mark.parametrize("text", ["只删这次对话", "这次的", "第二个"])
async def test_how_little_in_words(actions: Actions, text: str) -> None:
    play = Play(actions)
    await play.say("把我的资料删掉", "privacy_delete")
    ((_, values),) = await play.say(text, "inform")
    assert "这次对话" in values["answer"]


async def test_an_open_complaint_holds_and_is_named(actions: Actions) -> None:
    number = _complain()
    ((_, values),) = await Play(actions).say("把我的资料全部删了", "privacy_delete")
    assert number in values["answer"]
    assert "还没办完" in values["answer"]


async def test_one_that_runs_is_not_begun_again(actions: Actions) -> None:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    await play.say("确认删除", "affirm")
    ((name, values),) = await play.say("删完没有", "privacy_delete")
    assert name == "utter_privacy_delete_running"
    assert values["number"] == _newest(Kind.DELETE).number


async def test_an_old_button_confirms_nothing_but_its_own(actions: Actions) -> None:
    play = Play(actions)
    ((_, first),) = await play.say("这次聊天都删了吧", "privacy_delete")
    await play.say("把我的资料全部删了", "privacy_delete")
    assert await play.names(_buttons(first)["确认删除"]) == ["utter_privacy_over"]
    with transaction() as session:
        assert [row.status for row in session.scalars(select(PrivacyRequest))].count(Status.CONFIRMED) == 0


async def test_a_yes_that_comes_too_late(actions: Actions, clock: time_machine.Traveller) -> None:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    clock.shift(timedelta(minutes=31))
    assert await play.names("确认删除", "affirm") == ["utter_privacy_over"]


async def test_the_turn_of_the_yes_run_again(actions: Actions) -> None:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    play.talk.user("确认删除", "affirm")
    first = await actions.run("validate_privacy_form", play.talk)
    again = await actions.run("validate_privacy_form", play.talk)
    assert first.responses == again.responses
    with transaction() as session:
        assert len(session.scalars(select(Ticket)).all()) == 1


# consents and uses


SWITCHED = [
    ("关掉个性化推荐", Switch.PERSONALISATION, False),
    ("打开个性化推荐", Switch.PERSONALISATION, True),
    ("关闭营销电话", Switch.MARKETING_CALLS, False),
]


@pytest.mark.parametrize(("text", "switch", "on"), SWITCHED)
async def test_a_switch_counts_at_once(actions: Actions, text: str, switch: Switch, on: bool) -> None:
    said = await Play(actions).say(text, "nlu_fallback")
    assert said[0][0] == ("utter_privacy_switched_on" if on else "utter_privacy_switched_off")
    assert said[0][1]["custom"]["card"]["kind"] == "receipt"
    assert said[0][1]["custom"]["card"]["erased"] is None
    with transaction() as session:
        assert is_on(session, PHONE, switch) is on
        assert [change.switch for change in history(session, PHONE)] == [switch]


async def test_marketing_calls_of_others_are_another_matter(actions: Actions) -> None:
    assert await Play(actions).names("别给我打营销电话", "nlu_fallback") == [
        "utter_privacy_switched_off",
        "utter_privacy_other_callers",
    ]


async def test_the_consent_to_training_needs_no_code(actions: Actions, clock: time_machine.Traveller) -> None:
    with transaction() as session:
        consent.record(session, "c1", agreed=True, version=CONSENT_VERSION, channel="rest", now=NOW)
    clock.shift(timedelta(hours=1))
    assert await Play(actions).names("撤回训练授权", "nlu_fallback") == ["utter_privacy_switched_off"]
    with transaction() as session:
        assert not consent.standing(session, "c1").agreed


async def test_which_is_asked_with_reminders_among_them(actions: Actions) -> None:
    play = Play(actions)
    ((name, values),) = await play.say("撤回同意", "privacy_delete", sub="withdraw")
    assert name == "utter_privacy_switch_which"
    titles = _buttons(values)
    assert list(titles) == ["个性化推荐", "营销电话", "用我的话改进小益", "各种提醒短信", "前三项都关掉"]
    assert await play.names(titles["个性化推荐"]) == ["utter_privacy_switched_off"]
    assert play.waits_for is None


async def test_the_history(actions: Actions, clock: time_machine.Traveller) -> None:
    play = Play(actions)
    await play.say("打开个性化推荐", "nlu_fallback")
    clock.shift(timedelta(minutes=1))
    await play.say("关掉个性化推荐", "nlu_fallback")
    ((_, values),) = await play.say("我的同意记录", "nlu_fallback")
    lines = values["answer"].split("\n")
    assert lines[1].endswith("关闭")
    assert lines[2].endswith("打开")


# receipts, and what is refused


async def test_receipts_are_found_again(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names("我的回执", "nlu_fallback") == ["utter_privacy_no_receipt"]
    await play.say("关掉个性化推荐", "nlu_fallback")
    ((name, values),) = await play.say("我的回执", "nlu_fallback")
    assert name == "utter_privacy_receipt"
    with transaction() as session:
        (receipt,) = session.scalars(select(PrivacyReceipt))
        assert values["custom"]["card"]["number"] == receipt.number
    stranger = Play(actions, "c2")
    assert await stranger.names("我的回执", "nlu_fallback") == ["utter_privacy_no_receipt"]
