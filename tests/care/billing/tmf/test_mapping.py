"""From the answers of TMF678 to our values, case by case."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.billing.tmf import mapping
from care.billing.tmf.reading import Record, Unusable, parsed
from care.billing.values import Bill, BillItem, ItemKind, Month
from tests.care.billing.tmf.answers import ANYTHING, GONE, Json, changed, cny, read
from tests.care.billing.tmf.example import NOVEMBER, OCTOBER, OTHER, PHONE
from tests.support.times import china

BILL: Json = {
    "id": "b1",
    "billDate": "2026-11-01T02:00:00+08:00",
    "state": "sent",
    "billingPeriod": {"startDateTime": "2026-10-01T00:00:00+08:00", "endDateTime": "2026-11-01T00:00:00+08:00"},
    "paymentDueDate": "2026-11-20T23:59:59+08:00",
    "taxIncludedAmount": cny(59),
    "remainingAmount": cny(59),
    "billingAccount": {"id": PHONE},
}
RATE: Json = {
    "id": "r1",
    "name": "畅享 59",
    "isBilled": True,
    "bill": {"id": "b1"},
    "type": "appliedBillingCharge",
    "taxIncludedAmount": cny(59),
}


def the_bill(changes: Json, holder: mapping.Holder = "billingAccount.id") -> list[mapping.CustomerBill]:
    return mapping.customer_bills(read([changed(BILL, changes)]), holder, PHONE)


def the_final(bill: Json, *rates: Json) -> Bill:
    (head,) = the_bill(bill)
    return mapping.final_bill(head.month, [(head, read([changed(RATE, rate) for rate in rates]))])


def the_item(changes: Json) -> BillItem:
    amount = (RATE | changes)["taxIncludedAmount"]["value"]
    is_credit = changes.get("type") in {"appliedBillingCredit", "rebate", "productAlteration"}
    total = -abs(amount) if is_credit else amount
    (item,) = the_final({"taxIncludedAmount": cny(total), "remainingAmount": cny(0)}, changes).items
    return item


# change; month, due day, or None: no bill that counts; why
BILLS: list[tuple[Json, tuple[Month, date | None] | None, str]] = [
    ({}, (OCTOBER, date(2026, 11, 20)), "a month of the calendar"),
    ({"paymentDueDate": GONE}, (OCTOBER, None), "nobody said until when"),
    ({"paymentDueDate": "2026-11-19T16:00:00Z"}, (OCTOBER, date(2026, 11, 20)), "midnight in China, said in UTC"),
    ({"state": "settled", "remainingAmount": cny(0)}, (OCTOBER, date(2026, 11, 20)), "paid"),
    ({"category": "normal"}, (OCTOBER, date(2026, 11, 20)), "said in words"),
    ({"category": "last"}, (OCTOBER, date(2026, 11, 20)), "of a line that was closed"),
    ({"state": "new"}, None, "made, and not sent yet"),
    ({"state": "validated"}, None, "looked at, and not sent yet"),
    ({"state": "onHold"}, None, "something is being clarified"),
    ({"category": "duplicate"}, None, "the same again"),
    ({"category": "trial customer"}, None, "made to try"),
    ({"category": "interim"}, None, "what the running month shows better"),
    (
        {"billingPeriod": {"startDateTime": "2026-09-30T16:00:00Z", "endDateTime": "2026-10-31T15:59:59Z"}},
        (OCTOBER, date(2026, 11, 20)),
        "October in China, said in UTC, and its last moment as the end",
    ),
    (
        {"billingPeriod": {"startDateTime": "2026-10-12T09:30:00+08:00", "endDateTime": "2026-11-01T00:00:00+08:00"}},
        (OCTOBER, date(2026, 11, 20)),
        "the first month of a line",
    ),
]


@pytest.mark.parametrize(("changes", "expected", "why"), BILLS, ids=[case[-1] for case in BILLS])
def test_bills(changes: Json, expected: tuple[Month, date | None] | None, why: str) -> None:
    assert [(bill.month, bill.due) for bill in the_bill(changes)] == ([] if expected is None else [expected])


# change; the field that is named; why
REFUSED: list[tuple[Json, str, str]] = [
    ({"id": GONE}, "id is missing", "no id, no rates"),
    ({"id": ""}, "id is not a text", "the same"),
    ({"id": 7}, "id is not a text", "a number is no id"),
    ({"id": "x" * 201}, "id is longer", "somebody sends anything"),
    ({"id": "a\u202eb"}, "id is longer than 200 characters, or not printable", "signs that turn a text around"),
    ({"state": "paid"}, "state is none", "a state that the standard has not"),
    ({"category": "gift"}, "category is unknown", "whether it counts"),
    ({"billDate": "yesterday"}, "billDate is not a time", "not a time"),
    ({"billDate": "2026-11-01T02:00:00"}, "billDate is a time without an offset", "eight hours either way"),
    (
        {"taxIncludedAmount": GONE, "taxExcludedAmount": cny(55)},
        "taxIncludedAmount is missing",
        "customers pay tax too",
    ),
    ({"taxIncludedAmount": 59}, "taxIncludedAmount is not an object", "money without a currency"),
    ({"taxIncludedAmount": {"value": 59}}, "taxIncludedAmount.unit is missing", "the same"),
    ({"taxIncludedAmount": cny(59, "USD")}, "taxIncludedAmount.unit is not CNY", "dollars"),
    ({"taxIncludedAmount": cny("59.00")}, "taxIncludedAmount.value is not a number", "the standard says a number"),
    ({"taxIncludedAmount": cny(True)}, "taxIncludedAmount.value is not a number", "true is no number"),
    ({"taxIncludedAmount": cny(1e300)}, "taxIncludedAmount.value is too large", "something else stands there"),
    ({"remainingAmount": cny(60)}, "remainingAmount is not between", "more is left than was billed"),
    ({"remainingAmount": cny(-1)}, "remainingAmount is not between", "less than nothing is left"),
    ({"state": "settled"}, "remainingAmount is not 0", "settled, and something is left"),
    ({"billingAccount": {"id": OTHER}}, "billingAccount.id is not the number", "somebody else's bill"),
    ({"billingAccount": GONE}, "billingAccount is missing", "whose bill is not told"),
    ({"billingPeriod": GONE}, "billingPeriod is missing", "of which month"),
    (
        {"billingPeriod": {"startDateTime": "2026-09-27T00:00:00+08:00", "endDateTime": "2026-10-27T00:00:00+08:00"}},
        "billingPeriod is not within a month",
        "from the 27th: customers ask for months",
    ),
    (
        {"billingPeriod": {"startDateTime": "2026-10-02T00:00:00+08:00", "endDateTime": "2026-10-01T00:00:00+08:00"}},
        "billingPeriod is not within a month",
        "ends before it begins",
    ),
    (
        {"financialAccount": {"accountBalance": [{"balanceType": "gift"}]}},
        "balanceType is unknown",
        "a sum of unknowns",
    ),
]


@pytest.mark.parametrize(("changes", "named", "why"), REFUSED, ids=[case[-1] for case in REFUSED])
def test_what_is_wrong_in_a_bill_is_named(changes: Json, named: str, why: str) -> None:
    with pytest.raises(Unusable) as refused:
        the_bill(changes)
    assert named in str(refused.value)
    assert refused.value.reason == "billing"
    for private in (PHONE, OTHER, "59", "USD", "gift", "yesterday"):
        assert private not in str(refused.value)


def test_by_related_party() -> None:
    parties = [{"id": "payer-7", "role": "payer"}, {"id": PHONE, "role": "user"}]
    account = {"billingAccount": {"id": "account-1"}}
    (bill,) = the_bill({"relatedParty": parties, **account}, "relatedParty.id")
    assert bill.account == "account-1"
    with pytest.raises(Unusable, match=r"relatedParty\.id"):
        the_bill({"relatedParty": [{"id": OTHER}], **account}, "relatedParty.id")
    with pytest.raises(Unusable, match=r"relatedParty\.id"):
        the_bill(account, "relatedParty.id")


# change of the rate; kind, amount; why
ITEMS: list[tuple[Json, ItemKind, str, str]] = [
    ({"characteristic": [{"name": "itemKind", "value": "plan"}]}, ItemKind.PLAN, "59.00", "our word for it"),
    ({"characteristic": [{"name": "itemKind", "value": "hologram"}]}, ItemKind.OTHER, "59.00", "a kind of tomorrow"),
    ({}, ItemKind.OTHER, "59.00", "a charge, of what is not told"),
    ({"type": GONE}, ItemKind.OTHER, "59.00", "not even that"),
    ({"type": "recurringCharge"}, ItemKind.OTHER, "59.00", "recurring is no kind that a customer knows"),
    ({"type": "appliedPenaltyCharge"}, ItemKind.LATE_FEE, "59.00", "the standard's late fee"),
    ({"type": "appliedBillingCredit"}, ItemKind.DISCOUNT, "-59.00", "amounts are above zero: the type has the sign"),
    (
        {"type": "appliedBillingCredit", "taxIncludedAmount": cny(-59)},
        ItemKind.DISCOUNT,
        "-59.00",
        "a system that writes the sign as well",
    ),
    ({"type": "rebate"}, ItemKind.DISCOUNT, "-59.00", "the narrower word"),
    (
        {"type": "appliedBillingCredit", "characteristic": [{"name": "itemKind", "value": "adjustment"}]},
        ItemKind.ADJUSTMENT,
        "-59.00",
        "money given back",
    ),
    ({"taxIncludedAmount": cny(0.1)}, ItemKind.OTHER, "0.10", "ten fen are ten fen"),
]


@pytest.mark.parametrize(("changes", "kind", "amount", "why"), ITEMS, ids=[case[-1] for case in ITEMS])
def test_items(changes: Json, kind: ItemKind, amount: str, why: str) -> None:
    item = the_item(changes)
    assert (item.kind, str(item.amount)) == (kind, amount)


def test_an_item_by_use_and_its_subject() -> None:
    told = [{"name": "quantity", "value": 18.4}, {"name": "unit", "value": "GB"}, {"name": "colour", "value": "red"}]
    item = the_item({"characteristic": told, "product": {"id": "data-over"}})
    assert (item.quantity, item.unit, item.subject) == (Decimal("18.4"), "GB", "data-over")
    assert the_item({"characteristic": told[:1]}).quantity is None, "of what is not told"
    assert the_item({}).subject is None


def test_money_never_goes_through_binary_fractions() -> None:
    exact = parsed(b'{"m": {"unit": "CNY", "value": 12345678.005}}')
    assert Record(exact, "x").money("m") == Decimal("12345678.01"), "half a fen is rounded as written, not as 2^-n"


def test_a_month_with_several_bills() -> None:
    """A bill, what was charged after it, and a credit note for a part of it."""
    heads = mapping.customer_bills(
        read(
            [
                changed(BILL, {"id": "credit", "category": "credit note", "taxIncludedAmount": cny(9)}),
                BILL,
                changed(BILL, {"id": "more", "billDate": "2026-11-03T02:00:00+08:00", "taxIncludedAmount": cny(60)}),
            ]
        ),
        "billingAccount.id",
        PHONE,
    )
    amounts = {"credit": 9, "b1": 59, "more": 60}
    parts = [
        (
            head,
            read([changed(RATE, {"id": head.id, "bill": {"id": head.id}, "taxIncludedAmount": cny(amounts[head.id])})]),
        )
        for head in heads
    ]
    bill = mapping.final_bill(OCTOBER, parts)
    assert {item.id: (item.kind, item.amount) for item in bill.items} == {
        "credit": (ItemKind.ADJUSTMENT, Decimal(-9)),
        "b1": (ItemKind.OTHER, Decimal(59)),
        "more": (ItemKind.OTHER, Decimal(60)),
    }
    assert bill.total == 110
    assert bill.paid == 1, "of the second 59 of 60 are left"
    assert bill.issued_at == china("2026-11-01 02:00")


# rates; the field that is named; why
RATES: list[tuple[list[Json], str, str]] = [
    ([{"bill": {"id": "b2"}}], "bill.id is not the one", "of another bill"),
    ([{"bill": GONE}], "bill is missing", "of no bill"),
    ([{"taxIncludedAmount": cny(58.99)}], "taxIncludedAmount is not the sum", "a fen is missing"),
    ([], "taxIncludedAmount is not the sum", "no rates at all"),
    ([{"taxIncludedAmount": cny(29.5)}] * 2, "id stands twice", "the same page again"),
    ([{"name": GONE}], "name is missing", "a line that nobody could explain"),
    ([{"characteristic": "plan"}], "characteristic is not a list", "another shape"),
]


@pytest.mark.parametrize(("rates", "named", "why"), RATES, ids=[case[-1] for case in RATES])
def test_what_is_wrong_in_rates_is_named(rates: list[Json], named: str, why: str) -> None:
    with pytest.raises(Unusable) as refused:
        the_final({}, *rates)
    assert named in str(refused.value)


UNBILLED: Json = changed(
    RATE,
    {"isBilled": False, "bill": GONE, "billingAccount": {"id": "a1"}, "date": "2026-11-05T08:00:00+08:00"},
)

# change; how many items November has, or the field that is named; why
SO_FAR: list[tuple[Json, int | str, str]] = [
    ({}, 1, "charged in November"),
    ({"date": "2026-10-31T16:00:00Z"}, 1, "the first moment of November in China"),
    ({"date": "2026-10-31T15:59:59Z"}, 0, "of October, whose bill is not made yet"),
    (
        {"date": "2026-10-31T12:00:00Z", "periodCoverage": {"startDateTime": "2026-11-01T00:00:00+08:00"}},
        1,
        "written down in October for November",
    ),
    ({"isBilled": True}, "isBilled is true", "is on a bill already"),
    ({"isBilled": "false"}, "isBilled is neither", "a text is no answer"),
    ({"billingAccount": {"id": "a2"}}, "billingAccount.id is not the one", "somebody else's"),
    ({"date": GONE}, "date is missing", "of which month"),
]


@pytest.mark.parametrize(("changes", "expected", "why"), SO_FAR, ids=[case[-1] for case in SO_FAR])
def test_the_running_month(changes: Json, expected: int | str, why: str) -> None:
    answer = read([changed(UNBILLED, changes)])
    if isinstance(expected, int):
        assert len(mapping.unbilled_items(answer, "a1", NOVEMBER)) == expected
        return
    with pytest.raises(Unusable) as refused:
        mapping.unbilled_items(answer, "a1", NOVEMBER)
    assert expected in str(refused.value)


# type and amount of each balance; what can be spent, part of it that was given; why
BALANCES = [
    ([("deposit balance", 50)], "50.00", "0.00", "paid ahead"),
    ([("Deposit", 50), ("loyalty balance", 10)], "60.00", "10.00", "ten of it were a present"),
    ([("deposit balance", 0), ("receivable balance", 59)], "-59.00", "0.00", "owed"),
    ([("deposit balance", 50), ("disputed balance", 59)], "50.00", "0.00", "disputed money is nobody's yet"),
]


@pytest.mark.parametrize(("balances", "amount", "given", "why"), BALANCES, ids=[case[-1] for case in BALANCES])
def test_balances(balances: list[tuple[str, int]], amount: str, given: str, why: str) -> None:
    since = {"startDateTime": "2026-11-21T15:00:00+08:00"}
    told = [{"balanceType": kind, "amount": cny(value), "validFor": since} for kind, value in balances]
    (bill,) = the_bill({"financialAccount": {"id": "f1", "accountBalance": told}})
    assert bill.balance == (Decimal(amount), Decimal(given), china("2026-11-21 15:00"))


@pytest.mark.parametrize(
    "account", [GONE, {"id": "f1"}, {"id": "f1", "accountBalance": []}], ids=["none", "bare", "empty"]
)
def test_a_bill_without_a_balance(account: Any) -> None:
    (bill,) = the_bill({"financialAccount": account})
    assert bill.balance is None


@settings(deadline=None)
@given(field=st.sampled_from([*BILL]), rate=st.sampled_from([*RATE]), value=ANYTHING)
def test_whatever_stands_in_an_answer_it_is_read_or_refused(field: str, rate: str, value: Any) -> None:
    """Never another error: that would be a bug, with the value in its traceback."""
    with contextlib.suppress(Unusable):
        assert len(the_bill({field: value})) <= 1
    with contextlib.suppress(Unusable):
        assert the_final({}, {rate: value}).total == 59, "or it does not add up"
