"""Why a mark was given, what a low one opens, and how words are read behind the question."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation, Message
from care.conversations.telling import tell
from care.db import transaction
from care.errors import InvalidInput
from care.once import OnceKey
from care.satisfaction.marks import asked_last, opts_out, reason_buttons, says_no, titles_of_reasons
from care.satisfaction.ratings import answer, say_why
from care.satisfaction.rules import Kind, Tone, reasons_in, satisfaction
from care.satisfaction.tables import Rating
from care.tasks.tables import Task
from care.tickets.service import ticket_by_number
from care.wording import buttons
from tests.support.tickets import file
from tests.support.times import NOW
from tests.support.waiting import at_once


@pytest.fixture
def asked(database: object) -> None:
    """Conversation c1, in which a mark for the bot was asked for."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        session.flush()
        session.add(Rating(kind=Kind.BOT, conversation_id="c1", asked_at=NOW))


def _answer(score: int, message: int = 1) -> bool:
    with transaction() as session:
        return answer(session, "c1", score, OnceKey("c1", message, "action_rate"), NOW)


def _why(reasons: list[str], words: str | None = None, message: int = 2, **later: float) -> int | None:
    with transaction() as session:
        key = OnceKey("c1", message, "action_rate")
        return say_why(session, "c1", reasons, words, key, NOW + timedelta(**later))


def _kept() -> tuple[list[str], str | None]:
    with transaction() as session:
        rating = session.scalars(select(Rating)).one()
        return rating.reasons, rating.words


def _tasks() -> list[Any]:
    with transaction() as session:
        tasks = session.scalars(select(Task).order_by(Task.id))
        return [(each.kind, each.ticket_id is not None, each.conversation_id) for each in tasks]


