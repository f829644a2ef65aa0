"""Reminders are told once: whatever dies, whoever else runs, whatever the billing system does."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from structlog.testing import capture_logs

from care import jobs
from care.accounts.sms import ConsoleSender, sender
from care.billing import reminding
from care.billing.demo.adapter import DemoBilling
from care.billing.reminder_switches import switch, switched_off
from care.billing.reminders import Kind
from care.billing.reminding import remind, why_off
from care.billing.system import BillingSystem, NotOffered, Part
from care.billing.values import (
    Allowance,
    AllowanceKind,
    Bill,
    Changed,
    Line,
    LineStatus,
    Month,
    Plan,
    Roaming,
    Usage,
)
from care.db import engine, transaction
from care.errors import InvalidInput, Unavailable
from care.notices.sending import send_due
from care.notices.tables import Notice
from care.turns.runner import Runner
from tests.support.billing import phone_of, seed
from tests.support.database import count, raw_bytes, scalar, somebody_waits_for_a_lock
from tests.support.dialogue import FakeBot
from tests.support.encoder import encoder_at
from tests.support.environment import forget_settings
from tests.support.telephone import Telephone
from tests.support.times import NOW, china
from tests.support.tracker import tracker_at
from tests.support.waiting import eventually, until

PHONE = "13800138000"

pytestmark = pytest.mark.usefixtures("database")


LONG_AGO = china("2020-01-01 00:00")


def phone(n: int) -> str:
    return str(int(PHONE) + n)


@dataclass
class Operator:
    """A billing system with numbers whose data is used as far as told, and that can fail."""

    #: GB used of 20, in the order of the changes
    used: dict[str, str]
    place: str | None = None
    holder_since: datetime = LONG_AGO
    status: LineStatus = LineStatus.ACTIVE
    #: numbers that get no answer; "all": the whole system is down
    silent: set[str] = field(default_factory=set)
    #: called at each question
    heard: Callable[[], None] = lambda: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    offers: frozenset[Part] = frozenset(Part)

    async def _ask(self, phone: str, part: str) -> None:
        self.asked.append((phone, part))
        self.heard()
        if self.silent & {phone, "all"}:
            raise Unavailable("billing", "away")
        if phone not in self.used and part != "changes":
            raise InvalidInput("line_unknown", "not ours")

    async def changed_since(self, cursor: str | None, limit: int) -> list[Changed]:
        await self._ask("", "changes")
        changes = [Changed(phone, str(n)) for n, phone in enumerate(self.used, start=1)]
        return changes[int(cursor or 0) :][:limit]

    async def line(self, phone: str) -> Line:
        await self._ask(phone, "line")
        return Line(phone, self.status, self.holder_since, is_prepaid=True)

    async def usage(self, phone: str) -> Usage:
        await self._ask(phone, "usage")
        if self.gate is not None:
            await self.gate.wait()
        used = Decimal(self.used[phone])
        reset = Month.of(NOW).end
        return Usage(NOW, (Allowance("d", AllowanceKind.DATA, "国内流量", "GB", Decimal(20), used, reset),), ())

    async def bill(self, phone: str, month: Month) -> Bill | None:
        await self._ask(phone, f"bill {month}")
        return None

    async def plan(self, phone: str) -> Plan:
        raise NotOffered(Part.PLAN)

    async def roaming(self, phone: str) -> Roaming:
        await self._ask(phone, "roaming")
        return Roaming(True, True, self.place)


def run(operator: Operator | DemoBilling, now: datetime = NOW) -> None:
    asyncio.run(remind(operator, lambda: now))  # type: ignore[arg-type]  # it answers what is asked here


def told() -> list[str]:
    with transaction() as session:
        return [notice.text for notice in session.query(Notice).order_by(Notice.id)]


def told_to(phone: str) -> list[str]:
    with transaction() as session:
        return [notice.text for notice in session.query(Notice).order_by(Notice.id) if notice.phone == phone]


def cursor() -> object:
    return scalar("SELECT cursor FROM reminder_cursors")


def numbers(outcome: str) -> float:
    return REGISTRY.get_sample_value("quanyi_reminder_numbers_total", {"outcome": outcome}) or 0.0


# Once


def test_what_is_due_is_told_once() -> None:
    operator = Operator({phone(0): "16", phone(1): "3", phone(2): "20"})
    run(operator)
    assert ["80%" in said or "已用完" in said for said in told()] == [True, True]
    with transaction() as session:
        rows = session.query(Notice).order_by(Notice.id).all()
        assert sorted(row.phone for row in rows) == [phone(0), phone(2)]
        assert {(row.kind, row.ticket_id, row.status) for row in rows} == {("reminder", None, "waiting")}
    assert cursor() == "3"
    operator.used |= {phone(0): "16.5"}  # as before the cursor
    run(operator)
    assert len(told()) == 2
    assert (count("reminders"), count("reminder_cursors")) == (2, 1)


def test_the_sms_arrives_once(tmp_path: Path) -> None:
    run(Operator({PHONE: "16"}))
    telephone = Telephone(PHONE, tmp_path / "sms.log")
    for _ in range(2):
        asyncio.run(send_due(ConsoleSender(telephone.log), lambda: NOW))
    (said,) = telephone.received()
    assert "80%" in said


def test_each_number_is_asked_once_a_page() -> None:
    operator = Operator({phone(0): "16"})
    changes = operator.changed_since

    async def thrice(cursor: str | None, limit: int) -> list[Changed]:
        first = await changes(cursor, limit)
        return [Changed(each.phone, str(n)) for each in first for n in (1, 2, 3)]

    operator.changed_since = thrice  # type: ignore[method-assign]
    run(operator)
    asked = [part for _, part in operator.asked if part != "changes"]
    bills = [f"bill 2026-{month:02}" for month in (8, 9, 10, 11)]
    assert sorted(asked) == [*bills, "line", "roaming", "usage"]
    assert cursor() == "3"


def test_the_second_threshold_is_told_as_well() -> None:
    for used, number in (("16", 1), ("20", 2), ("20", 2)):
        with transaction() as session:
            session.execute(text("DELETE FROM reminder_cursors"))
        run(Operator({PHONE: used}))
        assert len(told()) == number


def test_more_changes_than_a_page_holds() -> None:
    operator = Operator({phone(n): "20" for n in range(2 * reminding.PAGE + 3)})
    run(operator)
    assert len(told()) == 2 * reminding.PAGE + 3
    assert cursor() == str(2 * reminding.PAGE + 3)


async def test_two_workers_at_once() -> None:
    """Both have seen the state before either has told anything."""
    gate = asyncio.Event()
    workers = [Operator({phone(n): "16" for n in range(4)}, gate=gate) for _ in range(2)]
    running = [asyncio.create_task(remind(worker, lambda: NOW)) for worker in workers]  # type: ignore[arg-type]

    async def both_have_asked() -> bool:
        return sum(part == "usage" for worker in workers for _, part in worker.asked) == 8

    await eventually(both_have_asked, "the questions of both")
    gate.set()
    await asyncio.gather(*running)
    assert len(told()) == 4
    assert cursor() == "4"


WORKER = """
import asyncio
from datetime import datetime
from care.billing.demo.adapter import DemoBilling
from care.billing.reminding import remind
now = datetime.fromisoformat({now!r})
asyncio.run(remind(DemoBilling(clock=lambda: now), lambda: now))
"""


def test_a_worker_that_is_killed_between_reminder_and_notice() -> None:
    """A real process, stopped inside its transaction by a lock on the table it has to write next, and killed there."""
    seed(NOW, 17)
    with engine().connect() as connection:
        connection.execute(text("LOCK TABLE notices IN ACCESS EXCLUSIVE MODE"))
        worker = subprocess.Popen([sys.executable, "-c", WORKER.format(now=NOW.isoformat())], env=dict(os.environ))
        try:
            until(somebody_waits_for_a_lock, "the worker in the middle of its transaction", 20)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
        connection.rollback()
    until(lambda: not somebody_waits_for_a_lock(), "the end of the dead worker's session")
    assert (count("reminders"), told(), cursor()) == (0, [], None), "nothing of it happened"
    run(DemoBilling(clock=lambda: NOW))
    once = told()
    assert once
    assert len(once) == count("reminders")
    run(DemoBilling(clock=lambda: NOW))
    assert told() == once


def test_a_worker_that_is_killed_before_it_moves_the_cursor() -> None:
    operator = Operator({phone(n): "16" for n in range(3)})
    run(operator)
    with transaction() as session:
        session.execute(text("DELETE FROM reminder_cursors"))
    run(operator)
    assert len(told()) == 3


def test_nothing_is_asked_while_a_transaction_is_open() -> None:
    open_at_a_question = []
    operator = Operator({PHONE: "16"}, heard=lambda: open_at_a_question.append(engine().pool.checkedout()))  # type: ignore[attr-defined]
    run(operator)
    assert set(open_at_a_question) == {0}
    assert len(told()) == 1


# A billing system that does not answer


def test_a_system_that_is_down_loses_nobody() -> None:
    operator = Operator({phone(n): "16" for n in range(3)}, silent={"all"})
    with capture_logs() as logs:
        run(operator)
    assert (told(), cursor()) == ([], None)
    assert [log["event"] for log in logs] == ["reminders_wait"]
    operator.silent = set()
    run(operator)
    assert len(told()) == 3


def test_a_system_that_goes_down_in_the_middle_of_a_page() -> None:
    operator = Operator({phone(n): "16" for n in range(12)})
    operator.heard = lambda: operator.silent.add("all") if len(operator.asked) > 40 else None
    run(operator)
    assert 0 < len(told()) < 12
    assert cursor() is None, "the page is read again"
    operator.heard, operator.silent = (lambda: None), set()
    run(operator)
    assert len(told()) == 12
    assert cursor() == "12"


def test_one_number_that_never_answers_keeps_nobody_from_theirs() -> None:
    before = numbers("skipped")
    run(Operator({phone(n): "16" for n in range(3)}, silent={phone(1)}))
    assert len(told()) == 2
    assert cursor() == "3"
    assert numbers("skipped") == before + 1


def test_a_number_that_is_no_longer_the_operators() -> None:
    operator = Operator({phone(0): "16"})
    operator.changed_since = lambda cursor, limit: _two(cursor)  # type: ignore[method-assign, assignment]
    run(operator)
    assert len(told()) == 1
    assert cursor() == "2"


async def _two(cursor: str | None) -> list[Changed]:
    return [] if cursor else [Changed(phone(9), "1"), Changed(phone(0), "2")]


def test_a_closed_line_is_told_nothing() -> None:
    run(Operator({PHONE: "20"}, status=LineStatus.CLOSED))
    assert told() == []


# Switches


def test_what_is_switched_off_is_not_told_and_afterwards_it_is() -> None:
    operator = Operator({PHONE: "16"}, place="日本")
    with transaction() as session:
        switch(session, PHONE, [Kind.USAGE_80], False, NOW)
        switch(session, PHONE, [Kind.USAGE_80], False, NOW)  # the same turn again
    run(operator)
    (said,) = told()
    assert "您已到日本" in said
    with transaction() as session:
        switch(session, PHONE, Kind, True, NOW)
        session.execute(text("DELETE FROM reminder_cursors"))
        assert switched_off(session, PHONE, operator.holder_since) == set()
    run(operator)
    assert ["80%" in each for each in told()] == [False, True]


def test_the_choice_of_whoever_had_the_number_before_is_over() -> None:
    with transaction() as session:
        switch(session, PHONE, Kind, False, NOW - timedelta(days=90))
    run(Operator({PHONE: "16"}, holder_since=NOW - timedelta(days=89)))
    assert len(told()) == 1


def test_bills_of_whoever_had_the_number_before_are_no_measure() -> None:
    operator = Operator({PHONE: "1"}, holder_since=china("2026-10-05 10:00"))
    run(operator)
    assert [part for _, part in operator.asked if part.startswith("bill")] == ["bill 2026-11"]


def test_every_journey_is_told() -> None:
    for place, number in (("日本", 1), ("日本", 1), ("泰国", 2), (None, 2), ("日本", 3)):
        with transaction() as session:
            session.execute(text("DELETE FROM reminder_cursors"))
        run(Operator({PHONE: "1"}, place=place), NOW + timedelta(hours=number))
        assert len(told()) == number, place


# The demo operator


def test_the_stories_of_the_demo_operator() -> None:
    seed(NOW, 17)
    run(DemoBilling(clock=lambda: NOW))
    with transaction() as session:
        by_phone: dict[str, list[str]] = {}
        for notice in session.query(Notice):
            by_phone.setdefault(notice.phone, []).append(notice.text)
    assert any("日本" in said for said in by_phone[phone_of("roaming_now")])
    assert any("已用9" in said for said in by_phone[phone_of("nearly_used_up")])
    assert any("到期" in said for said in by_phone[phone_of("contract_ending")])


def test_a_contract_that_comes_near_is_found_though_nobody_did_anything() -> None:
    """The demo operator tells of it when it enters the 30 days: nobody walks over all customers."""
    customers = seed(NOW, 80)
    system = DemoBilling(clock=lambda: NOW)
    far = {each.phone: asyncio.run(_contract_end(system, each.phone)) for each in customers}
    waiting = {phone: end for phone, end in far.items() if end and end > (NOW + timedelta(days=31)).date()}
    assert waiting
    someone, end = min(waiting.items(), key=lambda each: each[1])
    run(system)
    assert not [said for said in told_to(someone) if "到期" in said]
    later = datetime.combine(end - timedelta(days=29), NOW.timetz())
    for _ in range(2):
        run(DemoBilling(clock=lambda: later), later)
    (said,) = [said for said in told_to(someone) if "合约" in said and "到期" in said and "优惠“" not in said]
    assert f"{end.month}月{end.day}日到期" in said


async def _contract_end(system: DemoBilling, phone: str) -> date | None:
    contract = (await system.plan(phone)).contract
    return contract.until if contract else None


# Off

OFF = [
    ({}, None),
    ({"QUANYI_BILLING": "off"}, "QUANYI_BILLING=off"),
    ({"QUANYI_SMS": "off"}, "QUANYI_SMS=off"),
    # numbers that somebody made up may be somebody's
    ({"QUANYI_SMS_URL": "https://sms.example.cn", "QUANYI_SMS_KEY": "k" * 16}, "made up"),
]


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, str]], None]]:
    def settle(variables: dict[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget_settings()

    yield settle
    monkeypatch.undo()
    forget_settings()


@pytest.mark.parametrize(("variables", "why"), OFF)
def test_where_there_are_none(
    variables: dict[str, str], why: str | None, settled: Callable[[dict[str, str]], None]
) -> None:
    settled(variables)
    system: BillingSystem | None = None if variables.get("QUANYI_BILLING") == "off" else DemoBilling()
    found = why_off(system)
    assert found is None if why is None else why in str(found)


def test_a_system_that_does_not_tell_what_changed() -> None:
    operator = Operator({}, offers=frozenset(Part) - {Part.CHANGES})
    assert "which numbers changed" in str(why_off(operator))  # type: ignore[arg-type]


async def test_the_worker_runs_it_and_says_once_where_it_does_not(settled: Callable[[dict[str, str]], None]) -> None:
    with transaction() as session:
        session.execute(text("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE"))
    seed(datetime.now(NOW.tzinfo), 17)

    async def work() -> list[str]:
        with capture_logs() as logs:
            app = jobs.create_app(Runner(FakeBot()), sender(), tracker_at(), encoder_at())
            async with app.open_async():
                for _ in range(2):
                    await app.configure_task("reminders.send").defer_async(timestamp=0)
                    await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        return [log["event"] for log in logs if log["event"].startswith("reminder")]

    settled({"QUANYI_SMS_URL": "https://sms.example.cn", "QUANYI_SMS_KEY": "k" * 16})
    assert await work() == ["reminders_off"]
    assert told() == []
    settled({"QUANYI_SMS_URL": "", "QUANYI_SMS_KEY": ""})
    assert "reminders_written" in await work()
    assert told()


# Personal data


def test_logs_and_metrics_name_nobody() -> None:
    with capture_logs() as logs:
        run(Operator({phone(0): "16", phone(1): "20"}, silent={phone(1)}))
    written = str(logs)
    assert "reminders_written" in written
    assert "reminder_number_skipped" in written
    assert "138001380" not in written
    assert "16" not in str([{**log, "timestamp": ""} for log in logs])
    assert PHONE.encode() not in raw_bytes()
