"""What a message means for the open question of the complaint form."""

from __future__ import annotations

import pytest

from actions.complaints.complaint import FORM
from tests.support.rasa import Actions, Json, Talk, slot, turned

STORY = "我家宽带断了三天没人修"

#: in the order in which they are asked; with `place` and a slow line all of them are
ORDER = ["category", "description", "line", "address", "area", "since", "speed_test", "wish", "contact"]
KNOWN = {
    "category": "complaint_broadband",
    "description": "我家宽带太慢了，三天没人修",
    "line": "13800138000",
    "callable": True,
    "address": "花园路12号3单元",
    "area": "town",
    "since": "昨天",
    "speed_test": "昨晚手机测的，10兆",
    "wish": "",
}


def _talk(asked: str, **slots: object) -> Talk:
    """The form is open, with the questions before `asked` answered."""
    known = {name: value for name, value in KNOWN.items() if name == "callable" or name in ORDER[: ORDER.index(asked)]}
    return Talk(**known | slots).user(str(KNOWN["description"]), "complaint_broadband").asked(asked)


NEXT = dict(zip(ORDER[1:], [*ORDER[2:], "confirmed"], strict=True))

ACCEPTED = [
    # asked      said                       intent              entities                 kept
    ("line", "13800138000", "inform", {}, "13800138000"),
    ("line", "是138 0013 8000这个", "inform", {"phone": "138 0013 8000"}, "13800138000"),  # the entity is taken out
    ("line", "010-87654321", "inform", {}, "01087654321"),
    ("line", "13800138000", "complaint_network", {}, "13800138000"),  # whatever the model makes of digits
    ("line", "呃号码是幺三八零零幺三八零零零", "inform", {"phone": "幺三八零零幺三八零零零"}, "13800138000"),  # spoken
    (
        "line",
        "13900139000，不对，是13800138000",  # second thoughts
        "inform",
        {"phone": ("13900139000", "13800138000")},
        "13800138000",
    ),
    ("address", "我们单位楼下", "inform", {}, "我们单位楼下"),
    ("address", "北京朝阳", "inform", {}, "北京朝阳"),
    ("area", "农村", "inform", {}, "country"),
    ("area", "是是农村这边", "affirm", {}, "country"),
    ("area", "城鎮", "inform", {}, "town"),
    ("area", '/inform{"area": "town"}', "inform", {}, "town"),  # the button 「城镇」
    ("since", "昨天晚上", "inform", {}, "昨天晚上"),  # kept in the customer's words
    ("since", "很久了", "inform", {}, "很久了"),
    ("since", "2026年11月21日", "inform", {}, "2026年11月21日"),  # today
    ("since", "12月25日", "inform", {}, "12月25日"),  # last year's
    ("since", "昨天，不对，是前天", "inform", {}, "前天"),
    ("speed_test", "昨晚八点手机测的只有2兆，办的是200兆", "inform", {}, "昨晚八点手机测的只有2兆，办的是200兆"),
    ("wish", "退钱", "inform", {}, "退钱"),
    ("wish", "<b>赔偿</b>", "inform", {}, "<b>赔偿</b>"),
    ("wish", "给我个说法，不然投诉到工信部", "rights_appeal", {}, "给我个说法，不然投诉到工信部"),
    ("wish", "希望改成39元的套餐", "billing_package", {}, "希望改成39元的套餐"),  # no correction of anything
    ("wish", "不知道，你们查一下再说", "skip", {}, "不知道，你们查一下再说"),  # not left out
    ("contact", "13800138001，晚上七点后", "inform", {}, "13800138001，晚上七点后"),
    ("contact", "139 0013 9000", "inform", {"phone": "139 0013 9000"}, "13900139000"),  # nothing but a number
    ("contact", "让我儿子接，13900139000", "inform", {"phone": "13900139000"}, "让我儿子接，13900139000"),
    ("contact", "不用联系我", "deny", {}, "不用联系我"),
    ("contact", '/affirm{"to": "contact"}', "affirm", {}, "13800138000"),  # 「就用上面的号码」
    ("contact", "就这个号", "affirm", {}, "13800138000"),
    ("contact", "就用這個號碼", "inform", {}, "13800138000"),
]


