"""What needs no data: small talk, help, topics to come, and answers to nothing that was asked."""

from __future__ import annotations

import pytest

from actions.topics import response_of
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.service import owner_of
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from care.wording import say
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW


def _file() -> str:
    with transaction() as session:
        draft = Draft("complaint_broadband", "断网三天了", line="13800138000")
        return file_complaint(session, draft, OnceKey("c1", 101, "action_file_complaint"), policy(), NOW).number


def _owner() -> str:
    with transaction() as session:
        return owner_of(session, "c1")


RESPONSES = [
    ("greet_chitchat", None, "utter_greet"),
    ("greet_chitchat", "robot", "utter_robot"),
    ("greet_chitchat", "who", "utter_who"),
    ("greet_chitchat", "present", "utter_present"),
    ("greet_chitchat", "bye", "utter_goodbye"),
    ("greet_chitchat", "insult", "utter_insult"),
    ("greet_chitchat", "small_talk", "utter_small_talk"),
    ("greet_chitchat", "a sub of tomorrow", "utter_greet"),
    ("greet_chitchat", "help", "utter_help"),
    ("greet_chitchat", "thanks", "utter_thanks"),
    ("satisfaction", "thanks", "utter_thanks"),
    ("satisfaction", "praise", "utter_praise"),
    ("satisfaction", "no_help", "utter_unsolved"),
    ("out_of_scope", None, "utter_out_of_scope"),
    ("other_telecom", None, "utter_other_telecom_not_yet"),
    ("other_telecom", "recharge", "utter_recharge"),
    ("other_telecom", "tech_help", "utter_tech_help"),
    ("other_telecom", "number_history", "utter_number_history"),
    ("billing_balance", None, "utter_billing_not_yet"),
    ("billing_package", None, "utter_billing_not_yet"),
    ("billing_package", "vas", "utter_vas"),
    ("billing_arrears_suspension", None, "utter_billing_not_yet"),
    ("billing_arrears_suspension", "restriction", "utter_restriction"),
    ("of_tomorrow", None, "utter_what_now"),
]


@pytest.mark.parametrize(("intent", "sub", "response"), RESPONSES)
async def test_answers(actions: Actions, intent: str, sub: str | None, response: str) -> None:
    assert response_of(intent, sub) == response
    result = await actions.run("action_answer", Talk().user("你好", intent, sub=sub))
    assert result.said == [response]
    assert result.events == []
    assert say(response.removeprefix("utter_"), hotline="10086")


ASIDES = [
    # asked outside of a form, whatever the label
    ("多久能处理", "other_telecom", "utter_aside_how_long"),
    ("投诉收费吗", "billing_detail", "utter_aside_fee"),
    ("会不会泄露我的信息", "rights_channels", "utter_aside_data"),  # under privacy_policy its article says more
    ("怎么发照片", "out_of_scope", "utter_aside_evidence"),
    ("图片收到了吗", "greet_chitchat", "utter_aside_evidence_received"),
    ("收到照片没", "out_of_scope", "utter_aside_evidence_received"),
    ("可以匿名投诉吗", "rights_channels", "utter_aside_anonymous"),
]


@pytest.mark.parametrize(("text", "intent", "response"), ASIDES)
async def test_questions_about_complaining(actions: Actions, text: str, intent: str, response: str) -> None:
    assert await Play(actions).names(text, intent) == [response]


async def test_called_by_another_action_it_ends_the_turn(actions: Actions) -> None:
    """No rule leads on from there, and Rasa's policy would guess the next action."""
    result = await actions.run("action_answer", Talk().user("/billing_balance").did("ticket_form"))
    assert [event["name"] for event in result.events] == ["action_listen"]


THREATS = [
    ("再不修好我家宽带我就去工信部投诉", ["complaint_form"]),  # the matter comes first
    ("我要去工信部告你们", ["utter_article_none"]),  # what the search finds is told: tests/actions/rights
    ("工信部申诉", ["utter_article"]),
]


@pytest.mark.parametrize(("text", "names"), THREATS)
async def test_a_threat_to_appeal(actions: Actions, text: str, names: list[str]) -> None:
    assert await Play(actions).names(text, "rights_appeal") == names


async def test_a_threat_about_what_is_filed_offers_to_urge_it(actions: Actions) -> None:
    _file()
    assert await Play(actions).names("再不修好我就去工信部投诉", "rights_appeal", signals={"threat": 0.9}) == [
        "utter_threat_offer",
        "utter_ticket_ask_urge_instead",
    ]
    assert await Play(actions).names("怎么申诉？", "rights_appeal") == ["utter_article"]


ANGRY = [
    ("billing_balance", None, ["utter_empathy", "utter_billing_ask_phone"]),
    ("out_of_scope", None, ["utter_empathy", "utter_out_of_scope"]),
    ("greet_chitchat", "insult", ["utter_insult"]),  # says so itself
]


