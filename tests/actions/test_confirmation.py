"""The summary, and what customers say to it. Corrections: test_corrections.py."""

from __future__ import annotations

from typing import Any

import pytest

from care.wording import say
from tests.support.rasa import Actions, Talk, slot, turned

STORY = "我的话费被多扣了三十"
WHOLE = {
    "category": "complaint_billing",
    "description": STORY,
    "line": "13800138000",
    "callable": True,
    "since": "11月18日",
    "wish": "退钱",
    "contact": "13800138000",
}


def _talk(asked: str = "confirmed", **changed: object) -> Talk:
    """All is told, and the summary has been shown; or, after a no to it, what to change has been asked."""
    return Talk(**WHOLE | changed).user(STORY, "complaint_billing").asked(asked)


#: after the summary, and after a no to it: the same words mean the same
either_question = pytest.mark.parametrize("asked", ["confirmed", "change"])


async def _summary(actions: Actions, **changed: object) -> dict[str, Any]:
    """The values of the summary that the last answer brings."""
    talk = _talk("contact", **{"contact": None} | changed).user("/skip")
    ((name, values),) = (await actions.validate(talk)).responses
    assert name == "utter_complaint_summary"
    return values


async def test_the_last_answer_shows_the_summary(actions: Actions) -> None:
    result = await actions.validate(_talk("contact", contact=None).user('/affirm{"to": "contact"}'))
    assert result.events == turned("confirmed", contact="13800138000")
    rows = [
        {"label": "类别", "value": "费用争议"},
        {"label": "情况", "value": STORY},
        {"label": "号码", "value": "138****8000"},
        {"label": "开始时间", "value": "11月18日"},
        {"label": "诉求", "value": "退钱"},
        {"label": "联系方式", "value": "138****8000"},
    ]
    assert result.responses == [
        (
            "utter_complaint_summary",
            {
                # the same in words and as a card
                "rows": "\n".join(f"{row['label']}：{row['value']}" for row in rows),
                "custom": {"card": {"kind": "summary", "rows": rows}},
            },
        )
    ]


async def test_a_fault_has_its_place_and_what_was_measured(actions: Actions) -> None:
    rows = await _summary(
        actions,
        category="complaint_broadband",
        description="宽带太慢了",
        address="易县李庄村3组",
        area="country",
        speed_test="",
    )
    assert "地址：易县李庄村3组（农村）" in rows["rows"]
    assert f"测速：{say('not_given')}" in rows["rows"]


async def test_a_summary_with_gaps_and_long_words(actions: Actions) -> None:
    rows = await _summary(
        actions, category="gone", description="断网\n" * 40, line="", since="", wish="赔" * 500, callable=None
    )
    missing = say("not_given")
    assert (
        rows["rows"].split("\n")
        == [
            "类别：其他",  # the policy has lost the category
            f"情况：{('断网 ' * 40)[:60]}…",
            f"号码：{missing}",
            f"开始时间：{missing}",
            f"诉求：{'赔' * 60}…",
            f"联系方式：{missing}",
        ]
    )


SHOWN = [
    # field          told                               shown
    ("contact", "13800138001", "138****8001"),
    ("contact", "打13800138001，晚上七点后", "打138****8001，晚上七点后"),  # who looks over a shoulder reads no number
    ("contact", "晚上七点后", "晚上七点后"),  # no number in it
    ("line", "02158888888", "021****8888"),
    ("description", "我的13800138000没信号了", "我的138****8000没信号了"),
    ("since", "11月18日", "11月18日"),
    ("since", "2026-11-18", "2026-11-18"),  # a day is no number: the customer has to check it
    ("since", "2026.11.18", "2026.11.18"),
    ("wish", "退我300元", "退我300元"),
]


@pytest.mark.parametrize(("field", "told", "shown"), SHOWN)
async def test_numbers_are_not_shown_whole(actions: Actions, field: str, told: str, shown: str) -> None:
    talk = _talk(**{field: told}).user("还有就是客服一直敷衍我", "complaint_service")
    ((_, values),) = (await actions.validate(talk)).responses
    row = next(row for row in values["custom"]["card"]["rows"] if row["label"] == say(f"label_{field}"))
    assert row["value"].startswith(shown)


YES = pytest.mark.parametrize(
    ("text", "intent"), [("/affirm", "affirm"), ("对的", "affirm"), ("嗯嗯没错登记吧", "affirm")]
)


@YES
async def test_a_yes_files(actions: Actions, text: str, intent: str) -> None:
    result = await actions.validate(_talk().user(text, intent))
    assert result.events == turned(None, confirmed=True), "the form is done, and the rule files"
    assert result.said == []


async def test_a_yes_to_an_earlier_question_files_nothing(actions: Actions) -> None:
    """「就用上面的号码」, further up in the chat."""
    result = await actions.validate(_talk().user('/affirm{"to": "contact"}'))
    assert result.events == turned("confirmed")


NO_YES = ["对的，等一下", "好的先别提交", "嗯不对", "是的，但是"]