@pytest.mark.parametrize(("asked", "text", "intent", "entities", "kept"), ACCEPTED)
async def test_an_answer_is_kept(
    actions: Actions, asked: str, text: str, intent: str, entities: dict[str, str], kept: str
) -> None:
    result = await actions.validate(_talk(asked).user(text, intent, **entities))
    known = {asked: kept}
    if asked == "address":
        assert result.events in (turned("area", **known), turned("since", area="town", **known))
    else:
        assert result.events == turned(NEXT[asked], **known)
    assert result.said == (["utter_complaint_summary"] if asked == "contact" else [])


@pytest.mark.parametrize(
    ("text", "said"),
    [("解绑", "utter_binding_none"), ("绑定手机号", "utter_binding_how"), ("帮我解除绑定", "utter_binding_none")],
)
async def test_binding_in_between_is_answered_and_the_question_stays(actions: Actions, text: str, said: str) -> None:
    """It is no answer to when it began, and no reason to skip that."""
    talk = _talk("since").user(text, "nlu_fallback")
    result = await actions.validate(talk)
    assert said in result.said
    assert slot("requested_slot", "complaint_since") in result.events
    assert slot("complaint_since", None) not in result.events


STORIES = [
    (STORY, "complaint_broadband", "complaint_broadband"),
    ("断网了", "complaint_broadband", "complaint_broadband"),  # three characters answer what happened
    ("转了三次人工客服都没有一个人管我的事", "handoff", "complaint_service"),  # a story that names a person
    ("话费怎么多扣了三十？", "billing_detail", "complaint_billing"),  # a question is a story here
]


@pytest.mark.parametrize(("text", "intent", "category"), STORIES)
async def test_what_happened(actions: Actions, text: str, intent: str, category: str) -> None:
    """It says more of the category than the bare wish to complain did."""
    talk = Talk(category="other").user("我要投诉", "complain").asked("description")
    result = await actions.validate(talk.user(text, intent))
    assert result.events == turned("line", category=category, description=text)


async def test_a_chosen_category_stays(actions: Actions) -> None:
    """「投诉手机信号或上网」 was pressed."""
    talk = Talk(category="complaint_network").user("/complaint_network").asked("description")
    result = await actions.validate(talk.user("老是断断续续的没法用", "complaint_broadband"))
    assert result.events == turned("line", description="老是断断续续的没法用")


async def test_a_story_that_is_asked_for_fills_what_it_tells(actions: Actions) -> None:
    talk = Talk(category="other").user("我要投诉", "complain").asked("description")
    text = "13800138000昨天没信号，尽快修好"
    talk.user(text, "complaint_network", phone="13800138000", date="昨天")
    assert (await actions.validate(talk)).events == turned(
        "address",
        category="complaint_network",
        description=text,
        callable=True,
        line="13800138000",
        since="昨天",
        wish="尽快修好",
    )


@pytest.mark.parametrize("asked", ["line", "address", "area", "since", "speed_test", "wish", "contact"])
@pytest.mark.parametrize(("text", "intent"), [("/skip", "skip"), ("不知道", "skip"), ("记不清了跳过吧", "skip")])
async def test_a_field_can_be_left_out(actions: Actions, asked: str, text: str, intent: str) -> None:
    result = await actions.validate(_talk(asked).user(text, intent))
    following = "since" if asked == "address" else NEXT[asked]  # town or country of no place
    assert result.events == turned(following, **{asked: ""})


NOT_ASKED = [
    # what makes it so                                                 first question that is not asked, asked instead
    ({"category": "complaint_billing"}, "line", "since"),  # no place for a charge
    ({"address": "花园路12号", "area": None}, "address", "area"),
    ({"description": STORY}, "since", "wish"),  # the line is not slow: nothing to measure
]


@pytest.mark.parametrize(("changed", "asked", "following"), NOT_ASKED)
async def test_only_what_belongs_to_the_matter_is_asked(
    actions: Actions, changed: dict[str, object], asked: str, following: str
) -> None:
    said = {"line": "13800138000", "address": "某地", "since": "昨天"}[asked]
    result = await actions.validate(_talk(asked, **changed).user(said, "inform"))
    assert result.events[-1] == slot("requested_slot", f"complaint_{following}")


async def test_town_or_country_is_taken_from_the_address(actions: Actions) -> None:
    result = await actions.validate(_talk("address").user("易县李庄村3组", "inform"))
    assert result.events == turned("since", area="country", address="易县李庄村3组")


async def test_town_or_country_is_no_address(actions: Actions) -> None:
    result = await actions.validate(_talk("address").user("是农村的", "inform"))
    assert result.events == turned("address", area="country")
    assert result.said == ["utter_complaint_noted"]


