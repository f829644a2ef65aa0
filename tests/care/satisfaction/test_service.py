"""Filing a suggestion: a feedback ticket without clocks, once for a message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import InvalidInput
from care.followup import service as followup
from care.followup.staff import give_feedback, record_result
from care.once import OnceKey
from care.satisfaction.service import Suggested, file_suggestion
from care.sla.policy import policy
from care.sla.tables import Clock
from care.tasks.closing import close_ticket
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket, TicketEvent
from tests.support.tickets import FOUND
from tests.support.times import NOW

KEY = OnceKey("c1", 12, "action_file_suggestion")
WORDS = "建议你们的营业厅中午也留一个窗口，上班族只有那时候有空"


@pytest.fixture(autouse=True)
def conversation(database: object) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))


def _file(words: str = WORDS, key: OnceKey = KEY) -> Suggested:
    with transaction() as session:
        return file_suggestion(session, words, key, policy(), NOW)


def _ticket(number: str) -> Ticket:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        session.expunge(ticket)
        return ticket


def test_it_is_feedback_and_nothing_is_promised() -> None:
    filed = _file()
    assert filed.number.startswith("FK")
    assert filed.department == policy().departments[policy().suggestions.department]
    ticket = _ticket(filed.number)
    assert (ticket.kind, ticket.status, ticket.category) == ("feedback", "acknowledged", "suggestion")
    assert (ticket.description, ticket.contact, ticket.line) == (WORDS, None, None)
    assert (ticket.department, ticket.priority) == ("market", 4)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Clock)) == 0
        events = session.execute(select(TicketEvent.kind, TicketEvent.actor)).all()
    assert events == [("filed", "customer")]


def test_a_number_in_the_words_is_the_contact() -> None:
    assert _ticket(_file(f"{WORDS}，可以打13800138000").number).contact == "13800138000"


def test_the_same_message_again_is_the_same_ticket() -> None:
    assert _file() == _file()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1


@pytest.mark.parametrize("words", ["", "  ", "！！！", "😀"])
def test_without_words_it_is_none(words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _file(words)
    assert refused.value.reason == "field_empty"


def test_how_it_stands_from_filing_to_the_end() -> None:
    number = _file().number
    with transaction() as session:
        (standing,) = followup.own_tickets(session, "c1", NOW)
    assert (standing.kind, standing.category, standing.stage) == ("feedback", "建议", "accepted")
    assert (standing.feedback_due, standing.solution_due) == (None, None)
    with transaction() as session:
        give_feedback(session, number, "已转给营业厅管理组", "7", NOW)
        record_result(session, number, "下月起试行中午值班窗口", "7", NOW)
        (standing,) = followup.own_tickets(session, "c1", NOW)
    assert (standing.stage, standing.outcome) == ("answered", "下月起试行中午值班窗口")
    with transaction() as session:
        reopened = followup.reopen(
            session, "c1", number, "别的厅呢", OnceKey("c1", 13, "reopen"), NOW + timedelta(days=1), policy()
        )
    assert (reopened.stage, reopened.solution_due) == ("working", None), "taken up again without a promise"
    with transaction() as session:
        record_result(session, number, "全部门店试行", "7", NOW)
        close_ticket(session, number, "7", NOW, FOUND)
