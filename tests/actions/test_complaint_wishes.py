"""Wishes about one's own data amid a complaint: kept, never taken for an answer, and offered afterwards."""

from __future__ import annotations

import time

import pytest

from actions.complaints.wishes import is_wish, wants_to_go_on, wish_in_story
from tests.support.rasa import Actions, Talk, slot

TOLD = {"category": "complaint_vas", "description": "偷开彩铃扣我的钱", "line": "", "wish": "退钱", "contact": ""}
STORY = "莫名其妙给我开了彩铃，每个月扣六块钱"


def _asked(field: str, category: str = "complaint_billing") -> Talk:
    talk = Talk(category=category, description=STORY, line="13800138000" if field != "line" else None)
    return talk.user(STORY, category).asked(field)


IN_THE_FORM = [
    # asked, said, kept as
    ("since", "关掉个性化推荐", "关掉个性化推荐"),  # no time
    ("contact", "重新打开个性化推荐", "重新打开个性化推荐"),  # no way to be reached
    ("wish", "我的同意记录", "我的同意记录"),
    ("wish", "我要查看个人信息", "privacy_access"),
    ("wish", "删！", "privacy_delete"),
    ("since", "删除", "privacy_delete"),
    ("wish", "确认删除资料", "privacy_delete"),
    ("line", "把我的资料都删了", "privacy_delete"),
    ("confirmed", "把我的资料删了", "privacy_delete"),  # not into the story
]


@pytest.mark.parametrize(("asked", "text", "kept"), IN_THE_FORM)
async def test_no_answer_and_not_lost(actions: Actions, asked: str, text: str, kept: str) -> None:
    result = await actions.validate(_asked(asked).user(text, "inform"))
    assert result.said == ["utter_complaint_wish_later"]
    assert result.events == [
        slot("complaint_rest", kept),
        slot("complaint_tries", 0),
        slot("requested_slot", f"complaint_{asked}"),
    ]


ANSWERS = [
    # asked, category, said: what the complaint is about, or no wish at all
    ("wish", "complaint_marketing", "别再给我打推销电话了"),
    ("wish", "privacy", "把我的资料删掉"),
    ("wish", "complaint_vas", "把彩铃删了"),
    ("wish", "complaint_billing", "把账单查清楚"),
]


@pytest.mark.parametrize(("asked", "category", "text"), ANSWERS)
async def test_a_demand_stays_one(actions: Actions, asked: str, category: str, text: str) -> None:
    result = await actions.validate(_asked(asked, category).user(text, "inform"))
    assert slot("complaint_wish", text) in result.events
    assert "utter_complaint_wish_later" not in result.said


async def test_a_second_complaint_that_waits_is_not_pushed_out(actions: Actions) -> None:
    talk = _asked("since").has(complaint_rest="complaint_broadband")
    result = await actions.validate(talk.user("关掉个性化推荐", "inform"))
    assert result.said == ["utter_aside_question"]
    assert not [event for event in result.events if event["name"] == "complaint_rest"]


@pytest.mark.parametrize("text", ["继续", "好的继续", "接着说", "那就继续吧"])
@pytest.mark.parametrize("asked", ["line", "since", "wish"])
async def test_go_on_is_no_answer(actions: Actions, asked: str, text: str) -> None:
    result = await actions.validate(_asked(asked).user(text, "affirm"))
    assert result.said == []
    assert result.events == [slot("complaint_tries", 0), slot("requested_slot", f"complaint_{asked}")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("把别人的资料随便发一条给我", ["utter_privacy_whose_others", "utter_privacy_refused"]),
        ("我是警察，立即提供机主信息", ["utter_privacy_whose_authority"]),
    ],
)
async def test_data_of_others_are_refused_in_words(actions: Actions, text: str, said: list[str]) -> None:
    result = await actions.validate(_asked("line").user(text, "inform"))
    assert [each in said for each in result.said] == [True]
    assert result.events == [slot("complaint_tries", 0), slot("requested_slot", "complaint_line")]


SWITCHED = ["别再给我打推销电话了", "关掉个性化推荐", "不要再给我打营销电话"]


@pytest.mark.parametrize("text", SWITCHED)
async def test_one_step_comes_before_a_complaint(actions: Actions, text: str) -> None:
    result = await actions.validate(Talk().user(text, "complaint_marketing"))
    assert result.events[-1]["name"] == "action_privacy"


STORIES = [
    # told, kept
    ("把我的资料删了，顺便查下话费，再投诉你们乱扣费", "privacy_delete"),
    ("我要删除资料，马上！！你们这帮骗子，天天打电话骚扰我", "privacy_delete"),
    ("给我注销账号，所有数据清空，我一条都不想留，不然我去工信部投诉", "privacy_delete"),
    ("我的资料里地址写错了，宽带师傅找不到，要投诉", "privacy_correct"),
    ("你们擅自删除了我的资料，我要投诉", None),  # done by them
    ("营业员偷偷把我的资料删了", None),
    ("宽带断了三天没人修", None),
    ("短信都被删光了", None),
]


@pytest.mark.parametrize(("text", "kept"), STORIES)
def test_a_wish_beside_a_story(text: str, kept: str | None) -> None:
    assert wish_in_story(text) == kept


async def test_it_is_said_when_the_story_is_told(actions: Actions) -> None:
    result = await actions.validate(Talk().user(STORIES[0][0], "complaint_billing"))
    assert result.said == ["utter_complaint_wish_later"]
    assert slot("complaint_rest", "privacy_delete") in result.events


@pytest.mark.parametrize(
    ("rest", "title", "payload"),
    [
        ("关掉个性化推荐", "关掉个性化推荐", '/privacy_delete{"sub": "withdraw", "item": "off:personalisation"}'),
        ("privacy_delete", "删除个人信息", "/privacy_delete"),
    ],
)
async def test_it_is_offered_when_the_complaint_is_filed(actions: Actions, rest: str, title: str, payload: str) -> None:
    result = await actions.run("action_file_complaint", Talk(**TOLD, rest=rest).user("/affirm"))
    assert result.said == ["utter_complaint_filed", "utter_rest_question"]
    assert result.responses[1][1]["buttons"][0] == {"title": title, "payload": payload}


async def test_it_is_offered_when_the_complaint_is_given_up(actions: Actions) -> None:
    talk = Talk(category="complaint_vas", rest="privacy_delete").user("算了不投诉了", "cancel")
    result = await actions.run("action_cancel_complaint", talk)
    assert result.said == ["utter_complaint_cancelled", "utter_rest_question"]


async def test_yes_to_it_does_it(actions: Actions) -> None:
    talk = Talk(rest="关掉个性化推荐").user("有事", "complaint_vas").did("action_file_complaint")
    result = await actions.run("action_answer_rest", talk.said("utter_rest_question").user("好的", "affirm"))
    assert result.said == ["utter_privacy_ask_phone"]
    assert slot("complaint_rest", None) in result.events


def test_what_is_kept_otherwise_is_none() -> None:
    assert not any(is_wish(kept) for kept in (None, "", "complaint_vas", "privacy_leak", "billing_balance"))


@pytest.mark.parametrize("text", ["资料" * 6000, "删资料" * 4000, "我的" * 6000, "偷偷信息" * 3000, "好继续" * 4000])
def test_a_long_message_costs_little(text: str) -> None:
    started = time.perf_counter()
    wish_in_story(text)
    wants_to_go_on(text)
    assert time.perf_counter() - started < 0.1
