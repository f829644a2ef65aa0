"""Orders at the demo operator: what is possible, what it does, and that it is done once for a key."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import STORIES
from care.billing.demo.tables import SCHEMA
from care.billing.values import Month, OrderKind, OrderRequest
from care.errors import Conflict
from tests.support.billing import phone_of, seed
from tests.support.database import count
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

NEXT = date(2026, 12, 1)
TODAY = date(2026, 11, 21)


@pytest.fixture
def demo(database: object) -> DemoBilling:
    seed(NOW, len(STORIES))
    return DemoBilling(clock=lambda: NOW)


DONE = [
    ("vas_no_consent", OrderKind.UNSUBSCRIBE, "s9-youxi", NEXT, "a service ends with the month that is paid"),
    ("bill_shock", OrderKind.CHANGE_PLAN, "changxiang-39", NEXT, "a cheaper plan, without a contract"),
    ("contract_ending", OrderKind.CHANGE_PLAN, "changxiang-129", NEXT, "a dearer one is possible in a contract"),
    ("bill_shock", OrderKind.CHANGE_PLAN, "zunxiang-159", NEXT, "one with a contract of its own"),
    ("bill_shock", OrderKind.ROAMING_DATA_ON, None, TODAY, "a switch works at once"),
    ("roaming_now", OrderKind.ROAMING_DATA_OFF, None, TODAY, "also abroad"),
    ("bill_shock", OrderKind.ROAMING_VOICE_OFF, None, TODAY, "calls have a switch of their own"),
    ("arrears", OrderKind.ROAMING_VOICE_OFF, None, TODAY, "a line that is off can switch off"),
]


@pytest.mark.parametrize(("story", "kind", "subject", "effective", "why"), DONE)
async def test_done(
    demo: DemoBilling, story: str, kind: OrderKind, subject: str | None, effective: date, why: str
) -> None:
    placed = await demo.place(phone_of(story), OrderRequest(kind, subject), "k1")
    assert placed.effective_on == effective, why
    with pytest.raises(Conflict) as refused:
        await demo.place(phone_of(story), OrderRequest(kind, subject), "k2")
    assert refused.value.reason == "order_done", "it is so now"


REFUSED = [
    ("bill_shock", OrderKind.UNSUBSCRIBE, "s9-youxi", "order_not_possible", "somebody else's service"),
    ("bill_shock", OrderKind.UNSUBSCRIBE, None, "order_not_possible", "no service named"),
    ("unsubscribed_service", OrderKind.UNSUBSCRIBE, "s1-yinyue", "order_done", "ended long ago"),
    ("bill_shock", OrderKind.CHANGE_PLAN, "lexiang-58", "order_not_possible", "no longer on sale"),
    ("bill_shock", OrderKind.CHANGE_PLAN, "free-lunch", "order_not_possible", "no such plan"),
    ("bill_shock", OrderKind.CHANGE_PLAN, "changxiang-59", "order_done", "has it"),
    ("contract_ending", OrderKind.CHANGE_PLAN, "changxiang-39", "order_not_possible", "cheaper, within a contract"),
    ("arrears", OrderKind.CHANGE_PLAN, "changxiang-39", "order_not_possible", "suspended"),
    ("restricted", OrderKind.ROAMING_DATA_ON, None, "order_not_possible", "out of order"),
    ("roaming_now", OrderKind.ROAMING_DATA_ON, None, "order_done", "is on"),
]


@pytest.mark.parametrize(("story", "kind", "subject", "reason", "why"), REFUSED)
async def test_refused(
    demo: DemoBilling, story: str, kind: OrderKind, subject: str | None, reason: str, why: str
) -> None:
    with pytest.raises(Conflict) as refused:
        await demo.place(phone_of(story), OrderRequest(kind, subject), "k1")
    assert refused.value.reason == reason, why
    assert count(f"{SCHEMA}.orders") == 0


async def test_the_same_key_is_the_same_order(demo: DemoBilling) -> None:
    phone, order = phone_of("bill_shock"), OrderRequest(OrderKind.UNSUBSCRIBE, "s0-shipin")
    first = await demo.place(phone, order, "k1")
    assert await demo.place(phone, order, "k1") == first
    assert count(f"{SCHEMA}.orders") == 1


async def test_the_same_key_many_times_at_once(demo: DemoBilling) -> None:
    phone, order = phone_of("bill_shock"), OrderRequest(OrderKind.ROAMING_DATA_ON)
    placed = await asyncio.gather(*(demo.place(phone, order, "k1") for _ in range(8)))
    assert len(set(placed)) == 1
    assert count(f"{SCHEMA}.orders") == 1


async def test_different_keys_at_once(demo: DemoBilling) -> None:
    """One of them did it, the others are told so."""
    phone, order = phone_of("bill_shock"), OrderRequest(OrderKind.ROAMING_DATA_ON)
    results = await asyncio.gather(
        *(demo.place(phone, order, f"k{number}") for number in range(8)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == ["Conflict"] * 7 + ["Placed"]


async def test_references_are_unlike(demo: DemoBilling) -> None:
    phone = phone_of("bill_shock")
    orders = [
        OrderRequest(OrderKind.ROAMING_DATA_ON),
        OrderRequest(OrderKind.ROAMING_DATA_OFF),
        OrderRequest(OrderKind.UNSUBSCRIBE, "s0-shipin"),
    ]
    placed = [await demo.place(phone, order, f"k{number}") for number, order in enumerate(orders)]
    assert len({each.reference for each in placed}) == 3
    assert not any(phone in each.reference for each in placed)


async def test_unsubscribing_shows(demo: DemoBilling) -> None:
    phone = phone_of("bill_shock")
    (before,) = await demo.subscriptions(phone)
    await demo.place(phone, OrderRequest(OrderKind.UNSUBSCRIBE, before.id), "k1")
    (after,) = await demo.subscriptions(phone)
    assert (before.is_ending, after.is_ending) == (False, True)
    assert before.ends_on == after.ends_on == NEXT, "what was promised before"


async def test_changing_the_plan_and_back(demo: DemoBilling) -> None:
    phone = phone_of("bill_shock")
    names = []
    for number, plan in enumerate(("changxiang-99", "changxiang-39", "changxiang-59")):
        await demo.place(phone, OrderRequest(OrderKind.CHANGE_PLAN, plan), f"k{number}")
        now = await demo.plan(phone)
        names.append((now.name, now.next_name))
    assert names == [("畅享 59", "畅享 99"), ("畅享 59", "畅享 39"), ("畅享 59", None)], "the last word counts"


async def test_a_plan_that_binds(demo: DemoBilling) -> None:
    """尊享 159: 30.00 less for 12 months, which are paid back by who leaves earlier."""
    phone = phone_of("bill_shock")
    await demo.place(phone, OrderRequest(OrderKind.CHANGE_PLAN, "zunxiang-159"), "k1")
    later = DemoBilling(clock=lambda: Month(2027, 2).start)
    bill, plan = await later.bill(phone, Month(2027, 2)), await later.plan(phone)
    assert bill is not None
    assert bill.total == Decimal("159.00") - Decimal("30.00") + Decimal("15.00")
    assert plan.contract is not None
    assert (plan.contract.until, plan.contract.leaving) == (date(2027, 11, 30), Decimal("90.00"))
    with pytest.raises(Conflict) as refused:
        await later.place(phone, OrderRequest(OrderKind.CHANGE_PLAN, "changxiang-59"), "k2")
    assert refused.value.reason == "order_not_possible"
    free = DemoBilling(clock=lambda: Month(2027, 12).start)
    assert (await free.plan(phone)).contract is None
    assert (await free.plan(phone)).promotions == ()


async def test_an_invoice_once(demo: DemoBilling) -> None:
    phone, month = phone_of("double_charge"), Month.of(NOW).plus(-2)
    made = await asyncio.gather(*(demo.request_invoice(phone, month, f"k{number}") for number in range(4)))
    assert len({each.number for each in made}) == 1
    assert [each.number for each in await demo.invoices(phone, 2)][1] == made[0].number


@pytest.mark.parametrize(("story", "back"), [("arrears", 1), ("bill_shock", 0), ("new_line", 1), ("bill_shock", -1)])
async def test_no_invoice_yet(demo: DemoBilling, story: str, back: int) -> None:
    with pytest.raises(Conflict) as refused:
        await demo.request_invoice(phone_of(story), Month.of(NOW).plus(-back), "k1")
    assert refused.value.reason == "invoice_not_yet"
