"""Only a named person's answer that says something and reached the customer meets a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from care.answers.rules import Way, What
from care.answers.service import answers_of, owes_answer, reach_by_word, reach_chat, reach_handed
from care.conversations.tables import Message
from care.errors import Conflict, InvalidInput
from care.followup import assignments, notes, reaching, service, staff
from care.once import OnceKey
from care.sla.policy import Policy
from care.sla.service import clocks_of
from care.tasks.closing import close_ticket
from care.tickets.rules import Level
from care.tickets.service import grant_level
from care.tickets.tables import Ticket, TicketEvent
from tests.care.followup.conftest import File
from tests.support.tickets import FOUND
from tests.support.times import NOW, china

HOUR = timedelta(hours=1)
#: when feedback and result of a simple complaint are due
DUE = china("2026-11-22 15:20")
FEEDBACK = "已联系业务方核实订购记录"
RESULT = "已关闭该业务，退费10元"


@pytest.fixture
def ticket(session: Session, file: File) -> Ticket:
    """A simple one, filed in c1."""
    return file()


def _met(session: Session, ticket: Ticket) -> dict[str, datetime | None]:
    session.flush()
    return {each.name: each.met_at for each in clocks_of(session, [ticket.id])[ticket.id]}


def _missed(session: Session, ticket: Ticket) -> set[str]:
    session.flush()
    return {each.name for each in clocks_of(session, [ticket.id])[ticket.id] if each.missed_at is not None}


def _last(session: Session, conversation_id: str = "c1") -> int:
    """Id of the newest message in it."""
    return max(session.scalars(select(Message.id).where(Message.conversation_id == conversation_id)))


def _events(session: Session, ticket: Ticket, kind: str) -> list[tuple[str, str | None]]:
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == kind)
    return [(each.actor, each.note) for each in session.scalars(query.order_by(TicketEvent.id))]


Step = Callable[[Session, str, Policy], object]

NO_ANSWERS: dict[str, Step] = {
    "taken": lambda session, number, policy: assignments.take(session, number, "7", NOW),
    "a note": lambda session, number, policy: notes.add_note(session, number, RESULT, "7", NOW),
    "a question": lambda session, number, policy: notes.ask_customer(session, number, "哪天扣的？", "7", NOW),
    "another department": lambda session, number, policy: assignments.transfer_to_department(
        session, number, "network", "转网络部处理", "7", NOW, policy
    ),
    "feedback that nobody has seen": lambda session, number, policy: staff.give_feedback(
        session, number, FEEDBACK, "7", NOW
    ),
    "a result that nobody has seen": lambda session, number, policy: staff.record_result(
        session, number, RESULT, "7", NOW
    ),
    "an acknowledgement, said on the phone": lambda session, number, policy: staff.give_feedback(
        session, number, "已收到，正在处理", "7", NOW, told=True
    ),
    "a result without words, said on the phone": lambda session, number, policy: staff.record_result(
        session, number, "已处理完毕", "7", NOW, told=True
    ),
}


@pytest.mark.parametrize("step", NO_ANSWERS)
def test_what_meets_no_clock(session: Session, ticket: Ticket, shipped: Policy, step: str) -> None:
    NO_ANSWERS[step](session, ticket.number, shipped)
    assert set(_met(session, ticket).values()) == {None}


def test_feedback_meets_its_promise_when_it_is_seen(session: Session, ticket: Ticket) -> None:
    staff.give_feedback(session, ticket.number, FEEDBACK, "7", NOW + HOUR)
    (answer,) = reach_chat(session, "c1", _last(session), Way.SEEN, NOW + 3 * HOUR)
    assert (answer.kind, answer.reached_by, answer.lacks) == (What.FEEDBACK, Way.SEEN, [])
    assert _met(session, ticket) == {"first_feedback": NOW + 3 * HOUR, "solution_simple": None, "answer": None}
    assert _events(session, ticket, "reached") == [("customer", "seen")]


def test_a_result_meets_all_when_it_is_seen(session: Session, ticket: Ticket) -> None:
    staff.record_result(session, ticket.number, RESULT, "7", NOW + HOUR)
    assert (ticket.status, owes_answer(session, ticket.id)) == ("resolved", True), "done, and not told"
    reach_chat(session, "c1", _last(session), Way.SEEN, NOW + 3 * HOUR)
    assert set(_met(session, ticket).values()) == {NOW + 3 * HOUR}
    assert not owes_answer(session, ticket.id)


def test_seen_again_is_nothing_new(session: Session, ticket: Ticket) -> None:
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    assert reach_chat(session, "c1", _last(session), Way.SEEN, NOW + HOUR)
    assert reach_chat(session, "c1", _last(session), Way.REPLY, NOW + 2 * HOUR) == []
    assert set(_met(session, ticket).values()) == {NOW + HOUR}
    assert len(_events(session, ticket, "reached")) == 1


def test_late_is_late_also_when_it_was_written_in_time(session: Session, ticket: Ticket) -> None:
    """Written an hour before the promise was over, seen two hours after: missed first, then met."""
    staff.record_result(session, ticket.number, RESULT, "7", DUE - HOUR)
    reach_chat(session, "c1", _last(session), Way.SEEN, DUE + 2 * HOUR)
    assert _missed(session, ticket) == {"first_feedback", "solution_simple"}
    assert _events(session, ticket, "delay") == [("system", "first_feedback"), ("system", "solution_simple")]
    assert set(_met(session, ticket).values()) == {DUE + 2 * HOUR}


def test_what_stands_further_down_was_not_seen(session: Session, ticket: Ticket) -> None:
    staff.give_feedback(session, ticket.number, FEEDBACK, "7", NOW)
    shown = _last(session)
    staff.record_result(session, ticket.number, RESULT, "7", NOW + HOUR)
    assert [each.kind for each in reach_chat(session, "c1", shown, Way.SEEN, NOW + HOUR)] == ["feedback"]
    assert _met(session, ticket)["answer"] is None


def test_nor_what_stands_before_the_part_that_was_shown(session: Session, ticket: Ticket) -> None:
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    last = _last(session)
    assert reach_chat(session, "c1", last, Way.REPLY, NOW, after=last) == []


def test_nobody_elses_page_shows_it(session: Session, ticket: Ticket, file: File) -> None:
    file("c2")
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    assert reach_chat(session, "c2", _last(session) + 1_000, Way.SEEN, NOW) == []
    assert set(_met(session, ticket).values()) == {None}


def test_given_out_by_the_api(session: Session, ticket: Ticket) -> None:
    """With the answer to the customer's last message, and not with that to an earlier one."""
    asked = [
        Message(conversation_id="c1", author="customer", text=text, created_at=NOW) for text in ("在吗", "怎么样了")
    ]
    session.add_all(asked)
    session.flush()
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    assert reach_handed(session, "c1", asked[0].id, NOW) == []
    (answer,) = reach_handed(session, "c1", asked[1].id, NOW + HOUR)
    assert answer.reached_by == Way.HANDED


