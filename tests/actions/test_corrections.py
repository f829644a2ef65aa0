"""One field corrected, by words or buttons, in the middle of the form and at its summary."""

from __future__ import annotations

import pytest

from tests.support.rasa import Actions, Talk, turned

STORY = "我家宽带断了三天没人修"
WHOLE = {
    "category": "complaint_broadband",
    "description": STORY,
    "line": "13800138000",
    "callable": True,
    "address": "花园路12号",
    "area": "town",
    "since": "昨天",
    "wish": "修好",
    "contact": "13800138000",
}


def _talk(asked: str, **changed: object) -> Talk:
    return Talk(**WHOLE | changed).user(STORY, "complaint_broadband").asked(asked)


#: after the summary, and after a no to it: the same words mean the same
either_question = pytest.mark.parametrize("asked", ["confirmed", "change"])

# WHOLE's contact is its number (「就用上面的号码」), so it follows a correction of that.
_NEW_LINE = {"contact": "13900139000", "callable": True, "line": "13900139000"}
IN_WORDS = [
    # said                              label      entities                   what is changed
    ("号码错了，是13900139000", "correct", {"phone": "13900139000"}, _NEW_LINE),
    ("號碼錯了，是13900139000", "correct", {"phone": "13900139000"}, _NEW_LINE),
    ("13900139000", "inform", {"phone": "13900139000"}, _NEW_LINE),
    ("不是13800138000，是13900139000", "deny", {"phone": ("13800138000", "13900139000")}, _NEW_LINE),
    ("联系方式改成13900139000", "correct", {"phone": "13900139000"}, {"contact": "13900139000"}),
    # in the customer's own signs
    ("联系方式换成13900139000，白天打", "correct", {"phone": "13900139000"}, {"contact": "13900139000，白天打"}),
    ("让我儿子接，13900139000", "inform", {"phone": "13900139000"}, {"contact": "让我儿子接，13900139000"}),
    ("时间不对，是上周五", "deny", {"date": "上周五"}, {"since": "上周五"}),
    ("是11月1日开始的", "inform", {"date": "11月1日"}, {"since": "11月1日"}),
    ("说错了，前天", "deny", {"date": "前天"}, {"since": "前天"}),
    ("诉求改成退费", "correct", {}, {"wish": "退费"}),
    ("退钱", "inform", {}, {"wish": "退钱"}),
    ("地址写错了，是朝阳路8号", "correct", {}, {"area": "town", "address": "朝阳路8号"}),
    ("是农村的", "inform", {}, {"area": "country"}),
    ("第二项改成断网四天了", "correct", {}, {"description": "断网四天了"}),
    ("类别不对，是手机信号", "correct", {}, {"category": "complaint_network"}),
    # the value right behind the name, without a verb or a space between
    ("改地址 幸福里小区5号", "correct", {"date": "5号"}, {"area": "town", "address": "幸福里小区5号"}),  # a house
    ("地址 幸福里小区5号", "inform", {"date": "5号"}, {"area": "town", "address": "幸福里小区5号"}),
    ("幸福里小区5号", "inform", {"date": "5号"}, {"area": "town", "address": "幸福里小区5号"}),
    ("改号码 13900139000", "correct", {"phone": "13900139000"}, _NEW_LINE),
    ("改诉求 我要双倍退", "correct", {}, {"wish": "我要双倍退"}),
    ("提交前我想改诉求 我要双倍退", "correct", {}, {"wish": "我要双倍退"}),
    # the last digits
    (
        "号码最后一位是8",
        "correct",
        {},
        {"contact": "13800138008", "callable": True, "line": "13800138008"},
    ),
    ("尾号是8001", "inform", {}, {"contact": "13800138001", "callable": True, "line": "13800138001"}),
    ("好的，不过诉求改成退费", "affirm", {}, {"wish": "退费"}),  # a yes, and a but
    ("对的，等一下，时间不对，是昨天下午", "affirm", {"date": "昨天下午"}, {"since": "昨天下午"}),
]


