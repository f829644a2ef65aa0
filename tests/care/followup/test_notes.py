"""Notes, questions that really reach the customer, urges of callers, and working on it again."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.answers.rules import Way
from care.answers.service import reach_chat
from care.appeals import service as appeals
from care.conversations.tables import Message
from care.errors import Conflict, InvalidInput
from care.followup import assignments, linking, notes, reaching, staff
from care.followup.overdue import overdue
from care.followup.service import add_information, own_tickets, prove_contact, withdraw
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla.policy import Policy
from care.sla.service import due_times
from care.sla.tables import Clock, Pause
from care.tasks.closing import close_ticket
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket, TicketEvent
from tests.care.followup.conftest import File
from tests.support.desk import noted
from tests.support.tickets import FOUND
from tests.support.times import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(session: Session, file: File) -> Ticket:
    """Whose contact is proved."""
    ticket = file()
    prove_contact(session, "c1", ticket.number, "13800138001", NOW)
    return ticket


def _events(session: Session, ticket: Ticket) -> list[tuple[str, str, str | None, str | None]]:
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return [(event.actor, event.kind, event.status, event.note) for event in session.scalars(query)][2:]


def _said(session: Session, conversation_id: str = "c1") -> list[str]:
    query = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)
    return [message.text for message in session.scalars(query)]


def _sms(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))[1:]


def test_a_note_is_for_colleagues(session: Session, ticket: Ticket) -> None:
    notes.add_note(session, ticket.number, " 客户说晚上才在家 ", "8001", NOW)
    assert _events(session, ticket) == [("staff:8001", "note", None, "客户说晚上才在家")]
    assert (_said(session), _sms(session)) == ([], []), "the customer hears nothing of it"


def test_a_question_reaches_the_customer(session: Session, ticket: Ticket) -> None:
    before = due_times(session, ticket.id)
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW + HOUR)
    assert (ticket.status, ticket.assignee) == ("pending", "8001")
    assert _events(session, ticket) == [("staff:8001", "status", "pending", "请问是哪天扣的费？")]
    (said,) = _said(session)
    assert "请问是哪天扣的费？" in said
    assert ticket.number in said
    assert _sms(session) == ["question"]
    assert due_times(session, ticket.id) == before
    assert not _stands_still(session, ticket), "it was said, and nobody has seen it yet"
    (standing,) = own_tickets(session, "c1", NOW + HOUR)
    assert (standing.stage, standing.question) == ("waiting_for_you", "请问是哪天扣的费？")


def _stands_still(session: Session, ticket: Ticket) -> set[str]:
    session.expire_all()
    paused = select(Clock.name).where(Clock.ticket_id == ticket.id, Clock.paused_at.is_not(None))
    return set(session.scalars(paused))


def _see(session: Session, at: datetime) -> None:
    """The page shows everything that was said in c1."""
    reach_chat(session, "c1", max(session.scalars(select(Message.id))), Way.SEEN, at)


def test_promises_stand_still_from_when_the_question_was_seen(session: Session, ticket: Ticket) -> None:
    before = due_times(session, ticket.id)
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW + HOUR)
    _see(session, NOW + 3 * HOUR)
    assert _stands_still(session, ticket) == {"first_feedback", "solution_simple"}, "never what the law sets"
    (standing,) = own_tickets(session, "c1", NOW + 30 * HOUR)
    assert standing.is_paused
    assert overdue(session, "c1", NOW + 30 * HOUR) is None, "nothing is late that waits for the customer"
    add_information(session, "c1", ticket.number, "20号扣的", OnceKey("c1", 7, "add"), NOW + 5 * HOUR)
    after = due_times(session, ticket.id)
    assert {name: after[name] - before[name] for name in before} == {
        "first_feedback": 2 * HOUR, "solution_simple": 2 * HOUR, "answer": timedelta(),
    }  # fmt: skip
    assert not _stands_still(session, ticket)


@pytest.mark.parametrize("step", ["resume", "result", "withdraw"])
def test_whatever_goes_on_ends_the_wait(session: Session, ticket: Ticket, step: str) -> None:
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW)
    _see(session, NOW)
    ends: dict[str, Callable[[], object]] = {
        "resume": lambda: notes.resume(session, ticket.number, "8001", NOW + HOUR),
        "result": lambda: staff.record_result(session, ticket.number, "已退费10元", "8001", NOW + HOUR),
        "withdraw": lambda: withdraw(session, "c1", None, OnceKey("c1", 9, "withdraw"), NOW + HOUR),
    }
    ends[step]()
    by = {"resume": "staff", "result": "closed", "withdraw": "withdrawn"}
    assert list(session.scalars(select(Pause.ended_by))) == [by[step]]
    assert not _stands_still(session, ticket)


def test_asked_on_the_phone(session: Session, ticket: Ticket) -> None:
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW)
    for _ in range(2):
        reaching.asked_by_word(session, ticket.number, "8002", NOW + HOUR)
    assert _stands_still(session, ticket) == {"first_feedback", "solution_simple"}
    assert [kind for _, kind, _, _ in _events(session, ticket)] == ["status", "paused"], "sent again, nothing"


def test_the_button_of_a_question_names_its_ticket(session: Session, ticket: Ticket) -> None:
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW)
    (buttons,) = session.scalars(select(Message.buttons))
    assert buttons == [
        {
            "title": "补充信息",
            "payload": f'/ticket_status{{"step": "add", "ticket_number": "{ticket.number}"}}',
        }
    ]


def test_the_customers_answer_takes_it_up_again(session: Session, ticket: Ticket) -> None:
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW)
    add_information(session, "c1", ticket.number, "20号扣的", OnceKey("c1", 7, "add"), NOW + HOUR)
    assert ticket.status == "inProgress"


def test_or_the_agent_does(session: Session, ticket: Ticket) -> None:
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW)
    notes.resume(session, ticket.number, "8001", NOW + HOUR)
    assert _events(session, ticket)[-1] == ("staff:8001", "status", "inProgress", None)
    notes.resume(session, ticket.number, "8001", NOW + HOUR)
    assert len(_events(session, ticket)) == 2, "sent again, it changes nothing"


def test_nobody_is_asked_who_cannot_hear_it(session: Session, ticket: Ticket) -> None:
    """A ticket of a caller without a proved contact: an agent has to call."""
    ticket.conversation_id, ticket.notify_phone = None, None
    session.flush()
    with pytest.raises(Conflict) as refused:
        notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW)
    assert (refused.value.reason, ticket.status) == ("no_way", "acknowledged")


def test_by_sms_alone_it_is_asked_as_well(session: Session, ticket: Ticket) -> None:
    ticket.conversation_id = None
    session.flush()
    notes.ask_customer(session, ticket.number, "请问是哪天扣的费？", "8001", NOW)
    (text,) = [each.text for each in session.scalars(select(Notice)) if each.kind == "question"]
    assert ticket.number in text
    assert "扣的费" not in text, "others see a screen"


def test_an_urge_of_somebody_who_calls(session: Session, ticket: Ticket) -> None:
    notes.urge_for_caller(session, ticket.number, "怎么还没人管", "8001", NOW)
    assert _events(session, ticket) == [
        ("staff:8001", "urged", None, "hotline: 怎么还没人管"),
        ("system", "priority", None, "3 → 2"),
    ]
    notes.urge_for_caller(session, ticket.number, "再催一次", "8001", NOW + HOUR)
    assert ticket.priority == 2, "raised once in two hours, whoever urges"


def test_working_on_it_again(session: Session, ticket: Ticket, shipped: Policy) -> None:
    staff.record_result(session, ticket.number, "已退费10元", "8001", NOW, told=True)
    notes.reopen_for_customer(session, ticket.number, "客户来电说没收到", "8002", NOW + HOUR, shipped)
    assert (ticket.status, ticket.outcome, ticket.priority) == ("inProgress", None, 2)
    assert due_times(session, ticket.id) == {"solution_simple": NOW + HOUR + timedelta(hours=24)}
    assert ("staff:8002", "reopened", "inProgress", "客户来电说没收到") in _events(session, ticket)
    assert ("staff:8001", "status", "resolved", "已退费10元") in _events(session, ticket), "the first result stays"


def test_an_answer_that_nobody_has_seen_leaves_the_first_promise(
    session: Session, ticket: Ticket, shipped: Policy
) -> None:
    """Worked on again before the customer had the result: no later time is promised for it."""
    before = due_times(session, ticket.id)
    staff.record_result(session, ticket.number, "已退费10元", "8001", NOW)
    notes.reopen_for_customer(session, ticket.number, "金额查错了", "8002", NOW + HOUR, shipped)
    assert due_times(session, ticket.id) == before


LATE = [
    (None, 0, "not_resolved"),  # no result yet
    ("已退费", 24 * 30 + 1, "reopen_too_late"),
]


@pytest.mark.parametrize(("outcome", "hours", "reason"), LATE)
def test_not_again(
    session: Session, ticket: Ticket, shipped: Policy, outcome: str | None, hours: int, reason: str
) -> None:
    if outcome:
        staff.record_result(session, ticket.number, outcome, "8001", NOW)
    with pytest.raises(Conflict) as refused:
        notes.reopen_for_customer(session, ticket.number, "没收到", "8001", NOW + hours * HOUR, shipped)
    assert refused.value.reason == reason


def test_a_result_is_told_in_the_conversation_too(session: Session, ticket: Ticket) -> None:
    staff.give_feedback(session, ticket.number, "已联系业务方核实", "8001", NOW)
    staff.record_result(session, ticket.number, "已退费10元", "8001", NOW + HOUR)
    feedback, result = _said(session)
    assert "已联系业务方核实" in feedback
    assert "已退费10元" in result
    assert _sms(session) == ["feedback", "result"]


Step = Callable[[Session, str, Policy], None]

AGAIN: dict[str, Step] = {
    "note": lambda session, number, policy: notes.add_note(session, number, "备注", "8001", NOW),
    "pause": lambda session, number, policy: notes.ask_customer(session, number, "哪天？", "8001", NOW),
    "urge": lambda session, number, policy: notes.urge_for_caller(session, number, "快点", "8001", NOW),
    "feedback": lambda session, number, policy: staff.give_feedback(session, number, "在查", "8001", NOW),
    "result": lambda session, number, policy: staff.record_result(session, number, "已退费", "8001", NOW),
}


@pytest.mark.parametrize("step", AGAIN)
def test_the_same_words_sent_again_are_said_once(session: Session, ticket: Ticket, shipped: Policy, step: str) -> None:
    AGAIN[step](session, ticket.number, shipped)
    before = (_events(session, ticket), _said(session), _sms(session), noted(session))
    AGAIN[step](session, ticket.number, shipped)
    assert (_events(session, ticket), _said(session), _sms(session), noted(session)) == before


def test_the_same_words_a_day_later_are_said_again(session: Session, ticket: Ticket) -> None:
    for days in (0, 1):
        notes.add_note(session, ticket.number, "打电话没人接", "8001", NOW + timedelta(days=days))
    assert len(_events(session, ticket)) == 2


def test_reopening_and_closing_sent_again(session: Session, ticket: Ticket, shipped: Policy) -> None:
    staff.record_result(session, ticket.number, "已退费10元", "8001", NOW, told=True)
    for _ in range(2):
        notes.reopen_for_customer(session, ticket.number, "没收到", "8001", NOW, shipped)
    staff.record_result(session, ticket.number, "已退费，到账了", "8001", NOW, told=True)
    for _ in range(2):
        close_ticket(session, ticket.number, "8001", NOW, FOUND)
    kinds = [(kind, status) for _, kind, status, _ in _events(session, ticket)]
    assert kinds.count(("reopened", "inProgress")) == 1
    assert kinds.count(("status", "closed")) == 1


@pytest.mark.parametrize("step", ["note", "pause", "urge"])
def test_words_are_needed(session: Session, ticket: Ticket, shipped: Policy, step: str) -> None:
    steps = {"note": notes.add_note, "pause": notes.ask_customer, "urge": notes.urge_for_caller}
    with pytest.raises(InvalidInput) as refused:
        steps[step](session, ticket.number, " 。", "8001", NOW)
    assert refused.value.reason == "field_empty"


def test_what_the_customer_took_back_is_only_noted(session: Session, ticket: Ticket) -> None:
    withdraw(session, "c1", None, OnceKey("c1", 9, "withdraw"), NOW)
    for step in (notes.ask_customer, notes.urge_for_caller):
        with pytest.raises(Conflict) as refused:
            step(session, ticket.number, "还要吗", "8001", NOW)
        assert refused.value.reason == "ticket_status"
    notes.add_note(session, ticket.number, "客户来电说不用了", "8001", NOW)


def test_staff_have_no_step_that_takes_a_ticket_back(session: Session, ticket: Ticket) -> None:
    """Only its customer withdraws a ticket: no function of the steps ends in `cancelled`."""
    for module in (staff, notes, assignments, linking, appeals):
        source = inspect.getsource(module)
        assert "CANCELLED" not in source, module.__name__
        assert "EventKind.WITHDRAWN" not in source, module.__name__
    found = ticket_by_number(session, ticket.number)
    assert found is not None
    assert found.status == "acknowledged"
