"""Whose state changed: each number once, in order, nothing twice, nothing forgotten, nothing from the future."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from care import db
from care.billing.demo import seeding
from care.billing.demo.adapter import DemoBilling
from care.billing.demo.customers import customer
from care.billing.demo.stories import CUSTOMERS, phone_at
from care.billing.values import Month, OrderKind, OrderRequest
from tests.support.billing import phone_of, seed
from tests.support.times import NOW, china

pytestmark = pytest.mark.usefixtures("database")

MONTH = Month.of(NOW)


class Clock:
    def __init__(self) -> None:
        self.now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


async def _all(demo: DemoBilling, cursor: str | None, page: int = 7) -> tuple[list[str], str | None]:
    """Numbers, read page by page, and where to go on."""
    phones: list[str] = []
    while changed := await demo.changed_since(cursor, page):
        assert len(changed) <= page
        phones += [each.phone for each in changed]
        cursor = changed[-1].cursor
    return phones, cursor


async def test_everybody_is_new_once(database: object) -> None:
    seed(NOW, 30)
    phones, cursor = await _all(DemoBilling(Clock()), None)
    assert phones == [phone_at(n) for n in range(30)]
    assert await DemoBilling(Clock()).changed_since(cursor, 100) == []


async def test_nobody_before_the_data_is_made(database: object) -> None:
    seed(NOW, 1)
    db.run(lambda session: seeding.reset(session, NOW, 0))
    assert await DemoBilling(Clock()).changed_since(None, 10) == []


async def test_an_order_is_a_change(database: object) -> None:
    seed(NOW, 5)
    demo, phone = DemoBilling(Clock()), phone_of("roaming_month")
    _, cursor = await _all(demo, None)
    await demo.place(phone, OrderRequest(OrderKind.ROAMING_DATA_OFF), "k1")
    await demo.place(phone, OrderRequest(OrderKind.ROAMING_DATA_ON), "k2")
    assert [each.phone for each in await demo.changed_since(cursor, 10)] == [phone], "two changes, one number"


async def test_an_allowance_that_is_used_up_is_a_change(database: object) -> None:
    """nearly_used_up has 92 % now: it is told again when the rest is gone, and nobody tells it before."""
    seed(NOW, 16)
    clock = Clock()
    demo, phone = DemoBilling(clock), phone_of("nearly_used_up")
    _, cursor = await _all(demo, None)
    used = []
    while clock.now < MONTH.end - timedelta(hours=1):
        clock.now += timedelta(hours=1)
        phones, cursor = await _all(demo, cursor)
        if phone in phones:
            data = (await demo.usage(phone)).allowances[0]
            assert data.total is not None
            used.append(data.used / data.total)
    assert 1 <= used[0] < 1.01, "at most an hour late"
    assert len(used) == 8, "and then once a day: each day costs more"


async def test_a_journey_is_a_change(database: object) -> None:
    """roaming_now has three days in Japan behind it, four more before it, and is charged for each."""
    seed(NOW, 15)
    clock = Clock()
    demo, phone = DemoBilling(clock), phone_of("roaming_now")
    _, cursor = await _all(demo, None)
    told = []
    for day in range(22, 30):
        clock.now = china(f"2026-11-{day} 00:00")
        phones, cursor = await _all(demo, cursor)
        if phone in phones:
            bill = await demo.bill(phone, MONTH)
            assert bill is not None
            told.append((day, (await demo.roaming(phone)).place, bill.total))
    assert told == [
        (22, "日本", Decimal("214.84")),
        (23, "日本", Decimal("243.80")),
        (24, "日本", Decimal("272.76")),
        (25, "日本", Decimal("301.72")),
        (26, None, Decimal("301.72")),
    ]


async def test_a_new_month_is_a_change_of_everybody(database: object) -> None:
    """Their bills are issued. Also for those nobody asks about, and through the night in which it happens."""
    seed(NOW, 10)
    clock = Clock()
    demo = DemoBilling(clock)
    _, cursor = await _all(demo, None)
    clock.now = MONTH.end
    phones, cursor = await _all(demo, cursor)
    assert sorted(phones) == [phone_at(n) for n in range(10)]
    for phone in phones:
        await demo.bill(phone, MONTH)  # carries the line on into the new month: that is a change again
    again, cursor = await _all(demo, cursor)
    assert sorted(again) == sorted(phones)
    assert (await _all(demo, cursor))[0] == [], "and then it is quiet"


async def test_a_contract_that_comes_near_its_end_is_a_change(database: object) -> None:
    """30 days before: told in a month in which that day is still to come."""
    at = china("2026-11-02 08:00")
    made = (customer(seeding.SEED, n, at) for n in range(CUSTOMERS))
    who = next(each for each in made if each.contract and 31 <= (each.contract.until - at.date()).days <= 55)
    assert who.contract is not None
    seed(at, who.n + 1)
    clock = Clock()
    clock.now = at
    demo = DemoBilling(clock)
    _, cursor = await _all(demo, None)
    day = china(f"{who.contract.until - timedelta(days=30)} 00:00")
    clock.now = day - timedelta(seconds=1)
    _, cursor = await _all(demo, cursor)
    clock.now = day
    assert who.phone in (await _all(demo, cursor))[0]


async def test_cursors_of_data_that_was_made_anew_begin_again(database: object) -> None:
    seed(NOW, 3)
    clock = Clock()
    demo = DemoBilling(clock)
    _, cursor = await _all(demo, None)
    clock.now = NOW + timedelta(hours=1)
    db.run(lambda session: seeding.reset(session, clock.now, 3))
    assert len(await demo.changed_since(cursor, 10)) == 3, "their numbers begin again; nobody is overlooked"


@pytest.mark.parametrize("cursor", ["", "x", "1:x", ":", "9" * 60])
async def test_a_cursor_that_is_none_of_ours_begins_again(database: object, cursor: str) -> None:
    seed(NOW, 3)
    assert len(await DemoBilling(Clock()).changed_since(cursor, 10)) == 3


async def test_nothing_is_lost_while_others_write(database: object) -> None:
    """A reader that goes on while orders are placed sees each of them: numbers come in the order of commits."""
    seed(NOW, 12)
    demo = DemoBilling(Clock())
    _, cursor = await _all(demo, None)
    seen: list[str] = []
    is_over = asyncio.Event()

    async def read() -> None:
        nonlocal cursor
        while not is_over.is_set():
            phones, cursor = await _all(demo, cursor, 1)
            seen.extend(phones)

    async def write(n: int) -> None:
        kinds = (OrderKind.ROAMING_VOICE_OFF, OrderKind.ROAMING_VOICE_ON)
        for turn in range(4):
            phone = phone_at(n)
            if n not in (4, 5):  # those are off and cannot switch on
                await demo.place(phone, OrderRequest(kinds[turn % 2]), f"k{n}-{turn}")

    reader = asyncio.create_task(read())
    await asyncio.gather(*(write(n) for n in range(12)))
    is_over.set()
    await reader
    last, _ = await _all(demo, cursor)
    assert set(seen + last) == {phone_at(n) for n in range(12) if n not in (4, 5)}
