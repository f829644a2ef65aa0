"""Messages that say much the same stand together; what is decided or withdrawn leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.db import run, transaction
from care.errors import Unavailable
from care.inbox.deciding import reject
from care.inbox.filling import sweep
from care.inbox.grouping import put, read_new, remove_empty, unread
from care.inbox.listing import Filter, groups
from care.inbox.tables import InboxEntry
from care.surges.vectors import mean
from tests.support.database import count
from tests.support.times import NOW
from tests.support.training import Talker, take_in

pytestmark = pytest.mark.usefixtures("database")

LATER = NOW + timedelta(hours=1)


def _vector(at: int) -> list[float]:
    """Of the encoder: texts with the same `at` mean the same."""
    return [value + (1.0 if number == at else 0.0) for number, value in enumerate(mean())]


@pytest.fixture
def messages() -> list[int]:
    customer = Talker()
    customer.agree()
    found = [customer.say(text) for text in ("宽带断了没人修", "话费莫名多扣钱", "家里宽带断了")]
    take_in()
    return found


def _groups() -> list[tuple[int, str]]:
    found, _ = run(lambda s: groups(s, Filter(), None, 10, LATER))
    return [(each.size, each.newest.text) for each in found]


def test_like_ones_join_a_group_and_others_open_one(messages: list[int]) -> None:
    first, second, third = messages
    with transaction() as session:
        assert put(session, {first: _vector(1), second: _vector(2)}) == 2
        assert put(session, {third: _vector(1), first: _vector(2)}) == 1, "what was read stays where it is"
    assert _groups() == [(2, "家里宽带断了"), (1, "话费莫名多扣钱")]


def test_what_says_nothing_stands_alone(messages: list[int]) -> None:
    with transaction() as session:
        put(session, dict.fromkeys(messages))
        assert unread(session) == {}
    assert _groups() == []


class _Encoder:
    """An adapter of the Protocol whose texts all mean the same, or that is away."""

    def __init__(self, is_away: bool = False) -> None:
        self.is_away = is_away
        self.read: list[str] = []

    async def vectors(self, texts: list[str]) -> list[list[float] | None]:
        if self.is_away:
            raise Unavailable("rasa_down", "away")
        self.read += texts
        return [_vector(1) for _ in texts]


async def test_the_encoder_reads_masked_words_and_what_it_missed_comes_later(messages: list[int]) -> None:
    customer = Talker()
    customer.agree()
    customer.say("我叫王小明，电话13800138000，宽带断了")
    take_in()
    assert await read_new(_Encoder(is_away=True)) == 0  # type: ignore[arg-type]
    encoder = _Encoder()
    assert await read_new(encoder) == 4  # type: ignore[arg-type]
    assert "我叫〔姓名〕，电话〔号码〕，宽带断了" in encoder.read
    assert _groups()[0][0] == 4


def test_groups_go_with_their_last_message(messages: list[int]) -> None:
    with transaction() as session:
        put(session, dict.fromkeys(messages, _vector(1)))
        reject(session, set(messages), "同一件事", "1001", LATER)
        assert remove_empty(session) == 1
    assert (count("inbox_entries"), count("inbox_groups")) == (0, 0)


def test_the_sweep_takes_out_who_withdrew_and_what_is_old() -> None:
    customers = [Talker(), Talker(), Talker(NOW - timedelta(days=200))]
    for customer in customers:
        customer.agree()
        customer.say("这一句没有听懂呀")
    take_in(now=NOW)
    customers[0].now = LATER
    customers[0].agree(False)
    assert run(lambda s: sweep(s, LATER)) == 1
    with transaction() as session:
        left = session.scalars(select(InboxEntry.conversation_id)).all()
    assert left == [customers[1].id], "the third one's words are older than the inbox keeps any, and never came in"
