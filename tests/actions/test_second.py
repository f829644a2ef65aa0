"""The second matter of a message, offered when the first is done: complaints and questions in any order."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.complaints.grievance import complaint_under
from care.wording import choice_of
from tests.support.rasa import Actions, Talk, slot

ASKS_FIRST = "我想查下话费余额，另外宽带从昨天断了没人修，尽快修好"
SECOND = ASKS_FIRST.index("宽带")


def _two(text: str, *matters: tuple[str, str]) -> Talk:
    """A message and its matters: label and the words with which each begins."""
    talk = Talk().user(
        text, matters[0][0], matter=tuple(label for label, _ in matters), date=("昨天",) if "昨天" in text else ()
    )
    starts = dict(matters)
    for entity in talk.latest_message["entities"]:
        if entity["entity"] == "matter":
            entity["start"] = text.index(starts[entity["value"]])
    ends = sorted(entity["start"] for entity in talk.latest_message["entities"] if entity["entity"] == "matter")
    for entity in talk.latest_message["entities"]:
        if entity["entity"] == "matter":
            later = [start for start in ends if start > entity["start"]]
            entity["end"] = later[0] if later else len(text)
    return talk


def _asks_first() -> Talk:
    return _two(ASKS_FIRST, ("billing_balance", "我想"), ("complaint_broadband", "宽带"))


async def test_a_question_is_answered_and_the_complaint_offered(actions: Actions) -> None:
    result = await actions.run("action_answer", _asks_first())
    assert result.said == ["utter_billing_not_yet", "utter_complaint_rest"]
    assert result.responses[1][1]["title"] == "宽带与固话"
    assert result.events == [slot("complaint_rest", "complaint_broadband")]


def test_a_question_in_front_of_a_complaint_is_no_complaint() -> None:
    talk = _asks_first()
    assert not complaint_under(Tracker.from_dict(talk.call("action_answer")["tracker"]))


YES = ["/complain", "好的", "接着登记吧"]


@pytest.mark.parametrize("text", YES)
async def test_a_yes_files_what_was_told_already(actions: Actions, text: str) -> None:
    """Day and wish are those of the second matter."""
    talk = _asks_first().did("action_answer").said("utter_billing_not_yet", "utter_complaint_rest")
    talk.has(complaint_rest="complaint_broadband").user(text, "affirm")
    result = await actions.validate(talk)
    assert result.said == ["utter_complaint_second"]
    assert {event["name"]: event["value"] for event in result.events} == {
        "complaint_category": "complaint_broadband",
        "complaint_rest": None,
        "complaint_description": ASKS_FIRST,
        "complaint_since": "昨天",
        "complaint_wish": "尽快修好",
        "complaint_tries": 0,
        "requested_slot": "complaint_line",
    }


async def test_a_yes_behind_number_and_code(actions: Actions) -> None:
    """The question needed them before it was answered; the words of the second matter stand three messages back."""
    talk = _asks_first().did("action_billing").said("utter_billing_ask_phone")
    talk.user("13800138000", "inform").did("validate_billing_form").said("utter_billing_ask_code")
    talk.user("246810", "inform").did("validate_billing_form").said("utter_account", "utter_complaint_rest")
    talk.has(complaint_rest="complaint_broadband").user("/complain")
    result = await actions.validate(talk)
    assert result.said == ["utter_complaint_second"]
    assert (talk.slots["complaint_description"], talk.slots["complaint_since"]) == (ASKS_FIRST, "昨天")


async def test_another_story_instead_of_a_yes(actions: Actions) -> None:
    talk = _asks_first().did("action_answer").said("utter_billing_not_yet", "utter_complaint_rest")
    talk.has(complaint_rest="complaint_broadband").user("营业厅的人爱答不理，还把我骂了一顿", "complaint_service")
    await actions.validate(talk)
    assert talk.slots["complaint_category"] == "complaint_service"
    assert ASKS_FIRST not in talk.slots["complaint_description"]


async def test_a_complaint_first_keeps_the_question_for_later(actions: Actions) -> None:
    text = "宽带从昨天断了没人修，另外帮我查下话费余额"
    talk = _two(text, ("complaint_broadband", "宽带"), ("billing_balance", "帮我"))
    await actions.validate(talk)
    assert (talk.slots["complaint_rest"], talk.slots["complaint_since"]) == ("billing_balance", "昨天")


async def test_the_question_is_offered_when_the_complaint_is_filed(actions: Actions) -> None:
    told = {"category": "complaint_vas", "description": "偷开彩铃", "line": "", "wish": "退钱", "contact": ""}
    talk = Talk(**told, rest="billing_usage").user("/affirm")
    result = await actions.run("action_file_complaint", talk)
    assert result.said == ["utter_complaint_filed", "utter_rest_question"]
    choice = choice_of("billing_usage")
    assert choice is not None
    assert result.responses[1][1]["question"] == choice["title"]
    assert result.responses[1][1]["buttons"] == [choice, {"title": "不用了", "payload": "/deny"}]
    left = talk.take(result.events).slots
    assert {name: value for name, value in left.items() if value is not None} == {"complaint_rest": "billing_usage"}


ANSWERS = [
    # to 「您还说到“查余额”，现在接着办吗？」
    ("好的", "affirm", "billing_balance", ["utter_billing_ask_phone"]),
    ("不用了", "deny", "billing_balance", ["utter_all_right"]),
    ("算了", "cancel", "billing_balance", ["utter_all_right"]),
]


@pytest.mark.parametrize(("text", "intent", "rest", "said"), ANSWERS)
async def test_yes_or_no_to_the_question(actions: Actions, text: str, intent: str, rest: str, said: list[str]) -> None:
    talk = Talk(rest=rest).user("有事", "complaint_vas").did("action_file_complaint").said("utter_rest_question")
    result = await actions.run("action_answer_rest", talk.user(text, intent))
    assert result.said == said
    assert slot("complaint_rest", None) in result.events


async def test_progress_as_the_second_matter(actions: Actions) -> None:
    talk = Talk(rest="ticket_status").user("有事", "complaint_vas").did("action_answer").said("utter_rest_question")
    result = await actions.run("action_answer_rest", talk.user("好的", "affirm"))
    assert [event["name"] for event in result.events] == ["complaint_rest", "action_follow_up"]


async def test_progress_as_the_first_matter(actions: Actions) -> None:
    text = "我上次投诉的事怎么样了，另外怎么开发票"
    talk = _two(text, ("ticket_status", "我上次"), ("billing_usage", "怎么开"))
    result = await actions.run("action_follow_up", talk)
    assert result.said == ["utter_ticket_none", "utter_rest_question"]


async def test_two_questions(actions: Actions) -> None:
    text = "我的流量还剩多少，另外怎么删除我的信息"
    talk = _two(text, ("billing_usage", "我的流量"), ("privacy_delete", "怎么删除"))
    result = await actions.run("action_answer", talk)
    assert result.said == ["utter_billing_not_yet", "utter_rest_question"]
