"""Somebody says that they are under 14: what is said of oneself, what only looks like it, and what stops then."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from actions.minors import Said, said_in
from care.conversations.tables import Conversation
from care.db import transaction
from care.rights.tables import AppealPacket
from care.tickets.tables import Ticket
from care.training import consent
from care.training.rules import CONSENT_VERSION
from tests.support.appeals import overdue
from tests.support.environment import SMS_LOG
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW

UNDER_14 = [
    ("我今年12岁", "said outright"),
    ("我才十岁", "in characters"),
    ("我12岁了", "with a 了"),
    ("我只有8岁", "only"),
    ("我十三岁", "the last year below"),
    ("我今年十二周岁", "in full years"),
    ("本人11岁", "formal"),
    ("俺今年九岁", "dialect"),
    ("我先至10歲", "Cantonese, traditional characters"),
    ("我今年１２岁", "full-width digits"),
    ("我七八岁", "about"),
    ("我大概十一二岁", "about, above ten"),
    ("我今年12", "without the word for years, at the end"),
    ("我今年十岁半", "and a half"),
    ("我还没满14岁", "below, by the limit itself"),
    ("我未满十四周岁", "as forms say it"),
    ("我不到13岁", "below another age"),
    ("我还在上三年级", "by the class"),
    ("我在读小学五年级", "by the class, with the school"),
    ("我是小学生", "by the school"),
    ("我还在读小学", "by the school, as a verb"),
    ("我还在上幼儿园", "younger still"),
    ("我是个小学生，今年10岁", "both"),
    ("我是小孩，9岁", "a child, then the age"),
    ("我是2015年出生的", "by the year: 11 at most"),
    ("我想投诉，我今年12岁", "behind a wish"),
    ("我12岁，玩游戏充了三千块能退吗", "before a story"),
    ("我才11岁能办卡吗", "in a question"),
]
NOT = [
    ("我孩子12岁", "their child"),
    ("我家12岁的儿子充了钱", "their son"),
    ("我儿子今年10岁", "their son, this year"),
    ("我12岁的女儿玩游戏充了钱", "the age belongs to the daughter"),
    ("我妹才8岁", "a sister"),
    ("我弟弟上三年级", "a brother's class"),
    ("我家孩子还在上小学", "a child's school"),
    ("12岁开始用你们的卡", "long ago"),
    ("我12岁就开始用移动了", "long ago, of oneself"),
    ("我10岁那年办的卡", "that year"),
    ("我十岁的时候就有这个号", "then"),
    ("我14岁", "14 is not below 14"),
    ("我今年15岁", "above"),
    ("我十八岁", "of age"),
    ("我二十岁", "twenty, not ten"),
    ("我都八十岁了", "eighty"),
    ("我今年68岁看不懂", "old"),
    ("我刚满14岁", "14 just now"),
    ("套餐12年了", "no age"),
    ("我用了12年", "years of a contract"),
    ("我这个号用了13年", "years of a number"),
    ("我今年12月要出国", "a month"),
    ("我充了10元", "money"),
    ("你当我三岁小孩啊", "a figure of speech"),
    ("别把我当三岁小孩", "the same"),
    ("如果我12岁能办卡吗", "supposed"),
    ("我不是小学生", "denied"),
    ("我是小学老师", "a teacher"),
    ("我是三年级的老师", "a teacher of a class"),
    ("我小学同学给我推荐的", "a friend"),
    ("孩子多大可以办卡", "a question about children"),
    ("未满14岁的信息怎么保护", "a question about the rule"),
    ("我是2000年出生的", "by the year: grown up"),
    ("我是2012年出生的", "13 or 14: not said"),
    ("八岁，国庆节那几天充的", "answers how old the child is"),
    ("", "a button"),
]


@pytest.mark.parametrize(("words", "reason"), UNDER_14)
def test_under_14(words: str, reason: str) -> None:
    assert said_in(words, NOW) is Said.MINOR, reason


@pytest.mark.parametrize(("words", "reason"), NOT)
def test_not_under_14(words: str, reason: str) -> None:
    assert said_in(words, NOW) is not Said.MINOR, reason


GUARDIAN = [
    ("我是他妈妈", True, "the mother"),
    ("我是孩子的爸爸", True, "the father"),
    ("我是监护人", True, "the word itself"),
    ("换大人了，我是家长", True, "a grown-up now"),
    ("我是她奶奶", True, "a grandmother"),
    ("现在是他爸", True, "the father has the telephone"),
    ("我今年40岁", False, "grown up, and so not bound: see GROWN"),
    ("刚才孩子乱打的，我35岁", False, "the same, with the reason"),
    ("我妈妈的号码", False, "a number of hers"),
    ("我妈不在家", False, "still the child"),
    ("找我爸也没用", False, "the same"),
]


@pytest.mark.parametrize(("words", "is_one", "reason"), GUARDIAN)
def test_guardian(words: str, is_one: bool, reason: str) -> None:
    assert (said_in(words, NOW) is Said.GUARDIAN) is is_one, reason


GROWN = [
    ("我今年40岁", "the age"),
    ("刚才孩子乱打的，我35岁", "with the reason"),
    ("逗你玩的，我38了", "without the word for years"),
    ("开玩笑的，我成年了", "by the word"),
    ("我是成年人", "by the word"),
    ("我18岁", "of age"),
    ("我14岁了", "the limit itself: bound by nobody"),
    ("我不是小孩", "denied"),
]
NOT_GROWN = [
    ("我还没成年", "not yet"),
    ("我是未成年", "not said how old"),
    ("等我成年了再说", "later"),
    ("如果我38了呢", "supposed"),
    ("我38块钱被扣了", "money"),
    ("我用了38了", "a figure of something else"),
    ("我13", "below"),
]


@pytest.mark.parametrize(("words", "reason"), GROWN)
def test_grown(words: str, reason: str) -> None:
    assert said_in(words, NOW) is Said.GROWN, reason


@pytest.mark.parametrize(("words", "reason"), NOT_GROWN)
def test_not_grown(words: str, reason: str) -> None:
    assert said_in(words, NOW) is not Said.GROWN, reason


def _minor_at() -> object:
    with transaction() as session:
        return session.scalar(select(Conversation.minor_at).where(Conversation.id == "c1"))


async def test_what_is_filled_in_goes_and_nothing_is_filed(actions: Actions) -> None:
    talk = Talk(category="complaint_billing", description="多扣了三千", line="13800138000").asked("wish")
    result = await actions.validate(talk.user("我才12岁", "inform"))
    assert result.said == ["utter_minor"]
    assert talk.active_loop == {}
    filled = {name for name, value in talk.slots.items() if value not in (None, 0, 0.0)}
    assert filled == set()
    assert _minor_at() == NOW
    with transaction() as session:
        assert session.scalars(select(Ticket)).all() == []


async def test_nothing_is_collected_until_a_guardian_goes_on(actions: Actions) -> None:
    play = Play(actions)
    await play.say("我今年12岁", "inform")
    received = SMS_LOG.read_text(encoding="utf-8") if SMS_LOG.exists() else ""
    for text, label in (("帮我查13800138000的余额", "billing_balance"), ("删掉我的信息", "privacy_delete")):
        assert await play.names(text, label) == ["utter_minor_again"]
    assert (SMS_LOG.read_text(encoding="utf-8") if SMS_LOG.exists() else "") == received, "no code was sent"
    talk = Talk().user("我家宽带断了三天没人修", "complaint_broadband")
    result = await actions.validate(talk)
    assert result.said == ["utter_minor_again"]
    assert talk.active_loop == {}
    assert await play.names("我是他妈妈") == ["utter_minor_guardian"]
    assert _minor_at() is None
    assert await play.names("查余额", "billing_balance", message_id="50") != ["utter_minor_again"]


GENERAL = [
    ("你好", "greet_chitchat", "utter_greet"),
    ("去哪投诉", "rights_channels", "utter_article"),
    ("转人工", "handoff", "utter_handoff_requested"),
]


@pytest.mark.parametrize(("text", "label", "said"), GENERAL)
async def test_general_questions_are_answered(actions: Actions, text: str, label: str, said: str) -> None:
    play = Play(actions)
    await play.say("我今年12岁", "inform")
    assert await play.names(text, label) == [said]


APPEALS = [
    # words or button, label, sub, why
    ('/rights_appeal{"step": "packet"}', "", None, "the button"),
    ('/rights_appeal{"step": "packet", "item": "NUMBER"}', "", None, "the button of a ticket of theirs"),
    ("帮我写份申诉书", "rights_other", None, "sure words, whatever the label"),
    ("我要申诉材料", "nlu_fallback", None, "words that were not understood"),
    ("去工信部申诉，材料弄一下", "rights_appeal", "packet", "the sub-label"),
]


@pytest.mark.parametrize(("text", "label", "sub", "why"), APPEALS)
async def test_no_papers_for_an_appeal(actions: Actions, text: str, label: str, sub: str | None, why: str) -> None:
    """They ask what happened, and hold it for a day."""
    number = overdue(NOW)
    play = Play(actions)
    await play.say("我今年12岁", "inform")
    assert await play.names(text.replace("NUMBER", number), label, sub=sub) == ["utter_minor_again"], why
    assert play.waits_for is None, why
    with transaction() as session:
        assert session.scalars(select(AppealPacket)).all() == [], why


async def test_what_an_appeal_is_is_told_to_a_child_as_well(actions: Actions) -> None:
    play = Play(actions)
    await play.say("我今年12岁", "inform")
    assert await play.names("申诉是怎么回事", "rights_appeal") != ["utter_minor_again"]


async def test_the_consent_to_training_ends(actions: Actions, clock: time_machine.Traveller) -> None:
    with transaction() as session:
        consent.record(session, "c1", agreed=True, version=CONSENT_VERSION, channel="rest", now=NOW)
    clock.shift(timedelta(minutes=1))
    await Play(actions).say("我今年12岁", "greet_chitchat")
    with transaction() as session:
        assert not consent.standing(session, "c1").agreed


async def test_said_twice_the_first_time_counts(actions: Actions, clock: time_machine.Traveller) -> None:
    play = Play(actions)
    await play.say("我今年12岁", "inform")
    clock.shift(timedelta(minutes=1))
    assert await play.names("我12岁啊", "inform") == ["utter_minor"]
    assert _minor_at() == NOW


GOES_ON = [
    # text, label, confidence, said first, is it taken up
    ("我是他妈妈，帮他看看去哪投诉", "rights_channels", 0.95, "utter_minor_guardian_goes_on", True),
    ("我是他妈妈，我要投诉乱扣费", "complaint_billing", 0.5, "utter_minor_guardian_goes_on", True),
    ("我是监护人", "inform", 0.9, "utter_minor_guardian", False),
    ("我成年了", "inform", 0.9, "utter_minor_grown", False),
    ("逗你玩的，我38了", "greet_chitchat", 0.9, "utter_minor_grown", False),
    ("我成年了，查下去哪投诉", "rights_channels", 0.9, "utter_minor_grown_goes_on", True),
]


@pytest.mark.parametrize(("text", "label", "confidence", "said", "is_taken_up"), GOES_ON)
async def test_a_wish_said_with_it_is_taken_up_else_it_is_asked_for(
    actions: Actions, text: str, label: str, confidence: float, said: str, is_taken_up: bool
) -> None:
    play = Play(actions)
    await play.say("我今年12岁", "inform")
    names = await play.names(text, label, confidence=confidence)
    assert names[0] == said
    assert (len(names) > 1) is is_taken_up
    assert _minor_at() is None


async def test_a_childs_leak_is_reported(actions: Actions) -> None:
    play = Play(actions)
    await play.say("我10岁", "inform")
    said = await play.names("我的信息被同学偷了，他用我的号", "privacy_leak")
    assert said[0] == "utter_privacy_leak_reported"


async def test_a_child_may_have_this_chat_deleted(actions: Actions) -> None:
    play = Play(actions)
    await play.say("我10岁", "inform")
    assert await play.names("删掉这次对话", "privacy_delete") == ["utter_privacy_told"]
    assert await play.names("确认删除", "affirm") == ["utter_privacy_delete_confirmed"]
    assert await play.names("把我的资料全部删了", "privacy_delete") == ["utter_minor_again"]


async def test_a_pattern_never_takes_long() -> None:
    assert said_in("我今年" * 26, NOW) is None
