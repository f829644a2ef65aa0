"""Two wishes as likely as each other: asked, and what was told is not told again."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.torn import FLOOR, MARGIN, torn_between
from care.conversations.service import owner_of
from care.db import transaction
from care.wording import buttons, choice_of
from tests.support.play import Play
from tests.support.rasa import Actions, Talk, turned
from tests.support.source import ROOT

BILL = "这个月话费怎么多了三十"


def _torn(first: str, second: str, most: float = 0.45, less: float = 0.4) -> dict[str, Any]:
    return {"intent": first, "confidence": most, "ranking": ((second, less),)}


def _tracker(talk: Talk) -> Tracker:
    return Tracker.from_dict(talk.call("action_answer")["tracker"])


NEITHER = {"title": "都不是", "payload": "/deny"}

TORN = [
    # words, the two best labels, whether it is asked
    (BILL, "billing_detail", "complaint_billing", True),
    (BILL, "complaint_billing", "billing_detail", True),  # whichever is ahead
    ("我要投诉这个月话费多了三十", "billing_detail", "complaint_billing", False),  # the words tell
    ("莫名其妙扣了我三十", "complaint_billing", "billing_detail", False),
    ("网不行啊", "complaint_network", "complaint_broadband", True),
    ("家里宽带不行啊", "complaint_network", "complaint_broadband", False),  # named: it is what it says
    ("宽带和手机信号都不行", "complaint_network", "complaint_broadband", True),  # both are named
    ("又开了个什么业务扣我钱", "complaint_vas", "complaint_billing", False),  # the summary shows it and can be changed
    ("彩铃怎么弄的", "billing_package", "complaint_vas", True),
    ("流量怎么没了", "billing_usage", "complaint_network", True),
    ("老有人打电话", "complaint_marketing", "complaint_spam_fraud", True),
    ("不想用这个号了", "rights_cancellation", "rights_portability", True),
    ("那件事怎么说", "ticket_status", "complaint_service", True),
    ("给我找个人说说你们的态度", "complaint_service", "handoff", True),
    ("还剩多少", "billing_balance", "billing_usage", True),
    ("怎么注销", "rights_cancellation", "rights_other", False),  # both are answered alike, today
    ("开个发票要不要销户", "billing_invoice", "rights_cancellation", True),  # no wording of its own
    ("我去工信部告你们", "rights_appeal", "complaint_service", False),  # a threat lies on top
    ("服务真够可以的", "satisfaction", "complaint_service", False),
    ("今天怎么样", "greet_chitchat", "out_of_scope", False),  # no wishes
    ("今天怎么样", "out_of_scope", "billing_usage", False),
    ("13800138000", "inform", "complaint_network", False),  # an answer to something
]


@pytest.mark.parametrize(("text", "first", "second", "is_asked"), TORN)
def test_where_it_matters(text: str, first: str, second: str, is_asked: bool) -> None:
    expected = (first, second) if is_asked else None
    assert torn_between(_tracker(Talk().user(text, **_torn(first, second)))) == expected


SCORES = [
    # probabilities of the two best
    (0.45, 0.4, True),
    (FLOOR, FLOOR, True),
    (0.5, 0.31, True),  # just within the margin
    (0.5, 0.5 - MARGIN - 0.01, False),
    (0.3, FLOOR - 0.01, False),  # the second is no guess
    (0.9, 0.08, False),
]


@pytest.mark.parametrize(("most", "less", "is_asked"), SCORES)
def test_how_close(most: float, less: float, is_asked: bool) -> None:
    talk = Talk().user(BILL, **_torn("billing_detail", "complaint_billing", most, less))
    assert (torn_between(_tracker(talk)) is not None) is is_asked


def test_two_matters_are_no_doubt() -> None:
    talk = Talk().user(BILL, **_torn("billing_detail", "complaint_billing"), matter=("billing_detail", "handoff"))
    assert torn_between(_tracker(talk)) is None


async def test_a_pair_with_words_of_its_own(actions: Actions) -> None:
    said = await Play(actions).say(BILL, **_torn("billing_detail", "complaint_billing"))
    assert said == [("utter_which_billing_detail_complaint_billing", {})]


async def test_any_other_pair_by_its_choices(actions: Actions) -> None:
    ((name, values),) = await Play(actions).say("发票和销户", **_torn("billing_invoice", "rights_cancellation"))
    assert (name, values["first"], values["second"]) == ("utter_which", "开发票", "销户")
    assert values["buttons"] == [choice_of("billing_invoice"), choice_of("rights_cancellation"), NEITHER]


async def test_it_is_asked_before_a_form_opens(actions: Actions) -> None:
    result = await actions.validate(Talk().user("网不行啊", **_torn("complaint_network", "complaint_broadband")))
    assert result.said == ["utter_which_complaint_broadband_complaint_network"]
    assert [event["name"] for event in result.events] == ["complaint_tries", "requested_slot", None, "action_listen"]


PROGRESS = [
    ("那件事到底怎么说", "utter_which_ticket_status"),
    ("查一下TS261121-4K7Q2X", "utter_ticket_ask_digits"),  # sure words go before
]


@pytest.mark.parametrize(("text", "said"), PROGRESS)
async def test_progress_or_another_complaint(actions: Actions, text: str, said: str) -> None:
    assert await Play(actions).names(text, **_torn("ticket_status", "complaint_service")) == [said]


async def test_below_the_fallback_as_well(actions: Actions) -> None:
    talk = Talk().user(BILL, "nlu_fallback", 0.35, (("billing_detail", 0.3), ("complaint_billing", 0.28)))
    result = await actions.run("action_not_understood", talk)
    assert result.said == ["utter_which_billing_detail_complaint_billing"]


# the answer


async def test_the_choice_of_a_complaint_takes_the_words_before(actions: Actions) -> None:
    talk = Talk().user(BILL, **_torn("billing_detail", "complaint_billing")).did("action_answer")
    talk.said("utter_which_billing_detail_complaint_billing").user("/complaint_billing")
    result = await actions.validate(talk)
    assert result.events == turned("line", category="complaint_billing", description=BILL)


async def test_also_behind_the_answer_to_a_question(actions: Actions) -> None:
    """「查费用明细」 → not yet → 「登记工单」."""
    talk = Talk().user(BILL, **_torn("billing_detail", "complaint_billing")).did("action_answer")
    talk.said("utter_which_billing_detail_complaint_billing").user("/billing_detail").did("action_answer")
    talk.said("utter_billing_not_yet").user("/complain")
    result = await actions.validate(talk)
    assert result.events == turned("line", category="complaint_billing", description=BILL)


TYPED = [
    # in words instead of a button: label, what the story becomes
    ("扣错了啊", "complaint_billing", BILL),
    ("我要投诉", "complain", BILL),
    ("投诉，上个月也这样多扣过二十", "complaint_billing", f"{BILL}\n投诉，上个月也这样多扣过二十"),
]


@pytest.mark.parametrize(("text", "intent", "story"), TYPED)
async def test_a_choice_in_words(actions: Actions, text: str, intent: str, story: str) -> None:
    talk = Talk().user(BILL, **_torn("billing_detail", "complaint_billing")).did("action_answer")
    talk.said("utter_which_billing_detail_complaint_billing").user(text, intent)
    result = await actions.validate(talk)
    assert result.events[:2] == turned("line", category="complaint_billing", description=story)[:2]


async def test_a_choice_may_carry_a_sub_label(actions: Actions) -> None:
    play = Play(actions)
    await play.say("彩铃怎么弄的", **_torn("billing_package", "complaint_vas"))
    assert await play.names('/billing_package{"sub": "vas"}') == ["utter_billing_ask_phone"]


async def test_neither_is_the_first_miss_and_brings_no_person_yet(actions: Actions) -> None:
    play = Play(actions)
    await play.say(BILL, **_torn("billing_detail", "complaint_billing"))
    assert await play.names("/deny") == ["utter_neither"]
    with transaction() as session:
        assert owner_of(session, "c1") == "bot"
    assert await play.names("嘎嘎嘎", "nlu_fallback") == ["utter_handoff_not_understood"]


async def test_it_is_not_asked_twice_in_a_row(actions: Actions) -> None:
    play = Play(actions)
    await play.say(BILL, **_torn("billing_detail", "complaint_billing"))
    assert await play.names("就是话费的事", **_torn("billing_detail", "complaint_billing")) == ["utter_not_understood"]
    with transaction() as session:
        assert owner_of(session, "c1") == "bot"


async def test_what_was_not_understood_before_does_not_count_it(actions: Actions) -> None:
    play = Play(actions)
    await play.say("嘎嘎嘎", "nlu_fallback", confidence=0.1)
    said = await play.names(BILL, **_torn("billing_detail", "complaint_billing", 0.55, 0.4))
    assert said == ["utter_which_billing_detail_complaint_billing"]


def _pairs() -> list[str]:
    words = (ROOT / "data/responses/which.yml").read_text(encoding="utf-8")
    return [line.strip(" :") for line in words.splitlines() if line.startswith("  utter_which_")]


@pytest.mark.parametrize("name", _pairs())
def test_every_question_names_its_two_wishes_in_order(name: str) -> None:
    payloads = [button["payload"] for button in buttons(name.removeprefix("utter_"))]
    first, second, neither = [payload.partition("{")[0][1:] for payload in payloads]
    assert neither == "deny"
    assert name in (f"utter_which_{'_'.join(sorted((first, second)))}", "utter_which_ticket_status")
