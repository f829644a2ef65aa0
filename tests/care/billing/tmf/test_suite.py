"""Over TM Forum APIs: the suite of every billing system, and the answers of whatever system is behind the APIs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pydantic import SecretStr

from care.billing.demo.adapter import DemoBilling
from care.billing.system import NotOffered, Part
from care.billing.tmf.adapter import TmfBilling
from care.billing.tmf.client import Api
from care.billing.tmf.mapping import Holder
from care.billing.values import CENT, Bill, LineStatus, Month, Usage
from care.settings import Settings
from cli.run.postgres import Embedded
from tests.care.billing.suite import BillingSuite, Facts
from tests.care.billing.tmf.example import ACCOUNT, AUGUST, FACTS, OTHER_ACCOUNT, PHONE
from tests.support.billing import phone_of, seed
from tests.support.swagger import SPECS
from tests.support.times import NOW
from tests.support.tmf import KEY, Operator, account_of


@pytest.fixture
def facts() -> Facts:
    return FACTS


class TestByBillingAccount(BillingSuite):
    """The number is the id of the billing account."""


class TestByRelatedParty(BillingSuite):
    """The number is the id of a party, and the billing account has one of its own."""

    @pytest.fixture
    async def system(self, there: Operator) -> AsyncIterator[TmfBilling]:
        def own(resource: str, entry: dict[str, object]) -> dict[str, object]:
            return entry | {"billingAccount": {"id": "account-of-0"}} if "billingAccount" in entry else entry

        there.accounts = {PHONE: ACCOUNT}
        there.change = own
        system = _system(there, "relatedParty.id")
        yield system
        await system.close()


def test_what_goes_over_the_wire_is_checked_against_the_official_definitions(there: Operator) -> None:
    if not SPECS.exists():
        pytest.skip(f"the official definitions are not at {SPECS}: what goes over the wire is not checked")
    assert there.is_checked


async def test_by_the_settings(postgres: Embedded, there: Operator) -> None:
    chosen = Settings(billing="tmf", tmf678_url=there.bills_url, tmf677_url=there.usage_url, tmf_key=SecretStr(KEY))
    system = TmfBilling.from_settings(chosen)
    assert await system.bill(PHONE, AUGUST) is not None
    assert (await system.usage(PHONE)).allowances
    await system.close()


async def test_what_bills_do_not_tell_is_not_made_up(system: TmfBilling) -> None:
    arrears = await system.arrears(PHONE)
    assert (arrears.suspended_at, arrears.paid_at) == (None, None)
    line = await system.line(PHONE)
    assert (line.status, line.holder_since) == (LineStatus.ACTIVE, AUGUST.start), "since the oldest bill"


# day that October is due, what was paid of 167.20; what is owed, late fee in it (it is 1.20 of the bill); why
DUE = [
    (date(2026, 11, 20), "66.00", "101.20", "1.20", "was due yesterday"),
    (date(2026, 11, 21), "66.00", "0.00", "0.00", "can be paid all day today"),
    (date(2026, 12, 20), "0.00", "0.00", "0.00", "not due yet"),
    (None, "0.00", "0.00", "0.00", "nobody said until when"),
    (date(2026, 11, 20), "167.20", "0.00", "0.00", "paid"),
    (date(2026, 11, 20), "166.70", "0.50", "0.50", "no more late fee than is left"),
]


@pytest.mark.parametrize(("due", "paid", "owed", "late_fee", "why"), DUE, ids=[case[-1] for case in DUE])
async def test_what_is_owed(
    there: Operator, system: TmfBilling, due: date | None, paid: str, owed: str, late_fee: str, why: str
) -> None:
    october = replace(ACCOUNT.bills[-1], due=due, paid=Decimal(paid))
    there.accounts = {PHONE: replace(ACCOUNT, bills=(*ACCOUNT.bills[:-1], october))}
    arrears = await system.arrears(PHONE)
    assert (arrears.amount, arrears.late_fee) == (Decimal(owed), Decimal(late_fee))
    assert arrears.since == (due if arrears.amount else None)


async def test_a_new_line_has_no_bill_yet(there: Operator, system: TmfBilling) -> None:
    there.accounts = {PHONE: replace(ACCOUNT, bills=())}
    assert (await system.line(PHONE)).holder_since == Month.of(NOW).start
    assert await system.bill(PHONE, Month.of(NOW).plus(-1)) is None
    running = await system.bill(PHONE, Month.of(NOW))
    assert running is not None
    assert running.total == Decimal("69.00")
    assert (await system.arrears(PHONE)).amount == 0
    with pytest.raises(NotOffered) as refused:
        await system.balance(PHONE)
    assert refused.value.part is Part.BALANCE, "it stands on bills only"


async def test_bills_without_a_balance(there: Operator, system: TmfBilling) -> None:
    there.accounts = {PHONE: OTHER_ACCOUNT, OTHER_ACCOUNT.phone: OTHER_ACCOUNT}
    with pytest.raises(NotOffered):
        await system.balance(OTHER_ACCOUNT.phone)


@pytest.mark.parametrize("tells_total", [True, False])
async def test_lists_are_read_to_their_end(there: Operator, system: TmfBilling, tells_total: bool) -> None:
    october = ACCOUNT.bills[-1]
    items = tuple(replace(october.items[0], id=f"rate-{n}", amount=Decimal("1.00")) for n in range(250))
    there.accounts = {PHONE: replace(ACCOUNT, bills=(replace(october, items=items),))}
    there.tells_total = tells_total
    # With the total told, a server may give fewer at once than it is asked for.
    there.page = 60 if tells_total else 1000
    bill = await system.bill(PHONE, october.month)
    assert bill is not None
    assert len(bill.items) == 250


@pytest.mark.parametrize("looks", [0, 1, 3])
async def test_a_report_is_waited_for(there: Operator, system: TmfBilling, looks: int) -> None:
    there.looks = looks
    assert len((await system.usage(PHONE)).allowances) == 4
    assert there.asked("usageConsumptionReportRequest") == 1 + looks


async def test_no_more_personal_data_than_needed_is_asked_for(there: Operator, system: TmfBilling) -> None:
    await system.bill(PHONE, AUGUST)
    (query,) = [query for _, path, query in there.requests if path == "/customerBill"]
    assert "relatedParty" not in query["fields"], "names of payers"
    assert "paymentMethod" not in query["fields"]


STORIES = ["bill_shock", "unsubscribed_service", "roaming_month", "double_charge", "arrears", "new_line"]


@pytest.mark.parametrize("story", STORIES)
async def test_the_demo_operator_behind_the_apis(
    database: Embedded, there: Operator, system: TmfBilling, story: str
) -> None:
    seed(NOW)
    behind, phone = DemoBilling(clock=lambda: NOW), phone_of(story)
    there.accounts = {phone: await account_of(behind, phone, NOW)}
    for back in range(14):
        month = Month.of(NOW).plus(-back)
        assert _comparable(await system.bill(phone, month)) == _comparable(await behind.bill(phone, month))
    assert _plain(await system.usage(phone)) == _plain(await behind.usage(phone))
    if there.accounts[phone].bills:
        over_apis, direct = await system.balance(phone), await behind.balance(phone)
        assert over_apis == direct


def _system(there: Operator, holder: Holder) -> TmfBilling:
    bills, usage = Api("tmf678", there.bills_url, KEY), Api("tmf677", there.usage_url, KEY)
    return TmfBilling(bills, usage, holder, clock=lambda: NOW)


def _comparable(bill: Bill | None) -> Bill | None:
    return bill and replace(bill, items=tuple(sorted(bill.items, key=lambda item: item.id)))


def _plain(usage: Usage) -> Usage:
    """Without what a usage report does not tell, and rounded as it is."""
    allowances = [
        replace(
            each,
            used=each.used.quantize(CENT),
            total=each.total and each.total.quantize(CENT),
            carried_over=Decimal(0),
            only_for=None,
        )
        for each in usage.allowances
    ]
    return replace(usage, allowances=tuple(allowances))
