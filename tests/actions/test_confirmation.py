"""The summary, and what customers say to it."""

from __future__ import annotations

import pytest

from care.wording import say
from tests.support.rasa import Actions, Json, Talk, filled, slot

STORY = "我家宽带断了三天没人修"
WHOLE = {
    "category": "complaint_broadband",
    "description": STORY,
    "line": "13800138000",
    "since": "11月18日",
    "wish": "修好",
    "contact": "13800138000",
}


def _talk(asked: str = "confirmed", **changed: object) -> Talk:
    """All is told, and the summary has been shown; or, after a no to it, what to change has been asked."""
    return Talk(**WHOLE | changed).user(STORY, "complaint_broadband").asked(asked)


#: after the summary, and after a no to it: the same words mean the same
either_question = pytest.mark.parametrize("asked", ["confirmed", "change"])


async def test_the_last_answer_shows_the_summary(actions: Actions) -> None:
    talk = Talk(**WHOLE | {"contact": None}).user(STORY, "complaint_broadband").asked("contact")
    result = await actions.validate(talk.user("/affirm"))
    assert result.events == filled("contact", "13800138000")
    assert result.responses == [
        (
            "utter_complaint_summary",
            {
                "category": "宽带与固话",
                "description": STORY,
                "line": "138****8000",
                "since": "11月18日",
                "wish": "修好",
                "contact": "138****8000",
            },
        )
    ]


async def test_a_summary_with_gaps_and_long_words(actions: Actions) -> None:
    talk = Talk(
        **WHOLE
        | {
            "category": "other",
            "description": "断网\n" * 40,
            "line": "",
            "since": "",
            "wish": "赔" * 500,
            "contact": None,
        }
    )
    result = await actions.validate(talk.user(STORY, "complain").asked("contact").user("/skip"))
    ((_, values),) = result.responses
    missing = say("not_given")
    assert (values["category"], values["line"], values["since"], values["contact"]) == (
        "其他",
        missing,
        missing,
        missing,
    )
    assert values["description"] == ("断网 " * 40)[:60] + "…"
    assert values["wish"] == "赔" * 60 + "…"


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
    ((_, values),) = (await actions.validate(_talk(**{field: told}).user("还有就是师傅一直不来", "inform"))).responses
    assert values[field].splitlines()[0].startswith(shown)


YES = pytest.mark.parametrize(
    ("text", "intent"), [("/affirm", "affirm"), ("对的", "affirm"), ("嗯嗯没错登记吧", "affirm")]
)


@YES
async def test_a_yes_files(actions: Actions, text: str, intent: str) -> None:
    result = await actions.validate(_talk().user(text, intent))
    assert result.events == [slot("complaint_confirmed", True)]
    assert result.said == []


@YES
async def test_a_yes_to_what_to_change_shows_the_summary_again(actions: Actions, text: str, intent: str) -> None:
    """Nobody has said yes to the summary: 「好」 may be the beginning of 「好，我要改号码」."""
    result = await actions.validate(_talk("change").user(text, intent))
    assert result.events == [slot("complaint_tries", 0)]
    assert [response for response, _ in result.responses] == ["utter_complaint_summary"]


@either_question
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/deny", "deny"),  # the button 「修改」
        ("不对", "deny"),
        ("改一下", "correct"),
        ("不是这样的你写错了", "deny"),  # a no with words, but without the right ones
        ("哦", "inform"),  # neither yes nor no
    ],
)
async def test_a_no_asks_what_to_change(actions: Actions, asked: str, text: str, intent: str) -> None:
    """Rasa asks the question of the slot that is requested; the summary is not shown over it."""
    result = await actions.validate(_talk(asked).user(text, intent))
    assert result.events == [slot("complaint_tries", 0), slot("requested_slot", "complaint_change")]
    assert result.said == []


# WHOLE's contact is its number (「就用上面的号码」), so it follows a correction of that.
_NEW_LINE = [slot("complaint_line", "13800138001"), slot("complaint_contact", "13800138001")]
CORRECTIONS = [
    # said                              entities                      what is changed
    ("号码错了，是13800138001", {"phone": "13800138001"}, _NEW_LINE),
    ("13800138001", {"phone": "13800138001"}, _NEW_LINE),
    ("是11月1日开始的", {"date": "11月1日"}, [slot("complaint_since", "11月1日")]),
    ("昨天", {"date": "昨天"}, [slot("complaint_since", "昨天")]),
]


