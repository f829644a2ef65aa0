"""However the operator's systems fail: a clear error within 2 seconds, nothing of a customer in it, and recovery."""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from care import logs
from care.billing.tmf.adapter import TmfBilling
from care.billing.tmf.breaker import Breaker
from care.billing.tmf.client import Api
from care.errors import Unavailable
from tests.care.billing.tmf.example import OCTOBER, OTHER, PHONE
from tests.support.environment import NOBODY
from tests.support.times import NOW
from tests.support.tmf import KEY, Operator, body, dripping, status

#: seconds that BillingSystem promises
PROMISED = 2.0
PAUSE = 0.3

Json = dict[str, Any]


def without(resource: str, name: str) -> Callable[[str, Json], Json]:
    def change(asked: str, entry: Json) -> Json:
        return {key: value for key, value in entry.items() if (asked, key) != (resource, name)}

    return change


def instead(resource: str, name: str, value: Any) -> Callable[[str, Json], Json]:
    def change(asked: str, entry: Json) -> Json:
        return entry | {name: value} if asked == resource else entry

    return change


BILL, RATE, REPORT, REQUEST = (
    "customerBill",
    "appliedCustomerBillingRate",
    "usageConsumptionReport",
    "usageConsumptionReportRequest",
)

# what is set; a word of the error that tells an operator what is wrong; why
FAILURES: list[tuple[str, Json, str, str]] = [
    ("bill", {"takes": 30.0}, "in time", "slow"),
    ("usage", {"takes": 30.0}, "in time", "slow reports"),
    ("bill", {"takes": 1.0}, "in time", "each call within the budget, all together not"),
    ("bill", {"always": dripping}, "in time", "a byte now and then: no single read is slow"),
    ("bill", {"always": status(500)}, "500", "broken"),
    ("bill", {"always": status(503)}, "503", "busy for longer"),
    ("usage", {"always": status(503)}, "503", "reports too"),
    ("bill", {"always": status(429, retry_after="1")}, "429", "too many questions"),
    ("bill", {"always": status(302, location="https://example.com/")}, "302", "leads elsewhere"),
    ("bill", {"always": body(b"<html>Login</html>")}, "JSON", "a portal in between"),
    ("bill", {"always": body(b"")}, "JSON", "nothing"),
    ("bill", {"always": body(b"[" * 100_000)}, "JSON", "nested without end"),
    ("bill", {"always": body(b"[NaN]")}, "JSON", "not a number"),
    ("bill", {"always": body(b"[1e99999999999999999999]")}, "JSON", "a number larger than any"),
    ("bill", {"always": body(b"{}")}, "list", "another shape"),
    ("bill", {"always": body(b"[7]")}, "object", "a list of something else"),
    ("bill", {"always": body(b" " * 5_000_000)}, "larger", "a body that would fill the memory"),
    ("bill", {"always": body(gzip.compress(b"[]"), content_encoding="gzip")}, "compressed", "a bomb could be in it"),
    ("bill", {"ignores_filters": True}, "billingAccount.id", "everybody's bills: the filter is not known there"),
    ("usage", {"ignores_filters": True}, "isBilled", "what everybody was ever charged, as the running month's"),
    ("bill", {"change": without(BILL, "state")}, "state", "a field is missing"),
    ("bill", {"change": without(RATE, "taxIncludedAmount")}, "taxIncludedAmount", "amounts without tax only"),
    ("bill", {"change": instead(BILL, "taxIncludedAmount", {"unit": "CNY", "value": 500})}, "sum", "does not add up"),
    ("bill", {"change": instead(BILL, "remainingAmount", {"unit": "USD", "value": 1})}, "CNY", "another currency"),
    ("bill", {"change": instead(BILL, "remainingAmount", {"value": 1})}, "unit", "no currency"),
    ("usage", {"change": instead(REPORT, "bucket", [{"id": "1"}])}, "product", "whose bucket is not told"),
    ("usage", {"change": instead(REPORT, "effectiveDate", "2026-11-21T15:20:00")}, "offset", "a time of no place"),
    ("usage", {"change": instead(REQUEST, "status", "rejected")}, "status", "the report will never be there"),
    ("usage", {"looks": 1000}, "in time", "the report is not ready"),
]


@pytest.fixture
async def system(there: Operator) -> AsyncIterator[TmfBilling]:
    bills = Api("tmf678", there.bills_url, KEY, Breaker("tmf678", PAUSE))
    system = TmfBilling(bills, Api("tmf677", there.usage_url, KEY), clock=lambda: NOW)
    yield system
    await system.close()


