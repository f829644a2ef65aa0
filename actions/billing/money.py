"""Amounts and quantities as customers read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from care.billing.values import CENT
from care.wording import say

#: below it GB are told in MB
_MB = Decimal("0.1")
_UNITS = frozenset({"GB", "minute", "message", "day"})


def yuan(amount: Decimal) -> str:
    """`58.00 元`."""
    return say("amount", amount=_cents(amount))


def signed(amount: Decimal) -> str:
    """`+58.00 元`, for what is more or less than before."""
    sign = "+" if amount > 0 else ""
    return say("amount", amount=f"{sign}{_cents(amount)}")


def measure(quantity: Decimal, unit: str) -> str:
    """`3.2 GB`, `51 MB`, `120 分钟`, `30 条`: no digit that says nothing. An unknown `unit` stands as it is."""
    if unit == "GB" and 0 < quantity < _MB:
        return say("measure_mb", quantity=_plain(quantity * 1024, Decimal(1)))
    known = unit.lower() if unit in _UNITS else "other"
    return say(f"measure_{known}", quantity=_plain(quantity, CENT), unit=unit)


def _cents(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _plain(quantity: Decimal, step: Decimal) -> str:
    rounded = quantity.quantize(step, ROUND_HALF_UP)
    return f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"
