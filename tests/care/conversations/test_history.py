"""What a channel shows again: in order, in pages, and only what is not known yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from care.conversations.history import Said, Standing, besides, following, latest, standing
from care.conversations.rules import Inbound, Reply
from care.conversations.service import Received, receive, set_owner, set_status, store_replies
from tests.support.times import NOW

SKIP = {"title": "跳过", "payload": "/skip"}
CARD = {"kind": "summary", "rows": [{"label": "号码", "value": "13800138000"}]}


def _say(session: Session, message_id: str, text: str, conversation_id: str | None = None) -> Received:
    return receive(session, Inbound("rest", message_id, text, conversation_id), NOW)


def _answer(session: Session, to: Received, *replies: Reply) -> None:
    later = NOW + timedelta(seconds=1)
    store_replies(session, to.message_id, to.conversation_id, replies, "bot", later, introduced=True)


@pytest.fixture
def talk(session: Session) -> Received:
    """Ids 1 to 5: a question, two answers, a click, an answer."""
    first = _say(session, "m-1", "没信号")
    _answer(session, first, Reply("请问"), Reply("哪个号码？", [SKIP], CARD))
    second = _say(session, "m-2", "/skip", first.conversation_id)
    _answer(session, second, Reply("好的"))
    return first


def test_every_message_with_what_belongs_to_it(session: Session, talk: Received) -> None:
    assert latest(session, talk.conversation_id) == [
        Said(1, "customer", None, "没信号", [], None, NOW, "m-1", None),
        Said(2, "bot", None, "请问", [], None, NOW + timedelta(seconds=1), None, "m-1"),
        Said(3, "bot", None, "哪个号码？", [SKIP], CARD, NOW + timedelta(seconds=1), None, "m-1"),
        Said(4, "customer", None, "跳过", [], None, NOW, "m-2", None),
        Said(5, "bot", None, "好的", [], None, NOW + timedelta(seconds=1), None, "m-2"),
    ]


PAGES = [
    (lambda s, c: latest(s, c), [1, 2, 3, 4, 5]),
    (lambda s, c: latest(s, c, limit=2), [4, 5]),  # the last ones
    (lambda s, c: latest(s, c, before=4), [1, 2, 3]),
    (lambda s, c: latest(s, c, before=4, limit=2), [2, 3]),  # those next to it
    (lambda s, c: latest(s, c, before=1), []),
    (lambda s, c: following(s, c, after=3), [4, 5]),
    (lambda s, c: following(s, c, after=0, limit=2), [1, 2]),
    (lambda s, c: following(s, c, after=5), []),
    (lambda s, c: besides(s, c, 0, []), [1, 2, 3, 4, 5]),
    (lambda s, c: besides(s, c, 2, [3, 5]), [4]),  # one that appeared between those that were seen
    (lambda s, c: besides(s, c, 5, []), []),
]


@pytest.mark.parametrize(("page", "ids"), PAGES)
def test_pages(session: Session, talk: Received, page: object, ids: list[int]) -> None:
    assert callable(page)
    other = _say(session, "m-1", "断网")
    _answer(session, other, Reply("别人的"))
    assert [said.id for said in page(session, talk.conversation_id)] == ids


CLICKS = [
    ([SKIP], "跳过"),
    ([{"title": "号码", "payload": "/other"}, SKIP], "跳过"),
    # The same command under two titles: what was offered last is what was pressed
    ([{"title": "先不填", "payload": "/skip"}], "先不填"),
]


@pytest.mark.parametrize(("buttons", "title"), CLICKS)
def test_a_click_is_shown_as_what_stood_on_the_button(
    session: Session, buttons: list[dict[str, str]], title: str
) -> None:
    first = _say(session, "m-1", "没信号")
    _answer(session, first, Reply("？", [SKIP]))
    _answer(session, first, Reply("？", buttons))
    _say(session, "m-2", "/skip", first.conversation_id)
    assert latest(session, first.conversation_id)[-1].text == title


def test_what_was_typed_stays_as_it_was_typed(session: Session) -> None:
    first = _say(session, "m-1", "/skip")
    assert latest(session, first.conversation_id)[0].text == "/skip"


def test_who_answers_and_what_waits(session: Session) -> None:
    first = _say(session, "m-1", "没信号")
    second = _say(session, "m-2", "在吗", first.conversation_id)
    assert standing(session, first.conversation_id) == Standing("bot", first.message_id, NOW)
    set_status(session, first.message_id, "answered", NOW)
    assert standing(session, first.conversation_id).waiting == second.message_id
    set_status(session, second.message_id, "held", NOW)
    set_owner(session, first.conversation_id, "queue")
    assert standing(session, first.conversation_id) == Standing("queue", None, None)
    assert standing(session, "c-not-begun") == Standing("bot", None, None)
