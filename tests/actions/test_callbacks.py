"""A call back: whom to call, when, and what becomes of it; it is Saturday 21 November 2026, 15:20."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from sqlalchemy import select

from care.accounts.proofs import prove
from care.callbacks.service import Wanted, file_callback
from care.callbacks.tables import Callback
from care.db import transaction
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import request_handoff, withdraw
from care.sla.policy import policy
from care.tickets.rules import Channel
from care.tickets.tables import Ticket
from care.wording import say
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW, china

PHONE = "13800138000"
FIRST = '/callback{"item": "2026-11-21T16:00"}'


def _tickets() -> list[tuple[str | None, str, Any]]:
    with transaction() as session:
        rows = session.execute(
            select(Ticket.contact, Ticket.description, Callback.starts_at)
            .join(Callback, Callback.ticket_id == Ticket.id)
            .order_by(Ticket.id)
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


def _asked(question: str, phone: str | None, words: str | None = None) -> list[dict[str, Any]]:
    return [
        SlotSet("callback_phone", phone),
        SlotSet("callback_words", words),
        SlotSet("callback_tries", 0),
        ActiveLoop("callback_form"),
        SlotSet("requested_slot", question),
        FollowupAction("action_listen"),
    ]


def _proved() -> None:
    with transaction() as session:
        prove(session, "c1", PHONE, NOW)


async def test_from_the_button_to_the_ticket(actions: Actions) -> None:
    """Nothing is proved: the number is asked for and said back masked, then the time."""
    talk = Talk()
    result = await actions.run("action_callback", talk.user("/callback"))
    assert (result.said, result.events) == (["utter_callback_ask_phone"], _asked("callback_phone", None))
    talk.take(result.events).in_form("callback_form", "callback_phone")
    result = await actions.run("validate_callback_form", talk.user(PHONE, "inform", phone=PHONE))
    [(key, values)] = result.responses
    assert (key, values["phone"]) == ("utter_callback_ask_slot", "138****8000")
    titles = [button["title"] for button in values["buttons"]]
    assert titles == [
        "今天 16:00–18:00",
        "今天 18:00–20:00",
        "今天 20:00–21:00",
        "明天 08:00–10:00",
        "明天 10:00–12:00",
        "明天 12:00–14:00",
        "不用回电了",
    ]
    assert values["buttons"][0]["payload"] == FIRST
    talk.take(result.events).in_form("callback_form", "callback_slot")
    result = await actions.run("validate_callback_form", talk.user(FIRST))
    [(key, values)] = result.responses
    assert key == "utter_callback_filed"
    assert (values["slot"], values["phone"]) == ("今天 16:00–18:00", "138****8000")
    assert values["number"].startswith("HD")
    assert SlotSet("ticket_recent", values["number"]) in result.events
    assert ActiveLoop(None) in result.events
    [(contact, _, starts_at)] = _tickets()
    assert (contact, starts_at) == (PHONE, china("2026-11-21 16:00"))
    again = await actions.run("validate_callback_form", talk)
    assert again.responses == result.responses, "the turn is run again"
    assert len(_tickets()) == 1


async def test_a_number_that_was_proved_is_offered(actions: Actions) -> None:
    _proved()
    talk = Talk()
    result = await actions.run("action_callback", talk.user("给我回电话", "handoff"))
    assert result.responses[0][0] == "utter_callback_ask_same"
    assert result.responses[0][1]["phone"] == "138****8000"
    talk.take(result.events).in_form("callback_form", "callback_same")
    result = await actions.run("validate_callback_form", talk.user("/affirm"))
    assert result.said == ["utter_callback_ask_slot"]


SAID_AT_ONCE = [
    # words that name the number and the time already, what the ticket says that it is about
    ("明天下午三点打13800138000，宽带的事", None, "2026-11-22 14:00"),
    ("今天晚上给我回电话，号码13800138000", say("callback_no_words"), "2026-11-21 18:00"),
]


@pytest.mark.parametrize(("words", "told", "starts_at"), SAID_AT_ONCE)
async def test_what_was_said_is_not_asked(actions: Actions, words: str, told: str | None, starts_at: str) -> None:
    result = await actions.run("action_callback", Talk().user(words, "handoff", phone=PHONE))
    assert result.said == ["utter_callback_filed"]
    assert _tickets() == [(PHONE, told or words, china(starts_at))]


async def test_whoever_waits_for_a_call_is_told_of_it(actions: Actions) -> None:
    """However they ask again: there is one at a time, and it is not asked for a number first."""
    words = "今天晚上给我回电话，号码13800138000"
    filed = await actions.run("action_callback", Talk().user(words, "handoff", phone=PHONE))
    number = filed.responses[0][1]["number"]
    for again in (
        Talk().user("/callback", message_id="2"),
        Talk().user("今天晚上给我回电话，号码13800138001", "handoff", phone="13800138001", message_id="2"),
    ):
        result = await actions.run("action_callback", again)
        [(key, values)] = result.responses
        assert key == "utter_callback_open"
        assert (values["number"], values["phone"]) == (number, "138****8000")
        assert values["slot"] == "今天 18:00–20:00"
        assert result.events == [SlotSet("ticket_recent", number)], "no question is asked"
    assert len(_tickets()) == 1


async def test_a_strangers_number_is_not_called_for_another_one(actions: Actions) -> None:
    """Whose call it is is not said."""
    with transaction() as session:
        wanted = Wanted(PHONE, china("2026-11-21 16:00"), "service", "话费")
        file_callback(session, wanted, policy(), NOW, channel=Channel.HOTLINE, entered_by="1001")
    talk = Talk().has(callback_phone=PHONE).in_form("callback_form", "callback_slot")
    result = await actions.run("validate_callback_form", talk.user(FIRST))
    assert result.responses == [("utter_callback_limit", {})]
    assert ActiveLoop(None) in result.events
    assert len(_tickets()) == 1


TO_THE_TIME = [
    # answer to the question for the time, what is said, when the call is
    ("明天上午", "inform", ["utter_callback_filed"], "2026-11-22 08:00"),
    ("第二个", "inform", ["utter_callback_filed"], "2026-11-21 18:00"),
    ("下周的今天", "inform", ["utter_callback_ask_slot"], None),
    ("随便", "inform", ["utter_callback_ask_slot"], None),
    ("算了不用了", "cancel", ["utter_callback_declined"], None),
    ('/callback{"choice": "no"}', "", ["utter_callback_declined"], None),
    ('/callback{"choice": "other"}', "", ["utter_callback_ask_phone"], None),
    ("换个号码", "inform", ["utter_callback_ask_phone"], None),
    ('/callback{"item": "2026-11-21T14:00"}', "", ["utter_callback_full", "utter_callback_ask_slot"], None),  # over
    ("转人工", "handoff", ["utter_handoff_requested"], None),
    ("你是机器人吗", "greet_chitchat", None, None),  # is answered, and the times are shown again
]


@pytest.mark.parametrize(("words", "intent", "said", "starts_at"), TO_THE_TIME)
async def test_answers_to_when(
    actions: Actions, words: str, intent: str, said: list[str] | None, starts_at: str | None
) -> None:
    talk = Talk().has(callback_phone=PHONE).in_form("callback_form", "callback_slot")
    sub = "robot" if intent == "greet_chitchat" else None
    result = await actions.run("validate_callback_form", talk.user(words, intent or "inform", sub=sub))
    if said is None:
        assert len(result.said) == 2
        assert result.said[-1] == "utter_callback_ask_slot"
    else:
        assert result.said == said
    assert [each[2] for each in _tickets()] == ([china(starts_at)] if starts_at else [])


TO_THE_NUMBER = [
    ("12345678", ["utter_callback_wrong_number"]),
    ("不知道", ["utter_callback_ask_phone"]),
    ("打010-62881234", ["utter_callback_ask_slot"]),
]


@pytest.mark.parametrize(("words", "said"), TO_THE_NUMBER)
async def test_answers_to_whom(actions: Actions, words: str, said: list[str]) -> None:
    talk = Talk().in_form("callback_form", "callback_phone")
    assert (await actions.run("validate_callback_form", talk.user(words, "inform"))).said == said


async def test_nobody_is_asked_for_ever(actions: Actions) -> None:
    talk = Talk().has(callback_tries=2).in_form("callback_form", "callback_phone")
    result = await actions.run("validate_callback_form", talk.user("啥", "inform"))
    assert result.said == ["utter_callback_later"]
    assert ActiveLoop(None) in result.events


async def test_a_story_of_its_own_is_a_complaint(actions: Actions) -> None:
    talk = Talk().in_form("callback_form", "callback_phone")
    result = await actions.run("validate_callback_form", talk.user("家里宽带断了三天了没人修", "complaint_broadband"))
    assert FollowupAction("complaint_form") in result.events


async def test_where_every_time_is_full(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    none_left = policy().callbacks.model_copy(update={"most": 0})
    monkeypatch.setattr("actions.callbacks.policy", lambda: policy().model_copy(update={"callbacks": none_left}))
    talk = Talk().in_form("callback_form", "callback_phone")
    result = await actions.run("validate_callback_form", talk.user(PHONE, "inform"))
    assert result.said == ["utter_callback_none"]


async def test_it_takes_the_place_of_the_wait(actions: Actions) -> None:
    with transaction() as session:
        request_handoff(session, "c1", Reason.ASKED, NOW, trigger={"label": "complaint_network"})
        withdraw(session, "c1", NOW, by=EndedBy.CALLBACK)
    talk = Talk().has(callback_phone=PHONE).in_form("callback_form", "callback_slot")
    await actions.run("validate_callback_form", talk.user(FIRST))
    with transaction() as session:
        callback = session.scalars(select(Callback)).one()
        assert callback.handoff_id is not None
        assert callback.queue == "network"


WORDS = [
    # words, label, the action that meets them, whether they lead to a call
    ("给我回电话", "handoff", "action_request_handoff", True),
    ("让客服打给我", "nlu_fallback", "action_not_understood", True),
    ("我想预约一个回电就今天晚上七点以后", "handoff", "action_request_handoff", True),
    ("转人工", "handoff", "action_request_handoff", False),
    ("别再给我打电话了", "complaint_marketing", "action_answer", False),
    ("昨天说给我回电话没人回", "complaint_service", "action_answer", False),
]


@pytest.mark.parametrize(("words", "label", "action", "leads"), WORDS)
async def test_words_that_lead_here(actions: Actions, words: str, label: str, action: str, leads: bool) -> None:
    result = await actions.run(action, Talk().user(words, label))
    assert (FollowupAction("action_callback") in result.events) is leads


async def test_within_a_form_such_words_are_its_answer(actions: Actions) -> None:
    talk = Talk(category="other", description="断网了", line="").asked("contact").user("给我回电话就行", "inform")
    result = await actions.run("validate_complaint_form", talk)
    assert FollowupAction("action_callback") not in result.events


async def test_how_it_stands_is_told_like_other_tickets(actions: Actions) -> None:
    talk = Talk().has(callback_phone=PHONE).in_form("callback_form", "callback_slot")
    await actions.run("validate_callback_form", talk.user(FIRST))
    result = await actions.run("action_follow_up", Talk().user("我的单子到哪了", "ticket_status"))
    assert "客服最晚今天 18:00给您回电" in result.responses[0][1]["ticket"]
    result = await actions.run("action_follow_up", Talk().user('/ticket_status{"step": "withdraw"}'))
    assert result.said == ["utter_ticket_ask_confirmed"]