def test_said_on_the_phone(session: Session, ticket: Ticket) -> None:
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    (answer,) = answers_of(session, ticket.id)
    reaching.told_by_word(session, ticket.number, answer.id, "8002", NOW + HOUR)
    assert _events(session, ticket, "reached") == [("staff:8002", "word")], "who said it"
    assert set(_met(session, ticket).values()) == {NOW + HOUR}
    reaching.told_by_word(session, ticket.number, answer.id, "8003", NOW + 2 * HOUR)
    assert len(_events(session, ticket, "reached")) == 1


def test_no_answer_of_another_ticket(session: Session, ticket: Ticket, file: File) -> None:
    other = file()
    staff.record_result(session, other.number, RESULT, "7", NOW)
    (answer,) = answers_of(session, other.id)
    for number, id in ((ticket.number, answer.id), (other.number, answer.id + 1_000)):
        with pytest.raises(InvalidInput) as refused:
            reach_by_word(session, number, id, "7", NOW)
        assert refused.value.reason == "answer"


OBJECTIONS = [
    # how well the customer has proved that it is theirs, and does their objection show that they have the result
    (None, True),  # in the conversation where it was filed
    (Level.CODE, True),
    (Level.DIGITS, False),  # the result is not shown to them
]


@pytest.mark.parametrize(("level", "has_it"), OBJECTIONS)
def test_an_objection(session: Session, ticket: Ticket, shipped: Policy, level: Level | None, has_it: bool) -> None:
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    if level is not None:
        grant_level(session, "c2", ticket, level, NOW)
    who = "c1" if level is None else "c2"
    service.reopen(session, who, ticket.number, "没退到", OnceKey(who, 5, "reopen"), NOW + HOUR, shipped)
    assert (_events(session, ticket, "reached") == [("customer", "reply")]) is has_it
    assert (_met(session, ticket)["answer"] is not None) is has_it