REFUSED = [
    ("description", "我要投诉", "complain", "utter_story_missing"),  # says nothing new
    ("description", "😡😡😡", "complain", "utter_story_missing"),
    ("description", "/skip", "skip", "utter_story_missing"),  # without a story there is no complaint
    ("line", "12345678", "inform", "utter_phone"),
    ("line", "1380013800", "inform", "utter_phone"),  # a digit is missing
    ("line", "+1 650 253 0000", "inform", "utter_phone"),  # foreign
    ("line", "我不告诉你", "deny", "utter_phone"),
    ("line", "……", "inform", "utter_field_empty"),
    ("line", "3", "inform", "utter_field_empty"),
    ("address", "啊啊", "inform", "utter_field_empty"),
    ("address", "好的", "affirm", "utter_field_empty"),
    ("area", "随便", "inform", "utter_area_unclear"),
    ("since", "明天", "inform", "utter_since_future"),
    ("since", "2027年1月1日", "inform", "utter_since_future"),
    ("since", "2月30日", "inform", "utter_since_impossible"),
    ("since", "3", "inform", "utter_since_unclear"),
    ("since", "啊啊", "inform", "utter_since_unclear"),
    ("since", "？？", "inform", "utter_field_empty"),
    ("wish", "😡", "inform", "utter_field_empty"),
    ("wish", "嗯嗯", "affirm", "utter_field_empty"),
    ("wish", "赔" * 501, "inform", "utter_field_long"),
    ("contact", "。", "inform", "utter_field_empty"),
    ("contact", "1380013800", "inform", "utter_phone"),
    ("contact", "随便你们", "inform", "utter_contact_unclear"),
]


@pytest.mark.parametrize(("asked", "text", "intent", "response"), REFUSED)
async def test_an_answer_that_cannot_be_is_explained(
    actions: Actions, asked: str, text: str, intent: str, response: str
) -> None:
    """The question stands again; the wrong answer is counted."""
    talk = _talk(asked) if asked != "description" else Talk(category="other").user("我要投诉").asked("description")
    result = await actions.validate(talk.user(text, intent))
    assert result.events == turned(asked, tries=1)
    assert result.said == [response]


async def test_the_number_above_is_no_contact_where_there_is_none(actions: Actions) -> None:
    """The line was left out, or is a broadband account that nobody can call."""
    for line in ("", "ad12345678"):
        result = await actions.validate(_talk("contact", line=line, callable=False).user("就用上面的号码", "affirm"))
        assert result.events == turned("contact", tries=1)
        assert result.said == ["utter_contact_missing"]


async def test_after_three_wrong_answers_it_moves_on(actions: Actions) -> None:
    """Nobody is asked for ever, and what was said is kept with the story, as the response promises."""
    talk = _talk("line")
    words = ["1380013800", "12345678", "我的号码就这个"]
    results = [await actions.validate(talk.user(each).did("action_extract_slots")) for each in words]
    assert [result.said for result in results] == [["utter_phone"], ["utter_phone"], ["utter_complaint_moving_on"]]
    assert results[0].events == turned("line", tries=1)
    assert results[1].events == turned("line", tries=2)
    story = "\n".join([str(KNOWN["description"]), *words])
    assert results[2].events == turned("address", line="", description=story), "您的原话我一并记下了"


async def test_after_three_empty_answers_even_the_story_is_left_out(actions: Actions) -> None:
    talk = Talk(category="other").user("我要投诉", "complain").asked("description")
    results = [await actions.validate(talk.user(each, "complain")) for each in ("😡😡", "？？", "我要投诉！")]
    assert results[2].said == ["utter_complaint_moving_on"]
    assert results[2].events == turned("line", description="😡😡\n？？\n我要投诉！"), "您的原话我一并记下了"
    talk = Talk(category="other").user("我要投诉", "complain").asked("description")
    results = [await actions.validate(talk.user("/skip")) for _ in range(3)]
    assert results[2].said == ["utter_complaint_moving_on"]
    assert results[2].events == turned("line", description="（客户未说明具体情况）")


async def test_what_belongs_to_the_story_is_kept_with_it(actions: Actions) -> None:
    talk = _talk("line", description=STORY)
    result = await actions.validate(talk.user("修的人工号8821，骂了我", "complaint_service"))
    assert result.events == turned("line", tries=1, description=f"{STORY}\n修的人工号8821，骂了我")
    assert result.said == ["utter_complaint_added"], "and the number is asked for again"


