"""What a message means for the open question of the complaint form."""

from __future__ import annotations

import pytest

from tests.support.rasa import Actions, Json, Talk, filled, slot

STORY = "我家宽带断了三天没人修"


def _talk(asked: str, **slots: object) -> Talk:
    """The form is open, with the fields before `asked` filled."""
    before = {
        "category": "complaint_broadband",
        "description": STORY,
        "line": "13800138000",
        "since": "昨天",
        "wish": "",
    }
    names = ["category", "description", "line", "since", "wish", "contact"]
    known = {name: before[name] for name in names[: names.index(asked)]}
    return Talk(**known | slots).user(STORY, "complaint_broadband").asked(asked)


ACCEPTED = [
    # asked      said                       intent              entities                 kept
    ("description", STORY, "complaint_broadband", {}, STORY),
    ("description", "断网了", "inform", {}, "断网了"),  # three characters answer what happened
    (
        "description",
        "转了三次人工客服都没有一个人管我的事",
        "handoff",
        {},
        "转了三次人工客服都没有一个人管我的事",
    ),  # a story
    ("description", "话费怎么多扣了三十？", "billing_detail", {}, "话费怎么多扣了三十？"),  # a question is a story here
    ("line", "13800138000", "inform", {}, "13800138000"),
    ("line", "是138 0013 8000这个", "inform", {"phone": "138 0013 8000"}, "13800138000"),  # the entity is taken out
    ("line", "010-87654321", "inform", {}, "01087654321"),
    ("line", "ad12345678", "inform", {}, "ad12345678"),  # a broadband account
    ("line", "13800138000", "complaint_network", {}, "13800138000"),  # whatever the model makes of digits
    ("since", "昨天晚上", "inform", {}, "昨天晚上"),  # kept in the customer's words
    ("since", "很久了", "inform", {}, "很久了"),
    ("since", "2026年11月21日", "inform", {}, "2026年11月21日"),  # today
    ("since", "12月25日", "inform", {}, "12月25日"),  # last year's
    ("wish", "退钱", "inform", {}, "退钱"),
    ("wish", "<b>赔偿</b>", "inform", {}, "<b>赔偿</b>"),
    ("wish", "给我个说法，不然投诉到工信部", "rights_appeal", {}, "给我个说法，不然投诉到工信部"),
    ("contact", "13800138001，晚上七点后", "inform", {}, "13800138001，晚上七点后"),
    ("contact", "/affirm", "affirm", {}, "13800138000"),  # 「就用上面的号码」
    ("contact", "就这个号", "affirm", {}, "13800138000"),
]


@pytest.mark.parametrize(("asked", "text", "intent", "entities", "kept"), ACCEPTED)
async def test_an_answer_is_kept(
    actions: Actions, asked: str, text: str, intent: str, entities: dict[str, str], kept: str
) -> None:
    result = await actions.validate(_talk(asked).user(text, intent, **entities))
    assert result.events == filled(asked, kept)
    assert result.said == (["utter_complaint_summary"] if asked == "contact" else [])


@pytest.mark.parametrize("asked", ["line", "since", "wish", "contact"])
@pytest.mark.parametrize(("text", "intent"), [("/skip", "skip"), ("不知道", "skip"), ("记不清了跳过吧", "skip")])
async def test_a_field_can_be_left_out(actions: Actions, asked: str, text: str, intent: str) -> None:
    result = await actions.validate(_talk(asked).user(text, intent))
    assert result.events == filled(asked, "")


REFUSED = [
    ("description", "我要投诉", "complain", "utter_story_missing"),  # says nothing new
    ("description", "😡😡😡", "complain", "utter_story_missing"),
    ("description", "/skip", "skip", "utter_story_missing"),  # without a story there is no complaint
    ("line", "12345678", "inform", "utter_phone"),
    ("line", "1380013800", "inform", "utter_phone"),  # a digit is missing
    ("line", "+1 650 253 0000", "inform", "utter_phone"),  # foreign
    ("line", "我不告诉你", "deny", "utter_phone"),
    ("since", "明天", "inform", "utter_since_future"),
    ("since", "2027年1月1日", "inform", "utter_since_future"),
    ("since", "2月30日", "inform", "utter_since_impossible"),
    ("since", "？？", "inform", "utter_field_empty"),
    ("wish", "😡", "inform", "utter_field_empty"),
    ("wish", "赔" * 501, "inform", "utter_field_long"),
    ("contact", "。", "inform", "utter_field_empty"),
]


@pytest.mark.parametrize(("asked", "text", "intent", "response"), REFUSED)
async def test_an_answer_that_cannot_be_is_explained(
    actions: Actions, asked: str, text: str, intent: str, response: str
) -> None:
    """The field stays open, so the form asks again; the wrong answer is counted."""
    result = await actions.validate(_talk(asked).user(text, intent))
    assert result.events == [slot("complaint_tries", 1)]
    assert result.said == [response]


async def test_after_three_wrong_answers_it_moves_on(actions: Actions) -> None:
    """Nobody is asked for ever, and what was said is kept with the story, as the response promises."""
    talk = _talk("line")
    words = ["1380013800", "12345678", "我的号码就这个"]
    results = [await actions.validate(talk.user(each).did("action_extract_slots")) for each in words]
    assert [result.said for result in results] == [["utter_phone"], ["utter_phone"], ["utter_complaint_moving_on"]]
    assert results[0].events == [slot("complaint_tries", 1)]
    assert results[1].events == [slot("complaint_tries", 2)]
    kept, *rest = results[2].events
    assert rest == filled("line", "")
    assert kept["name"] == "complaint_description"
    for each in (STORY, *words):
        assert each in kept["value"], "您的原话我一并记下了"


