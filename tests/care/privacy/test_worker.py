"""Deletions and copies as the worker runs them: by its clock, beside its other jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import procrastinate
import pytest
from sqlalchemy import select, text

from care import jobs
from care.accounts.sms import ConsoleSender
from care.conversations.rules import Inbound
from care.conversations.tables import Message
from care.db import transaction, utcnow
from care.privacy.rules import Kind, Status
from care.privacy.tables import DataCopy, PrivacyRequest
from care.turns import service as turns
from care.turns.runner import Runner
from tests.care.privacy.asked import asked, said
from tests.support.dialogue import FakeBot
from tests.support.encoder import encoder_at
from tests.support.tracker import Trackers, tracker_at, trackers

ERASE, COPY = "privacy.erase", "privacy.copy"


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def rasa() -> Iterator[Trackers]:
    with trackers() as there:
        yield there


@pytest.fixture
async def worker(database: object, bot: FakeBot, rasa: Trackers, tmp_path: Path) -> AsyncIterator[procrastinate.App]:
    with transaction() as session:
        session.execute(text("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE"))
    tracker = tracker_at(rasa.url)
    app = jobs.create_app(Runner(bot), ConsoleSender(tmp_path / "sms.log"), tracker, encoder_at())
    async with app.open_async():
        yield app
    await tracker.aclose()


async def done(worker: procrastinate.App, *tasks: str) -> None:
    for task in tasks:
        await worker.configure_task(task).defer_async(timestamp=0)
    await worker.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


def status(request_id: int) -> str:
    with transaction() as session:
        return session.get_one(PrivacyRequest, request_id).status


async def test_both_are_carried_out(worker: procrastinate.App) -> None:
    now = utcnow()
    first, _ = said(None, "你好", now)
    second, _ = said(None, "你好", now)
    copy, deletion = asked(Kind.COPY, first, now), asked(Kind.DELETE, second, now, phone=None)
    await done(worker, COPY, ERASE)
    assert (status(copy.id), status(deletion.id)) == (Status.DONE, Status.DONE)
    with transaction() as session:
        assert session.get(DataCopy, copy.id) is not None


async def test_what_was_written_during_a_deletion_is_answered_by_the_same_worker(
    worker: procrastinate.App, bot: FakeBot, rasa: Trackers
) -> None:
    now = utcnow()
    conversation_id, _ = said(None, "你好", now)
    deletion = asked(Kind.DELETE, conversation_id, now, phone=None)

    def write() -> None:
        rasa.meanwhile = None
        with transaction() as session:
            turns.accept(session, Inbound("socketio", "m-1", "还在吗", conversation_id), "web", utcnow())

    rasa.meanwhile = write
    await done(worker, ERASE)
    assert status(deletion.id) == Status.DONE
    assert bot.heard == ["还在吗"]
    with transaction() as session:
        said_last = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert said_last[-1] == "听到了：还在吗"
    assert "还在吗" in said_last


async def test_without_rasa_nothing_is_said_to_be_done(worker: procrastinate.App, rasa: Trackers) -> None:
    now = utcnow()
    conversation_id, _ = said(None, "你好", now)
    copy = asked(Kind.COPY, conversation_id, now)
    deletion = asked(Kind.DELETE, conversation_id, now, phone=None)
    rasa.failures = 100
    await done(worker, COPY, ERASE)
    assert (status(copy.id), status(deletion.id)) == (Status.CONFIRMED, Status.CONFIRMED)
