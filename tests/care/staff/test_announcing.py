"""What the desk is told: ids, when it is true, and never anything of a person."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy.orm import Session

from care import db
from care.staff.announcing import DESK, tell_desk
from cli.run.postgres import Embedded


@pytest.mark.parametrize(
    "word",
    [
        "queue",
        "alarm",
        "staff:8021",
        "ticket:QY2026112200001",
        "typing:cJmuo8BQpaIaY4yZKNQtU5x8d:customer:1",
        "typing:cJmuo8BQpaIaY4yZKNQtU5x8d:staff:0",
    ],
)
def test_a_word_is_heard_when_it_is_true(database: Embedded, word: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as listener:
        listener.execute(f"LISTEN {DESK}")
        with Session(db.engine()) as undone:
            tell_desk(undone, word)
            undone.rollback()
        with db.transaction() as session:
            tell_desk(session, word)
            tell_desk(session, word)
            assert list(listener.notifies(timeout=0.1)) == [], "before the commit"
        assert [each.payload for each in listener.notifies(timeout=0.5)] == [word]


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("", "nothing"),
        ("message:我家断网了", "words of a customer"),
        ("staff:王小明", "a name"),
        ("staff:8021 13800138000", "a number beside the id"),
        ("ticket:" + "9" * 200, "too long for an id"),
        ("typing:c1:customer:2", "neither on nor off"),
        ("typing:c1:bot:1", "the bot's typing is read from what waits"),
        ("queue\n", "more than the word"),
    ],
)
def test_other_words_are_a_fault(session: Session, word: str, why: str) -> None:
    with pytest.raises(ValueError, match="not a word"):
        tell_desk(session, word)