async def test_another_matter_than_was_understood(actions: Actions) -> None:
    talk = _talk("line", description=STORY)
    result = await actions.validate(talk.user("不是宽带，是手机没信号", "complaint_network"))
    story = f"{STORY}\n不是宽带，是手机没信号"
    assert result.events == turned("line", tries=1, description=story, category="complaint_network")


async def test_a_good_answer_forgives_the_wrong_ones(actions: Actions) -> None:
    talk = _talk("line")
    await actions.validate(talk.user("12345678"))
    assert talk.slots["complaint_tries"] == 1
    await actions.validate(talk.user("13800138000"))
    assert talk.slots["complaint_tries"] == 0


OUT_OF_ORDER = [
    # asked     said                 kept as
    ("line", "退钱", {"wish": "退钱"}),
    ("line", "从上个月开始的", {"since": "从上个月开始的"}),
    ("line", "花园路12号3单元", {"area": "town", "address": "花园路12号3单元"}),
    ("address", "昨天", {"since": "昨天"}),
    ("area", "尽快派人来修好", {"wish": "尽快派人来修好"}),
    ("since", "赔偿损失", {"wish": "赔偿损失"}),
    ("since", "就用上面的号码", {"contact": "13800138000"}),
    ("wish", "13900139000", {"contact": "13900139000"}),  # the number that is concerned was said already
    ("wish", "上个月", {"since": "上个月"}),  # said by itself, it is the day, and not the one that was guessed
    ("contact", "退钱", {"wish": "道歉；退钱"}),  # two wishes are two
    ("contact", "上周三晚上开始", {"since": "上周三晚上开始"}),  # no time to call at
]


@pytest.mark.parametrize(("asked", "text", "kept"), OUT_OF_ORDER)
async def test_an_answer_to_another_question_is_kept_for_that(
    actions: Actions, asked: str, text: str, kept: dict[str, str]
) -> None:
    talk = _talk(asked, **({"wish": "道歉"} if asked == "contact" else {}))
    result = await actions.validate(talk.user(text, "inform"))
    assert result.events == turned(asked, **kept)
    assert result.said == ["utter_complaint_noted"], "and the open question stands again"


COMMANDS = [
    # asked        said                        intent    confidence
    ("line", "/cancel", "cancel", 1.0),  # a button is always what it says
    ("description", "/cancel", "cancel", 1.0),  # also while the story is asked for
    ("since", "算了不投诉了", "cancel", 0.9),
    ("address", "算了", "cancel", 0.9),
]


@pytest.mark.parametrize(("asked", "text", "intent", "confidence"), COMMANDS)
async def test_giving_up(actions: Actions, asked: str, text: str, intent: str, confidence: float) -> None:
    """The form ends, and what was said stays; the action says so."""
    talk = _talk(asked) if asked != "description" else Talk(category="other").user("我要投诉").asked("description")
    result = await actions.validate(talk.user(text, intent, confidence))
    assert result.events == LEFT
    assert result.said == []


LEFT: list[Json] = [
    slot("complaint_tries", 0),
    slot("requested_slot", None),
    {"event": "active_loop", "timestamp": None, "name": None},
    {"event": "followup", "timestamp": None, "name": "action_cancel_complaint"},
]

NO_COMMANDS = [
    ("wish", "我要求你们人工客服向我道歉并赔偿损失", "handoff", 0.9),  # a wish that mentions a person
    ("contact", "不用联系我", "handoff", 0.9),
    ("wish", "取消这个破会员", "cancel", 0.9),  # what is to be cancelled is not the complaint
    ("since", "取消套餐以后", "billing_package", 0.9),
]


@pytest.mark.parametrize(("asked", "text", "intent", "confidence"), NO_COMMANDS)
async def test_words_for_a_field_are_no_command(
    actions: Actions, asked: str, text: str, intent: str, confidence: float
) -> None:
    result = await actions.validate(_talk(asked).user(text, intent, confidence))
    assert result.events == turned(NEXT[asked], **{asked: text})


async def test_a_person_is_one_word_away(actions: Actions) -> None:
    result = await actions.validate(_talk("wish").user("转人工", "handoff", 0.9))
    assert result.said == ["utter_handoff_requested"]
    assert {"event": "active_loop", "timestamp": None, "name": None} in result.events