def test_a_result_that_was_taken_back(session: Session, ticket: Ticket, shipped: Policy) -> None:
    """Somebody found a mistake in it before the customer saw it: seen now, it is no answer any more."""
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    notes.reopen_for_customer(session, ticket.number, "金额查错了", "8", NOW + HOUR, shipped)
    reach_chat(session, "c1", _last(session), Way.SEEN, NOW + 2 * HOUR)
    met = _met(session, ticket)
    assert (met["solution_simple"], met["answer"]) == (None, None)
    staff.record_result(session, ticket.number, "已退费30元", "8", NOW + 3 * HOUR)
    reach_chat(session, "c1", _last(session), Way.SEEN, NOW + 4 * HOUR)
    assert _met(session, ticket)["answer"] == NOW + 4 * HOUR


def test_nobody_ends_the_laws_time_by_closing(session: Session, ticket: Ticket) -> None:
    staff.record_result(session, ticket.number, RESULT, "7", NOW)
    with pytest.raises(Conflict) as refused:
        close_ticket(session, ticket.number, "7", NOW + HOUR, FOUND)
    assert (refused.value.reason, ticket.status) == ("not_reached", "resolved")
    reach_chat(session, "c1", _last(session), Way.SEEN, NOW + HOUR)
    close_ticket(session, ticket.number, "7", NOW + HOUR, FOUND)
    assert ticket.status == "closed"


def test_a_later_time_erases_no_miss(session: Session, ticket: Ticket, shipped: Policy) -> None:
    renewed = DUE + 24 * HOUR
    reaching.renew(session, ticket.number, renewed, "要等合作方回信", "7", NOW + HOUR, shipped)
    (standing,) = service.own_tickets(session, "c1", NOW + HOUR)
    assert (standing.solution_due, standing.is_renewed) == (renewed, True), "the customer is told the later time"
    said = session.scalars(select(Message.text).order_by(Message.id.desc())).first()
    assert said is not None
    assert ticket.number in said
    staff.record_result(session, ticket.number, RESULT, "7", DUE + HOUR, told=True)
    clocks = [each for each in clocks_of(session, [ticket.id])[ticket.id] if each.name == "solution_simple"]
    assert [(each.due_at, each.missed_at, each.met_at) for each in clocks] == [
        (DUE, DUE + HOUR, DUE + HOUR),  # what was promised first: late
        (renewed, None, DUE + HOUR),
    ]


RENEWALS = [
    # the new time, and why it is none
    (DUE, InvalidInput, "renew_not_later"),
    (NOW, InvalidInput, "renew_not_later"),
    (china("2026-12-20 12:00"), InvalidInput, "renew_too_late"),  # the law: within 15 days
]


@pytest.mark.parametrize(("due", "error", "reason"), RENEWALS)
def test_no_such_time(
    session: Session, ticket: Ticket, shipped: Policy, due: datetime, error: type[InvalidInput], reason: str
) -> None:
    with pytest.raises(error) as refused:
        reaching.renew(session, ticket.number, due, "要等合作方回信", "7", NOW + HOUR, shipped)
    assert refused.value.reason == reason


def test_nothing_is_promised_on_a_suggestion(session: Session, ticket: Ticket, shipped: Policy) -> None:
    ticket.kind = "feedback"
    staff.record_result(session, ticket.number, RESULT, "7", NOW, told=True)
    notes.reopen_for_customer(session, ticket.number, "还想说一句", "7", NOW, shipped)
    with pytest.raises(Conflict) as refused:
        reaching.renew(session, ticket.number, DUE, "再想想", "7", NOW, shipped)
    assert refused.value.reason == "nothing_promised"


def test_where_nothing_waits_it_is_one_look(session: Session, ticket: Ticket) -> None:
    statements = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert reach_chat(session, "c1", 10**6, Way.SEEN, NOW) == []
    assert len(statements) == 1
    assert statements[0].lstrip().startswith("SELECT")