async def test_a_contact_of_its_own_stays_when_the_number_is_corrected(actions: Actions) -> None:
    result = await actions.validate(_talk(contact="晚上七点后").user("13800138001", "inform", phone="13800138001"))
    assert result.events == [slot("complaint_line", "13800138001")]


@either_question
@pytest.mark.parametrize(("text", "entities", "events"), CORRECTIONS)
@pytest.mark.parametrize("intent", ["correct", "deny", "inform"])
async def test_a_number_or_a_day_corrects_its_field(
    actions: Actions, asked: str, text: str, intent: str, entities: dict[str, str], events: list[Json]
) -> None:
    result = await actions.validate(_talk(asked).user(text, intent, **entities))
    assert result.events == events
    assert result.said == ["utter_complaint_summary"], "and is shown again"


@either_question
@pytest.mark.parametrize(
    ("entities", "response"),
    [
        ({"phone": "12345678"}, "utter_phone"),
        ({"date": "明天"}, "utter_since_future"),
        ({"date": "2月30日"}, "utter_since_impossible"),
    ],
)
async def test_a_correction_that_cannot_be(
    actions: Actions, asked: str, entities: dict[str, str], response: str
) -> None:
    result = await actions.validate(_talk(asked).user("改成这个", "correct", **entities))
    assert result.events == [slot("complaint_confirmed", None)]
    assert result.said == [response, "utter_complaint_summary"]


@either_question
async def test_more_of_the_story_is_added_to_it(actions: Actions, asked: str) -> None:
    result = await actions.validate(_talk(asked).user("而且师傅上门还收了五十块", "complaint_service"))
    assert result.events == [slot("complaint_description", f"{STORY}\n而且师傅上门还收了五十块")]
    assert result.said == ["utter_complaint_summary"]


async def test_a_story_does_not_grow_beyond_what_is_kept(actions: Actions) -> None:
    talk = _talk(description="网" * 11_990)
    (event,) = (await actions.validate(talk.user("而且师傅上门还收了五十块", "complaint_service"))).events
    assert len(event["value"]) == 12_000


@either_question
@pytest.mark.parametrize("field", ["description", "line", "since", "wish", "contact"])
async def test_the_buttons_under_what_to_change(actions: Actions, asked: str, field: str) -> None:
    """The field is open again, and the form asks for it."""
    talk = _talk(asked)
    result = await actions.validate(talk.user(f'/correct{{"field": "{field}"}}'))
    follows = [slot("complaint_contact", None)] if field == "line" else []  # it was 「就用上面的号码」
    assert result.events == [slot(f"complaint_{field}", None), *follows, slot("complaint_confirmed", None)]
    assert result.said == []
    assert talk.slots[f"complaint_{field}"] is None


async def test_a_corrected_field_leads_back_to_the_summary(actions: Actions) -> None:
    talk = _talk()
    await actions.validate(talk.user("/deny"))
    await actions.validate(talk.user('/correct{"field": "wish"}'))
    result = await actions.validate(talk.asked("wish").user("退钱"))
    assert result.events == filled("wish", "退钱")
    ((name, values),) = result.responses
    assert (name, values["wish"]) == ("utter_complaint_summary", "退钱")


async def test_a_correction_while_another_field_is_asked_for(actions: Actions) -> None:
    """The buttons stay in the chat: somebody presses an old one."""
    talk = Talk(**WHOLE | {"wish": None, "contact": None}).user(STORY, "complaint_broadband").asked("wish")
    result = await actions.validate(talk.user('/correct{"field": "line"}'))
    assert result.events == [slot("complaint_line", None), slot("complaint_confirmed", None)]
    assert result.said == []


@either_question
@pytest.mark.parametrize(("text", "intent"), [("/cancel", "cancel"), ("不投诉了", "cancel"), ("转人工", "handoff")])
async def test_a_command_at_the_summary(actions: Actions, asked: str, text: str, intent: str) -> None:
    result = await actions.validate(_talk(asked).user(text, intent, 0.9))
    assert (result.events, result.said) == ([], [])