ASIDES = [
    # asked        said                        label
    ("line", "为什么要我的号码", "privacy_policy"),
    ("line", "你是机器人吗", "greet_chitchat"),
    ("since", "你们多久能处理好啊", "rights_channels"),
    ("since", "能不能快点", "ticket_status"),  # no question word, but no answer either
    ("wish", "怎么删除我的信息？", "privacy_delete"),
    ("area", "我的投诉到哪了", "ticket_status"),
    ("confirmed", "要钱吗", "billing_detail"),
]


@pytest.mark.parametrize(("asked", "text", "intent"), ASIDES)
async def test_a_question_in_between_is_answered_and_the_open_one_stands(
    actions: Actions, asked: str, text: str, intent: str
) -> None:
    """Which question is which, and what is answered, is tested in test_digressions.py."""
    talk = _talk(asked) if asked != "confirmed" else Talk(**KNOWN | {"contact": ""}).user(STORY).asked(asked)
    talk.slots["complaint_tries"] = 2
    result = await actions.validate(talk.user(text, intent))
    assert result.events == turned(asked, tries=2), "neither kept nor counted"
    (said,) = result.said
    assert said.startswith("utter_aside_")


ANSWERS_ALL_THE_SAME = [
    # words that the model takes for something else
    ("address", "思明區中山路88號", "greet_chitchat", "思明區中山路88號"),
    ("wish", "尽快给我修好可以吗？", "rights_other", "尽快给我修好可以吗？"),
    ("contact", "就打这个电话就行", "other_telecom", "13800138000"),
    ("since", "上周三", "out_of_scope", "上周三"),
    ("since", "昨天查账单发现的", "billing_detail", "昨天查账单发现的"),
    ("wish", "说清楚是什么费用", "billing_detail", "说清楚是什么费用"),
]


@pytest.mark.parametrize(("asked", "text", "intent", "kept"), ANSWERS_ALL_THE_SAME)
async def test_a_clear_answer_is_no_question_in_between(
    actions: Actions, asked: str, text: str, intent: str, kept: str
) -> None:
    assert slot(f"complaint_{asked}", kept) in (await actions.validate(_talk(asked).user(text, intent))).events


OUTBURSTS = [
    ("line", "你他妈是傻逼吗，一群废物", 0.9),
    ("wish", "滚", 0.8),
    ("address", "凭什么啊", 0.2),  # a protest is no address either
    ("contact", "你们去死吧", 0.9),
]


@pytest.mark.parametrize(("asked", "text", "anger"), OUTBURSTS)
async def test_an_oath_fills_no_field(actions: Actions, asked: str, text: str, anger: float) -> None:
    said = []
    for message_id in ("1", "2"):
        talk = _talk(asked).user(text, "complaint_service", signals={"anger": anger}, message_id=message_id)
        result = await actions.validate(talk)
        assert result.events == turned(asked, tries=1)
        said += result.said
    # the first time in a conversation a person is offered with it
    assert said == ["utter_empathy" if anger > 0.6 else "utter_complaint_outburst", "utter_complaint_outburst"]


@pytest.mark.parametrize("text", ["他妈的把钱退给我", "妈的赔我三百"])
async def test_an_angry_wish_is_a_wish(actions: Actions, text: str) -> None:
    assert (
        await actions.validate(_talk("wish").user(text, "complaint_service", signals={"anger": 0.9}))
    ).events == turned("contact", wish=text)


@pytest.mark.parametrize("asked", ["line", "since", "wish"])
async def test_a_button_further_up_answers_its_own_question_only(actions: Actions, asked: str) -> None:
    """「就用上面的号码」 or 「催办这一件」, pressed late."""
    for question in ("contact", "same", "ours"):
        talk = _talk(asked).user(f'/affirm{{"to": "{question}"}}')
        assert (await actions.validate(talk)).events == turned(asked)


async def test_a_late_button_for_town_or_country(actions: Actions) -> None:
    talk = _talk("since").user('/inform{"area": "country"}')
    assert (await actions.validate(talk)).events == turned("since", area="country")


async def test_the_same_call_again_gives_the_same_events(actions: Actions) -> None:
    """A turn that died in the middle is run again from the stored tracker."""
    talk = _talk("line").user("12345678")
    first: list[Json] = (await actions.run(f"validate_{FORM}", talk)).events
    assert (await actions.run(f"validate_{FORM}", talk)).events == first == turned("line", tries=1)


