"""While a plan is shown: why something stays, less than all of it, and another wish behind the no."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from actions.privacy.deleting import asks_what_stays
from actions.privacy.elsewhere import whose
from actions.privacy.question import Matter
from actions.privacy.viewing import masked
from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.billing.demo.stories import phone_of
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import transaction
from care.once import OnceKey
from care.privacy.places.base import Counts, Held
from care.privacy.requests import finish, newest
from care.privacy.rules import Hold, Kind, Status
from care.sla.policy import policy
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW

PHONE = phone_of("bill_shock")


@pytest.fixture
def identified(actions: Actions) -> None:
    with transaction() as session:
        prove(session, "c1", PHONE, NOW - timedelta(seconds=10), purpose=Purpose.IDENTITY)


pytestmark = pytest.mark.usefixtures("customers", "identified")


async def _shown(actions: Actions) -> Play:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    return play


def _status(kind: Kind) -> Status:
    with transaction() as session:
        found = newest(session, "c1", kind)
        assert found is not None
        return found.status


WHY = [
    ("实名信息凭什么不能删", "complaint_billing", None),
    ("为什么要留6个月", "privacy_policy", "kept"),
    ("要留多久", "privacy_policy", "kept"),
    ("哪些不删", "privacy_delete", None),
    ("为啥账单不给删", "deny", None),
]


@pytest.mark.parametrize(("text", "label", "sub"), WHY)
async def test_why_something_stays_is_told_and_the_question_stands(
    actions: Actions, text: str, label: str, sub: str | None
) -> None:
    play = await _shown(actions)
    ((name, values),) = await play.say(text, label, **({"sub": sub} if sub else {}))
    assert name == "utter_privacy_told"
    assert "实名资料" in values["answer"]
    assert values["buttons"][0]["title"] == "确认删除"
    assert await play.names(values["buttons"][0]["payload"]) == ["utter_privacy_delete_confirmed"]


@pytest.mark.parametrize("text", ["凭什么不能删，我要投诉你们", "再想想", "算了不删了", "好的", "为什么" * 4000])
def test_what_does_not_ask_why(text: str) -> None:
    began = time.monotonic()
    assert not asks_what_stays(text)
    assert time.monotonic() - began < 1


async def test_less_than_all_of_it(actions: Actions) -> None:
    play = await _shown(actions)
    ((_, values),) = await play.say("不是全部，只删这次对话", "deny")
    assert "这次对话" in values["answer"]
    assert await play.names("确认删除", "affirm") == ["utter_privacy_delete_confirmed"]
    with transaction() as session:
        found = newest(session, "c1", Kind.DELETE)
        assert found is not None
        assert found.phone is None


@pytest.mark.parametrize("text", ["确定删除我全部资料", "确认删除我的全部信息吧"])
async def test_longer_words_that_confirm(actions: Actions, text: str) -> None:
    play = await _shown(actions)
    assert await play.names(text, "privacy_delete") == ["utter_privacy_delete_confirmed"]


BEHIND = [
    ("算了不删了，我要查话费", "cancel", "utter_rest_question"),
    ("不删了，看看流量还剩多少", "deny", "utter_rest_question"),
    ("算了不删了，我要投诉", "cancel", "complaint_form"),
    ("算了不删了，谢谢", "cancel", None),
]


@pytest.mark.parametrize(("text", "label", "then"), BEHIND)
async def test_another_wish_behind_the_no(actions: Actions, text: str, label: str, then: str | None) -> None:
    play = await _shown(actions)
    names = await play.names(text, label)
    if then == "complaint_form":
        assert names[-1] == then
    else:
        assert names == ["utter_privacy_delete_declined", *([then] if then else [])]
        assert _status(Kind.DELETE) is Status.CANCELLED
    assert play.waits_for is None


async def test_how_a_leak_report_stands_is_no_second_report(actions: Actions) -> None:
    with transaction() as session:
        draft = Draft("complaint_billing", "多扣了三十块", line=PHONE)
        file_complaint(session, draft, OnceKey("c1", 991, "action_file_complaint"), policy(), NOW)
    names = await Play(actions).names("我的泄露报告到哪了", "privacy_leak")
    assert names == ["utter_ticket_status"]


@pytest.mark.parametrize("words", ["客服小姐姐我想改一下我登记的手机号", "小姐姐，把我的资料删了"])
def test_the_agent_is_nobody_whose_data_are_meant(words: str) -> None:
    assert whose(Matter.CORRECT, words) is None


@pytest.mark.parametrize(("value", "shown"), [("138****8125", "138****8125"), ("13800138000", "138****8000")])
def test_what_is_masked_is_not_masked_again(value: str, shown: str) -> None:
    assert masked(value) == shown


async def test_the_receipt_tells_what_stays(actions: Actions) -> None:
    play = await _shown(actions)
    await play.say("确认删除", "affirm")
    with transaction() as session:
        found = newest(session, "c1", Kind.DELETE)
        assert found is not None
        held = Counts(3, 0, [Held(Hold.OPERATOR, 1, None)])
        finish(session, found.id, NOW, {"places": {"conversations": held.as_json()}})
    ((name, values),) = await play.say("我的回执", "nlu_fallback")
    assert name == "utter_privacy_receipt"
    assert "实名资料" in values["result"]


NO_DATA = [
    ("把流量包删了", "utter_privacy_no_data"),
    ("删除彩铃", "utter_privacy_no_data"),
    ("帮我把别人的差评删了", "utter_privacy_no_data"),
    ("我不要你们删了，刚才点错了", "utter_privacy_delete_declined"),
    ("把我的资料删了", "utter_privacy_delete_which"),
    ("清空我的信息", "utter_privacy_delete_which"),
]


@pytest.mark.parametrize(("text", "said"), NO_DATA)
async def test_what_only_sounds_like_a_deletion(actions: Actions, text: str, said: str) -> None:
    assert await Play(actions).names(text, "privacy_delete") == [said]


async def test_a_copy_that_would_go_too_is_named(actions: Actions) -> None:
    play = Play(actions)
    await play.say("下载我的资料", "nlu_fallback")
    await play.say("好的", "affirm")
    ((_, values),) = await play.say("把我的资料全部删了", "privacy_delete")
    assert "副本也会一起删掉" in values["answer"]


async def test_another_number_behind_a_view_is_viewed(actions: Actions) -> None:
    play = Play(actions)
    await play.say("你们存了我哪些资料", "privacy_access")
    assert await play.names("再看看另一个号码", "billing_balance") == ["utter_privacy_ask_phone"]
    assert play.waits_for == "privacy_phone"
