"""The first message of a complaint: its category, and what it already tells."""

from __future__ import annotations

import pytest
from rasa_sdk.events import ActiveLoop, AllSlotsReset

from tests.support.rasa import Actions, Json, Talk, slot

START = slot("complaint_confirmed", None)


def _events(category: str, **fields: str) -> list[Json]:
    return [slot("complaint_category", category), START] + [
        slot(f"complaint_{name}", value) for name, value in fields.items()
    ]


STORY = "我家宽带断了三天没人修"

OPENINGS = [
    # A story under each kind of label
    (STORY, "complaint_broadband", {}, _events("complaint_broadband", description=STORY)),
    ("说好的39变成59了", "complaint_billing", {}, _events("complaint_billing", description="说好的39变成59了")),
    ("凭什么停我的机", "billing_arrears_suspension", {}, _events("suspension", description="凭什么停我的机")),
    ("想转走处处设卡", "rights_portability", {}, _events("portability", description="想转走处处设卡")),
    # Only the wish to complain: what happened is asked for
    ("我要投诉", "complain", {}, _events("other")),
    ("我要投诉", "complaint_network", {}, _events("complaint_network")),
    ("喂你好我要投诉你们", "complain", {}, _events("other")),
    # A number and a day that are in it are not asked for again
    (
        "13800138000从11月18日开始没信号了",
        "complaint_network",
        {"phone": "13800138000", "date": "11月18日"},
        _events(
            "complaint_network",
            description="13800138000从11月18日开始没信号了",
            line="13800138000",
            since="11月18日",
        ),
    ),
    (
        "我的+86 138-0013-8000没信号",
        "complaint_network",
        {"phone": "+86 138-0013-8000"},
        _events("complaint_network", description="我的+86 138-0013-8000没信号", line="13800138000"),
    ),
    # A number or a day that cannot be is no reason to complain to the customer: it is asked for later
    (
        "号码1380013800没信号了",
        "complaint_network",
        {"phone": "1380013800"},
        _events("complaint_network", description="号码1380013800没信号了"),
    ),
    (
        "说2月30日装宽带一直不来",
        "complaint_broadband",
        {"date": "2月30日"},
        _events("complaint_broadband", description="说2月30日装宽带一直不来"),
    ),
    (
        "约了明天来修又改期好几次",
        "complaint_broadband",
        {"date": "明天"},
        _events("complaint_broadband", description="约了明天来修又改期好几次"),
    ),
]


@pytest.mark.parametrize(("text", "intent", "entities", "events"), OPENINGS)
async def test_opening(actions: Actions, text: str, intent: str, entities: dict[str, str], events: list[Json]) -> None:
    result = await actions.validate(Talk().user(text, intent, **entities))
    assert result.events == events
    assert result.said == [], "nothing is wrong with a first message"


async def test_the_longest_story_is_taken(actions: Actions) -> None:
    story = "断网了😡" * 3000
    result = await actions.validate(Talk().user(story, "complaint_broadband"))
    assert result.events == _events("complaint_broadband", description=story)


async def test_a_button_under_another_answer_means_the_message_before(actions: Actions) -> None:
    """「十八怎么又变成二十八」 → a bill? → 「登记投诉」: nobody tells their story twice."""
    talk = Talk().user("十八怎么又变成二十八", "billing_detail").did("utter_billing_not_yet").did("action_listen")
    result = await actions.validate(talk.user("/complain"))
    assert result.events == _events("complaint_billing", description="十八怎么又变成二十八")


async def test_a_button_after_a_button_means_no_words(actions: Actions) -> None:
    """Further back lies another matter."""
    talk = Talk().user("我的流量怎么没了", "billing_usage").did("utter_billing_not_yet").did("action_listen")
    talk.user("/help").did("utter_help").did("action_listen")
    result = await actions.validate(talk.user("/complain"))
    assert result.events == _events("other")


MOVES = [
    # words to the bot about the conversation itself, none of them a story
    ("算了算了不说了", "cancel", ()),
    ("不是这个意思啊", "deny", ()),
    ("你都能帮我做什么呢", "help", ()),
    ("叫你们经理来跟我说", "handoff", ()),
    ("你是机器人还是真人", "greet_chitchat", ()),
    ("我就是要投诉你们到底", "complain", ()),
    ("随便你怎么弄都行吧", "nlu_fallback", ("skip", "complaint_service")),  # not sure: the likeliest label counts
]


@pytest.mark.parametrize(("text", "intent", "ranking"), MOVES)
async def test_a_button_after_a_word_to_the_bot_means_no_words(
    actions: Actions, text: str, intent: str, ranking: tuple[str, ...]
) -> None:
    talk = Talk().user("我家宽带断了三天没人修", "complaint_broadband").did("action_listen")
    talk.user(text, intent, ranking=ranking).did("action_listen")
    assert (await actions.validate(talk.user("/complain"))).events == _events("other")


async def test_an_answer_to_the_form_before_is_no_story(actions: Actions) -> None:
    """A complaint was cancelled in its middle, and the customer begins anew: an old answer is not what happened."""
    talk = Talk().user(STORY, "complaint_broadband").asked("wish")
    talk.user("要求退还三百块钱").did("complaint_form").did("action_listen")
    talk.user("/cancel").did("action_cancel_complaint").did("action_listen")
    talk.take([AllSlotsReset(), ActiveLoop(None)])
    assert (await actions.validate(talk.user("/complain"))).events == _events("other")


async def test_a_button_under_the_greeting(actions: Actions) -> None:
    talk = Talk().user("你好", "greet_chitchat").did("utter_greet").did("action_listen")
    assert (await actions.validate(talk.user("/complain"))).events == _events("other")


async def test_a_button_as_the_very_first_message(actions: Actions) -> None:
    assert (await actions.validate(Talk().user("/complain"))).events == _events("other")


async def test_a_chosen_guess_is_the_category(actions: Actions) -> None:
    """您是想说下面哪一种？ → 「投诉手机信号或上网」: the choice counts, and the words before it are the story."""
    talk = Talk().user("一格都莫得打个屁哦", "nlu_fallback", 0.35, ("complaint_service", "complaint_network"))
    talk.did("action_not_understood").did("action_listen")
    result = await actions.validate(talk.user("/complaint_network"))
    assert result.events == _events("complaint_network", description="一格都莫得打个屁哦")


async def test_a_button_after_words_that_were_not_understood_takes_the_nearest_guess(actions: Actions) -> None:
    talk = Talk().user("一格都莫得打个屁哦", "nlu_fallback", 0.35, ("complaint_network", "billing_usage"))
    talk.did("action_not_understood").did("action_listen")
    result = await actions.validate(talk.user("/complain"))
    assert result.events == _events("complaint_network", description="一格都莫得打个屁哦")


async def test_all_told_at_once_shows_the_summary_at_once(actions: Actions) -> None:
    """After a session was cut in the middle of a form, the fields that were filled are carried over."""
    talk = Talk(wish="修好", contact="").user(
        "13800138000从11月18日开始没信号了", "complaint_network", phone="13800138000", date="11月18日"
    )
    assert (await actions.validate(talk)).said == ["utter_complaint_summary"]
