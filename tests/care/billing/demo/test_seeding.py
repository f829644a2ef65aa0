"""The demo operator's data is made once, carried on as months pass, and made anew only when somebody asks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from care import db
from care.billing.demo import seeding
from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import CUSTOMERS, STORIES
from care.billing.demo.tables import SCHEMA, DemoBase
from care.billing.values import Month, OrderKind, OrderRequest
from cli.migrate import check
from tests.support.billing import phone_of, seed
from tests.support.database import count, scalar
from tests.support.times import NOW, china

pytestmark = pytest.mark.usefixtures("database")

ROOT = Path(__file__).resolve().parents[4]
MONTH = Month.of(NOW)


@pytest.fixture
def no_schema(database: object) -> None:
    """As in a database that never saw a demo."""
    with db.engine().begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


def _content() -> dict[str, list[str]]:
    """Every row, as text."""
    with db.engine().connect() as connection:
        return {
            table.name: sorted(str(row[0]) for row in connection.execute(text(f"SELECT t::text FROM {table} t")))
            for table in DemoBase.metadata.sorted_tables
        }


def _kept(content: dict[str, list[str]], later: dict[str, list[str]], table: str) -> bool:
    return set(content[table]) <= set(later[table])


def test_a_year_of_200_customers_is_there_at_once(no_schema: None) -> None:
    start = time.process_time()  # not the clock: another test may have the other core
    seed(NOW, CUSTOMERS)
    assert time.process_time() - start < 4, "nobody waits for it when the demo starts (1 to 1.5 s by the clock)"
    assert count(f"{SCHEMA}.lines") == CUSTOMERS
    assert count(f"{SCHEMA}.bills") == (CUSTOMERS - 1) * 12
    assert scalar(f"SELECT count(*) FROM {SCHEMA}.bills WHERE total <> paid") == 3, "the three of the one in arrears"
    total = "(SELECT sum((item->>'amount')::numeric) FROM jsonb_array_elements(items) item)"
    assert scalar(f"SELECT count(*) FROM {SCHEMA}.bills WHERE total <> {total}") == 0


def test_twice_is_once(no_schema: None) -> None:
    seed(NOW, 20)
    once = _content()
    seed(NOW + timedelta(days=3), 20)
    assert _content() == once


def test_what_is_missing_is_added(no_schema: None) -> None:
    seed(NOW, 5)
    few = _content()
    seed(NOW, 20)
    many = _content()
    assert all(_kept(few, many, table) for table in few)
    assert count(f"{SCHEMA}.lines") == 20


def test_the_same_data_in_another_database(no_schema: None) -> None:
    seed(NOW, 20)
    here = _content()
    db.run(lambda session: seeding.reset(session, NOW, 20))
    assert _content() == here


@pytest.mark.parametrize("step", [1, 3], ids=["month by month", "three months at once"])
async def test_months_pass(step: int) -> None:
    """Earlier months stay, new ones are billed, and what was ordered is kept and has its effect."""
    seed(NOW, len(STORIES))
    phone, service = phone_of("bill_shock"), "s0-shipin"
    demo = DemoBilling(clock=lambda: NOW)
    await demo.place(phone, OrderRequest(OrderKind.UNSUBSCRIBE, service), "k1")
    await demo.place(phone, OrderRequest(OrderKind.CHANGE_PLAN, "changxiang-39"), "k2")
    before = _content()
    for months in range(step, 4, step):
        seed(MONTH.plus(months).start + timedelta(days=4), len(STORIES))
    after = _content()
    assert all(
        _kept(before, after, table) for table in ("about", "bills", "top_ups", "subscriptions", "plans", "orders")
    )
    later = DemoBilling(clock=lambda: MONTH.plus(3).start + timedelta(days=4))
    charged = {}
    for back in range(4):
        bill = await later.bill(phone, MONTH.plus(back))
        assert bill is not None
        charged[back] = {item.id: item.amount for item in bill.items}
    assert charged[0] == {"plan": Decimal("59.00"), service: Decimal("15.00")}, "both orders are for the next month"
    assert charged[1] == charged[2] == charged[3] == {"plan": Decimal("39.00")}


async def test_months_pass_for_who_is_asked_about(database: object) -> None:
    """Without anybody seeding: the process runs over midnight of the first."""
    seed(NOW, 3)
    clock = [MONTH.end - timedelta(seconds=1)]
    demo, phone = DemoBilling(clock=lambda: clock[0]), phone_of("bill_shock")
    running = await demo.bill(phone, MONTH)
    assert running is not None
    assert not running.is_final
    clock[0] = MONTH.end
    over = await demo.bill(phone, MONTH)
    assert over is not None
    assert over.is_final
    assert over.total == running.total, "what was told a second before"
    assert scalar(f"SELECT count(*) FROM {SCHEMA}.lines WHERE month = '{MONTH}'") == 2, "the others wait until asked"
    lazily = await demo.balance(phone)
    seed(clock[0], 3)
    assert await demo.balance(phone) == lazily


def test_another_version_is_made_anew() -> None:
    seed(NOW, 3)
    with db.engine().begin() as connection:
        connection.execute(text(f"UPDATE {SCHEMA}.about SET version = 0"))
        connection.execute(text(f"ALTER TABLE {SCHEMA}.lines DROP COLUMN data_on"))
    seed(NOW, 4)
    assert count(f"{SCHEMA}.lines") == 4


async def test_reset_forgets_orders_and_tells_the_stories_from_today() -> None:
    seed(NOW, 3)
    later = china("2027-02-28 09:00")
    demo = DemoBilling(clock=lambda: later)
    await demo.place(phone_of("bill_shock"), OrderRequest(OrderKind.ROAMING_DATA_ON), "k1")
    db.run(lambda session: seeding.reset(session, later, 3))
    assert count(f"{SCHEMA}.orders") == 0
    bill = await demo.bill(phone_of("bill_shock"), Month(2027, 1))
    assert bill is not None
    assert bill.total == Decimal("166.00")


def test_two_processes_at_once(no_schema: None) -> None:
    """`quanyi run` in two checkouts on one database, say."""
    command = [sys.executable, "-m", "cli", "demo", "seed"]
    both = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(2)
    ]
    for process in both:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()
    assert count(f"{SCHEMA}.about") == 1
    assert count(f"{SCHEMA}.lines") == CUSTOMERS
    assert count(f"{SCHEMA}.bills") == (CUSTOMERS - 1) * 12


def test_migrations_do_not_see_it() -> None:
    seed(NOW, 1)
    check()  # raises Stop with the difference


def test_every_line_is_read_through_an_index() -> None:
    """What one question costs does not grow with the number of customers."""
    seed(NOW, CUSTOMERS)
    queries = {
        "changes": f"SELECT phone FROM {SCHEMA}.lines WHERE change > 5 ORDER BY change LIMIT 10",
        "due": f"SELECT id FROM {SCHEMA}.due_changes WHERE at <= now() ORDER BY at LIMIT 10",
        "top-ups": f"SELECT id FROM {SCHEMA}.top_ups WHERE phone = '13800138000' AND at > now()",
        "bills": f"SELECT total FROM {SCHEMA}.bills WHERE phone = '13800138000'",
        "services": f"SELECT id FROM {SCHEMA}.subscriptions WHERE phone = '13800138000'",
        "orders": f"SELECT count(*) FROM {SCHEMA}.orders WHERE phone = '13800138000'",
    }
    with db.engine().begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        for name, query in queries.items():
            plan = "\n".join(str(row[0]) for row in connection.execute(text(f"EXPLAIN {query}")))
            assert "Seq Scan" not in plan, f"{name}\n{plan}"


def test_a_leap_day(no_schema: None) -> None:
    at: datetime = china("2028-02-29 23:59")
    seed(at, 20)
    seed(china("2028-03-01 00:00"), 20)
    assert scalar(f"SELECT count(*) FROM {SCHEMA}.bills WHERE month = '2028-02'") == 18, "not the two that are off"
