"""A confirmed complaint becomes one ticket, and the customer is told number, department and times."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from rasa_sdk.events import ActiveLoop, AllSlotsReset
from sqlalchemy import select

from care.conversations.tables import Conversation
from care.db import transaction
from care.tickets.tables import Ticket
from tests.support.database import count
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW, china

STORY = "我家宽带断了三天没人修"
WHOLE = {
    "category": "complaint_broadband",
    "description": STORY,
    "line": "13800138000",
    "since": "昨天",
    "wish": "修好",
    "contact": "13800138001",
    "confirmed": True,
}


def _confirmed(message_id: str = "12", **changed: object) -> Talk:
    return Talk(**WHOLE | changed).user("/affirm", message_id=message_id)


def _ticket() -> Ticket:
    with transaction() as session:
        return session.scalars(select(Ticket)).one()


async def test_a_ticket_and_what_the_customer_is_told(actions: Actions) -> None:
    result = await actions.run("action_file_complaint", _confirmed())
    ticket = _ticket()
    assert result.events == [AllSlotsReset()]
    assert result.responses == [
        (
            "utter_complaint_filed",
            {
                "number": ticket.number,
                "department": "网络基础设施部",
                "feedback": "明天 15:20",
                "solution": "后天 15:20",
            },
        )
    ]
    assert ticket.number.startswith("TS261121-")
    assert (ticket.description, ticket.line, ticket.wish, ticket.contact) == (
        STORY,
        "13800138000",
        "修好",
        "13800138001",
    )
    assert (ticket.since, ticket.since_date) == ("昨天", date(2026, 11, 20))
    assert (ticket.conversation_id, ticket.created_at) == ("c1", NOW)


async def test_the_same_message_twice_is_one_ticket(actions: Actions) -> None:
    """Rasa died after the action: the turn is run again."""
    first = await actions.run("action_file_complaint", _confirmed())
    again = await actions.run("action_file_complaint", _confirmed())
    assert again.responses == first.responses
    assert again.events == first.events
    assert (count("tickets"), count("ticket_events")) == (1, 1)


async def test_the_same_message_at_midnight_keeps_its_promise(actions: Actions, clock: time_machine.Traveller) -> None:
    """The second run is later: the promise of the first stands, in the words of the new day."""
    clock.move_to(china("2026-11-21 23:59"))
    first = await actions.run("action_file_complaint", _confirmed())
    clock.move_to(china("2026-11-22 00:01"))
    again = await actions.run("action_file_complaint", _confirmed())
    assert first.responses[0][1]["feedback"] == "明天 23:59"
    assert again.responses[0][1]["feedback"] == "今天 23:59"
    assert first.responses[0][1]["number"] == again.responses[0][1]["number"]


async def test_another_message_is_another_ticket(actions: Actions) -> None:
    first = await actions.run("action_file_complaint", _confirmed("12"))
    second = await actions.run("action_file_complaint", _confirmed("40"))
    assert first.responses[0][1]["number"] != second.responses[0][1]["number"]
    assert count("tickets") == 2


async def test_what_was_left_out_is_empty(actions: Actions) -> None:
    await actions.run("action_file_complaint", _confirmed(line="", since="", wish="", contact=""))
    ticket = _ticket()
    assert (ticket.line, ticket.since, ticket.since_date, ticket.wish, ticket.contact) == (None,) * 5
    assert count("customers") == 0


@pytest.mark.parametrize(
    ("category", "solution"),
    [
        ("complaint_vas", "明天 15:20"),  # a simple one: 24 hours
        ("complaint_billing", "后天 15:20"),  # a complex one: 48
    ],
)
async def test_the_promise_follows_the_category(actions: Actions, category: str, solution: str) -> None:
    result = await actions.run("action_file_complaint", _confirmed(category=category))
    assert result.responses[0][1]["department"] == "客户服务部"
    assert result.responses[0][1]["solution"] == solution


async def test_filing_closes_the_matter(actions: Actions) -> None:
    await actions.run("action_file_complaint", _confirmed())
    with transaction() as session:
        assert session.get_one(Conversation, "c1").closed_by == 12


async def test_nothing_personal_goes_back_beside_the_slots(actions: Actions) -> None:
    response = await actions.post(_confirmed().call("action_file_complaint"))
    for words in (STORY, "13800138000", "13800138001"):
        assert words not in response.text


async def test_a_message_without_an_id_is_refused_loudly(actions: Actions) -> None:
    """Without it a repetition could not be recognised; only our gateway sends messages, and it always puts one in."""
    call = _confirmed().call("action_file_complaint")
    call["tracker"]["latest_message"]["metadata"] = {}
    response = await actions.post(call)
    assert response.status_code == 500
    assert count("tickets") == 0


async def test_cancelling(actions: Actions) -> None:
    result = await actions.run("action_cancel_complaint", _confirmed().asked("wish").user("/cancel"))
    assert result.events == [ActiveLoop(None), AllSlotsReset()]
    assert result.responses == [("utter_complaint_cancelled", {})]
    assert count("tickets") == 0
