"""Shares and slices: marks of a period, by hour, age, province and channel; few of them tell nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from care.accounts.proofs import know_user
from care.conversations.tables import Conversation
from care.db import transaction
from care.satisfaction.asking import split_of
from care.satisfaction.rules import Kind
from care.satisfaction.slicing import By, marks_between, slices
from care.satisfaction.tables import Rating
from tests.support.times import NOW, china

SINCE, UNTIL = china("2026-11-01 00:00"), china("2026-12-01 00:00")
DAY, EVENING = china("2026-11-20 10:00"), china("2026-11-20 19:00")


@pytest.fixture(autouse=True)
def talk(database: object) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))


def _give(*scores: int | None, at: datetime = DAY, **split: Any) -> None:
    with transaction() as session:
        for score in scores:
            answered = None if score is None else at + timedelta(minutes=1)
            session.add(
                Rating(kind=Kind.BOT, conversation_id="c1", asked_at=at, answered_at=answered, score=score, **split)
            )


def test_from_eight_on_a_customer_is_satisfied() -> None:
    _give(10, 8, 7, 1, None)
    _give(10, at=SINCE - timedelta(hours=1))
    _give(10, at=UNTIL)
    with transaction() as session:
        share = marks_between(session, SINCE, UNTIL)
    assert (share.marks, share.satisfied, share.rate) == (4, 2, 0.5)


def test_without_marks_there_is_no_rate() -> None:
    with transaction() as session:
        assert marks_between(session, SINCE, UNTIL).rate is None
        assert slices(session, "busy", SINCE, UNTIL) == []


def _sliced(by: By) -> list[tuple[str, str, int, float | None, float | None]]:
    with transaction() as session:
        found = slices(session, by, SINCE, UNTIL)
    return [(each.value, each.title, each.marks, each.mean, each.satisfied) for each in found]


def test_by_hour() -> None:
    _give(10, 10, 10, 10, 5, at=EVENING)
    _give(8, 8, 8, 8, 8, 2, at=DAY)
    assert _sliced("busy") == [("no", "非忙时", 6, 7.0, 5 / 6), ("yes", "忙时", 5, 9.0, 0.8)]


def test_by_age_of_which_only_what_the_channel_signed_is_known() -> None:
    _give(9, 9, 9, 9, 9, 9, 9)
    _give(*[10] * 6, is_senior=True)
    _give(*[6] * 5, is_senior=False)
    assert _sliced("age") == [
        ("senior", "65 岁及以上", 6, 10.0, 1.0),
        ("other", "65 岁以下或渠道未说明", 5, 6.0, 0.0),
        ("-", "不详", 7, 9.0, 1.0),
    ]


@pytest.mark.parametrize(("by", "column"), [("region", "region"), ("channel", "channel")])
def test_fewer_than_five_tell_nothing(by: By, column: str) -> None:
    split: list[dict[str, Any]] = [{column: "a"}, {column: "b"}]
    _give(9, 9, 9, 9, 4, **split[0])
    _give(1, 1, 1, 1, **split[1])
    assert _sliced(by) == [("a", "a", 5, 8.0, 0.8), ("b", "b", 4, None, None)]


@pytest.mark.parametrize("is_senior", [True, False, None])
def test_who_is_old_is_what_a_channel_vouches_for(is_senior: bool | None) -> None:
    with transaction() as session:
        if is_senior is not None:
            know_user(session, "c1", "page", "u1", NOW + timedelta(days=1), NOW, is_senior=is_senior)
        split = split_of(session, "c1")
    assert (split.channel, split.is_senior) == ("rest", is_senior)
