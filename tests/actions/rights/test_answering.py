"""From a question about rights to its article: told, offered, or honestly not known; and in the middle of others."""

from __future__ import annotations

from typing import Any

import pytest

from care.privacy.articles import in_full
from care.rights.articles import article_of
from tests.support.play import Play
from tests.support.rasa import Actions, Talk

Heard = list[tuple[str, dict[str, Any]]]

ANSWERED = [
    # words, their label, what the search found; the article that is told; why
    ("宽带坏了多久给修", "rights_other", {"broadband-repair-time": 0.97}, "broadband-repair-time", "clear"),
    ("申诉", "rights_appeal", {}, "appeal-how", "no more than the topic: what is asked about it most"),
    ("销户", "rights_cancellation", {"cancel-how": 0.3, "cancel-refund": 0.28}, "cancel-how", "a bare topic, too"),
    ("/rights_portability", "rights_portability", {}, "porting-conditions", "the topic's button"),
    ('/rights_other{"article": "vas-consent"}', "rights_other", {}, "vas-consent", "an article's button"),
    ("人脸一定要刷吗", "out_of_scope", {"privacy-face": 0.8}, "privacy-face", "a doubtful label hides a question"),
    ("你们能看我短信不", "nlu_fallback", {"privacy-content": 0.8}, "privacy-content", "not understood, yet found"),
    (
        "流量用完前会提醒吗",
        "billing_usage",
        {"reminder-data": 0.96},
        "reminder-data",
        "surer than its label",
    ),
]


@pytest.mark.parametrize(("text", "label", "found", "article", "why"), ANSWERED, ids=[why for *_, why in ANSWERED])
async def test_an_article_is_told(
    actions: Actions, text: str, label: str, found: dict[str, float], article: str, why: str
) -> None:
    confidence = 0.55 if label.startswith("billing_") else 0.95  # a sure label of an account is looked up
    ((name, values),) = await Play(actions).say(text, label, confidence=confidence, articles=found)
    told = in_full(article_of(article))
    assert name == "utter_article", why
    assert values["told"].startswith(told.short)
    assert values["told"].endswith(told.source_lines[-1]), "what it rests on is said, and folded as a card"
    card = values["custom"]["card"]
    assert (card["kind"], card["lines"], card["url"]) == ("sources", told.source_lines, f"/rights/{article}")
    assert 2 <= len(values["buttons"]) <= 4
    assert sum(button["payload"] == "/handoff" for button in values["buttons"]) == 1, "a person is always offered"


async def test_more_is_one_button_away(actions: Actions) -> None:
    play = Play(actions)
    ((_, short),) = await play.say("宽带坏了多久给修", "rights_other", articles={"broadband-repair-time": 0.97})
    ((_, long),) = await play.say(short["buttons"][0]["payload"])
    assert long["told"].startswith(in_full(article_of("broadband-repair-time")).longer)
    assert all('"more"' not in button["payload"] for button in long["buttons"])


async def test_an_offer_is_told_with_its_limits(actions: Actions) -> None:
    told = in_full(article_of("contract-low-price"))
    assert told.limits is not None
    ((_, values),) = await Play(actions).say("便宜套餐在哪看", "rights_other", articles={told.id: 0.97})
    assert told.limits in values["told"]


async def test_two_that_are_near_are_offered(actions: Actions) -> None:
    found = {"porting-check": 0.5, "porting-code": 0.45, "porting-steps": 0.13}
    ((name, values),) = await Play(actions).say(
        "带着号去别家之前先发短信查啥来着", "rights_portability", articles=found
    )
    assert name == "utter_article_which"
    titles = [button["title"] for button in values["buttons"]]
    assert titles == [article_of(id_).title for id_ in found] + ["都不是，转人工"]


async def test_nothing_near_is_said_with_a_person(actions: Actions) -> None:
    ((name, values),) = await Play(actions).say(
        "你们大厅的椅子是按什么规定摆放的", "rights_other", articles={"duty-law": 0.06}
    )
    assert name == "utter_article_none"
    assert values == {}, "its buttons are those of the response, a person first"