@pytest.mark.parametrize(("intent", "sub", "names"), ANGRY)
async def test_an_angry_message_gets_one_sentence_of_empathy(
    actions: Actions, intent: str, sub: str | None, names: list[str]
) -> None:
    assert await Play(actions).names("气死我了，什么破公司", intent, sub=sub, signals={"anger": 0.9}) == names


async def test_the_same_words_again_and_again_bring_a_person(actions: Actions) -> None:
    play = Play(actions)
    said = [await play.names("怎么弄啊", "other_telecom") for _ in range(4)]
    assert said == [
        ["utter_other_telecom_not_yet"],
        ["utter_other_telecom_not_yet"],
        ["utter_repeated"],
        ["utter_handoff_not_understood"],
    ]
    assert _owner() == "queue"


async def test_other_words_in_between_begin_the_count_anew(actions: Actions) -> None:
    play = Play(actions)
    for text in ("在吗", "在吗", "你好", "在吗"):
        assert await play.names(text, "greet_chitchat") == ["utter_greet"]


STORIES = [
    ("我家宽带从昨天开始断了，账号13800138000", ("inform", "complaint_broadband"), True),  # a story with a number in it
    ("13800138000，11月18日被扣了50元不明费用", ("correct", "nlu_fallback", "complaint_billing"), True),
    ("昨天晚上八点开始的", ("inform", "billing_usage"), False),  # an answer to nothing, and no complaint
    ("好的", ("affirm", "complaint_service"), False),  # too short to be a story
]


@pytest.mark.parametrize(("text", "ranking", "opens"), STORIES)
async def test_a_story_opens_its_complaint(actions: Actions, text: str, ranking: tuple[str, ...], opens: bool) -> None:
    result = await actions.run("action_what_now", Talk().user(text, ranking[0], 0.9, ranking))
    assert result.events == ([{"event": "followup", "timestamp": None, "name": "complaint_form"}] if opens else [])


BARE = [
    # nothing is asked and nothing is filed
    ("好的", "affirm", "utter_anything_else"),
    ("不用了", "deny", "utter_all_right"),
    ("算了", "cancel", "utter_all_right"),
    ("取消投诉", "cancel", "utter_all_right"),
    ("随便", "skip", "utter_what_now"),
    ("昨天晚上", "inform", "utter_what_now"),
    ("号码错了", "correct", "utter_what_now"),
]


@pytest.mark.parametrize(("text", "intent", "response"), BARE)
async def test_an_answer_to_nothing(actions: Actions, text: str, intent: str, response: str) -> None:
    assert await Play(actions).names(text, intent) == [response]


async def test_giving_up_words_that_mean_no_ticket_withdraw_none(actions: Actions) -> None:
    _file()
    assert await Play(actions).names("算了", "cancel") == ["utter_all_right"]


