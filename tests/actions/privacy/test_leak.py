"""A leak is reported at once, in any state: number, person, what to do now, what to keep; and what is no report."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from actions.privacy.reports import is_report
from care.conversations.service import owner_of
from care.db import transaction
from care.handoff.tables import Handoff
from care.privacy.tables import Incident
from care.tickets.tables import Ticket
from tests.support.play import Play
from tests.support.rasa import Actions, Talk, slot

REPORTED = ["utter_privacy_leak_reported", "utter_privacy_leak_now", "utter_privacy_leak_evidence"]
OPENED = ["utter_privacy_leak_reported", "utter_privacy_opened_now", "utter_privacy_leak_evidence"]
SIGNAL = {"leak": 0.95}

REPORTS = [
    ("我的信息被你们泄露了", "outright"),
    ("我的信息被你们泄露了天天有人打电话", "with what followed"),
    ("你们内部有人卖信息吧", "a suspicion"),
    ("骗子连我套餐都知道", "what somebody knows"),
    ("身份证被盗用办卡了", "misused"),
    ("有人用我身份证开了卡", "opened in their name"),
    ("我名下多了三个不认识的号", "opened in their name"),
    ("身份证被别人冒用办了电话卡怎么办？", "a question that tells"),
    ("营业员把我号给别人了", "staff"),
    ("前男友查到我通话详单了", "somebody got them"),
    ("银行打来说你们泄露了我的号码", "a bank tells of ours"),
    ("我的身份证和银行卡信息都被盗了", "the identity card is ours, too"),
    ("", "a button"),
]
NO_REPORTS = [
    ("我要投诉你们泄露我的信息", "a complaint"),
    ("会不会泄露信息", "a question about the assistant"),
    ("信息泄漏怎么维权", "a question about rights"),
    ("隐私泄露谁负责？", "a question"),
    ("号码泄露后怎么补救", "a question"),
    ("数据泄露有没有通知我", "a question about the duty to tell"),
    ("我的快递信息被泄露了", "a parcel service's"),
    ("银行卡信息被盗了", "a bank's"),
    ("微信被盗号了", "another service's"),
]


@pytest.mark.parametrize(("words", "reason"), REPORTS)
def test_reports(words: str, reason: str) -> None:
    assert is_report(words), reason


@pytest.mark.parametrize(("words", "reason"), NO_REPORTS)
def test_what_is_no_report(words: str, reason: str) -> None:
    assert not is_report(words), reason


def _tickets() -> list[Ticket]:
    with transaction() as session:
        return list(session.scalars(select(Ticket)))


@pytest.mark.parametrize("signals", [{}, SIGNAL])
async def test_reported_at_once(actions: Actions, signals: dict[str, float]) -> None:
    """Whether the words raised a concern or not: a person is offered once, by coming."""
    play = Play(actions)
    assert await play.names("我的信息被你们泄露了", "privacy_leak", signals=signals) == REPORTED
    (ticket,) = _tickets()
    assert (ticket.priority, ticket.department, ticket.description) == (1, "security", "我的信息被你们泄露了")
    with transaction() as session:
        assert owner_of(session, "c1") == "queue"
        assert [row.reason for row in session.scalars(select(Handoff))] == ["leak"]
        assert len(session.scalars(select(Incident)).all()) == 1


async def test_a_number_opened_in_their_name(actions: Actions) -> None:
    assert await Play(actions).names("我名下多了三个不认识的号", "privacy_leak", sub="opened") == OPENED


async def test_run_again_it_is_one_report(actions: Actions) -> None:
    talk = Talk().user("我的信息被你们泄露了", "privacy_leak")
    first = await actions.run("action_privacy", talk)
    assert (await actions.run("action_privacy", talk)).responses == first.responses
    assert len(_tickets()) == 1


async def test_a_button_reports_the_words_before_it(actions: Actions) -> None:
    play = Play(actions)
    await play.say("骗子怎么知道我的套餐", "nlu_fallback")
    assert await play.names("/privacy_leak") == REPORTED
    (ticket,) = _tickets()
    assert ticket.description == "骗子怎么知道我的套餐"


async def test_a_question_gets_the_article_and_a_way_to_report(actions: Actions) -> None:
    play = Play(actions)
    ((name, values),) = await play.say("信息泄漏怎么维权", "privacy_leak")
    assert name == "utter_article"
    assert _tickets() == []
    assert await play.names(values["buttons"][0]["payload"]) == REPORTED


async def test_a_leak_of_somebody_else_gets_advice(actions: Actions) -> None:
    play = Play(actions)
    ((name, values),) = await play.say("我的快递信息被泄露了", "privacy_leak")
    assert name == "utter_privacy_leak_elsewhere"
    assert _tickets() == []
    assert await play.names(values["buttons"][0]["payload"]) == REPORTED


async def test_a_complaint_about_it_stays_one(actions: Actions) -> None:
    assert await Play(actions).names("我要投诉你们泄露我的信息", "privacy_leak") == ["complaint_form"]
    assert _tickets() == []


@pytest.mark.parametrize(
    ("text", "label"),
    [("你们存了我哪些资料", "privacy_access"), ("查余额", "billing_balance"), ("短信通知我", "notify_me")],
)
async def test_in_the_middle_of_another_matter(actions: Actions, text: str, label: str) -> None:
    play = Play(actions)
    await play.say(text, label)
    assert await play.names("我的信息被你们泄露了", "privacy_leak", signals=SIGNAL) == REPORTED
    assert play.waits_for is None


async def test_in_the_middle_of_a_complaint_nothing_is_lost(actions: Actions) -> None:
    """It is kept as the second matter, and a person is offered."""
    known = {"category": "complaint_billing", "description": "多扣了三十块"}
    talk = Talk(**known).asked("line").user("身份证信息被你们泄露了", "privacy_leak", signals=SIGNAL)
    result = await actions.validate(talk)
    assert result.said == ["utter_leak_offer", "utter_complaint_added"]
    assert slot("complaint_rest", "privacy_leak") in result.events
    assert talk.active_loop["name"] == "complaint_form"


async def test_a_life_comes_first(actions: Actions) -> None:
    said = await Play(actions).names("信息泄露了我不想活了", "privacy_leak", signals={"distress": 0.9})
    assert said == ["utter_crisis"]