async def ask(system: TmfBilling, question: str) -> object:
    return await (system.bill(PHONE, OCTOBER) if question == "bill" else system.usage(PHONE))


async def refusal(system: TmfBilling, question: str) -> Unavailable:
    """It must come within the promised time."""
    began = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        await ask(system, question)
    assert time.monotonic() - began <= PROMISED
    assert refused.value.reason == "billing"
    return refused.value


@pytest.mark.parametrize(
    ("question", "switches", "word", "why"), FAILURES, ids=[f"{case[0]}: {case[-1]}" for case in FAILURES]
)
async def test_every_failure_is_told(
    there: Operator, system: TmfBilling, question: str, switches: Json, word: str, why: str
) -> None:
    for name, value in switches.items():
        setattr(there, name, value)
    refused = await refusal(system, question)
    assert word in str(refused), why
    for private in (PHONE, OTHER, KEY, "畅享", "166", "某人"):
        assert private not in str(refused)
    assert refused.__cause__ is None, "a cause is logged with what it quotes"


async def test_nobody_listens() -> None:
    system = TmfBilling(Api("tmf678", NOBODY, KEY), Api("tmf677", NOBODY, KEY), clock=lambda: NOW)
    for question in ("bill", "usage"):
        assert "ConnectError" in str(await refusal(system, question))
    await system.close()


@pytest.mark.parametrize("failure", [{}, {"always": status(503)}, {"change": without(BILL, "state")}], ids=str)
async def test_nothing_of_a_customer_is_logged(
    there: Operator,
    system: TmfBilling,
    logging_restored: None,
    capsys: pytest.CaptureFixture[str],
    failure: Json,
) -> None:
    logs.configure("tests")
    for name, value in failure.items():
        setattr(there, name, value)
    for question in ("bill", "usage"):
        try:
            await ask(system, question)
        except Unavailable:
            logging.getLogger("tests").exception("the action failed")
    written = capsys.readouterr().out
    assert bool(written) == bool(failure)
    for private in (PHONE, KEY, "畅享", "166", "某人", "billingAccount.id="):
        assert private not in written


async def test_an_operator_that_is_down_costs_nobody_time(there: Operator, system: TmfBilling) -> None:
    there.always = status(503)
    for _ in range(2):  # three tries each
        await refusal(system, "bill")
    there.requests.clear()
    began = time.monotonic()
    for _ in range(100):
        assert "left alone" in str(await refusal(system, "bill"))
    assert time.monotonic() - began < 0.5
    assert there.requests == [], "and it is left in peace"


async def test_it_comes_back(there: Operator, system: TmfBilling) -> None:
    there.always = status(503)
    for _ in range(2):
        await refusal(system, "bill")
    await asyncio.sleep(PAUSE)
    there.requests.clear()
    await refusal(system, "bill")
    assert len(there.requests) == 1, "one call tries, and not again"
    there.always = None
    await refusal(system, "bill")
    await asyncio.sleep(PAUSE)
    assert await ask(system, "bill") is not None
    assert await ask(system, "bill") is not None


async def test_only_one_of_many_customers_waits_for_the_try(there: Operator, system: TmfBilling) -> None:
    there.always = status(500)
    for _ in range(5):
        await refusal(system, "bill")
    await asyncio.sleep(PAUSE)
    there.always, there.takes = None, 0.2
    there.requests.clear()
    answers = await asyncio.gather(*(ask(system, "bill") for _ in range(20)), return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert all(isinstance(answer, Unavailable) for answer in answers if isinstance(answer, Exception))
    assert {path for _, path, _ in there.requests} == {"/customerBill", "/appliedCustomerBillingRate"}


async def test_bills_that_are_down_leave_usage_of_known_numbers_alone(there: Operator, system: TmfBilling) -> None:
    """Each API has a breaker of its own; usage needs both, for what was charged beyond the allowances."""
    there.always = status(500)
    for _ in range(5):
        await refusal(system, "bill")
    there.always = None
    assert "tmf678" in str(await refusal(system, "usage"))
    await asyncio.sleep(PAUSE)
    assert await ask(system, "usage")


async def test_customers_at_once_get_their_own(there: Operator, system: TmfBilling) -> None:
    there.takes = 0.01
    phones = [PHONE, OTHER] * 20
    bills = await asyncio.gather(*(system.bill(phone, OCTOBER) for phone in phones))
    for phone, bill in zip(phones, bills, strict=True):
        assert bill is not None
        assert str(bill.total) == ("167.20" if phone == PHONE else "59.00")
