"""Logs are JSON, carry the conversation, and name nobody."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from care import db, logs
from care.accounts.tables import Customer
from care.logs import mask
from tests.support.times import NOW

Lines = Callable[[], list[dict[str, Any]]]

MASKED = [
    ("13800138000", "<number>"),  # a mobile number
    ("号码13800138000断网", "号码<number>断网"),  # inside words, as customers write
    ("138 0013 8000", "<number>"),  # in groups
    ("138-0013-8000", "<number>"),
    ("+8613800138000", "<number>"),  # with the country code
    ("010-87654321", "<number>"),  # a fixed line
    ("0551 62345678", "<number>"),
    ("87654321", "<number>"),  # a fixed line without area code
    ("tel:13800138000,", "tel:<number>,"),  # in a data structure
    ("phone=13800138000", "phone=<number>"),
    ("110105194912310021", "<number>"),  # an identity number
    ("11010519491231002X", "<number>"),  # one that ends in X, as every eleventh does
    ("11010519491231002x。", "<number>。"),  # the same, typed small
    ("6222020200112233445", "<number>"),  # a bank card
    ("zhang.san@example.com", "<mail>"),  # a mail address
    ("写信到 zhang_san+x@mail.example.cn 吧", "写信到 <mail> 吧"),  # the signs that addresses may have
    ("13800138000@139.com", "<number>@139.com"),  # the number is the address
    ("13800138000和13800138001", "<number>和<number>"),  # two
]

PLAIN = [
    "TS261121-4K7Q2X",  # a ticket number
    "TS261121-123456",  # one that is all digits, which happens once in a thousand
    "工单 TS261121-4K7Q2X 已登记",  # in a sentence
    "c3fJw0Qd8Yx1mT9LbZ7aVkRe",  # a conversation id
    "扣了30元，剩5.5GB",  # amounts
    "10086",  # a hotline
    "POST /api/chat 503",  # a path and a status
    "PostgreSQL 18.1",  # a version
    "0.0234 s",  # a duration
]


@pytest.mark.parametrize(("text", "logged"), MASKED)
def test_what_names_somebody_is_masked(text: str, logged: str) -> None:
    assert mask(text) == logged


@pytest.mark.parametrize("text", PLAIN)
def test_what_operators_need_stays(text: str) -> None:
    assert mask(text) == text


@pytest.fixture
def lines(logging_restored: None) -> Lines:
    """Logging configured, and what was written, parsed."""
    logs.configure("test")
    logs.clear_contextvars()
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    handler.setStream(written)
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line(lines: Lines) -> None:
    logs.bind_contextvars(conversation_id="c1234567890123456789012")
    logs.get_logger("care.turns").warning("turn_failed", reason="rasa_down", failures=2)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "turn_failed",
        "level": "warning",
        "part": "test",
        "conversation_id": "c1234567890123456789012",  # never masked: it is how one finds the rest
        "reason": "rasa_down",
        "failures": 2,
    }


@pytest.mark.parametrize(
    "key", ["text", "body", "payload", "description", "line", "phone", "contact", "wish", "parameters", "params"]
)
def test_some_keys_are_never_logged(lines: Lines, key: str) -> None:
    logs.get_logger("x").info("said", **{key: "王小明住在长安街"})
    assert lines()[0][key] == "<removed>"


def test_other_values_are_masked(lines: Lines) -> None:
    logs.get_logger("x").info("call of 13800138000", url="/customers/13800138000", message_id="1234567890")
    (line,) = lines()
    assert line["event"] == "call of <number>"
    assert line["url"] == "/customers/<number>"
    assert line["message_id"] == "1234567890"


def test_lines_of_libraries_are_masked_as_well(lines: Lines) -> None:
    logging.getLogger("some.library").error("cannot reach %s", "13800138000")
    (line,) = lines()
    assert (line["event"], line["level"], line["part"]) == ("cannot reach <number>", "error", "test")


def test_what_is_below_the_level_is_not_written(lines: Lines) -> None:
    logs.get_logger("x").debug("detail")
    logging.getLogger("httpx").info("GET http://…")  # these print addresses and queries
    assert lines() == []


# Not where they are used: a traceback shows lines of the source.
NUMBER, NAME = "13800138000", "王小明"


def _fails(number: str, name: str) -> None:
    raise ValueError(f"cannot call {number}")


@pytest.mark.parametrize("through", ["structlog", "logging"])
def test_exceptions_come_without_values(lines: Lines, through: str) -> None:
    """The traceback tells where, not with whom: no local variables, numbers masked."""
    try:
        _fails(NUMBER, NAME)
    except ValueError:
        if through == "structlog":
            logs.get_logger("x").exception("call_failed")
        else:
            logging.getLogger("x").exception("call_failed")
    (line,) = lines()
    assert "_fails" in line["exception"]
    assert "ValueError: cannot call <number>" in line["exception"]
    assert NAME not in json.dumps(line, ensure_ascii=False)


@pytest.mark.usefixtures("database")
def test_errors_of_the_database_come_without_values(lines: Lines) -> None:
    """SQLAlchemy puts the parameters of a statement into its message, before they are sealed."""
    half_a_pair = "\ud83d"  # of an emoji, cut by a careless client: it cannot be encoded
    try:
        with db.transaction() as session:
            session.add(Customer(phone="x", phone_index=b"x", name=NAME + half_a_pair, created_at=NOW))
    except (SQLAlchemyError, UnicodeError):
        logs.get_logger("x").exception("not_written")
    (line,) = lines()
    assert NAME not in json.dumps(line, ensure_ascii=False)


async def test_tasks_keep_their_conversations_apart(lines: Lines) -> None:
    async def work(conversation_id: str) -> None:
        logs.bind_contextvars(conversation_id=conversation_id)
        await asyncio.sleep(0)
        logs.get_logger("x").info("worked", mine=conversation_id)

    await asyncio.gather(*(asyncio.create_task(work(f"c{number}")) for number in range(5)))
    written = lines()
    assert len(written) == 5
    assert all(line["conversation_id"] == line["mine"] for line in written)
