"""Emptying the outbox: everything goes out, a gateway that fails stops nothing, and a killed worker loses nothing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from care import logs
from care.accounts.sms import ConsoleSender, SignedHttpSender
from care.db import transaction
from care.errors import Unavailable
from care.notices import sending
from care.notices.rules import Kind
from care.notices.sending import send_due
from care.notices.service import notify
from care.notices.tables import Notice
from care.tickets.rules import Kind as TicketKind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket
from tests.support.database import scalar
from tests.support.gateway import KEY, Gateway, gateway
from tests.support.telephone import Telephone
from tests.support.times import NOW
from tests.support.waiting import until

PHONE = "13800138000"

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def there() -> Iterator[Gateway]:
    with gateway(NOW.timestamp()) as there:
        yield there


def fill(number: int = 1, now: datetime = NOW) -> list[str]:
    """The texts that wait now."""
    with transaction() as session:
        for n in range(number):
            ticket = Ticket(
                category="complaint_network",
                department="network",
                priority=3,
                complexity="complex",
                policy_version="test",
                description="没信号",
                notify_phone=PHONE,
            )
            open_ticket(session, ticket, TicketKind.COMPLAINT, "customer", now)
            notify(session, ticket, Kind.RESULT, f"result:{n}", now)
        return [notice.text for notice in session.query(Notice)]


def empty(there: Gateway, now: datetime = NOW, key: str = KEY) -> None:
    there.now = now.timestamp()
    asyncio.run(send_due(SignedHttpSender(there.url, key, seconds=1, clock=lambda: now), lambda: now))


def states() -> dict[str, int]:
    with transaction() as session:
        rows = session.execute(text("SELECT status, count(*) AS number FROM notices GROUP BY status"))
        return {row.status: row.number for row in rows}


def tries(outcome: str) -> float:
    return REGISTRY.get_sample_value("quanyi_notices_total", {"outcome": outcome}) or 0.0


def waiting() -> float | None:
    return REGISTRY.get_sample_value("quanyi_notices_waiting")


class FakeSender:
    """By hand, at the Protocol `care.accounts.sms.SmsSender`: `fails` may raise, and looks around while it sends."""

    def __init__(self, fails: Any = lambda text: None) -> None:
        self.sent: list[str] = []
        self._fails = fails

    async def send(self, phone: str, text: str, once: str | None = None) -> None:
        await asyncio.to_thread(self._fails, text)
        self.sent.append(text)


def test_everything_that_waits_goes_out_in_one_run(there: Gateway) -> None:
    texts = fill(45)
    before = tries("sent")
    empty(there)
    assert sorted(there.arrived()) == sorted((PHONE, text) for text in texts)
    assert states() == {"sent": 45}
    assert tries("sent") == before + 45
    assert waiting() == 0


def test_the_demo_sends_to_the_developers_telephone(tmp_path: Any) -> None:
    texts = fill(3)
    asyncio.run(send_due(ConsoleSender(tmp_path / "sms.log"), lambda: NOW))
    assert sorted(Telephone(PHONE, tmp_path / "sms.log").received()) == sorted(texts)


class PatientSender:
    """Takes nothing until ten are on their way at once; without ten it would wait for ever."""

    def __init__(self) -> None:
        self.running = self.most_at_once = 0
        self._ten = asyncio.Event()

    async def send(self, phone: str, text: str, once: str | None = None) -> None:
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        if self.running == 10:
            self._ten.set()
        async with asyncio.timeout(10):
            await self._ten.wait()
        await asyncio.sleep(0)
        self.running -= 1


def test_ten_at_once_and_not_more() -> None:
    fill(40)
    sender = PatientSender()
    asyncio.run(send_due(sender, lambda: NOW))
    assert sender.most_at_once == 10
    assert states() == {"sent": 40}


def test_a_second_run_sends_nothing_again(there: Gateway) -> None:
    fill(3)
    for _ in range(2):
        empty(there)
    assert len(there.requests) == 3


def test_nothing_waits_and_nothing_happens(there: Gateway) -> None:
    empty(there)
    assert there.requests == []


def test_while_the_gateway_fails_one_run_tries_one_batch(there: Gateway) -> None:
    fill(45)
    there.status = 503
    before = tries("failed")
    empty(there)
    assert len(there.requests) == 20, "the others' turn comes with the next run, five seconds later"
    assert states() == {"waiting": 45}
    assert (tries("failed"), waiting()) == (before + 20, 45)
    there.status = None
    empty(there, NOW + timedelta(seconds=5))
    assert states() == {"sent": 25, "waiting": 20}
    empty(there, NOW + timedelta(seconds=30))
    assert states() == {"sent": 45}
    assert len(there.arrived()) == 45


def test_one_that_is_refused_does_not_hold_up_the_others() -> None:
    first, *others = fill(5)

    def refuse_first(said: str) -> None:
        if said == first:
            raise Unavailable("sms", "the SMS gateway answered 400")

    sender = FakeSender(refuse_first)
    asyncio.run(send_due(sender, lambda: NOW))
    assert sorted(sender.sent) == sorted(others)
    assert states() == {"sent": 4, "waiting": 1}


def test_a_fault_of_ours_cuts_off_nobody_and_is_heard() -> None:
    first, *others = fill(5)

    def break_at_first(said: str) -> None:
        if said == first:
            raise ZeroDivisionError

    sender = FakeSender(break_at_first)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(send_due(sender, lambda: NOW))
    assert sorted(sender.sent) == sorted(others)
    assert states() == {"sent": 4, "waiting": 1}, "that one is tried again in 30 seconds"


def test_a_long_queue_does_not_keep_the_worker(monkeypatch: pytest.MonkeyPatch, there: Gateway) -> None:
    fill(45)
    monkeypatch.setattr(sending, "_LONG_SECONDS", 0.0)
    empty(there)
    assert states() == {"sent": 20, "waiting": 25}


def test_no_connection_and_no_lock_is_held_while_the_gateway_is_asked() -> None:
    fill(1)  # with more, another one's note may just be written
    idle: list[object] = []

    def look(said: str) -> None:
        with transaction() as session:
            session.execute(text("SELECT id FROM notices FOR UPDATE NOWAIT"))
        idle.append(scalar("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"))

    asyncio.run(send_due(FakeSender(look), lambda: NOW))
    assert idle == [0]
    assert states() == {"sent": 1}


def test_after_a_day_it_is_given_up_loudly(
    there: Gateway, logging_restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("worker")
    (said,) = fill()
    there.status = 500
    before = tries("given_up")
    for hours in (0, 23, 25, 27):
        empty(there, NOW + timedelta(hours=hours))
    assert len(there.requests) == 3
    assert states() == {"given_up": 1}
    assert tries("given_up") == before + 1
    output = capsys.readouterr().out
    assert PHONE not in output
    assert said not in output
    lines = [json.loads(line) for line in output.splitlines()]
    assert [(line["level"], line["event"]) for line in lines if "notice_id" in line] == [
        ("warning", "notice_failed"),
        ("warning", "notice_failed"),
        ("error", "notice_given_up"),
    ]
    assert {(line["notice_id"], line["ticket_id"], line["kind"]) for line in lines if "notice_id" in line} == {
        (1, 1, "result")
    }


_WORKER = """
import asyncio
from care.accounts.sms import sender
from care.notices.sending import send_due
asyncio.run(send_due(sender()))
"""


def test_a_worker_that_is_killed_before_its_note_loses_nothing_and_doubles_nothing() -> None:
    began = time.time()
    with gateway(began) as there:
        now = datetime.fromtimestamp(began, NOW.tzinfo)
        texts = fill(3, now - timedelta(seconds=1))
        there.hangs = True  # it takes the SMS, and its yes never comes
        environment = {**os.environ, "QUANYI_SMS_URL": there.url, "QUANYI_SMS_KEY": KEY}
        worker = subprocess.Popen([sys.executable, "-c", _WORKER], env=environment)
        try:
            until(lambda: len(there.arrived()) == 3, "the gateway to take them", seconds=30)
        finally:
            worker.kill()
            worker.wait(10)
        assert states() == {"waiting": 3}, "nobody noted it down"
        there.hangs = False
        empty(there, datetime.fromtimestamp(time.time(), NOW.tzinfo))
        assert len(there.requests) == 3, "they are the killed one's for 30 seconds"
        empty(there, datetime.fromtimestamp(time.time() + 30, NOW.tzinfo))
        assert states() == {"sent": 3}
        assert len(there.requests) == 6, "sent twice …"
        assert sorted(said for _, said in there.arrived()) == sorted(texts), "… and dropped once, by its id"