@either_question
@pytest.mark.parametrize(("text", "intent", "entities", "changed"), IN_WORDS)
async def test_by_words_at_the_summary(
    actions: Actions, asked: str, text: str, intent: str, entities: dict[str, str], changed: dict[str, object]
) -> None:
    """And the summary is shown again."""
    result = await actions.validate(_talk(asked).user(text, intent, **entities))
    kept = {name: value for name, value in changed.items() if value != WHOLE.get(name)}
    assert result.events == turned("confirmed", **kept)
    assert result.said == ["utter_complaint_summary"]


IN_THE_MIDDLE = [
    # asked      said                        what is changed                                   the open question stands
    ("wish", "号码错了，是13900139000", {"line": "13900139000"}),
    ("wish", "等等，号码错了，是13900139000", {"line": "13900139000"}),
    ("contact", "时间不对，是上周五", {"since": "上周五"}),
    ("since", "地址写错了，是朝阳路8号", {"address": "朝阳路8号"}),
    ("line", "情况不对，应该是断网四天了", {"description": "断网四天了"}),
]


@pytest.mark.parametrize(("asked", "text", "changed"), IN_THE_MIDDLE)
async def test_by_words_in_the_middle(actions: Actions, asked: str, text: str, changed: dict[str, object]) -> None:
    talk = _talk(asked, **{asked: None}, **({"contact": None} if asked != "contact" else {}))
    result = await actions.validate(talk.user(text, "correct"))
    assert result.events == turned(asked, **changed)
    assert result.said == ["utter_complaint_corrected"]


async def test_a_contact_of_its_own_stays_when_the_number_is_corrected(actions: Actions) -> None:
    talk = _talk("confirmed", contact="晚上七点后打").user("13900139000", "inform", phone="13900139000")
    assert (await actions.validate(talk)).events == turned("confirmed", line="13900139000")


async def test_a_broadband_account_cannot_be_called(actions: Actions) -> None:
    """The number above was the contact, and now the line has none: it is asked for."""
    result = await actions.validate(_talk("confirmed").user("号码错了，是ad12345678", "correct"))
    assert result.events == turned("contact", contact=None, callable=False, line="ad12345678")
    assert result.said == []


STORIES = [
    # said while the story is asked for, or in it: no correction
    "你们把我的号码改成别人的了",
    "我的地址改到农村去了，宽带就断了",
]


@pytest.mark.parametrize("text", STORIES)
async def test_a_story_full_of_such_words_is_a_story(actions: Actions, text: str) -> None:
    talk = Talk(category="other").user("我要投诉", "complain").asked("description")
    result = await actions.validate(talk.user(text, "complaint_service"))
    assert result.events[1:] == turned("line", description=text)


TO_ASK_FOR = [
    ("号码错了", "line"),
    ("改一下诉求", "wish"),
    ("第二项不对", "description"),
    ("联系方式写错了", "contact"),
]


@either_question
@pytest.mark.parametrize(("text", "field"), TO_ASK_FOR)
async def test_without_the_new_words_they_are_asked_for(actions: Actions, asked: str, text: str, field: str) -> None:
    """The old ones stay until then."""
    result = await actions.validate(_talk(asked).user(text, "correct"))
    assert result.events == turned(field)
    assert result.said == []


NAMED = [("诉求吧", "wish"), ("号码", "line"), ("联系方式", "contact"), ("時間", "since")]


@pytest.mark.parametrize(("text", "field"), NAMED)
async def test_a_bare_name_answers_what_to_change(actions: Actions, text: str, field: str) -> None:
    assert (await actions.validate(_talk("change").user(text, "inform"))).events == turned(field)


FIELDS = ["description", "line", "address", "since", "wish", "contact"]


@either_question
@pytest.mark.parametrize("field", FIELDS)
async def test_the_buttons_under_what_to_change(actions: Actions, asked: str, field: str) -> None:
    result = await actions.validate(_talk(asked).user(f'/correct{{"field": "{field}"}}'))
    assert result.events == turned(field)
    assert result.said == []