async def test_my_rights_is_a_menu(actions: Actions) -> None:
    assert await Play(actions).names("/rights_other", "rights_other") == ["utter_rights"]
    assert await Play(actions).names("我的权利", "rights_other") == ["utter_rights"]


NOT_ANSWERED = [
    # words that an article is near to, and what they get instead; why
    ("我的流量还剩多少", "billing_usage", {"reminder-data": 0.5}, "utter_billing_ask_phone", "an account's question"),
    ("今天天气真好啊", "out_of_scope", {"duty-law": 0.2}, "utter_out_of_scope", "nothing near"),
]


@pytest.mark.parametrize(("text", "label", "found", "said", "why"), NOT_ANSWERED, ids=[why for *_, why in NOT_ANSWERED])
async def test_no_article_for_another_matter(
    actions: Actions, text: str, label: str, found: dict[str, float], said: str, why: str
) -> None:
    assert await Play(actions).names(text, label, articles=found) == [said], why


async def test_in_the_middle_of_a_question_about_an_account(actions: Actions) -> None:
    """The article is told in passing, and the number is asked for again."""
    play = Play(actions)
    assert await play.names("话费还有多少", "billing_balance") == ["utter_billing_ask_phone"]
    heard = await play.say("你们能查我短信内容吗", "rights_other", articles={"privacy-content": 0.95})
    assert [name for name, _ in heard] == ["utter_article", "utter_billing_again_phone"]
    assert not heard[0][1].get("buttons")


COMPLAINTS = [
    # words with the label of a complaint, what is near, and whether an article answers them; why
    ("骚扰电话向谁举报", {"fraud-spam-call": 0.95}, True, "in general: the article has a button to complain"),
    ("骚扰电话向谁举报", {"fraud-spam-call": 0.8}, False, "not sure enough: the form"),
    ("天天打骚扰电话，你们凭什么卖我号码", {"fraud-spam-call": 0.95}, False, "a grievance, however near an article is"),
    ("昨晚到今天一共来了十几个骚扰电话都是推销贷款的", {"fraud-spam-call": 0.95}, False, "a story asks nothing"),
]


@pytest.mark.parametrize(("text", "found", "is_answered", "why"), COMPLAINTS, ids=[why for *_, why in COMPLAINTS])
async def test_a_question_with_the_label_of_a_complaint(
    actions: Actions, text: str, found: dict[str, float], is_answered: bool, why: str
) -> None:
    talk = Talk().user(text, "complaint_spam_fraud", articles=found)
    talk.active_loop = {"name": "complaint_form"}
    result = await actions.run("validate_complaint_form", talk)
    then = [event["name"] for event in result.events if event["event"] == "followup"]
    assert then == (["action_rights"] if is_answered else []), why


async def test_beside_a_question_about_an_account_stands_the_address(actions: Actions) -> None:
    """Their own is looked up; what holds for everybody is one line in front of it."""
    (name, values), (asked, _) = await Play(actions).say(
        "我的合约要提前解约得付多少违约金", "billing_package", articles={"contract-penalty": 0.9}
    )
    assert (name, asked) == ("utter_article_beside", "utter_billing_ask_phone")
    assert values["custom"]["card"]["url"] == "/rights/contract-penalty"


async def test_a_number_that_was_closed_against_the_will(actions: Actions) -> None:
    """Where no article is near: a person, or a ticket."""
    assert await Play(actions).names("我的号没了", "rights_cancellation", sub="against_will") == ["utter_against_will"]


async def test_a_request_that_is_carried_out_is_not_explained(actions: Actions) -> None:
    """The article about viewing stands beside no view."""
    said = await Play(actions).names("你们存了我哪些资料", "privacy_access", articles={"privacy-view": 0.9})
    assert said == ["utter_privacy_ask_phone"]