async def test_what_nobody_understands_twice_brings_a_person_whatever_the_first_was_taken_for(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names("随便", "skip") == ["utter_what_now"]
    assert await play.names("嘎嘎嘎", "nlu_fallback") == ["utter_handoff_not_understood"]
    assert _owner() == "queue"


def _unsure(label: str) -> dict[str, object]:
    return {"intent": label, "confidence": 0.4}


@pytest.mark.parametrize("label", ["deny", "cancel", "affirm", "inform"])
async def test_noise_that_looks_a_little_like_an_answer_is_not_understood(actions: Actions, label: str) -> None:
    _file()
    play = Play(actions)
    assert await play.names("呱啦叽里咕噜咚咚锵", **_unsure(label)) == ["utter_not_understood"]
    assert await play.names("咚咚锵呱啦叽里咕噜", **_unsure(label)) == ["utter_handoff_not_understood"]


async def test_a_guess_after_what_was_not_understood_is_no_answer(actions: Actions) -> None:
    play = Play(actions)
    await play.say("呱啦叽里咕噜咚咚锵", "nlu_fallback", confidence=0.3)
    said = await play.names("嘛咪嘛咪哄咕噜咕噜", "billing_package", confidence=0.4)
    assert said == ["utter_handoff_not_understood"]


FACTS = [
    ("扣费时间是11月3号", "billing_detail", {"date": "11月3号"}, "utter_ticket_ask_add_instead"),
    ("一共扣了五十块", "billing_detail", {"amount": "五十块"}, "utter_ticket_ask_add_instead"),
    ("我查了下是68块不是58", "billing_detail", {}, "utter_ticket_ask_add_instead"),  # what was found is told, not asked
    ("11月3号扣了多少钱？", "billing_detail", {"date": "11月3号"}, "utter_billing_ask_phone"),  # a question
]


@pytest.mark.parametrize(("text", "intent", "entities", "response"), FACTS)
async def test_a_fact_behind_a_ticket_is_offered_to_be_added(
    actions: Actions, text: str, intent: str, entities: dict[str, str], response: str
) -> None:
    assert (await Play(actions).names(text, intent, **entities)) == ["utter_billing_ask_phone"], "nothing is filed yet"
    _file()
    assert (await Play(actions).names(text, intent, message_id="9", **entities)) == [response]


OFF_TOPIC = [
    # noise that the model takes for small talk, and what is not ours: not for ever
    [("呱啦叽里", "greet_chitchat", "small_talk"), ("咕噜咕噜", "greet_chitchat", "small_talk")],
    [("今天天气怎么样", "out_of_scope", None), ("帮我订机票", "out_of_scope", None)],
    [("呱啦叽里", "greet_chitchat", "small_talk"), ("帮我订机票", "out_of_scope", None)],
]


@pytest.mark.parametrize("first", OFF_TOPIC)
async def test_whoever_goes_on_off_topic_is_not_understood(
    actions: Actions, first: list[tuple[str, str, str | None]]
) -> None:
    play = Play(actions)
    for text, intent, sub in first:
        await play.say(text, intent, sub=sub)
    assert await play.names("咚咚锵", "greet_chitchat", sub="small_talk") == ["utter_not_understood"]
    assert await play.names("锵咚咚", "greet_chitchat", sub="small_talk") == ["utter_handoff_not_understood"]


async def test_something_else_in_between_begins_anew(actions: Actions) -> None:
    play = Play(actions)
    for text, intent, sub in (("呱啦", "greet_chitchat", "small_talk"), ("谢谢", "greet_chitchat", "thanks")) * 3:
        assert await play.names(text, intent, sub=sub) == [f"utter_{sub}"]


OWN_SUGGESTION = [
    ("我的建议怎么样了", "action_follow_up"),
    ("上次提的建议采纳了吗", "action_follow_up"),
    ("建议客服回复快一点", "suggestion_form"),  # is one itself
]


@pytest.mark.parametrize(("text", "leads_to"), OWN_SUGGESTION)
async def test_how_ones_suggestion_stands(actions: Actions, text: str, leads_to: str) -> None:
    result = await actions.run("action_answer", Talk().user(text, "satisfaction", sub="suggestion"))
    assert leads_to in [event.get("name") for event in result.events]


HOW_IT_STANDS = [
    ("到哪了", "action_answer", "out_of_scope"),
    ("到哪啦", "action_not_understood", "nlu_fallback"),
    ("进展呢", "action_what_now", "inform"),
]


@pytest.mark.parametrize(("text", "action", "intent"), HOW_IT_STANDS)
async def test_how_it_stands_whatever_the_label(actions: Actions, text: str, action: str, intent: str) -> None:
    alone = await actions.run(action, Talk().user(text, intent))
    assert [event.get("name") for event in alone.events] != ["ticket_step", "action_follow_up"], "nothing is filed"
    _file()
    result = await actions.run(action, Talk().user(text, intent))
    assert [event["name"] for event in result.events] == ["ticket_step", "action_follow_up"]


RESUMED = [
    # said                 label            goes on
    ("哎还是报吧", "affirm", True),
    ("继续吧", "affirm", True),
    ("还是投诉吧", "inform", True),
    ("接着弄", "nlu_fallback", True),
    ("继续", "skip", True),
    ("好的", "affirm", False),
]


@pytest.mark.parametrize(("text", "intent", "goes_on"), RESUMED)
async def test_a_draft_that_was_given_up_goes_on(actions: Actions, text: str, intent: str, goes_on: bool) -> None:
    talk = Talk(description="断网了", cancelled=True).user("算了不报了", "cancel").did("action_cancel_complaint")
    talk.said("utter_complaint_cancelled").user(text, intent)
    action = "action_not_understood" if intent == "nlu_fallback" else "action_what_now"
    result = await actions.run(action, talk)
    assert ([event["name"] for event in result.events] == ["complaint_form"]) is goes_on


STEPS = [
    # the words say it, whatever the label
    ("师傅来过修好了，我要撤回投诉", "satisfaction", "thanks", "utter_ticket_ask_confirmed"),
    ("怎么还没动静，再催一遍", "ticket_status", None, "utter_ticket_urged"),
    ("快点行不行啊，催一下", "greet_chitchat", None, "utter_ticket_urged"),
    ("催一下啊", "inform", None, "utter_ticket_urged"),
    ("不要撤回投诉", "satisfaction", "thanks", "utter_thanks"),
]


@pytest.mark.parametrize(("text", "intent", "sub", "response"), STEPS)
async def test_a_step_by_its_words(actions: Actions, text: str, intent: str, sub: str | None, response: str) -> None:
    _file()
    assert await Play(actions).names(text, intent, sub=sub) == [response]