@pytest.mark.parametrize("text", NO_YES)
async def test_a_yes_that_is_taken_back_files_nothing(actions: Actions, text: str) -> None:
    result = await actions.validate(_talk().user(text, "affirm"))
    assert slot("complaint_confirmed", True) not in result.events
    assert result.events[-1] in (
        slot("requested_slot", "complaint_change"),
        slot("requested_slot", "complaint_confirmed"),
    )


@pytest.mark.parametrize("text", ["/affirm", "确认登记", "嗯嗯没错登记吧"])
async def test_the_button_of_the_summary_files_also_under_what_to_change(actions: Actions, text: str) -> None:
    """Nothing was changed since the summary, and these are its words."""
    result = await actions.validate(_talk("change").user(text, "affirm"))
    assert result.events == turned(None, confirmed=True)


QUESTIONS = [
    # said at the summary        answered
    ("你们会不会不处理啊", "utter_aside_useful"),
    ("投诉工信部要多久", "utter_aside_how_long"),
    ("今天几号能修好", "utter_aside_how_long"),
    ("工单会不会弄丢了", "utter_aside_question"),  # of nothing that we know by words
]


@pytest.mark.parametrize(("text", "response"), QUESTIONS)
async def test_a_question_is_no_part_of_the_story(actions: Actions, text: str, response: str) -> None:
    result = await actions.validate(_talk().user(text, "complaint_service", 0.5))
    assert result.events == turned("confirmed"), "nothing is recorded"
    assert result.said == [response]


async def test_what_is_right_instead_is_kept_with_the_story(actions: Actions) -> None:
    """It belongs to no field that could be asked for."""
    result = await actions.validate(_talk().user("不对 金额是80", "deny"))
    assert result.events == turned("confirmed", description=f"{STORY}\n金额是80")
    assert result.said == ["utter_complaint_added", "utter_complaint_summary"]


@pytest.mark.parametrize(("text", "intent"), [("对的", "affirm"), ("好", "affirm")])
async def test_a_yes_to_what_to_change_shows_the_summary_again(actions: Actions, text: str, intent: str) -> None:
    """Nobody has said yes to the summary: 「好」 may be the beginning of 「好，我要改号码」."""
    result = await actions.validate(_talk("change").user(text, intent))
    assert result.events == turned("confirmed")
    assert result.said == ["utter_complaint_summary"]


@pytest.mark.parametrize(
    ("text", "intent"), [("不改了", "inform"), ("没有了", "deny"), ("都对", "inform"), ("/skip", "skip")]
)
async def test_nothing_to_change_after_all(actions: Actions, text: str, intent: str) -> None:
    result = await actions.validate(_talk("change").user(text, intent))
    assert result.events == turned("confirmed")
    assert result.said == ["utter_complaint_summary"]


NO = [
    ("/deny", "deny"),  # the button 「修改」
    ("不对", "deny"),
    ("改一下", "correct"),
    ("不是这样的你写错了", "deny"),  # a no with words, but without the right ones
]


@pytest.mark.parametrize(("text", "intent"), NO)
async def test_a_no_asks_what_to_change(actions: Actions, text: str, intent: str) -> None:
    """Rasa asks the question of the slot that is requested; the summary is not shown over it."""
    result = await actions.validate(_talk().user(text, intent))
    assert result.events == turned("change")
    assert result.said == []


@either_question
@pytest.mark.parametrize("text", ["哦", "？", "😀", "3"])
async def test_neither_yes_nor_no(actions: Actions, asked: str, text: str) -> None:
    """The question stands again, without the summary once more."""
    result = await actions.validate(_talk(asked).user(text, "inform"))
    assert result.events == turned(asked)
    assert result.said == []


@either_question
async def test_more_of_the_story_is_added_to_it(actions: Actions, asked: str) -> None:
    result = await actions.validate(_talk(asked).user("而且师傅上门还收了五十块", "complaint_service"))
    assert result.events == turned("confirmed", description=f"{STORY}\n而且师傅上门还收了五十块")
    assert result.said == ["utter_complaint_summary"]


async def test_a_story_does_not_grow_beyond_what_is_kept(actions: Actions) -> None:
    talk = _talk(description="费" * 11_990)
    (event, *_) = (await actions.validate(talk.user("而且师傅上门还收了五十块", "complaint_service"))).events
    assert len(event["value"]) == 12_000


@either_question
@pytest.mark.parametrize(("text", "intent"), [("/cancel", "cancel"), ("不投诉了", "cancel")])
async def test_giving_up_at_the_summary(actions: Actions, asked: str, text: str, intent: str) -> None:
    result = await actions.validate(_talk(asked).user(text, intent, 0.9))
    assert {"event": "followup", "timestamp": None, "name": "action_cancel_complaint"} in result.events
    assert result.said == []


async def test_town_or_country_is_shown_once(actions: Actions) -> None:
    place = {"address": "农村的 张家村2组", "area": "country", "speed_test": ""}
    rows = await _summary(actions, category="complaint_broadband", description="宽带断了", **place)
    assert "地址：张家村2组（农村）" in rows["rows"]
