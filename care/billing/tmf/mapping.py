"""From what the two APIs answer to `care.billing.values`. Pure: no clock, no network.

An operator's extensions are where the standard leaves room for them: characteristics of a rate (`itemKind`, `quantity`,
`unit`), see docs/operate/billing.md. Every function raises `reading.Unusable` naming a field, never a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from care.billing.tmf.reading import Record, records, refused
from care.billing.values import Bill, BillItem, ItemKind, Month

#: the attribute of a customerBill that holds the telephone number
Holder = Literal["billingAccount.id", "relatedParty.id"]

#: fields that are asked for; the rest, names and ways of payment among it, stays where it is
BILL_FIELDS = (
    "id,billDate,category,state,billingPeriod,paymentDueDate,taxIncludedAmount,remainingAmount,"
    "billingAccount,financialAccount"
)

_ISSUED = {"sent", "partiallyPaid", "settled"}
_NOT_ISSUED = {"new", "onHold", "validated"}
_COUNTED = {"normal", "last"}
_NOT_COUNTED = {"duplicate", "interim", "trial", "trial customer"}
_CREDIT_NOTE = "credit note"

_CREDITS = {"appliedBillingCredit", "rebate", "productAlteration"}
_PENALTY = "appliedPenaltyCharge"

_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class CustomerBill:
    """What is used of a TMF678 customerBill that was issued. A month can have several."""

    id: str
    month: Month
    #: when what it bills began
    since: datetime
    account: str | None
    issued_at: datetime
    due: date | None
    #: with tax; below zero on a credit note
    total: Decimal
    remaining: Decimal
    gives_back: bool
    #: amount, part of it that was given, as of; None: the bill carries no balance
    balance: tuple[Decimal, Decimal, datetime] | None


def customer_bills(answer: Sequence[Any], holder: Holder, phone: str) -> list[CustomerBill]:
    """The issued ones, the oldest first. Refused as a whole when one of them is somebody else's."""
    bills = []
    for record in records(answer, "customerBill"):
        # A server that does not know the filter gives everybody's bills.
        _check_holder(record, holder, phone)
        category = (record.text_or_none("category") or "normal").lower()
        state = record.text("state")
        if state not in _ISSUED | _NOT_ISSUED:
            raise refused(record.at("state"), "is none of the standard")
        if category not in {*_COUNTED, *_NOT_COUNTED, _CREDIT_NOTE}:
            raise refused(record.at("category"), "is unknown: whether it counts cannot be told")
        if state in _ISSUED and category not in _NOT_COUNTED:
            bills.append(_customer_bill(record, category == _CREDIT_NOTE))
    return sorted(bills, key=lambda bill: (bill.month, bill.issued_at))


def final_bill(month: Month, parts: Iterable[tuple[CustomerBill, Sequence[Any]]]) -> Bill:
    """Of the bills of one month, each with the rates that it was asked for."""
    items: list[BillItem] = []
    bills = []
    for bill, rates in parts:
        found = _billed_items(bill, rates)
        if sum((item.amount for item in found), _ZERO) != bill.total:
            raise refused("customerBill.taxIncludedAmount", "is not the sum of the bill's rates")
        items += found
        bills.append(bill)
    _check_ids(items)
    due = [bill.due for bill in bills if bill.due is not None and not bill.gives_back]
    return Bill(
        month=month,
        items=tuple(items),
        paid=sum((bill.total - bill.remaining for bill in bills if not bill.gives_back), _ZERO),
        issued_at=min(bill.issued_at for bill in bills),
        due=max(due, default=None),
    )


def unbilled_items(answer: Sequence[Any], account: str, month: Month) -> list[BillItem]:
    """What was charged in a month and is on no bill yet."""
    items = []
    for record in records(answer, "appliedCustomerBillingRate"):
        if record.flag("isBilled"):
            raise refused(record.at("isBilled"), "is true: it was asked for what is not billed")
        owner = record.child("billingAccount")
        if owner.text("id") != account:
            raise refused(owner.at("id"), "is not the one that was asked for")
        period = record.child("periodCoverage") if record.has("periodCoverage") else None
        charged = period.moment("startDateTime") if period else record.moment("date")
        if Month.of(charged) == month:
            items.append(_item(record, gives_back=False))
    _check_ids(items)
    return items


