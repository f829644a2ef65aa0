"""The one question after a talk with a person: asked once, answered once, the first mark counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care import db
from care.conversations.tables import Message
from care.desk import leaving
from care.desk.rules import Outcome
from care.errors import InvalidInput
from care.once import OnceKey
from care.satisfaction.ratings import ANSWERED_WITHIN, answer, ask
from care.satisfaction.tables import Rating
from tests.support.talk import Talk, picked, worker
from tests.support.waiting import at_once


@pytest.fixture
def talk(database: object) -> Talk:
    """Handed back, and asked."""
    agent = worker()
    talk = picked(agent)
    with db.transaction() as session:
        leaving.close(session, agent, talk.id, Outcome.SOLVED, talk.now)
    return talk


def _answer(talk: Talk, score: int, message: int, **later: float) -> bool:
    with db.transaction() as session:
        key = OnceKey(talk.id, message, "rate")
        return answer(session, talk.id, score, key, talk.now + timedelta(**later))


def _scores() -> list[int | None]:
    with db.transaction() as session:
        return list(session.scalars(select(Rating.score).order_by(Rating.id)))


def test_the_buttons_are_one_to_ten(talk: Talk) -> None:
    with db.transaction() as session:
        asked = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert [each["payload"] for each in asked.buttons or []] == [f'/rate{{"score": "{mark}"}}' for mark in range(1, 11)]


def test_it_is_asked_once(talk: Talk) -> None:
    with db.transaction() as session:
        assert not ask(session, talk.handoff, talk.id, "1007", talk.now)
    assert [text for _, text in talk.said() if "打几分" in text] == [talk.said()[-1][1]]


def test_the_first_mark_counts_and_the_same_turn_again_tells_the_same(talk: Talk) -> None:
    assert _answer(talk, 9, 77)
    assert _answer(talk, 9, 77), "the turn is run again"
    assert not _answer(talk, 1, 78), "answered before"
    assert _scores() == [9]


def test_two_presses_at_once_are_one_mark(talk: Talk) -> None:
    taken = at_once(lambda: _answer(talk, 8, 81), lambda: _answer(talk, 2, 82))
    assert sorted(taken) == [False, True]
    assert _scores() in ([8], [2])


def test_nobody_marks_what_was_not_asked_or_is_long_past(talk: Talk) -> None:
    assert not _answer(talk, 9, 77, seconds=ANSWERED_WITHIN.total_seconds())
    with db.transaction() as session:
        assert not answer(session, "c-other", 9, OnceKey("c-other", 1, "rate"), talk.now)
    assert _scores() == [None]


@pytest.mark.parametrize("score", [0, 11, -3, True])
def test_a_mark_is_from_one_to_ten(talk: Talk, score: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        _answer(talk, score, 77)
    assert refused.value.reason == "score"
    assert _scores() == [None]
