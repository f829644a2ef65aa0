"""What every billing system does: one suite, run against the demo operator and over TM Forum APIs.

Inherit `BillingSuite` in a test module and give it two fixtures: `system` (a BillingSystem) and `facts` (what it should
know). A part that the system does not offer is asserted to say so; a part that it offers needs its facts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise

import pytest

from care.billing.system import BillingSystem, NotOffered, Part
from care.billing.values import CENT, InvoiceStatus, Month, OrderKind, OrderRequest
from care.errors import Conflict, InvalidInput


@dataclass(frozen=True)
class Facts:
    """Of one line. What belongs to a part that is not offered stays as it is."""

    #: when the system is asked
    now: datetime
    phone: str
    #: a number that is not the operator's
    stranger: str
    #: of a final bill: amount by name of its items, what was paid, until when it was to be paid
    month: Month
    amounts: dict[str, Decimal]
    paid: Decimal
    due: date | None
    #: the oldest bill; the month before it has none
    first: Month
    #: of the running month, so far
    running: Decimal
    #: used and in all (None: without limit), in GB, minutes and messages, by name of the allowance
    allowances: dict[str, tuple[Decimal, Decimal | None]]
    owed: Decimal
    late_fee: Decimal
    owed_months: tuple[Month, ...]
    spendable: Decimal
    given: Decimal = Decimal("0.00")
    #: part TOP_UPS: amounts, the newest first
    top_ups: tuple[Decimal, ...] = ()
    #: part PLAN
    plan: str = ""
    #: part SUBSCRIPTIONS: price by name
    subscriptions: dict[str, Decimal] = field(default_factory=dict)
    #: part INVOICES: a month whose invoice can be asked for, and one where it cannot yet
    invoiceable: Month | None = None
    not_invoiceable: Month | None = None
    #: part ORDERS: something that can be ordered once
    order: OrderRequest | None = None


def _questions(system: BillingSystem, phone: str, now: datetime) -> dict[Part, Callable[[], Awaitable[object]]]:
    """One of each part."""
    return {
        Part.BALANCE: partial(system.balance, phone),
        Part.TOP_UPS: partial(system.top_ups, phone, now - timedelta(days=90)),
        Part.BILLS: partial(system.bill, phone, Month.of(now).plus(-1)),
        Part.USAGE: partial(system.usage, phone),
        Part.PLAN: partial(system.plan, phone),
        Part.SUBSCRIPTIONS: partial(system.subscriptions, phone),
        Part.ARREARS: partial(system.arrears, phone),
        Part.ROAMING: partial(system.roaming, phone),
        Part.LEAVING: partial(system.leaving, phone),
        Part.INVOICES: partial(system.invoices, phone, 3),
        Part.ORDERS: partial(system.place, phone, OrderRequest(OrderKind.ROAMING_DATA_OFF), "suite-asked"),
        Part.CHANGES: partial(system.changed_since, None, 10),
    }


def _is_money(amount: Decimal) -> bool:
    return amount == amount.quantize(CENT) and amount.as_tuple().exponent == -2


class BillingSuite:
    async def test_a_line_of_the_operator(self, system: BillingSystem, facts: Facts) -> None:
        line = await system.line(facts.phone)
        assert line.phone == facts.phone
        assert line.holder_since.tzinfo is not None
        assert line.holder_since <= facts.now

    @pytest.mark.parametrize("part", [part for part in Part if part is not Part.CHANGES])
    async def test_a_number_of_somebody_else(self, system: BillingSystem, facts: Facts, part: Part) -> None:
        if part not in system.offers:
            return  # test_what_is_not_offered_says_so
        with pytest.raises(InvalidInput) as refused:
            await _questions(system, facts.stranger, facts.now)[part]()
        assert refused.value.reason == "line_unknown"
        assert facts.stranger not in str(refused.value), "numbers never stand in an error"

    async def test_the_line_of_somebody_else(self, system: BillingSystem, facts: Facts) -> None:
        with pytest.raises(InvalidInput) as refused:
            await system.line(facts.stranger)
        assert refused.value.reason == "line_unknown"

    @pytest.mark.parametrize("part", Part)
    async def test_what_is_not_offered_says_so(self, system: BillingSystem, facts: Facts, part: Part) -> None:
        ask = _questions(system, facts.phone, facts.now)[part]
        if part in system.offers:
            await ask()
            return
        with pytest.raises(NotOffered) as refused:
            await ask()
        assert refused.value.part is part

    async def test_a_final_bill(self, system: BillingSystem, facts: Facts) -> None:
        bill = await system.bill(facts.phone, facts.month)
        assert bill is not None
        assert (bill.month, bill.is_final) == (facts.month, True)
        assert {item.name: item.amount for item in bill.items} == facts.amounts
        assert bill.total == sum(facts.amounts.values(), Decimal("0.00"))
        assert (bill.paid, bill.due) == (facts.paid, facts.due)
        assert bill.issued_at is not None
        assert bill.issued_at.tzinfo is not None
        assert bill.issued_at >= facts.month.end, "a month is billed when it is over"
        assert len({item.id for item in bill.items}) == len(bill.items)
        assert all(_is_money(amount) for amount in [bill.paid, *(item.amount for item in bill.items)])

    async def test_the_running_month(self, system: BillingSystem, facts: Facts) -> None:
        bill = await system.bill(facts.phone, Month.of(facts.now))
        assert bill is not None
        assert (bill.month, bill.is_final) == (Month.of(facts.now), False)
        assert bill.total == facts.running

    @pytest.mark.parametrize("why", ["before the line", "not begun"])
    async def test_no_bill(self, system: BillingSystem, facts: Facts, why: str) -> None:
        month = facts.first.plus(-1) if why == "before the line" else Month.of(facts.now).plus(1)
        assert await system.bill(facts.phone, month) is None

    async def test_the_same_thing_has_the_same_subject_in_every_month(
        self, system: BillingSystem, facts: Facts
    ) -> None:
        bill, before = await system.bill(facts.phone, facts.month), await system.bill(facts.phone, facts.month.plus(-1))
        assert bill is not None
        assert before is not None
        subjects = [{item.subject: item.name for item in each.items if item.subject} for each in (bill, before)]
        assert set(subjects[0]) & set(subjects[1]), "by it two months are compared"
        assert all(subjects[1].get(subject, name) == name for subject, name in subjects[0].items())

    async def test_usage(self, system: BillingSystem, facts: Facts) -> None:
        usage = await system.usage(facts.phone)
        assert usage.as_of.tzinfo is not None
        assert usage.as_of <= facts.now
        assert {each.name: (each.used, each.total) for each in usage.allowances} == facts.allowances
        assert len({each.id for each in usage.allowances}) == len(usage.allowances)
        for each in usage.allowances:
            assert each.resets_at > usage.as_of, "what is left is good until then"
            assert each.used >= 0
            assert each.total is None or 0 <= each.carried_over <= each.total
        assert all(item.amount > 0 for item in usage.over), "beyond the allowances, so it costs"

    async def test_arrears(self, system: BillingSystem, facts: Facts) -> None:
        arrears = await system.arrears(facts.phone)
        assert (arrears.amount, arrears.late_fee, arrears.months) == (facts.owed, facts.late_fee, facts.owed_months)
        assert (arrears.since is None) == (facts.owed == 0)
        assert _is_money(arrears.amount)
        assert _is_money(arrears.late_fee)
        assert arrears.late_fee <= arrears.amount, "it is part of it"

    async def test_balance(self, system: BillingSystem, facts: Facts) -> None:
        balance = await system.balance(facts.phone)
        assert (balance.amount, balance.given) == (facts.spendable, facts.given)
        assert balance.unbilled == facts.running
        assert balance.as_of <= facts.now
        assert all(_is_money(amount) for amount in (balance.amount, balance.given, balance.unbilled))

    async def test_top_ups(self, system: BillingSystem, facts: Facts) -> None:
        if Part.TOP_UPS not in system.offers:
            return  # test_what_is_not_offered_says_so
        top_ups = await system.top_ups(facts.phone, facts.now - timedelta(days=90))
        assert tuple(each.amount for each in top_ups) == facts.top_ups
        assert all(newer.at >= older.at for newer, older in pairwise(top_ups))
        assert await system.top_ups(facts.phone, facts.now) == []

    async def test_plan(self, system: BillingSystem, facts: Facts) -> None:
        if Part.PLAN not in system.offers:
            return
        plan = await system.plan(facts.phone)
        assert plan.name == facts.plan
        assert _is_money(plan.price)

    async def test_subscriptions(self, system: BillingSystem, facts: Facts) -> None:
        if Part.SUBSCRIPTIONS not in system.offers:
            return
        subscriptions = await system.subscriptions(facts.phone)
        assert {each.name: each.price for each in subscriptions} == facts.subscriptions
        assert len({each.id for each in subscriptions}) == len(subscriptions)

    async def test_invoices(self, system: BillingSystem, facts: Facts) -> None:
        if Part.INVOICES not in system.offers:
            return
        assert facts.invoiceable is not None
        assert facts.not_invoiceable is not None
        invoices = await system.invoices(facts.phone, 2)
        assert len(invoices) == 2
        assert all(newer.month > older.month for newer, older in pairwise(invoices))
        issued = await system.request_invoice(facts.phone, facts.invoiceable, "suite-invoice")
        assert (issued.month, issued.status) == (facts.invoiceable, InvoiceStatus.ISSUED)
        assert await system.request_invoice(facts.phone, facts.invoiceable, "suite-invoice") == issued
        with pytest.raises(Conflict) as refused:
            await system.request_invoice(facts.phone, facts.not_invoiceable, "suite-not-yet")
        assert refused.value.reason == "invoice_not_yet"

    async def test_orders(self, system: BillingSystem, facts: Facts) -> None:
        if Part.ORDERS not in system.offers:
            return
        assert facts.order is not None
        placed = await system.place(facts.phone, facts.order, "suite-order")
        assert placed.effective_on >= facts.now.date()
        assert await system.place(facts.phone, facts.order, "suite-order") == placed, "the same key is the same order"
        with pytest.raises(Conflict) as refused:
            await system.place(facts.phone, facts.order, "suite-order-again")
        assert refused.value.reason == "order_done"

    async def test_changes_are_read_page_by_page(self, system: BillingSystem, facts: Facts) -> None:
        if Part.CHANGES not in system.offers:
            return
        everything = await system.changed_since(None, 1000)
        assert facts.phone in {each.phone for each in everything}
        page = await system.changed_since(None, 1)
        assert page == everything[:1]
        assert await system.changed_since(page[-1].cursor, 1000) == everything[1:]
        assert await system.changed_since(everything[-1].cursor, 1000) == []
