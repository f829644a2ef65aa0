"""What redress is worked out from is asked of the billing system: once, and outside of every transaction."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from care.accesses.tables import Access
from care.billing.demo.adapter import DemoBilling
from care.billing.values import Bill, BillItem, ItemKind, Line, LineStatus, Month
from care.db import transaction
from care.errors import InvalidInput, Unavailable
from care.escalation.sweep import sweep
from care.redress.filling import fill_due
from care.redress.service import give_facts
from care.redress.tables import Redress
from tests.care.redress.conftest import File
from tests.support.billing import seed
from tests.support.times import NOW, china

LATER = NOW + timedelta(hours=48)
ITEM = BillItem("1", ItemKind.BROADBAND, "宽带 300M", Decimal("50.00"))
LONG_AGO = china("2020-01-01 00:00")


class Operator(DemoBilling):
    """One number, that tells what it is given."""

    def __init__(self, items: tuple[BillItem, ...] | None = (ITEM,), holder_since: datetime = LONG_AGO) -> None:
        self.items, self.holder_since = items, holder_since
        self.fails: Exception | None = None
        self.asked: list[Month] = []

    async def line(self, phone: str) -> Line:
        if self.fails is not None:
            raise self.fails
        return Line(phone, LineStatus.ACTIVE, self.holder_since, False)

    async def bill(self, phone: str, month: Month) -> Bill | None:
        self.asked.append(month)
        if self.items is None:
            return None
        return Bill(month, self.items, Decimal("50.00"), NOW, None)


def fill(operator: DemoBilling) -> int:
    return asyncio.run(fill_due(operator, lambda: LATER))


def state() -> tuple[int | None, Any]:
    with transaction() as session:
        redress = session.scalars(select(Redress)).one()
        return redress.amount, redress.basis.get("monthly_fee")


@pytest.fixture(autouse=True)
def proposed(file: File) -> str:
    number = file()
    sweep(LATER)
    return number


def test_what_broadband_costs_is_filled_in_once() -> None:
    operator = Operator()
    assert [fill(operator), fill(operator)] == [1, 0]
    assert state() == (500, 5000)  # three days of a month of 30
    assert operator.asked == [Month(2026, 10)], "the last month that was whole"
    with transaction() as session:
        (noted,) = session.scalars(select(Access).where(Access.what == "bill"))
        assert (noted.reader, noted.use, noted.times) == ("system", "ticket", 1)


PLAN = replace(ITEM, kind=ItemKind.PLAN)
UNKNOWN = [
    (Operator(items=(PLAN,)), "a mobile plan is no broadband"),
    (Operator(items=()), "nothing was paid"),
    (Operator(items=None), "there is no bill"),
    (Operator(holder_since=NOW), "the number is somebody else's now"),
]


@pytest.mark.parametrize(("operator", "why"), UNKNOWN)
def test_what_is_not_known_is_left_to_staff(operator: Operator, why: str) -> None:
    assert [fill(operator), fill(operator)] == [1, 0], why
    assert state() == (None, None)


def test_a_number_of_another_operator_is_asked_about_once() -> None:
    operator = Operator()
    operator.fails = InvalidInput("line_unknown", "not ours")
    assert [fill(operator), fill(operator)] == [1, 0]


def test_while_the_system_is_down_it_waits() -> None:
    operator = Operator()
    operator.fails = Unavailable("billing", "down")
    assert fill(operator) == 0
    operator.fails = None
    assert fill(operator) == 1
    assert state() == (500, 5000)


def test_what_a_supervisor_typed_meanwhile_stays() -> None:
    with transaction() as session:
        give_facts(session, session.scalars(select(Redress.id)).one(), {"monthly_fee": "99"}, "9", LATER)
    operator = Operator()
    assert fill(operator) == 0
    assert operator.asked == []
    assert state() == (990, 9900)


def test_two_workers_fill_it_once() -> None:
    async def both() -> tuple[int, int]:
        return await asyncio.gather(fill_due(Operator(), lambda: LATER), fill_due(Operator(), lambda: LATER))

    assert sum(asyncio.run(both())) == 1
    assert state() == (500, 5000)


def test_the_demo_operator_answers() -> None:
    """13800138000 has a mobile plan only."""
    seed(NOW, 1)
    assert fill(DemoBilling(clock=lambda: LATER)) == 1
    assert state() == (None, None)
