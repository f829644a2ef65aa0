"""What the bot took a message for is kept with its answer, in one transaction and without another round trip."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from care.db import engine, run
from care.errors import Conflict
from care.turns.rules import Reading
from care.turns.service import complete
from tests.support.chat import Chat
from tests.support.database import count, raw_bytes, scalar
from tests.support.training import NOT_UNDERSTOOD, SURE, Talker

pytestmark = pytest.mark.usefixtures("database")

WORDS = "我叫王小明，这个月账单怎么多出来一笔看不懂的钱"


def _reading(message: int) -> tuple[Any, ...]:
    with engine().connect() as connection:
        return tuple(
            connection.exec_driver_sql(
                f"SELECT label, sub, confidence, ranking FROM readings WHERE message_id = {message}"
            ).one()
        )


def test_what_understanding_said_is_kept_with_the_answer() -> None:
    """Of everybody: it is a label and no words."""
    customer = Talker()
    customer.say(WORDS, Reading("ticket_status", "urge", 0.5, [("ticket_status", 0.5), ("handoff", 0.2)]))
    ranking = [["ticket_status", 0.5], ["handoff", 0.2]]
    assert _reading(customer.message) == ("ticket_status", "urge", 0.5, ranking)
    assert scalar("SELECT status FROM messages WHERE author = 'customer'") == "answered"
    customer.say("确认", None)
    assert count("readings") == 1, "there was nothing to understand"
    assert "账单".encode() not in raw_bytes()


def test_the_nearest_article_is_kept_with_it() -> None:
    customer = Talker()
    customer.say(WORDS, Reading("rights_other", None, 0.5, [], ("vas-refund", 0.8)))
    assert scalar("SELECT article FROM readings") == "vas-refund"
    assert scalar("SELECT article_score FROM readings") == 0.8


def test_it_costs_no_round_trip() -> None:
    """Status and reading in one statement."""

    def statements(reading: Reading | None) -> list[str]:
        customer, seen = Talker(), []
        customer.say("你好", SURE)
        note = lambda connection, cursor, statement, *rest: seen.append(statement)  # noqa: E731
        event.listen(engine(), "before_cursor_execute", note)
        try:
            customer.say(WORDS, reading)
        finally:
            event.remove(engine(), "before_cursor_execute", note)
        return seen

    assert len(statements(NOT_UNDERSTOOD)) == len(statements(None))


def test_a_turn_that_was_overtaken_leaves_no_reading() -> None:
    chat = Chat()
    old = chat.turn("没信号")
    assert chat.after(seconds=20).begin("worker") is not None
    with pytest.raises(Conflict):
        run(lambda s: complete(s, old, [], chat.now, NOT_UNDERSTOOD))
    assert count("readings") == 0
