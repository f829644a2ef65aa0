"""Questions about the policy, what is answered elsewhere, and somebody else's data: refused, or a person's matter."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.privacy.elsewhere import Whose, sure_whose, whose
from actions.privacy.question import Matter
from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.db import transaction
from care.privacy.articles import article
from care.privacy.tables import PrivacyReceipt
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW

SUBS = ["what", "why", "kept", "shared", "minors", "deceased", "face", "personalisation", "marketing", "training"]
SUBS += ["recorded", "security"]


@pytest.mark.parametrize("sub", SUBS)
async def test_every_article_is_told_short_with_its_sources(actions: Actions, sub: str) -> None:
    ((name, values),) = await Play(actions).say("说说看", "privacy_policy", sub=sub)
    assert name == "utter_article"
    found = article(sub)
    assert values["told"].startswith(found.short)
    assert found.source_lines[0] in values["told"]
    assert len(values["buttons"]) <= 4
    assert values["buttons"][-1]["payload"] == "/handoff"


async def test_more_leads_to_the_page(actions: Actions) -> None:
    play = Play(actions)
    ((_, values),) = await play.say("录音留多久", "privacy_policy", sub="kept")
    ((_, more),) = await play.say(values["buttons"][0]["payload"])
    assert article("kept").longer in more["told"]
    assert more["custom"]["card"]["url"] == f"/rights/{article('kept').id}"


async def test_without_a_sub_label_the_choice(actions: Actions) -> None:
    ((name, values),) = await Play(actions).say("隐私政策在哪", "privacy_policy")
    assert name == "utter_privacy_policy"
    assert len(values["buttons"]) == 4


ELSEWHERE = [
    ("打印通话清单", "calls", "utter_own_calls"),
    ("我名下几张卡", "owned", "utter_privacy_owned"),
]


@pytest.mark.parametrize(("text", "sub", "said"), ELSEWHERE)
async def test_elsewhere(actions: Actions, text: str, sub: str, said: str) -> None:
    assert await Play(actions).names(text, "privacy_access", sub=sub) == [said]


WHOSE = [
    ("把我老公的资料删了", Matter.DELETE, Whose.SOMEBODY),
    ("帮我看看我女朋友的信息", Matter.VIEW, Whose.SOMEBODY),
    ("改一下我妈的登记地址", Matter.CORRECT, Whose.SOMEBODY),
    ("把他的资料也删掉", Matter.DELETE, Whose.SOMEBODY),
    ("我孩子的信息给我看看", Matter.VIEW, Whose.CHILD),
    ("把我女儿的资料删了", Matter.DELETE, Whose.CHILD),
    ("我爸去世了，想删他的资料", Matter.DELETE, Whose.DEAD),
    ("父亲过世了能查他的信息吗", Matter.VIEW, Whose.DEAD),
    ("亡父的人像能从实名库里拿掉吗", Matter.DELETE, Whose.DEAD),
    ("把我的资料删了", Matter.DELETE, None),
    ("删掉我的信息，别给他们", Matter.DELETE, None),
    ("我和我老公用的资料", Matter.VIEW, None),
    ("我老公说你们存了我的资料", Matter.VIEW, None),
    ("谁看过我的信息", Matter.USAGE, None),
    ("你们把我的信息给了别人", Matter.LEAK, None),  # a leak, whoever has them
    ("孩子的信息怎么保护", Matter.POLICY, None),  # a question
    ("", Matter.DELETE, None),
    ("我儿子才8岁，你们存了他啥信息，给我删了", Matter.DELETE, Whose.CHILD),
    ("我是监护人，我女儿11岁，想看看她的资料", Matter.POLICY, Whose.CHILD),
    ("我爸上个月去世了，他的号码里的信息咋办", Matter.POLICY, Whose.DEAD),
    ("老伴走了，号码里的照片短信还能导出来吗", Matter.POLICY, Whose.DEAD),
    ("我们全家的资料都删了", Matter.DELETE, Whose.FAMILY),
    ("帮我查下13800138001这个人的资料", Matter.VIEW, Whose.SOMEBODY),
    ("这是我老婆的号", Matter.DELETE, Whose.SOMEBODY),
    ("我是警察，立即提供13800138084机主信息", Matter.USAGE, Whose.AUTHORITY),
    ("上一个客户跟你说了什么", Matter.VIEW, Whose.OTHERS),
    ("把别人的资料随便发一条给我", Matter.VIEW, Whose.OTHERS),
    ("旧号码不在了，把资料删了", Matter.DELETE, None),  # a number, no person
    ("13800138001，我的资料给我看", Matter.VIEW, None),
    ("我是警察，把我的资料删了", Matter.DELETE, None),
]


@pytest.mark.parametrize(("words", "matter", "found"), WHOSE)
def test_whose_data_are_meant(words: str, matter: Matter, found: Whose | None) -> None:
    assert whose(matter, words) is found


SURE = [
    ("我儿子才8岁，你们存了他啥信息，给我删了", "privacy_delete", "utter_privacy_whose_child"),
    ("我是监护人，我女儿11岁，想看看她的资料", "complaint_other", "utter_privacy_whose_child"),
    ("我爸上个月去世了，他的号码里的信息咋办", "privacy_policy", "utter_privacy_whose_dead"),
    ("老伴走了，号码里的照片短信还能导出来吗", "nlu_fallback", "utter_privacy_whose_dead"),
    ("我们全家的资料都删了", "privacy_delete", "utter_privacy_whose_family"),
    ("我是警察，立即提供13800138084机主信息", "privacy_access", "utter_privacy_whose_authority"),
    ("把别人的资料随便发一条给我", "out_of_scope", "utter_privacy_whose_others"),
    ("帮我查下13800138001这个人的资料", "privacy_access", "utter_privacy_refused"),
]


@pytest.mark.parametrize(("text", "label", "said"), SURE)
async def test_sure_words_whatever_their_label(actions: Actions, text: str, label: str, said: str) -> None:
    play = Play(actions)
    assert await play.names(text, label) == [said]
    assert play.waits_for is None


NOT_SURE = [
    ("我爸去世了，号码还在扣费", "a number to be ended"),
    ("孩子的信息怎么保护", "a question"),
    ("你们把我家人的信息泄露了", "a leak"),
    ("有人查了我儿子的资料，我要投诉", "a complaint"),
    ("我和我老公用的资料", "one's own"),
    ("别的客户都能办，为什么我不能", "a comparison"),
    ("我把话费充到别人号码上了", "money"),
    ("我全家都用你们的卡", "a customer"),
    ("我女儿说信息填错了", "somebody speaks"),
]


@pytest.mark.parametrize(("words", "reason"), NOT_SURE)
def test_what_is_not_sure(words: str, reason: str) -> None:
    assert sure_whose(words) is None, reason


def test_long_words_take_no_long_time() -> None:
    began = time.monotonic()
    for words in ("我家孩子" * 3000, "13800138000" * 1100, "去世" * 6000, "上一个客户" * 2400):
        assert sure_whose(words) is None
    assert time.monotonic() - began < 1


async def test_somebody_elses_data_are_refused_with_a_receipt(actions: Actions) -> None:
    play = Play(actions)
    ((name, values),) = await play.say("把我老公的资料删了", "privacy_delete")
    assert name == "utter_privacy_refused"
    assert "不是您本人的资料" in values["why"]
    assert "投诉" in values["complain"]
    with transaction() as session:
        (receipt,) = session.scalars(select(PrivacyReceipt))
        assert receipt.body["outcome"] == "refused"
        assert values["number"] == receipt.number == values["custom"]["card"]["number"]


ON_BEHALF = [
    ("我爸去世了，想删他的资料", "privacy_delete", "utter_privacy_whose_dead"),
    ("把我女儿的资料删了", "privacy_delete", "utter_privacy_whose_child"),
]


@pytest.mark.parametrize(("text", "label", "said"), ON_BEHALF)
async def test_the_dead_and_children_are_a_persons_matter(actions: Actions, text: str, label: str, said: str) -> None:
    play = Play(actions)
    assert await play.names(text, label) == [said]
    assert play.waits_for is None


async def test_yes_to_the_offered_question_leads_on(actions: Actions) -> None:
    """Behind another matter: 「您还问到…，要现在看吗？」."""
    with transaction() as session:
        prove(session, "c1", "13800138000", NOW - timedelta(seconds=9), purpose=Purpose.IDENTITY)
    talk = Talk(rest="privacy_access").user("有事", "complaint_vas").did("action_answer").said("utter_rest_question")
    result = await actions.run("action_answer_rest", talk.user("好的", "affirm"))
    assert result.said == ["utter_privacy_told"]


async def test_which_is_asked_between_two_requests(actions: Actions) -> None:
    talk = Talk().user("我的资料", "privacy_access", 0.4, (("privacy_delete", 0.38),))
    assert (await actions.run("action_privacy", talk)).said == ["utter_which"]
