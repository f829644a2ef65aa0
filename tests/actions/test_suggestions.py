"""A suggestion: asked back, handed in once with a number, or left."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from actions.suggestions import says_something
from care.db import transaction
from care.tickets.tables import Ticket
from care.wording import buttons
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.tickets import status_of

WORDS = "建议营业厅中午也留一个窗口"
SUGGESTION: dict[str, Any] = {"intent": "satisfaction", "sub": "suggestion"}
YES = '/affirm{"to": "suggestion"}'


def _tickets() -> list[tuple[str, str, str]]:
    with transaction() as session:
        return [(each.number, each.kind, each.description) for each in session.scalars(select(Ticket))]


async def test_it_is_asked_back_and_handed_in(actions: Actions) -> None:
    play = Play(actions)
    assert await play.say(WORDS, **SUGGESTION) == [("utter_suggestion_ask_confirmed", {"words": WORDS})]
    assert _tickets() == [], "nothing is filed before a yes"
    (filed, values), (offer, _) = await play.say(YES)
    ((number, kind, description),) = _tickets()
    assert (filed, offer) == ("utter_suggestion_filed", "utter_contact_offer_without_number")
    assert (values["number"], values["department"]) == (number, "市场调研部")
    assert values["custom"]["card"]["clocks"] == []
    assert (kind, description) == ("feedback", WORDS)
    assert play.waits_for is None


async def test_the_same_yes_run_again_hands_in_nothing_more(actions: Actions) -> None:
    talk = Talk().has(suggestion_words=WORDS).in_form("suggestion_form", "suggestion_confirmed").user(YES)
    first = await actions.run("validate_suggestion_form", talk)
    again = await actions.run("validate_suggestion_form", talk)
    assert again.responses == first.responses
    assert len(_tickets()) == 1


ANSWERS = [
    # said, its label, what is said to it, tickets
    ("好的提交吧", "affirm", "utter_suggestion_filed", 1),
    ("不用了", "deny", "utter_suggestion_declined", 0),
    ("/deny", "deny", "utter_suggestion_declined", 0),
    ("算了不提了", "cancel", "utter_suggestion_declined", 0),
    ('/affirm{"to": "contact"}', "affirm", "utter_suggestion_ask_confirmed", 0),  # a button of another question
    ("嗯嗯呃", "nlu_fallback", "utter_suggestion_ask_confirmed", 0),  # neither yes nor no: asked again
    ("你好", "greet_chitchat", "utter_aside_chat", 0),  # small talk in between
    ("转人工", "handoff", "utter_handoff_requested", 0),
    ("家里宽带断了三天没人修", "complaint_broadband", "complaint_form", 0),  # a matter of its own
    ("/ticket_status", "ticket_status", "utter_ticket_none", 0),
    ("/complain", "complain", "complaint_form", 0),
    ("/rights_other", "rights_other", "utter_rights", 0),
]


@pytest.mark.parametrize(("text", "intent", "said", "tickets"), ANSWERS)
async def test_the_answer_to_shall_it_be_handed_in(
    actions: Actions, text: str, intent: str, said: str, tickets: int
) -> None:
    play = Play(actions)
    await play.say(WORDS, **SUGGESTION)
    assert (await play.names(text, intent))[0] == said
    assert len(_tickets()) == tickets


async def test_more_words_are_added_before_the_yes(actions: Actions) -> None:
    play = Play(actions)
    await play.say(WORDS, **SUGGESTION)
    assert await play.names("还有app字体能不能放大一点", **SUGGESTION) == ["utter_suggestion_ask_confirmed"]
    await play.say(YES)
    ((_, _, description),) = _tickets()
    assert description == f"{WORDS}\n还有app字体能不能放大一点"


async def test_noise_twice_leaves_it(actions: Actions) -> None:
    play = Play(actions)
    await play.say(WORDS, **SUGGESTION)
    await play.say("嗯嗯呃", "nlu_fallback")
    assert await play.names("哦哦", "nlu_fallback") == ["utter_suggestion_declined"]
    assert play.waits_for is None


async def test_the_bare_wish_is_asked_what_it_is(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names("我想提个建议", **SUGGESTION) == ["utter_suggestion_ask_words"]
    assert await play.names("意见", **SUGGESTION) == ["utter_suggestion_ask_words"]
    assert await play.names(WORDS, **SUGGESTION) == ["utter_suggestion_ask_confirmed"]


BARE = ["建议", "提个意见", "我想给你们提一条建议", "反馈一下", "意见反馈", "好", "。。。"]


@pytest.mark.parametrize("text", BARE)
def test_one_word_is_no_suggestion(text: str) -> None:
    assert not says_something(text)
    assert says_something(text + WORDS)


async def test_numbers_in_it_are_masked_when_it_is_said_back(actions: Actions) -> None:
    ((_, values),) = await Play(actions).say(f"{WORDS}，打13800138000", **SUGGESTION)
    assert "13800138000" not in values["words"]


GRIEVANCES = [
    # labelled as a suggestion, and still a complaint
    ("建议你们别再乱扣费了，上个月莫名其妙扣我三十", True),
    ("我要投诉，建议你们好好管管营业厅的态度", True),
    ("建议套餐到期前提前三天发个短信提醒", False),  # names a matter, and calls nothing wrong
]


@pytest.mark.parametrize(("text", "is_complaint"), GRIEVANCES)
async def test_a_grievance_comes_before_it(actions: Actions, text: str, is_complaint: bool) -> None:
    said = await Play(actions).names(text, **SUGGESTION)
    assert said == (["complaint_form"] if is_complaint else ["utter_suggestion_ask_confirmed"])


async def test_afterwards_it_is_shown_and_can_be_taken_back(actions: Actions) -> None:
    play = Play(actions)
    await play.say(WORDS, **SUGGESTION)
    await play.say(YES)
    ((number, _, _),) = _tickets()
    ((status, values),) = await play.say("我的建议怎么样了", "ticket_status")
    assert status == "utter_ticket_status"
    assert values["ticket"] == f"工单 {number}（建议）：已受理。"
    assert [button["title"] for button in values["buttons"]] == ["补充信息", "撤回"]
    ((urged, values),) = await play.say("催一下", "ticket_status", sub="urge")
    assert (urged, values["promise"]) == ("utter_ticket_urged", "")
    assert await play.names("撤回吧", "ticket_status", sub="withdraw") == ["utter_ticket_ask_suggestion_confirmed"]
    assert await play.names("/affirm") == ["utter_ticket_withdrawn"]
    assert status_of(number) == "cancelled"
    assert buttons("ticket_ask_suggestion_confirmed") == buttons("ticket_ask_confirmed")
