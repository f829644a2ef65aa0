"""Where does my complaint stand?"""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import Status
from care.tickets.service import change_status
from care.tickets.tables import Ticket
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW, china


def _file(message_id: int = 1, conversation_id: str = "c1", category: str = "complaint_broadband") -> str:
    with transaction() as session:
        key = OnceKey(conversation_id, message_id, "action_file_complaint")
        return file_complaint(session, Draft(category, "断网三天了"), key, policy(), NOW).number


async def _lines(actions: Actions) -> list[str]:
    result = await actions.run("action_ticket_status", Talk().user("我的投诉到哪了", "ticket_status"))
    assert result.events == []
    ((name, values),) = result.responses
    assert name == "utter_ticket_status"
    return str(values["tickets"]).split("\n")


async def test_no_ticket(actions: Actions) -> None:
    result = await actions.run("action_ticket_status", Talk().user("我的投诉到哪了", "ticket_status"))
    assert result.events == []
    assert result.responses == [("utter_ticket_none", {})]


async def test_one_ticket_and_its_promise(actions: Actions) -> None:
    number = _file()
    assert await _lines(actions) == [f"{number}：已受理，明天 15:20前反馈。"]


async def test_the_newest_three(actions: Actions) -> None:
    numbers = [_file(each) for each in range(5)]
    lines = await _lines(actions)
    assert [line.partition("：")[0] for line in lines] == numbers[:1:-1]


async def test_tickets_of_others_are_not_shown(actions: Actions) -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
    _file(conversation_id="c2")
    result = await actions.run("action_ticket_status", Talk().user("我的投诉到哪了", "ticket_status"))
    assert result.said == ["utter_ticket_none"]


TIMES = [
    ("2026-11-21 15:21", "，明天 15:20前反馈。"),
    ("2026-11-22 00:00", "，今天 15:20前反馈。"),  # the same promise, said on its day
    ("2026-11-22 15:19", "，今天 15:20前反馈。"),
    ("2026-11-22 15:20", "。"),  # over: no promise that cannot be kept any more
    ("2026-12-24 12:00", "。"),
]


@pytest.mark.parametrize(("now", "end"), TIMES)
async def test_a_promise_is_said_while_it_holds(
    actions: Actions, clock: time_machine.Traveller, now: str, end: str
) -> None:
    number = _file()
    clock.move_to(china(now))
    assert await _lines(actions) == [f"{number}：已受理{end}"]


STAGES = [
    ((Status.IN_PROGRESS,), "处理中，明天 15:20前反馈。"),
    ((Status.IN_PROGRESS, Status.HELD), "处理中，明天 15:20前反馈。"),  # held inside is work to the customer
    ((Status.PENDING,), "等您补充信息，明天 15:20前反馈。"),
    # What is over promises nothing
    ((Status.IN_PROGRESS, Status.RESOLVED), "已反馈。"),
    ((Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED), "已关闭。"),
    ((Status.REJECTED,), "已关闭。"),
    ((Status.CANCELLED,), "已撤回。"),
]


@pytest.mark.parametrize(("steps", "line"), STAGES)
async def test_stages(actions: Actions, steps: tuple[Status, ...], line: str) -> None:
    number = _file()
    with transaction() as session:
        ticket_id = session.scalars(select(Ticket.id)).one()
        for status in steps:
            change_status(session, ticket_id, status, "staff:7", NOW)
    assert await _lines(actions) == [f"{number}：{line}"]
