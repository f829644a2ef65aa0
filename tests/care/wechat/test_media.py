"""Pictures that customers send in WeChat: fetched, looked at, kept, or answered with why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.attachments.tables import Attachment
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.wechat.api import KfApi, OfficialApi
from care.wechat.media import FIRST_WAIT, GIVE_UP_AFTER, expect, fetch_due
from care.wechat.rules import KF, OFFICIAL, Window
from care.wechat.service import Sender, arrive
from care.wechat.tables import Media
from care.wording import say
from tests.care.wechat.conftest import Clock
from tests.care.wechat.scripted import APP, Scripted, code, raw, status
from tests.support.database import raw_bytes
from tests.support.environment import forget_settings
from tests.support.files import picture
from tests.support.times import NOW

T = TypeVar("T")

GET = "/cgi-bin/media/get"
KF_ACCOUNT = "wk1"


def sent(channel: str = OFFICIAL, account: str = APP, message_id: str = "23001") -> str:
    """A customer sent a picture; the conversation."""
    sender = Sender(channel, account, "oA")
    with transaction() as session:
        contact = arrive(session, sender, Window.MESSAGE, NOW)
        session.get_one(Conversation, contact.conversation_id).introduced = True
        expect(session, contact.conversation_id, account, f"media-{message_id}", message_id, NOW)
        return contact.conversation_id


def said(conversation: str) -> list[tuple[str, str, str | None]]:
    with transaction() as session:
        rows = session.scalars(select(Message).where(Message.conversation_id == conversation).order_by(Message.id))
        return [(row.author, row.text, row.delivery) for row in rows]


def states() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Media.status).order_by(Media.id)))


def kept() -> list[tuple[str, bytes]]:
    with transaction() as session:
        return [(row.name, row.sha256) for row in session.scalars(select(Attachment))]


async def test_a_picture_is_kept_and_its_customer_hears_of_it(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    conversation = sent()
    platform.next(GET, raw(picture(), "image/jpeg"))
    await fetch_due(official, None, clock)
    assert states() == ["stored"]
    assert said(conversation) == [
        ("customer", say("evidence_message", name="wechat-1.jpg"), None),
        ("system", say("evidence_received_filing"), "waiting"),
    ]
    assert b"media-23001" not in raw_bytes(), "the platform's name for it is sealed"


async def test_the_same_message_again_is_the_same_picture(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    """The platform sends it three times when our answer is late."""
    conversation = sent()
    assert [sent(), sent()] == [conversation] * 2
    platform.next(GET, raw(picture(), "image/jpeg"))
    await fetch_due(official, None, clock)
    await fetch_due(official, None, clock)
    assert len(platform.calls(GET)) == 1
    assert len(kept()) == 1
    assert len(said(conversation)) == 2


async def test_of_customer_service_by_its_own_api(
    platform: Scripted, official: OfficialApi, kf: KfApi, clock: Clock
) -> None:
    sent(KF, KF_ACCOUNT)
    platform.next(GET, raw(picture("PNG"), "image/png"))
    await fetch_due(official, kf, clock)
    assert states() == ["stored"]
    assert platform.paths() == ["/cgi-bin/gettoken", GET]


async def test_what_is_no_picture_is_answered_in_the_widgets_words(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    conversation = sent()
    platform.next(GET, raw(b"GIF89a" + bytes(100), "image/gif"))
    await fetch_due(official, None, clock)
    assert states() == ["refused"]
    assert said(conversation) == [("system", say("evidence_type"), "waiting")]
    assert kept() == []


async def test_a_scanner_that_finds_something(
    platform: Scripted, official: OfficialApi, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYI_VIRUS_SCAN", "false")  # exits with 1: infected
    forget_settings()
    conversation = sent()
    platform.next(GET, raw(picture(), "image/jpeg"))
    await fetch_due(official, None, clock)
    assert states() == ["refused"]
    assert said(conversation) == [("system", say("evidence_infected"), "waiting")]


async def test_the_tenth_picture_is_one_too_many(platform: Scripted, official: OfficialApi, clock: Clock) -> None:
    for number in range(10):
        conversation = sent(message_id=f"2300{number}")
        platform.next(GET, raw(picture("PNG", seed=number), "image/png"))
    for _ in range(10):  # as many runs as the machine needs
        await fetch_due(official, None, clock)
    assert states() == ["stored"] * 9 + ["refused"]
    assert said(conversation)[-1] == ("system", say("evidence_count"), "waiting")


async def test_a_platform_that_is_away_is_asked_again_later(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    conversation = sent()
    await official.token()
    platform.next(GET, status(502), code(-1), raw(picture(), "image/jpeg"))
    for wait in (FIRST_WAIT, 2 * FIRST_WAIT):
        await fetch_due(official, None, clock)
        asked = len(platform.calls(GET))
        clock.now += wait - timedelta(seconds=1)
        await fetch_due(official, None, clock)
        assert len(platform.calls(GET)) == asked, "too early"
        clock.later(seconds=1)
    await fetch_due(official, None, clock)
    assert states() == ["stored"]
    assert len(said(conversation)) == 2


async def test_what_the_platform_has_no_more_is_asked_of_the_customer(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    conversation = sent()
    platform.next(GET, code(40007))
    await fetch_due(official, None, clock)
    assert states() == ["given_up"]
    assert said(conversation) == [("system", say("evidence_lost"), "waiting")]


async def test_after_a_day_the_customer_is_asked_to_send_it_again(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    conversation = sent()
    clock.now += GIVE_UP_AFTER
    platform.next(GET, status(502))
    await fetch_due(official, None, clock)
    assert states() == ["given_up"]
    assert said(conversation) == [("system", say("evidence_lost"), "waiting")]


async def test_an_account_that_nobody_serves_now_waits(platform: Scripted, clock: Clock) -> None:
    sent(KF, KF_ACCOUNT)
    await fetch_due(None, None, clock)
    assert states() == ["waiting"]


async def test_a_worker_that_was_overtaken_keeps_nothing_a_second_time(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    """Killed workers and slow ones: whoever took it last has it."""
    conversation = sent()

    async def overtaken(work: Callable[[Session], T]) -> T:
        with transaction() as session:
            done = work(session)
        with transaction() as session:
            session.execute(update(Media).values(attempts=Media.attempts + 1))
        return done

    platform.next(GET, raw(picture(), "image/jpeg"))
    await fetch_due(official, None, clock, overtaken)
    assert states() == ["waiting"]
    assert said(conversation) == []
    clock.now += FIRST_WAIT
    platform.next(GET, raw(picture(), "image/jpeg"))
    await fetch_due(official, None, clock)
    assert states() == ["stored"]
    assert len(said(conversation)) == 2
