"""What a log line holds: see also test_gateway.py, which reads the log of a whole process."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from bot.remote import ActionFailed


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    logs.install()
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800138001", "[number]"),
        ("tel 138-1234-5678.", "tel [number]."),
        ("138 1234 5678", "[number]"),
        ("id 110101199003078515", "id [number]"),
        ("123456", "123456"),  # six digits: a line number, a status
        ("a.b+c@mail.example.com", "[e-mail]"),
        ("2026-11-21", "[number]"),  # a date elsewhere than in the time stamp is no loss
        ("nothing", "nothing"),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert logs.mask(text) == masked


def test_our_records_carry_the_conversation(written: Any) -> None:
    structlog.contextvars.bind_contextvars(conversation_id="c-12345678901")
    structlog.get_logger("bot.test").info("something.happened", phone="13800138001", ms=12)
    (line,) = written()
    assert line["event"] == "something.happened"
    assert line["ms"] == 12
    assert line["phone"] == "[number]"
    assert line["conversation_id"] == "c-12345678901"  # ids stay, or nobody finds the conversation
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert line["logger"] == "bot.test"


def test_rasas_records_lose_what_was_said(written: Any) -> None:
    structlog.get_logger("rasa.test").warning("message.parsing.failed", user_text="我叫张三丰", slots={"phone": "x"})
    logging.getLogger("rasa.test").error("Failed on '%s' of 13800138001", "我叫张三丰")
    logging.getLogger("rasa.test").info("below the level")
    first, second = written()
    assert set(first) == {"event", "level", "logger", "timestamp"}
    assert second["event"] == "Failed on '…' of [number]"


def test_exceptions_have_places_and_no_words(written: Any) -> None:
    secret = "我的密码"
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise ActionFailed("the action server answered with 500") from error
    except ActionFailed as error:
        structlog.get_logger("bot.test").error("turn.failed", exc_info=error)
    logging.getLogger("sanic.error").error("Exception", exc_info=ValueError(secret))
    ours, theirs = written()
    assert [link["type"] for link in ours["exception"]] == ["bot.remote.ActionFailed", "builtins.KeyError"]
    assert ours["exception"][0]["message"] == "the action server answered with 500"
    assert "test_logs.py" in ours["exception"][0]["at"][0]
    assert "message" not in ours["exception"][1]
    assert "message" not in theirs["exception"][0]
    assert secret not in json.dumps([ours, theirs], ensure_ascii=False)


def test_installing_twice_writes_once(written: Any) -> None:
    logs.install()
    structlog.get_logger("bot.test").info("once")
    assert len(written()) == 1
