"""What is on the account."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Balance
from tests.support.answers import Made, ask
from tests.support.billing import phone_of
from tests.support.times import NOW, china

RUNNING = '/billing_detail{"month": "2026-11", "line": "p1"}'


async def test_a_balance(demo: DemoBilling) -> None:
    answered = await ask(demo, "balance", phone=phone_of("bill_shock"))
    assert answered.first == "138****8000 现在的可用余额是 97.50 元。"
    assert "本月到现在用了 74.00 元，还没出账（今天 15:20 的数据）。" in answered.text
    assert answered.bubble.payload("本月到现在") == RUNNING
    assert answered.events == []


async def test_what_is_owed_leads_to_the_arrears(demo: DemoBilling) -> None:
    answered = await ask(demo, "balance", phone=phone_of("arrears"))
    assert answered.first.startswith("138****8004 已经欠费 193.81 元。")
    assert answered.bubble.payload("欠费和复机") == '/billing_arrears_suspension{"line": "p1"}'


def balance(amount: str, given: str = "0", unbilled: str = "0") -> Balance:
    return Balance(Decimal(amount), Decimal(given), Decimal(unbilled), NOW)


CASES = [
    (balance("58", "20"), "其中赠送的 20.00 元只能抵话费", True),  # cannot be paid out: said apart
    (balance("58"), "赠送", False),
    (balance("9.99"), "余额不多了", True),
    (balance("10"), "余额不多了", False),
    (balance("0"), "余额不多了", True),
    (balance("0"), "可用余额是 0.00 元", True),
    (balance("-0.01"), "已经欠费 0.01 元", True),  # a cent is owed already
    (balance("-0.01"), "余额不多了", False),  # says more than that
    (balance("58", unbilled="0"), "用了", False),  # nothing used yet: no line about it
    (balance("58", unbilled="23.5"), "本月到现在用了 23.50 元", True),
]


@pytest.mark.parametrize(("told", "words", "is_said"), CASES)
async def test_edges(told: Balance, words: str, is_said: bool) -> None:
    assert (words in (await ask(Made(of_balance=told), "balance")).text) is is_said


async def test_when_the_figures_are_from() -> None:
    """A billing system may be behind."""
    told = Balance(Decimal(58), Decimal(0), Decimal(0), china("2026-11-20 23:59"))
    assert "11月20日 23:59 的数据" in (await ask(Made(of_balance=told), "balance")).text


async def test_one_question_to_the_billing_system() -> None:
    made = Made(of_balance=balance("58"))
    await ask(made, "balance")
    assert made.asked_for == ["balance"]