async def test_after_three_empty_answers_even_the_story_is_left_out(actions: Actions) -> None:
    talk = Talk(category="other").user("我要投诉", "complain").asked("description")
    results = [await actions.validate(talk.user(each, "complain")) for each in ("😡😡", "？？", "我要投诉！")]
    assert results[2].said == ["utter_complaint_moving_on"]
    assert results[2].events == filled("description", "😡😡\n？？\n我要投诉！"), "您的原话我一并记下了"
    talk = Talk(category="other").user("我要投诉", "complain").asked("description")
    results = [await actions.validate(talk.user("/skip")) for _ in range(3)]
    assert results[2].said == ["utter_complaint_moving_on"]
    assert results[2].events == filled("description", "（客户未说明具体情况）")


async def test_a_good_answer_forgives_the_wrong_ones(actions: Actions) -> None:
    talk = _talk("line")
    await actions.validate(talk.user("12345678"))
    assert talk.slots["complaint_tries"] == 1
    await actions.validate(talk.user("13800138000"))
    assert talk.slots["complaint_tries"] == 0


COMMANDS = [
    # asked        said                        intent    confidence  a command
    ("line", "/cancel", "cancel", 1.0, True),  # a button is always what it says
    ("line", "/handoff", "handoff", 1.0, True),
    ("description", "/cancel", "cancel", 1.0, True),  # also while the story is asked for
    ("description", "转人工", "handoff", 0.9, True),  # short and sure
    ("since", "算了不投诉了", "cancel", 0.9, True),
    ("since", "叫你们经理来跟我说", "handoff", 0.6, True),  # just sure enough
    ("wish", "我要求人工客服向我道歉并赔偿损失", "handoff", 0.9, True),  # sixteen characters: still one
    ("wish", "我要求你们人工客服向我道歉并赔偿损失", "handoff", 0.9, False),  # a wish that mentions a person
    ("wish", "转人工", "handoff", 0.59, False),  # the model is not sure
    ("wish", "退钱", "inform", 0.9, False),
]


@pytest.mark.parametrize(("asked", "text", "intent", "confidence", "is_command"), COMMANDS)
async def test_commands(
    actions: Actions, asked: str, text: str, intent: str, confidence: float, is_command: bool
) -> None:
    """A command fills nothing: the form steps back, and the rule for it answers."""
    result = await actions.validate(_talk(asked).user(text, intent, confidence))
    assert (result.events == []) is is_command
    assert result.said == []


DIGRESSIONS = [
    # asked        said                        intent               confidence  a digression
    ("line", "你是机器人吗", "greet_chitchat", 0.9, True),
    ("line", "帮助", "help", 0.9, True),
    ("since", "我还剩多少流量？", "billing_usage", 0.9, True),
    ("since", "话费怎么查", "billing_balance", 0.9, True),  # a question without its sign
    ("wish", "你们多久答复啊，有规定吗", "rights_channels", 0.9, True),
    ("wish", "怎么删除我的信息", "privacy_delete", 0.9, True),
    ("wish", "退还多扣的话费", "billing_detail", 0.9, False),  # no question: it is the wish
    ("wish", "网太慢了怎么用？", "complaint_network", 0.9, False),  # a story may look like any complaint
    ("wish", "我还剩多少流量？", "billing_usage", 0.5, False),  # the model is not sure
    (
        "wish",
        "我想知道为什么我每个月的流量总是不够用，你们到底是怎么计算流量的，多少钱一兆，有没有依据？",
        "billing_usage",
        0.9,
        False,
    ),  # too long
    ("description", "怎么又多扣我话费？", "billing_detail", 0.9, False),  # asked for a story, a question is one
    ("wish", "转给工单系统的是哪个部门", "ticket_status", 0.9, False),  # no topic that is answered in between
]


@pytest.mark.parametrize(("asked", "text", "intent", "confidence", "is_digression"), DIGRESSIONS)
async def test_digressions(
    actions: Actions, asked: str, text: str, intent: str, confidence: float, is_digression: bool
) -> None:
    result = await actions.validate(_talk(asked).user(text, intent, confidence))
    assert (result.events == []) is is_digression


async def test_after_a_digression_the_form_only_asks_again(actions: Actions) -> None:
    """Rasa validates once more when the form comes back: the question in between is not taken for the answer."""
    talk = _talk("wish").user("退钱要多久？", "rights_other").did("utter_question_in_form")
    result = await actions.validate(talk)
    assert result.events == []
    assert result.said == []


async def test_the_answer_after_a_digression_counts(actions: Actions) -> None:
    talk = _talk("wish").user("退钱要多久？", "rights_other").did("utter_question_in_form").did("complaint_form")
    talk.did("action_listen").user("退钱")
    assert (await actions.validate(talk)).events == filled("wish", "退钱")


async def test_rasas_own_steps_are_no_answer_of_another(actions: Actions) -> None:
    """`action_extract_slots` and the form itself run after every message."""
    talk = _talk("wish").user("退钱").did("action_extract_slots").did("complaint_form")
    assert (await actions.validate(talk)).events == filled("wish", "退钱")


async def test_the_same_call_again_gives_the_same_events(actions: Actions) -> None:
    """A turn that died in the middle is run again from the stored tracker."""
    talk = _talk("line").user("12345678")
    first: list[Json] = (await actions.run("validate_complaint_form", talk)).events
    assert (await actions.run("validate_complaint_form", talk)).events == first == [slot("complaint_tries", 1)]
