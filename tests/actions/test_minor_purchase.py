"""What a child paid for: a refund ticket that a person decides on, whatever the label, with one question of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from care.db import transaction
from care.tickets.tables import Ticket
from care.wording import say
from tests.support.rasa import Actions, Talk

LABELS = [
    ("我儿子玩游戏偷偷充了三千块，要求退钱", "complaint_billing", "a charge"),
    ("我儿子玩游戏偷偷充了三千块，要求退钱", "complaint_vas", "a service"),
    ("我儿子玩游戏偷偷充了三千块，要求退钱", "rights_other", "a right"),
    ("我儿子玩游戏偷偷充了三千块，要求退钱", "complain", "the wish to complain"),
]


@pytest.mark.parametrize(("text", "intent", "reason"), LABELS)
async def test_whatever_the_label(actions: Actions, text: str, intent: str, reason: str) -> None:
    talk = Talk().user(text, intent)
    result = await actions.validate(talk)
    assert result.said == ["utter_minor_purchase"], reason
    assert talk.slots["complaint_category"] == "minor_purchase"
    assert talk.slots["requested_slot"] == "complaint_purchase", "age, when, what and how much: one question"
    assert talk.slots["complaint_wish"] == "退钱"


TO_THE_FORM = [
    ("小孩充值能退吗", "rights_other", "a question about the right: the answer is a ticket"),
    ("女儿打赏主播的钱怎么要回来", "other_telecom", "no label of ours fits"),
    ("话费里怎么有游戏费，是孩子偷偷充的", "billing_detail", "no question about the bill"),
]


@pytest.mark.parametrize(("text", "intent", "reason"), TO_THE_FORM)
async def test_a_question_leads_to_the_form(actions: Actions, text: str, intent: str, reason: str) -> None:
    action = "action_billing" if intent.startswith("billing_") else "action_answer"
    result = await actions.run(action, Talk().user(text, intent))
    assert [event.get("name") for event in result.events if event["event"] == "followup"] == ["complaint_form"], reason


async def test_the_law_is_said_without_a_promise() -> None:
    said = say("minor_purchase")
    assert "《民法典》第十九条、第一百四十五条" in said
    assert "以核实结果为准" in said
    assert not any(promise in said for promise in ("一定退", "保证", "全额"))


ENOUGH = "我儿子10岁，上个月玩王者充了3000元，要求退费"


async def test_what_the_story_tells_is_not_asked(actions: Actions) -> None:
    talk = Talk().user(ENOUGH, "complaint_billing", date=("上个月",))
    assert (await actions.validate(talk)).said == ["utter_minor_purchase"]
    assert talk.slots["requested_slot"] == "complaint_line"


async def test_the_answer_goes_into_the_story(actions: Actions) -> None:
    talk = Talk().user("我儿子玩游戏充了好多钱", "complaint_billing")
    await actions.validate(talk)
    talk.asked("purchase").user("八岁，国庆节那几天，王者荣耀，大概一千多", "inform")
    assert (await actions.validate(talk)).said == []
    assert talk.slots["complaint_description"] == "我儿子玩游戏充了好多钱\n八岁，国庆节那几天，王者荣耀，大概一千多"
    assert talk.slots["requested_slot"] == "complaint_line"


async def test_the_question_can_be_skipped(actions: Actions) -> None:
    talk = Talk().user("我儿子玩游戏充了好多钱", "complaint_billing")
    await actions.validate(talk)
    talk.asked("purchase").user("/skip")
    await actions.validate(talk)
    assert talk.slots["complaint_description"] == "我儿子玩游戏充了好多钱"
    assert talk.slots["requested_slot"] == "complaint_line"


async def test_told_only_when_the_form_asks(actions: Actions) -> None:
    talk = Talk().user("我要投诉", "complain")
    await actions.validate(talk)
    talk.asked("description").user("孩子拿我手机给主播打赏了两千", "complaint_billing")
    assert (await actions.validate(talk)).said == ["utter_minor_purchase"]
    assert talk.slots["complaint_category"] == "minor_purchase"
    assert talk.slots["requested_slot"] == "complaint_purchase"


async def test_credit_for_a_childs_telephone_is_a_charge(actions: Actions) -> None:
    talk = Talk().user("给儿子充了100话费一直没到账", "complaint_billing")
    assert (await actions.validate(talk)).said == []
    assert talk.slots["complaint_category"] == "complaint_billing"


async def test_the_ticket(actions: Actions) -> None:
    told = {"category": "minor_purchase", "description": ENOUGH, "line": "13800138000", "wish": "退费", "contact": ""}
    result = await actions.run("action_file_complaint", Talk(**told, confirmed=True).user("/affirm"))
    assert result.said[0] == "utter_complaint_filed"
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.category, ticket.department, ticket.priority) == ("minor_purchase", "rights", 2)
