"""Disputed in free words, under the answer that showed the line; and 「谁给我开的」, which asks before it complains."""

from __future__ import annotations

import pytest

from actions.complaints import FORM
from care.accounts.proofs import prove
from care.db import transaction
from tests.support.billing import phone_of, seed
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW

PHONE = phone_of("bill_shock")


@pytest.fixture
async def play(actions: Actions) -> Play:
    seed(NOW, 14)
    with transaction() as session:
        prove(session, "c1", PHONE, NOW)
    return Play(actions)


OBJECTIONS = [
    # words, label, what follows
    ("有一项不对", "deny", ["utter_account"], "which one is asked"),
    ("流量超出那个，我没用那么多", "billing_usage", None, "and no question about usage"),
    ("退给我", "nlu_fallback", ["utter_account"], "alone it would not be understood"),
]


@pytest.mark.parametrize(("text", "intent", "said", "reason"), OBJECTIONS)
async def test_under_a_bill(play: Play, text: str, intent: str, said: list[str] | None, reason: str) -> None:
    await play.say("上个月账单", "billing_detail")
    names = await play.names(text, intent)
    assert names == (said or ["utter_dispute_begin", FORM]), reason


async def test_the_one_that_is_named_when_it_is_asked_which(play: Play) -> None:
    await play.say("上个月账单", "billing_detail")
    await play.say("有一项不对", "deny")
    assert await play.names("流量超出那个", "billing_usage") == ["utter_dispute_begin", FORM]


async def test_something_else_when_it_is_asked_which(play: Play) -> None:
    await play.say("上个月账单", "billing_detail")
    await play.say("有一项不对", "deny")
    assert FORM not in await play.names("我还剩多少流量", "billing_usage")


async def test_a_complaint_in_words_about_the_line(play: Play, actions: Actions) -> None:
    """Rasa's rule opens the form for its label; the validation leads to the dispute, which knows item and amount."""
    await play.say("上个月账单", "billing_detail")
    result = await actions.validate(play.talk.user("视频会员我没开过", "complaint_vas"))
    assert [event["name"] for event in result.events if event["event"] == "followup"] == ["action_billing"]
    result = await actions.run("action_billing", play.talk)
    assert (result.said, result.events[-1]["name"]) == (["utter_dispute_begin"], FORM)


NO_OBJECTIONS = [
    ("没问题了谢谢", "greet_chitchat", "content"),
    ("还剩多少流量", "billing_usage", "another question"),
]


@pytest.mark.parametrize(("text", "intent", "reason"), NO_OBJECTIONS)
async def test_no_objection(play: Play, text: str, intent: str, reason: str) -> None:
    await play.say("上个月账单", "billing_detail")
    assert FORM not in await play.names(text, intent), reason


async def test_nothing_was_shown_that_could_be_wrong(play: Play) -> None:
    await play.say("话费余额", "billing_balance")
    assert await play.names("不对", "deny") == ["utter_all_right"]


LEADS = [
    ("视频会员谁给我开的", True, "asks for the evidence"),
    ("谁给我开的视频会员，退钱", False, "wants redress"),
    ("偷偷给我开通的会员凭证拿来", False, "says that it was done behind their back"),
]


@pytest.mark.parametrize(("text", "is_asked", "reason"), LEADS)
async def test_who_ordered_it(actions: Actions, text: str, is_asked: bool, reason: str) -> None:
    """The rule for complaint_vas opens the form; its validation hands a question on."""
    result = await actions.validate(Talk().user(text, "complaint_vas"))
    following = [event["name"] for event in result.events if event["event"] == "followup"]
    assert following == (["action_billing"] if is_asked else []), reason