@pytest.mark.usefixtures("asked")
class TestWhy:
    def test_it_is_said_once_and_the_same_turn_again_tells_the_same(self) -> None:
        assert _answer(9)
        for _ in range(2):
            assert _why(["fast"]) == 9
        assert _why(["kind"], message=3) is None, "said before"
        assert _kept() == (["fast"], None)

    def test_words_are_sealed(self) -> None:
        assert _answer(4)
        assert _why(["slow"], "  等了一个小时 ") == 4
        assert _kept() == (["slow"], "等了一个小时")
        with transaction() as session:
            stored = session.execute(text("SELECT words FROM ratings")).scalar_one()
        assert "等了".encode() not in bytes(stored)

    def test_before_a_mark_and_long_after_it_nobody_asked(self) -> None:
        assert _why(["slow"]) is None
        assert _answer(4)
        assert _why(["slow"], message=3, days=7) is None

    def test_two_at_once_are_one(self) -> None:
        assert _answer(4)
        said = at_once(lambda: _why(["slow"], message=5), lambda: _why(["rude"], message=6))
        assert sorted(said, key=str) == [4, None]

    def test_what_is_no_reason(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            _why(["weather"])
        assert refused.value.reason == "reason"


@pytest.mark.usefixtures("asked")
class TestLowMarks:
    def test_without_a_ticket_the_conversation_is_there_to_read(self) -> None:
        for _ in range(2):
            assert _answer(6)
        assert not _answer(1, message=3), "the first one counts"
        assert _tasks() == [("low_mark", False, "c1")]

    @pytest.mark.parametrize("score", [7, 8, 10])
    def test_others_open_nothing(self, score: int) -> None:
        assert _answer(score)
        assert _tasks() == []

    def test_of_a_ticket_it_is_on_the_ticket(self) -> None:
        number = file()
        with transaction() as session:
            ticket = ticket_by_number(session, number)
            assert ticket is not None
            later = NOW + timedelta(seconds=1)
            session.add(Rating(kind=Kind.TICKET, ticket_id=ticket.id, conversation_id="c1", asked_at=later))
        with transaction() as session:
            key = OnceKey("c1", 1, "action_rate")
            assert answer(session, "c1", 2, key, NOW + timedelta(minutes=1))
        assert _tasks() == [("low_mark", True, None)]


def test_the_buttons_are_the_reasons_of_the_file_in_its_order() -> None:
    for tone, reasons in satisfaction().reasons.items():
        wanted = [f'/rate{{"choice": "{name}"}}' for name in reasons]
        assert [each["payload"] for each in reason_buttons(tone)] == wanted
    assert buttons("rate_better") == reason_buttons("low")
    assert titles_of_reasons()["unsolved"] == "没解决"


REASONS: list[tuple[str, Tone, list[str] | None]] = [
    ("2", "low", ["slow"]),
    ("1、3", "low", ["unsolved", "not_understood"]),
    ("1 1", "high", ["fast"]),
    ("9", "low", None),
    ("13800138000", "low", None),
    ("太慢了", "low", ["slow"]),
    ("一直让我重复，等了半天", "low", ["slow", "repeated"]),
    ("转人工太难了", "low", ["hard_to_reach"]),
    ("你听不懂我说的", "low", ["not_understood"]),
    ("問題沒解決", "low", ["unsolved"]),
    ("客服态度很差", "low", ["rude"]),
    ("没解决", "high", None),
    ("很快，也说得清楚", "high", ["fast", "clear"]),
    ("解决了", "high", ["solved"]),
    ("态度挺好", "high", ["kind"]),
    ("太慢了，我家宽带断了三天到现在都没有人来看一眼，你们到底管不管", "low", None),  # a matter of its own
    ("谢谢", "high", None),
]


@pytest.mark.parametrize(("words", "tone", "reasons"), REASONS)
def test_reasons_in_words(words: str, tone: Tone, reasons: list[str] | None) -> None:
    assert reasons_in(words, tone) == reasons


NO = [
    ("不评了", True),
    ("不用", True),
    ("不用了，谢谢", True),
    ("算了吧", True),
    ("没有了", True),
    ("不想说", True),
    ("下次吧", True),
    ("不", True),
    ("评价", False),
    ("不能上网", False),
    ("没信号", False),
    ("不用投诉了", False),
    ("说吧", False),
]


@pytest.mark.parametrize(("words", "is_no"), NO)
def test_a_no(words: str, is_no: bool) -> None:
    assert says_no(words) is is_no


OPT_OUTS = [
    ("别再让我评价", True),
    ("不要再问我打分", True),
    ("以后别让我评价了", True),
    ("能不能别老叫我打分", True),
    ("別再叫我評價了", True),
    ("不想再收到满意度调查", True),
    ("不要再给我发评价了", True),
    ("不评了", False),  # for this time
    ("不想评价", False),
    ("怎么评价", False),
    ("我要给客服打分", False),
    ("我要投诉，你们别再让我评价了", False),
    ("客服求我不要打差评", False),
    ("别再给我打电话", False),
]


@pytest.mark.parametrize(("words", "never"), OPT_OUTS)
def test_an_opt_out(words: str, never: bool) -> None:
    assert opts_out(words) is never


ASKED = [
    ("rate_ask", "mark"),
    ("rate_ask_ticket", "mark"),
    ("rate_thanks", "high"),
    ("rate_better", "low"),
    ("rate_sorry", "low"),
    ("rate_why_thanks", None),
    ("rate_why_sorry", None),
    ("handed_back", None),
]


@pytest.mark.parametrize(("said", "what"), ASKED)
def test_what_was_asked_last(asked: None, said: str, what: str | None) -> None:
    with transaction() as session:
        shown = buttons("rate_ask") if said.startswith("rate_ask") else None
        tell(session, "c1", said, NOW, buttons=shown, number="TS")
        assert asked_last(session, "c1", _next(session)) == what


def _next(session: Session) -> int:
    message = Message(conversation_id="c1", author="customer", text="…", created_at=NOW)
    session.add(message)
    session.flush()
    return message.id
