"""The address of a copy: for one conversation, one time, one day, and only with a live proof of its number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from care.accesses.tables import Access
from care.accounts.proofs import end_proofs, prove
from care.accounts.rules import Purpose
from care.db import transaction
from care.errors import NotAllowed
from care.privacy import links
from care.privacy.links import CopyReady, LinkRefused
from care.privacy.rules import Kind
from care.privacy.tables import CopyLink, DataCopy
from tests.care.privacy.asked import PHONE, Asked, asked, proved, said
from tests.support.database import raw_bytes
from tests.support.times import NOW
from tests.support.waiting import at_once

CONTENT = b"PK of a copy"
DAY = timedelta(hours=24)


@pytest.fixture
def copy(database: object) -> Asked:
    """A finished one of a conversation in which the number was proved a moment ago."""
    conversation_id, _ = said(None, "你好", NOW)
    request = asked(Kind.COPY, conversation_id, NOW)
    with transaction() as session:
        session.add(
            DataCopy(
                request_id=request.id, content=CONTENT, password="abcdefgh23456789", size=len(CONTENT), made_at=NOW,
                expires_at=NOW + DAY,
            )
        )  # fmt: skip
    return request


def new_link(copy: Asked, now: datetime = NOW, conversation_id: str | None = None) -> str:
    with transaction() as session:
        path = links.new_link(session, conversation_id or copy.conversation, copy.id, now)
    return path.removeprefix("/privacy/copy/")


def refusal(work: Callable[..., object], token: str, now: datetime = NOW) -> str:
    with transaction() as session, pytest.raises(LinkRefused) as refused:
        work(session, token, now)
    return refused.value.reason


def test_it_is_looked_at_often_and_fetched_once(copy: Asked) -> None:
    token = new_link(copy)
    for _ in range(3):
        with transaction() as session:
            seen = links.look(session, token, NOW)
    assert (seen.number, seen.size, seen.until, seen.password) == (
        copy.number, len(CONTENT), NOW + DAY, "abcdefgh23456789",
    )  # fmt: skip
    with transaction() as session:
        archive = links.fetch(session, token, NOW)
    assert (archive.name, archive.content) == (f"{copy.number}.zip", CONTENT)
    assert refusal(links.fetch, token) == refusal(links.look, token) == "copy_link_over"


def test_a_download_that_broke_is_begun_again_with_a_new_address(copy: Asked) -> None:
    first = new_link(copy)
    with transaction() as session:
        links.fetch(session, first, NOW)
    again = new_link(copy)
    assert again != first
    with transaction() as session:
        assert links.fetch(session, again, NOW).content == CONTENT


def test_of_two_at_the_same_time_one_gets_it(copy: Asked) -> None:
    token = new_link(copy)

    def fetch() -> bytes:
        with transaction() as session:
            return links.fetch(session, token, NOW).content

    results = at_once(*[fetch] * 4)
    assert sorted(str(type(each).__name__) for each in results) == ["LinkRefused"] * 3 + ["bytes"]


def test_the_address_is_nowhere(copy: Asked) -> None:
    token = new_link(copy)
    assert len(token) == 43, "32 random bytes"
    assert token.encode() not in raw_bytes()
    with transaction() as session:
        (link,) = session.scalars(select(CopyLink))
        assert (link.conversation_id, link.expires_at, link.used_at) == (copy.conversation, NOW + DAY, None)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "../secret", "号" * 20])
def test_an_address_that_there_is_not(copy: Asked, token: str) -> None:
    assert refusal(links.look, token) == refusal(links.fetch, token) == "copy_link_unknown"


LATER = [
    # after, what is proved then, what is said
    (timedelta(minutes=4, seconds=59), False, None),  # the code of the beginning is still good
    (timedelta(minutes=5), False, "copy_link_unproved"),  # it is not any more
    (timedelta(hours=3), True, None),  # proved again: the same address goes on
    (DAY - timedelta(seconds=1), True, None),
    (DAY, True, "copy_link_over"),
]


@pytest.mark.parametrize(("after", "is_proved", "reason"), LATER)
def test_how_long_it_works(copy: Asked, after: timedelta, is_proved: bool, reason: str | None) -> None:
    token, now = new_link(copy), NOW + after
    if is_proved:
        proved(copy.conversation, now)
    if reason is not None:
        assert refusal(links.look, token, now) == refusal(links.fetch, token, now) == reason
        return
    with transaction() as session:
        assert links.look(session, token, now).size == len(CONTENT)
        assert links.fetch(session, token, now).content == CONTENT


def test_whoever_goes_closes_it(copy: Asked) -> None:
    """「退出」ends the proofs; the address waits for the next one."""
    token = new_link(copy)
    with transaction() as session:
        end_proofs(session, copy.conversation, NOW)
    assert refusal(links.fetch, token) == "copy_link_unproved"


OTHER_PROOFS = [
    (PHONE, Purpose.ACCOUNT, "here"),  # a code for questions about the bill
    ("13800138001", Purpose.IDENTITY, "here"),  # another number of theirs
    (PHONE, Purpose.IDENTITY, "elsewhere"),  # in another conversation
]


@pytest.mark.parametrize(("phone", "purpose", "where"), OTHER_PROOFS)
def test_a_proof_of_something_else_opens_nothing(copy: Asked, phone: str, purpose: Purpose, where: str) -> None:
    token, now = new_link(copy), NOW + timedelta(minutes=6)
    conversation_id = copy.conversation if where == "here" else said(None, "你好", now)[0]
    with transaction() as session:
        prove(session, conversation_id, phone, now, purpose=purpose)
    assert refusal(links.fetch, token, now) == "copy_link_unproved"
    with transaction() as session, pytest.raises(NotAllowed) as refused:
        links.new_link(session, conversation_id, copy.id, now)
    assert refused.value.reason == ("copy_link_unproved" if where == "here" else "copy_link_unknown")


def test_a_new_address_does_not_outlive_its_copy(copy: Asked) -> None:
    now = NOW + timedelta(hours=20)
    proved(copy.conversation, now)
    token = new_link(copy, now)
    with transaction() as session:
        assert links.look(session, token, now).until == NOW + DAY
    with transaction() as session, pytest.raises(NotAllowed) as refused:
        links.new_link(session, copy.conversation, copy.id, NOW + DAY)
    assert refused.value.reason == "copy_link_unknown"


def test_the_newest_copy_of_a_conversation(copy: Asked) -> None:
    elsewhere, _ = said(None, "你好", NOW)
    with transaction() as session:
        ready = links.newest_copy(session, copy.conversation, PHONE, NOW)
        assert ready == CopyReady(copy.id, copy.number, len(CONTENT), NOW + DAY)
        assert links.newest_copy(session, copy.conversation, PHONE, NOW + DAY) is None, "its time is over"
        assert links.newest_copy(session, copy.conversation, "13800138001", NOW) is None, "another number's"
        assert links.newest_copy(session, elsewhere, PHONE, NOW) is None, "another conversation asked"


def test_that_it_was_fetched_is_noted(copy: Asked) -> None:
    token = new_link(copy)
    with transaction() as session:
        links.fetch(session, token, NOW)
    with transaction() as session:
        (used,) = session.scalars(select(Access).where(Access.reader == "customer"))
        assert (used.use, used.what, used.conversation_id, used.times) == ("rights", "copy", copy.conversation, 1)


def test_the_card() -> None:
    assert links.card("/privacy/copy/abc", NOW) == {
        "kind": "link",
        "title": "下载我的资料",
        "url": "/privacy/copy/abc",
        "until": "2026-11-21T15:20:00+08:00",
    }