async def test_an_old_button_while_another_field_is_asked_for(actions: Actions) -> None:
    """The buttons stay in the chat."""
    talk = _talk("wish", wish=None, contact=None).user('/correct{"field": "line"}')
    assert (await actions.validate(talk)).events == turned("line")


async def test_the_categories_are_those_of_the_policy(actions: Actions) -> None:
    result = await actions.validate(_talk("change").user('/correct{"field": "category"}'))
    ((name, values),) = result.responses
    assert (name, result.events) == ("utter_complaint_categories", turned("category"))
    assert {"title": "手机网络", "payload": '/correct{"category": "complaint_network"}'} in values["buttons"]


CATEGORIES = [
    ('/correct{"category": "complaint_vas"}', "complaint_vas"),
    ("是发票的问题", "invoice"),
    ("费用争议", "complaint_billing"),
]


@pytest.mark.parametrize(("text", "category"), CATEGORIES)
async def test_another_category(actions: Actions, text: str, category: str) -> None:
    result = await actions.validate(_talk("category").user(text, "inform"))
    assert result.events == turned("confirmed", category=category)


async def test_no_category_of_ours(actions: Actions) -> None:
    result = await actions.validate(_talk("category").user("嗯这个怎么说", "inform"))
    assert result.events == turned("category", tries=1)
    assert result.said == ["utter_category_unclear", "utter_complaint_categories"]


NEW_WORDS = [
    ("wish", "退钱", {"wish": "退钱"}),
    ("line", "13900139000", _NEW_LINE),  # asked for, it is no second number
    ("since", "前天", {"since": "前天"}),
    ("description", "断网四天了", {"description": "断网四天了"}),
]


@pytest.mark.parametrize(("field", "text", "changed"), NEW_WORDS)
async def test_the_new_words_lead_back_to_the_summary(
    actions: Actions, field: str, text: str, changed: dict[str, object]
) -> None:
    talk = _talk("confirmed")
    await actions.validate(talk.user("/deny"))
    await actions.validate(talk.user(f'/correct{{"field": "{field}"}}'))
    result = await actions.validate(
        talk.asked(field).user(text, "inform", **({"phone": text} if field == "line" else {}))
    )
    kept = {name: value for name, value in changed.items() if value != WHOLE.get(name)}
    assert result.events == turned("confirmed", **kept)
    assert result.said == ["utter_complaint_summary"]


async def test_changed_their_mind_about_changing(actions: Actions) -> None:
    """「号码」 → 「跳过」: the old one stays."""
    talk = _talk("confirmed")
    await actions.validate(talk.user('/correct{"field": "line"}'))
    result = await actions.validate(talk.asked("line").user("/skip"))
    assert result.events == turned("confirmed")
    assert result.said == ["utter_complaint_summary"]
    assert talk.slots["complaint_line"] == "13800138000"


async def test_a_correction_while_a_field_is_asked_for_anew(actions: Actions) -> None:
    """「号码」 → 「诉求改成退费」: both, one after the other."""
    talk = _talk("confirmed")
    await actions.validate(talk.user('/correct{"field": "line"}'))
    result = await actions.validate(talk.asked("line").user("诉求改成退费", "correct"))
    assert result.events == turned("line", wish="退费")


CANNOT_BE = [
    ("号码改成12345678", {}, "line", "utter_phone"),
    ("12345678901", {"phone": "12345678901"}, "line", "utter_phone"),
    ("时间不对，是明天", {"date": "明天"}, "since", "utter_since_future"),
    ("2月30日", {"date": "2月30日"}, "since", "utter_since_impossible"),
]


@either_question
@pytest.mark.parametrize(("text", "entities", "field", "response"), CANNOT_BE)
async def test_a_correction_that_cannot_be(
    actions: Actions, asked: str, text: str, entities: dict[str, str], field: str, response: str
) -> None:
    """It is explained, the right one is asked for, and the old one stays until then."""
    result = await actions.validate(_talk(asked).user(text, "correct", **entities))
    assert result.events == turned(field)
    assert result.said == [response]
