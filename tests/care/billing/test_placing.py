"""Placing confirmed orders: once, whatever dies in between; honestly later, when the billing system does not answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from care import jobs
from care.accounts.proofs import prove
from care.accounts.sms import ConsoleSender
from care.billing.demo.adapter import DemoBilling
from care.billing.order_rules import purpose_of
from care.billing.orders import confirm_order, show_order
from care.billing.placing import expire_due, place_due
from care.billing.system import billing
from care.billing.tables import Order, OrderStep
from care.billing.tmf.adapter import TmfBilling
from care.billing.values import OrderKind, OrderRequest
from care.conversations.tables import Conversation
from care.db import engine, transaction, utcnow
from care.notices.tables import Notice
from care.settings import Settings
from care.turns.runner import Runner
from tests.support.billing import down, phone_of, seed, slow
from tests.support.database import scalar
from tests.support.dialogue import FakeBot
from tests.support.encoder import encoder_at
from tests.support.environment import SMS_LOG
from tests.support.source import ROOT
from tests.support.times import NOW
from tests.support.tracker import tracker_at
from tests.support.waiting import until

PHONE = phone_of("bill_shock")
END = OrderRequest(OrderKind.UNSUBSCRIBE, "s0-shipin")
LATER = NOW + timedelta(seconds=10)


def confirmed(*requests: OrderRequest, now: datetime = NOW) -> list[int]:
    """Orders that a code has just confirmed, each in a conversation of its own."""
    ids = []
    for place, request in enumerate(requests):
        with transaction() as session:
            conversation = f"c{place + 1}"
            session.add(Conversation(id=conversation, channel="rest", created_at=now))
            session.flush()
            prove(session, conversation, PHONE, now)
            order = show_order(session, conversation, 1, PHONE, request, "退订“畅看视频会员”\n现在", now)
            confirm_order(session, conversation, order, now)
            ids.append(order)
    return ids


def order(order_id: int) -> Order:
    with transaction() as session:
        return session.get_one(Order, order_id)


def steps(order_id: int) -> list[str]:
    with transaction() as session:
        rows = session.scalars(select(OrderStep).where(OrderStep.order_id == order_id).order_by(OrderStep.id))
        return [row.step for row in rows]


def done_at_the_operator() -> int:
    return int(str(scalar("SELECT count(*) FROM demo_operator.orders")))


def told() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Notice.text).order_by(Notice.id)))


@pytest.fixture
def operator(database: object) -> DemoBilling:
    seed(NOW, 14)
    return DemoBilling(clock=lambda: NOW)


async def test_the_worker_places_what_is_due(operator: DemoBilling) -> None:
    (first,) = confirmed(END)
    await place_due(operator, lambda: NOW + timedelta(seconds=9))
    assert steps(first) == ["shown", "confirmed"], "whoever confirmed it is still at it"
    await place_due(operator, lambda: LATER)
    assert steps(first) == ["shown", "confirmed", "placed", "told"]
    assert (order(first).status, str(order(first).effective_on), done_at_the_operator()) == ("placed", "2026-12-01", 1)
    assert told() == ["【权益通】退订“畅看视频会员”已办理成功，2026年12月1日起生效。不是本人办理的，请尽快联系我们。"]
    await place_due(operator, lambda: LATER + timedelta(hours=1))
    assert len(told()) == 1


@pytest.mark.parametrize("failure", [down, slow])
async def test_a_system_that_does_not_answer_is_asked_again(
    operator: DemoBilling, failure: Callable[[], AbstractContextManager[None]]
) -> None:
    (first,) = confirmed(END)
    with failure():
        await place_due(operator, lambda: LATER)
        await place_due(operator, lambda: LATER + timedelta(seconds=19))
    assert steps(first) == ["shown", "confirmed", "failed"], "20 s later, not before"
    await place_due(operator, lambda: LATER + timedelta(seconds=20))
    assert steps(first) == ["shown", "confirmed", "failed", "placed", "told"]
    assert done_at_the_operator() == 1


async def test_after_a_day_the_customer_is_told(operator: DemoBilling) -> None:
    (first,) = confirmed(END)
    with down():
        await place_due(operator, lambda: NOW + timedelta(hours=24))
    assert order(first).status == "refused"
    assert told() == ["【权益通】抱歉，退订“畅看视频会员”没能办成。请在网页对话里转人工，我们帮您处理。"]


async def test_a_refusal_is_told_by_sms(operator: DemoBilling) -> None:
    first, second = confirmed(END, END)
    await place_due(operator, lambda: LATER)
    assert sorted([order(first).status, order(second).status]) == ["placed", "refused"]
    assert done_at_the_operator() == 1
    assert sorted(text.partition("”")[2][:4] for text in told()) == ["已办理成", "没有办成"]


async def test_a_system_that_takes_no_orders(database: object) -> None:
    """TMF678 and TMF677 read only."""
    (first,) = confirmed(END)
    system = TmfBilling.from_settings(
        Settings(billing="tmf", tmf678_url="http://127.0.0.1:9", tmf677_url="http://127.0.0.1:9")
    )
    await place_due(system, lambda: LATER)
    assert steps(first) == ["shown", "confirmed", "refused", "told"]


async def test_a_killed_worker_places_it_once(operator: DemoBilling) -> None:
    """Killed between the operator's yes and our note of it: the next worker asks again under the same key."""
    (first,) = confirmed(END, now=utcnow() - timedelta(minutes=1))
    with _locked("LOCK TABLE demo_operator.orders IN EXCLUSIVE MODE") as let_the_operator_go_on:
        worker = _worker()
        try:
            until(lambda: scalar("SELECT attempts FROM orders") == 2, "the worker to take the order")
            with _locked("SELECT * FROM orders FOR UPDATE"):
                let_the_operator_go_on()
                until(lambda: done_at_the_operator() == 1, "the operator to do it")
                worker.send_signal(signal.SIGKILL)
                worker.wait(10)
        finally:
            worker.kill()
    assert (order(first).status, steps(first)) == ("confirmed", ["shown", "confirmed"])
    await place_due(operator, lambda: utcnow() + timedelta(minutes=1))
    assert steps(first) == ["shown", "confirmed", "placed", "told"]
    assert done_at_the_operator() == 1
    assert scalar("SELECT key FROM demo_operator.orders") == purpose_of(first)
    assert order(first).reference == scalar("SELECT reference FROM demo_operator.orders")