def late_fees(bill: Bill) -> Decimal:
    return sum((item.amount for item in bill.items if item.kind is ItemKind.LATE_FEE), _ZERO)


def _check_holder(record: Record, holder: Holder, phone: str) -> None:
    key, _, name = holder.partition(".")
    named = [record.child(key)] if holder == "billingAccount.id" else record.children(key)
    if phone not in {each.text(name) for each in named}:
        raise refused(record.at(holder), "is not the number that was asked for")


def _customer_bill(record: Record, gives_back: bool) -> CustomerBill:
    total, remaining = record.money("taxIncludedAmount"), record.money("remainingAmount")
    if not gives_back and not 0 <= remaining <= max(total, _ZERO):
        raise refused(record.at("remainingAmount"), "is not between 0 and the bill's amount")
    if remaining and record.text("state") == "settled":
        raise refused(record.at("remainingAmount"), "is not 0 on a settled bill")
    account = record.child("billingAccount").text("id") if record.has("billingAccount") else None
    return CustomerBill(
        id=record.text("id"),
        month=_month(record.child("billingPeriod")),
        since=record.child("billingPeriod").moment("startDateTime"),
        account=account,
        issued_at=record.moment("billDate"),
        due=record.day("paymentDueDate") if record.has("paymentDueDate") else None,
        total=-abs(total) if gives_back else total,
        remaining=_ZERO if gives_back else remaining,
        gives_back=gives_back,
        balance=_balance(record.child("financialAccount")) if record.has("financialAccount") else None,
    )


def _month(period: Record) -> Month:
    """The month of the calendar in China that it lies in; a line's first and last bill are for a part of one.

    Its end may be its last moment or the first one after it.
    """
    start, end = period.moment("startDateTime"), period.moment("endDateTime")
    month = Month.of(start)
    if not start < end <= month.end:
        raise refused(period.path, "is not within a month of the calendar")
    return month


def _balance(account: Record) -> tuple[Decimal, Decimal, datetime] | None:
    sums = {"deposit": _ZERO, "loyalty": _ZERO, "receivable": _ZERO, "disputed": _ZERO}
    since = []
    for record in account.children("accountBalance"):
        kind = record.text("balanceType").lower().removesuffix(" balance")
        if kind not in sums:
            raise refused(record.at("balanceType"), "is unknown: the balance cannot be told without it")
        sums[kind] += record.money("amount")
        since.append(record.child("validFor").moment("startDateTime"))
    if not since:
        return None
    return sums["deposit"] + sums["loyalty"] - sums["receivable"], sums["loyalty"], min(since)


def _billed_items(bill: CustomerBill, rates: Sequence[Any]) -> list[BillItem]:
    items = []
    for record in records(rates, "appliedCustomerBillingRate"):
        owner = record.child("bill")
        if owner.text("id") != bill.id:
            raise refused(owner.at("id"), "is not the one that was asked for")
        items.append(_item(record, bill.gives_back))
    return items


def _item(record: Record, gives_back: bool) -> BillItem:
    sort = record.text_or_none("type")
    amount = record.money("taxIncludedAmount")
    is_credit = gives_back or sort in _CREDITS
    told = {each.text("name"): each for each in record.children("characteristic")}
    unit = told["unit"].text("value") if "unit" in told else None
    return BillItem(
        id=record.text("id"),
        kind=_kind(told.get("itemKind"), sort, gives_back),
        name=record.text("name"),
        # The standard has amounts above zero only, and says by the type which way they go.
        amount=-abs(amount) if is_credit else amount,
        quantity=told["quantity"].number("value") if unit and "quantity" in told else None,
        unit=unit if "quantity" in told else None,
        subject=record.child("product").text("id") if record.has("product") else None,
    )


def _kind(told: Record | None, sort: str | None, gives_back: bool) -> ItemKind:
    if gives_back:
        return ItemKind.ADJUSTMENT
    if told is not None:
        word = told.text("value")
        return ItemKind(word) if word in set(ItemKind) else ItemKind.OTHER
    if sort == _PENALTY:
        return ItemKind.LATE_FEE
    return ItemKind.DISCOUNT if sort in _CREDITS else ItemKind.OTHER


def _check_ids(items: Sequence[BillItem]) -> None:
    if len({item.id for item in items}) != len(items):
        raise refused("appliedCustomerBillingRate.id", "stands twice: a page came again")
