"""Questions about the policy, what is answered elsewhere, and somebody else's data: refused, or a person's matter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.privacy.elsewhere import Whose, whose
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
    assert name == "utter_privacy_article"
    found = article(sub)
    assert values["short"].startswith(found.short)
    assert found.source_lines[0] in values["short"]
    assert len(values["buttons"]) <= 4
    assert values["buttons"][-1]["payload"] == "/handoff"


async def test_more_leads_to_the_page(actions: Actions) -> None:
    play = Play(actions)
    ((_, values),) = await play.say("录音留多久", "privacy_policy", sub="kept")
    ((_, more),) = await play.say(values["buttons"][0]["payload"])
    assert article("kept").longer in more["short"]
    assert more["custom"]["card"]["url"] == f"/privacy#{article('kept').id}"


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
]


@pytest.mark.parametrize(("words", "matter", "found"), WHOSE)
def test_whose_data_are_meant(words: str, matter: Matter, found: Whose | None) -> None:
    assert whose(matter, words) is found


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
