"""A confirmed complaint becomes one ticket, and the customer is told number, department and times."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet
from sqlalchemy import select

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.tables import Ticket
from tests.support.database import count
from tests.support.rasa import Actions, Talk, slot
from tests.support.times import NOW, china

STORY = "我家宽带断了三天没人修"
WHOLE = {
    "category": "complaint_broadband",
    "description": STORY,
    "line": "13800138000",
    "callable": True,
    "address": "易县李庄村3组",
    "area": "country",
    "since": "昨天",
    "speed_test": "昨晚手机测的，2兆",
    "wish": "修好",
    "contact": "13800138001",
    "confirmed": True,
}
NOTHING = dict.fromkeys(("line", "address", "area", "since", "speed_test", "wish", "contact"), "")


def _confirmed(message_id: str = "12", **changed: object) -> Talk:
    return Talk(**WHOLE | changed).user("/affirm", message_id=message_id)


def _ticket() -> Ticket:
    with transaction() as session:
        return session.scalars(select(Ticket)).one()


async def test_a_ticket_and_what_the_customer_is_told(actions: Actions) -> None:
    result = await actions.run("action_file_complaint", _confirmed())
    ticket = _ticket()
    assert result.events == [AllSlotsReset()]
    (name, values), (right, its), *offer = result.responses
    card = values.pop("custom")["card"]
    assert (name, values) == (
        "utter_complaint_filed",
        {
            "number": ticket.number,
            "department": "网络基础设施部",
            "promise": "我们会在明天 15:20前首次反馈，后天 15:20前给出处理结果。",
        },
    )
    assert card == {
        "kind": "ticket",
        "number": ticket.number,
        "category": "宽带与固话",
        "stage": "已受理",
        "clocks": [
            {"name": "feedback", "label": "首次反馈", "due": "2026-11-22T07:20:00+00:00", "met": False},
            {"name": "solution", "label": "处理结果", "due": "2026-11-23T07:20:00+00:00", "met": False},
        ],
    }
    assert (right, its["url"]) == ("utter_article_after", "/rights/broadband-repair-time"), "one right that fits"
    assert its["custom"]["card"] == {"kind": "link", "title": its["title"], "url": its["url"], "until": None}
    assert offer == [("utter_contact_offer", {"phone": "138****8001"})], "to the number that is to be called"
    assert ticket.number.startswith("TS261121-")
    assert {field: getattr(ticket, field) for field in ("description", "line", "wish", "contact")} == {
        field: WHOLE[field] for field in ("description", "line", "wish", "contact")
    }
    assert (ticket.address, ticket.area, ticket.speed_test) == ("易县李庄村3组", "country", "昨晚手机测的，2兆")
    assert (ticket.since, ticket.since_date) == ("昨天", date(2026, 11, 20))
    assert (ticket.carrier, ticket.threatens_appeal, ticket.repeat_of) == ("中国移动", False, None)
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
    assert "明天 23:59前首次反馈" in first.responses[0][1]["promise"]
    assert "今天 23:59前首次反馈" in again.responses[0][1]["promise"]
    assert first.responses[0][1]["number"] == again.responses[0][1]["number"]


async def test_another_message_is_another_ticket(actions: Actions) -> None:
    first = await actions.run("action_file_complaint", _confirmed("12"))
    second = await actions.run("action_file_complaint", _confirmed("40"))
    assert first.responses[0][1]["number"] != second.responses[0][1]["number"]
    assert count("tickets") == 2


async def test_what_was_left_out_is_empty(actions: Actions) -> None:
    result = await actions.run("action_file_complaint", _confirmed(**NOTHING))
    ticket = _ticket()
    assert [getattr(ticket, field) for field in NOTHING] == [None] * len(NOTHING)
    assert (ticket.since_date, ticket.carrier) == (None, None)
    assert count("customers") == 0
    assert result.said[1:] == ["utter_article_after", "utter_contact_offer_without_number"]


@pytest.mark.parametrize("wish", ["赔钱", "给我补償", "免了我這個月的月租費", "按规定付违约金"])
async def test_who_asks_for_money_hears_no_amount(actions: Actions, wish: str) -> None:
    result = await actions.run("action_file_complaint", _confirmed(wish=wish))
    assert result.said[1] == "utter_redress_by_person"


OFFERS = [
    # the number to tell of the ticket's progress: the contact's, else the affected one, if it is a mobile number
    ({"contact": "让我儿子接，13900139000"}, "139****9000"),
    ({"contact": "晚上七点后打"}, "138****8000"),
    ({"contact": ""}, "138****8000"),
]


@pytest.mark.parametrize(("told", "phone"), OFFERS)
async def test_to_whom_notices_are_offered(actions: Actions, told: dict[str, str], phone: str) -> None:
    result = await actions.run("action_file_complaint", _confirmed(**told))
    assert result.responses[-1] == ("utter_contact_offer", {"phone": phone})


PROMISES = [
    ("complaint_vas", "我们会在明天 15:20前反馈并给出处理结果。"),  # a simple one: both within 24 hours
    ("complaint_billing", "我们会在明天 15:20前首次反馈，后天 15:20前给出处理结果。"),  # a complex one: 48
]


@pytest.mark.parametrize(("category", "promise"), PROMISES)
async def test_the_promise_follows_the_category(actions: Actions, category: str, promise: str) -> None:
    result = await actions.run("action_file_complaint", _confirmed(category=category))
    assert result.responses[0][1]["department"] == "客户服务部"
    assert result.responses[0][1]["promise"] == promise


async def test_a_category_that_the_policy_has_lost(actions: Actions) -> None:
    await actions.run("action_file_complaint", _confirmed(category="gone"))
    assert _ticket().category == "other"


THREATS = [
    ({"description": "宽带三天没人修，再不来我去工信部申诉"}, True),
    ({"wish": "赔钱，不然12315见"}, True),
    ({"description": "有人冒充通信管理局给我打电话"}, False),
]


@pytest.mark.parametrize(("told", "threatens"), THREATS)
async def test_a_threat_to_appeal_is_a_sign_on_the_ticket(
    actions: Actions, told: dict[str, str], threatens: bool
) -> None:
    await actions.run("action_file_complaint", _confirmed(**told))
    assert _ticket().threatens_appeal is threatens


async def test_filed_beside_an_open_one_of_the_same_matter(actions: Actions) -> None:
    with transaction() as session:
        key = OnceKey("c1", 3, "action_file_complaint")
        first = file_complaint(session, Draft("complaint_broadband", STORY, line="13800138000"), key, policy(), NOW)
    await actions.run("action_file_complaint", _confirmed(same="new"))
    with transaction() as session:
        newest = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    assert newest is not None
    assert newest.repeat_of == first.ticket_id
    assert newest.priority == 2, "more urgent than the first one was"


async def test_filing_closes_the_matter(actions: Actions) -> None:
    await actions.run("action_file_complaint", _confirmed())
    with transaction() as session:
        assert session.get_one(Conversation, "c1").closed_by == 12


async def test_a_second_matter_is_offered_and_keeps_the_session(actions: Actions) -> None:
    talk = _confirmed(rest="complaint_billing")
    result = await actions.run("action_file_complaint", talk)
    assert result.said == ["utter_complaint_filed", "utter_complaint_rest"], "notices are offered after the second"
    assert result.responses[1][1] == {"title": "费用争议"}
    talk.take(result.events)
    kept = {name.removeprefix("complaint_"): value for name, value in talk.slots.items() if value is not None}
    assert kept == {
        "rest": "complaint_billing",
        "description": STORY,
        "line": "13800138000",
        "contact": "13800138001",
        "callable": True,
    }
    with transaction() as session:
        assert session.get_one(Conversation, "c1").closed_by is None


def _offered(text: str, intent: str) -> Talk:
    talk = Talk(rest="complaint_billing", description=STORY).user("/affirm").did("action_file_complaint")
    return talk.said("utter_complaint_filed", "utter_complaint_rest").user(text, intent)


async def test_a_yes_to_the_second_matter(actions: Actions) -> None:
    result = await actions.run("action_answer_rest", _offered("好的", "affirm"))
    assert (result.events, result.said) == ([FollowupAction("complaint_form")], [])


@pytest.mark.parametrize(("text", "intent"), [("/deny", "deny"), ("不用了", "deny"), ("算了", "cancel")])
async def test_a_no_to_the_second_matter(actions: Actions, text: str, intent: str) -> None:
    result = await actions.run("action_answer_rest", _offered(text, intent))
    assert result.events == [AllSlotsReset(), FollowupAction("action_listen")]
    assert result.said == ["utter_complaint_rest_declined"]


async def test_a_yes_to_something_else_is_none_to_the_second_matter(actions: Actions) -> None:
    talk = _offered("你们几点下班", "other_telecom").said("utter_not_yet").user("好的", "affirm")
    result = await actions.run("action_answer_rest", talk)
    assert result.events == [SlotSet("complaint_rest", None), FollowupAction("action_what_now")]


async def test_a_second_matter_is_kept_with_a_complaint_that_was_left(actions: Actions) -> None:
    talk = (
        Talk(**WHOLE, rest="complaint_billing", cancelled=True).said("utter_complaint_cancelled").user("好的", "affirm")
    )
    result = await actions.run("action_answer_rest", talk)
    assert result.events == [FollowupAction("action_what_now")]


async def test_nothing_personal_goes_back_beside_the_slots(actions: Actions) -> None:
    response = await actions.post(_confirmed().call("action_file_complaint"))
    for words in (STORY, "13800138000", "13800138001", "李庄"):
        assert words not in response.text


async def test_a_message_without_an_id_is_refused_loudly(actions: Actions) -> None:
    """Without it a repetition could not be recognised; only our gateway sends messages, and it always puts one in."""
    call = _confirmed().call("action_file_complaint")
    call["tracker"]["latest_message"]["metadata"] = {}
    response = await actions.post(call)
    assert response.status_code == 500
    assert count("tickets") == 0


async def test_cancelling_keeps_what_was_said(actions: Actions) -> None:
    """For who comes back to it (test_opening.py)."""
    result = await actions.run("action_cancel_complaint", _confirmed().user("/cancel"))
    assert result.events == [slot("complaint_cancelled", True), FollowupAction("action_listen")]
    assert result.responses == [("utter_complaint_cancelled", {})]
    assert count("tickets") == 0
