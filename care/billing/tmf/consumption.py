"""From a TMF677 usage consumption report to `Usage`. Pure; raises `reading.Unusable` naming a field, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from care.billing.tmf.reading import Record, refused
from care.billing.values import Allowance, AllowanceKind, BillItem, ItemKind, Usage

#: `usageType` as it is written, in small letters
_KINDS = {"data": AllowanceKind.DATA, "voice": AllowanceKind.VOICE, "sms": AllowanceKind.SMS}
#: what 小益 shows, and how many of the API's unit make one of it; units in small letters
_SHOWN = {AllowanceKind.DATA: "GB", AllowanceKind.VOICE: "minute", AllowanceKind.SMS: "message"}
_UNITS: dict[AllowanceKind, dict[str, Decimal]] = {
    AllowanceKind.DATA: {
        "kb": Decimal(1) / 1024**2,
        "mb": Decimal(1) / 1024,
        "gb": Decimal(1),
        "tb": Decimal(1024),
    },
    AllowanceKind.VOICE: {
        "second": Decimal(1) / 60,
        "seconds": Decimal(1) / 60,
        "s": Decimal(1) / 60,
        "minute": Decimal(1),
        "minutes": Decimal(1),
        "min": Decimal(1),
        "hour": Decimal(60),
        "hours": Decimal(60),
    },
    AllowanceKind.SMS: {"message": Decimal(1), "messages": Decimal(1), "sms": Decimal(1)},
}
_STEP = Decimal("0.01")
_UNLIMITED = "unlimited"
#: kinds of items that are charged by use beyond an allowance
_OVER = {ItemKind.DATA_OVER, ItemKind.VOICE_OVER, ItemKind.SMS, ItemKind.ROAMING_DATA, ItemKind.ROAMING_VOICE}


def knows(answer: Any, phone: str) -> bool:
    """Whether the report is about this number at all; an empty one is what a server gives for a number it has not."""
    return any(_is_of(bucket, phone) for bucket in Record.of(answer, "usageConsumptionReport").children("bucket"))


def usage(answer: Any, phone: str, unbilled: Sequence[BillItem]) -> Usage:
    """`unbilled`: what was charged so far in the running month."""
    report = Record.of(answer, "usageConsumptionReport")
    buckets = [bucket for bucket in report.children("bucket") if _is_of(bucket, phone)]
    return Usage(
        as_of=report.moment("effectiveDate"),
        # Buckets of television or of points are no allowance that 小益 has words for.
        allowances=tuple(_allowance(bucket) for bucket in buckets if bucket.text("usageType").lower() in _KINDS),
        over=tuple(item for item in unbilled if item.kind in _OVER and item.amount > 0),
    )


def _is_of(bucket: Record, phone: str) -> bool:
    """A report can hold the buckets of all numbers of a customer; only those that name this one are its own."""
    products = bucket.children("product")
    if not products:
        raise refused(bucket.at("product"), "is missing: whose bucket it is cannot be told")
    return phone in {product.text("publicIdentifier") for product in products}


def _allowance(bucket: Record) -> Allowance:
    kind = _KINDS[bucket.text("usageType").lower()]
    used = [
        counter
        for counter in bucket.children("bucketCounter")
        if counter.text("counterType") == "used" and (counter.text_or_none("level") or "global") == "global"
    ]
    if len(used) != 1:
        raise refused(bucket.at("bucketCounter"), "has not one global counter of what was used")
    balances = bucket.children("bucketBalance")
    if not balances:
        raise refused(bucket.at("bucketBalance"), "is missing: what is left cannot be told")
    spent = _amount(used[0], "value", kind)
    left = None if any(_is_unlimited(each) for each in balances) else _left(balances, kind)
    return Allowance(
        id=bucket.text("id"),
        kind=kind,
        name=bucket.text("name"),
        unit=_SHOWN[kind],
        # Added before they are rounded: 50 GB stay 50.
        total=None if left is None else _rounded(spent + left),
        used=_rounded(spent),
        resets_at=_ends(balances),
    )


def _is_unlimited(balance: Record) -> bool:
    """Said in words: a number that is missing is not taken for "without limit"."""
    return not balance.has("remainingValue") and balance.text("remainingValueName").lower() == _UNLIMITED


def _left(balances: Sequence[Record], kind: AllowanceKind) -> Decimal:
    return sum((_amount(each, "remainingValue", kind) for each in balances), Decimal(0))


def _ends(balances: Sequence[Record]) -> datetime:
    """When the first part of what is left is gone."""
    return min(each.child("validFor").moment("endDateTime") for each in balances)


def _amount(record: Record, name: str, kind: AllowanceKind) -> Decimal:
    quantity = record.child(name)
    factor = _UNITS[kind].get(quantity.text("units").lower())
    if factor is None:
        raise refused(quantity.at("units"), "is unknown")
    amount = quantity.number("amount")
    if amount < 0:
        raise refused(quantity.at("amount"), "is below zero")
    return amount * factor


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_STEP, ROUND_HALF_UP)
