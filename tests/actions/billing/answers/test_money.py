"""Amounts and quantities as customers read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.billing.money import measure, signed, yuan


@pytest.mark.parametrize(
    ("amount", "shown", "as_difference"),
    [
        ("58", "58.00 元", "+58.00 元"),  # always with cents
        ("0", "0.00 元", "0.00 元"),  # no sign where nothing differs
        ("-20", "-20.00 元", "-20.00 元"),
        ("1234567.8", "1234567.80 元", "+1234567.80 元"),
        ("0.005", "0.01 元", "+0.01 元"),  # half a cent, as at school
    ],
)
def test_money(amount: str, shown: str, as_difference: str) -> None:
    assert (yuan(Decimal(amount)), signed(Decimal(amount))) == (shown, as_difference)


@pytest.mark.parametrize(
    ("quantity", "unit", "shown"),
    [
        ("18.400", "GB", "18.4 GB"),  # no digit that says nothing
        ("20.00", "GB", "20 GB"),
        ("100", "GB", "100 GB"),  # a nought that does say something
        ("3.14159", "GB", "3.14 GB"),
        ("0.05", "GB", "51 MB"),  # too little to be told in GB
        ("0.1", "GB", "0.1 GB"),
        ("0", "GB", "0 GB"),
        ("1E+1", "minute", "10 分钟"),  # as Decimal may write it
        ("120", "minute", "120 分钟"),
        ("30", "message", "30 条"),
        ("3", "day", "3 天"),
        ("2", "件", "2 件"),  # a unit of the operator's own
    ],
)
def test_quantities(quantity: str, unit: str, shown: str) -> None:
    assert measure(Decimal(quantity), unit) == shown