_WORKER = """
import asyncio
import care.migrations.models
from care.billing.demo.adapter import DemoBilling
from care.billing.placing import place_due
asyncio.run(place_due(DemoBilling()))
"""


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _WORKER], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


@contextmanager
def _locked(statement: str) -> Iterator[Callable[[], None]]:
    """Hold what the statement locks; the value lets go of it."""
    with engine().connect() as connection:
        connection.execute(text(statement))
        try:
            yield connection.rollback
        finally:
            connection.rollback()


async def test_the_jobs_of_the_worker(database: object) -> None:
    now = utcnow()
    seed(now, 3)
    confirmed(END, now=now - timedelta(minutes=1))
    with transaction() as session:
        session.execute(text("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE"))
        session.add(Conversation(id="c9", channel="rest", created_at=now))
        session.flush()
        show_order(session, "c9", 1, PHONE, END, "退订", now - timedelta(minutes=11))
    billing.cache_clear()
    app = jobs.create_app(Runner(FakeBot()), ConsoleSender(SMS_LOG), tracker_at(), encoder_at())
    async with app.open_async():
        for task in ("orders.place", "orders.expire"):
            await app.configure_task(task).defer_async(timestamp=0)
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
    assert [order(1).status, order(2).status] == ["placed", "expired"]


async def test_expiring_is_safe_to_repeat(operator: DemoBilling) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        session.flush()
        show_order(session, "c1", 1, PHONE, END, "退订", NOW)
    for _ in range(2):
        await expire_due(lambda: NOW + timedelta(minutes=10))
    assert steps(1) == ["shown", "expired"]