ELSEWHERE = [
    # asked      said, label                                           kept                      said back
    # a time, a place, a piece of the story: no wish
    ("wish", "上個月15號", "inform", {"since": "上個月15號"}, "utter_complaint_noted"),
    ("wish", "五点", "inform", {"since": "昨天五点"}, "utter_complaint_noted"),
    ("wish", "就今天早上", "inform", {"since": "就今天早上"}, "utter_complaint_noted"),
    ("wish", "在人民路那个营业厅", "inform", {"description": "+"}, "utter_complaint_added"),
    ("wish", "营业员口头说的", "inform", {"description": "+"}, "utter_complaint_added"),
    # no sign of a place
    ("address", "就是光猫红灯闪", "complaint_broadband", {"description": "+"}, "utter_complaint_added"),
    ("address", "光猫红灯闪", "complaint_broadband", {"description": "+"}, "utter_complaint_added"),
    # a matter of its own, and no number
    (
        "line",
        "身份证信息被你们泄露了",
        "privacy_leak",
        {"rest": "privacy_leak", "description": "+"},
        "utter_complaint_added",
    ),
    # another category than was understood
    (
        "address",
        "手机流量不是宽带",
        "complaint_network",
        {"category": "complaint_network", "description": "+"},
        "utter_complaint_noted",
    ),
]


@pytest.mark.parametrize(("asked", "text", "intent", "kept", "response"), ELSEWHERE)
async def test_what_is_clearly_no_answer_is_kept_for_what_it_is(
    actions: Actions, asked: str, text: str, intent: str, kept: dict[str, str], response: str
) -> None:
    result = await actions.validate(_talk(asked).user(text, intent))
    story = f"{KNOWN['description']}\n{text}"
    assert result.events == turned(asked, **{name: story if value == "+" else value for name, value in kept.items()})
    assert result.said == [response]


@pytest.mark.parametrize("text", ["不告诉你", "不想说", "保密"])
async def test_nobody_has_to_say_where_they_live(actions: Actions, text: str) -> None:
    result = await actions.validate(_talk("address").user(text, "deny"))
    assert result.events == turned("since", address="")
    assert result.said == ["utter_complaint_left_out"]


@pytest.mark.parametrize("text", ["望京", "解放路", "我家", "老家村里"])
async def test_a_short_place_is_an_address(actions: Actions, text: str) -> None:
    assert slot("complaint_address", text) in (await actions.validate(_talk("address").user(text, "inform"))).events


@pytest.mark.parametrize("text", ["按你们营业员说的办", "按他说的", "就按营业员说的退"])
async def test_what_was_promised_is_a_wish(actions: Actions, text: str) -> None:
    assert slot("complaint_wish", text) in (await actions.validate(_talk("wish").user(text, "inform"))).events


@pytest.mark.parametrize("text", ["登记吧", "提交", "直接登记", "就这样提交吧", "是的提交", "确认登记"])
async def test_an_order_to_file_leaves_the_rest_open(actions: Actions, text: str) -> None:
    result = await actions.validate(_talk("since").user(text, "affirm"))
    assert result.events == turned("confirmed", since="", speed_test="", wish="", contact="")
    assert result.said == ["utter_complaint_rest_skipped", "utter_complaint_summary"]


@pytest.mark.parametrize("text", ["就那个号", "就这号", "还是刚才那个号码"])
async def test_the_number_that_was_said_before(actions: Actions, text: str) -> None:
    talk = Talk(category="complaint_billing", description=STORY).user("我的号码13800138000", phone="13800138000")
    result = await actions.validate(talk.asked("line").user(text, "inform"))
    assert slot("complaint_line", "13800138000") in result.events
    result = await actions.validate(_talk("contact").user(text, "inform"))
    assert slot("complaint_contact", "13800138000") in result.events, "and not the words"


async def test_town_or_country_is_asked_where_the_repair_clock_needs_it(actions: Actions) -> None:
    """Else it is kept only where the words tell it."""
    talk = _talk("address", category="complaint_network")
    assert (await actions.validate(talk.user("望京", "inform"))).events == turned("since", address="望京")
    talk = _talk("address", category="complaint_network")
    result = await actions.validate(talk.user("易县李庄村3组", "inform"))
    assert result.events == turned("since", area="country", address="易县李庄村3组")


async def test_the_second_matter_can_be_the_first(actions: Actions) -> None:
    talk = _talk("address", rest="complaint_vas").user("先办彩铃那个", "inform")
    result = await actions.validate(talk)
    assert result.events == turned("since", category="complaint_vas", rest="complaint_broadband")
    assert result.said == ["utter_complaint_two"]
