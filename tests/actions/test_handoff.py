"""A person: asked for, or after two messages in a row that were not understood."""

from __future__ import annotations

import pytest
from rasa_sdk.events import ActiveLoop, SlotSet
from sqlalchemy import select

from care.conversations.service import owner_of
from care.db import transaction
from care.handoff.tables import Handoff
from care.wording import buttons
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW


def _owner() -> str:
    with transaction() as session:
        return owner_of(session, "c1")


def _handoffs() -> list[tuple[str, str]]:
    with transaction() as session:
        return [(row.reason, row.status) for row in session.scalars(select(Handoff))]


def _button(title: str, payload: str) -> dict[str, str]:
    return {"title": title, "payload": payload}


NETWORK = _button("投诉手机信号或上网", "/complaint_network")
BALANCE = _button("查余额", "/billing_balance")
ALWAYS = [_button("登记投诉", "/complain"), _button("转人工", "/handoff")]


async def test_asked_for(actions: Actions) -> None:
    result = await actions.run("action_request_handoff", Talk().user("转人工", "handoff"))
    assert result.events == []
    assert result.responses == [("utter_handoff_requested", {})]
    assert _owner() == "queue"
    assert _handoffs() == [("asked", "waiting")]
    with transaction() as session:
        assert session.scalars(select(Handoff.requested_at)).one() == NOW


async def test_asked_for_in_the_middle_of_a_complaint(actions: Actions) -> None:
    """The form is left, or it would go on asking when the person gives the conversation back."""
    talk = Talk(category="other").user("没信号", "complaint_network").asked("line").user("/handoff")
    result = await actions.run("action_request_handoff", talk)
    assert result.events == [ActiveLoop(None), SlotSet("requested_slot", None)]
    assert _owner() == "queue"


async def test_the_same_turn_run_again(actions: Actions) -> None:
    talk = Talk().user("转人工", "handoff")
    first = await actions.run("action_request_handoff", talk)
    again = await actions.run("action_request_handoff", talk)
    assert again.responses == first.responses
    assert _handoffs() == [("asked", "waiting")]


GUESSES = [
    # what the model thinks of, most likely first          the buttons
    (("complaint_network", "billing_balance", "billing_detail"), [NETWORK, BALANCE]),  # the two nearest
    (("billing_balance", "complaint_network"), [BALANCE, NETWORK]),  # in their order
    (
        ("greet_chitchat", "complaint_network", "out_of_scope", "billing_balance"),
        [NETWORK, BALANCE],
    ),  # no choices left out
    (("complaint_network",), [NETWORK]),
    (("affirm", "deny", "handoff"), []),  # nothing that one would choose
    ((), []),
]


@pytest.mark.parametrize(("ranking", "guesses"), GUESSES)
async def test_the_first_time_offers_the_nearest_guesses(
    actions: Actions, ranking: tuple[str, ...], guesses: list[dict[str, str]]
) -> None:
    talk = Talk().user("嘎嘎嘎", "nlu_fallback", 0.3, ranking)
    result = await actions.run("action_not_understood", talk)
    assert result.events == []
    assert result.responses == [("utter_not_understood", {"buttons": guesses + ALWAYS})]
    assert buttons("not_understood_always") == ALWAYS
    assert _owner() == "bot"


async def test_the_second_time_in_a_row_brings_a_person(actions: Actions) -> None:
    talk = Talk().user("嘎嘎嘎", "nlu_fallback").did("action_not_understood").did("action_listen")
    result = await actions.run("action_not_understood", talk.user("嘎嘎", "nlu_fallback"))
    assert result.events == []
    assert result.responses == [("utter_handoff_not_understood", {})]
    assert _owner() == "queue"
    assert _handoffs() == [("not_understood", "waiting")]


async def test_not_in_a_row(actions: Actions) -> None:
    talk = Talk().user("嘎嘎嘎", "nlu_fallback").did("action_not_understood").did("action_listen")
    talk.user("你好", "greet_chitchat").did("utter_greet").did("action_listen")
    result = await actions.run("action_not_understood", talk.user("嘎嘎", "nlu_fallback"))
    assert result.said == ["utter_not_understood"]
    assert _owner() == "bot"


async def test_the_same_misunderstanding_run_again_is_not_the_second(actions: Actions) -> None:
    """The turn died: it runs again from the stored tracker, which does not have the first run."""
    talk = Talk().user("嘎嘎嘎", "nlu_fallback")
    first = await actions.run("action_not_understood", talk)
    again = await actions.run("action_not_understood", talk)
    assert again.responses == first.responses
    assert _owner() == "bot"
