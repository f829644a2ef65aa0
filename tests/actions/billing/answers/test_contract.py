"""Until when a contract binds, and what leaving costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Contract, Plan
from tests.support.answers import Made, ask
from tests.support.billing import phone_of
from tests.support.times import china


async def test_a_contract_that_ends_soon(demo: DemoBilling) -> None:
    assert (await ask(demo, "contract", phone=phone_of("contract_ending"))).text == (
        "您的合约“24 个月合约”还有 20 天就到期（12月11日）。\n"
        "今天就提前结束的话，要付 20.00 元：每个剩余月份 20.00 元，不足一个月按一个月算，还剩 1 个月。\n"
        "12月11日以后就不受合约限制了，换套餐、携号转网或者销户都没有合约违约金。"
    )


async def test_no_contract(demo: DemoBilling) -> None:
    answered = await ask(demo, "contract", phone=phone_of("bill_shock"))
    assert answered.text == "138****8000 没有合约，换套餐、携号转网或者销户都没有合约违约金。"


def made(until: date, leaving: str = "100") -> Made:
    contract = Contract("两年约", date(2025, 1, 1), until, Decimal(leaving), "剩余月份每月 20 元。")
    return Made(of_plan=Plan("p", "畅享 59", Decimal(59), date(2025, 1, 1), contract, ()))


CASES = [
    (date(2027, 1, 1), "100", "您的合约“两年约”到2027年1月1日，2025年1月1日开始的。"),
    (date(2026, 12, 22), "100", "您的合约“两年约”到12月22日"),  # 31 days: not soon
    (date(2026, 12, 21), "100", "您的合约“两年约”还有 30 天就到期（12月21日）。"),
    (date(2026, 11, 22), "100", "还有 1 天就到期"),
    (date(2026, 11, 21), "100", "您的合约“两年约”今天到期（11月21日）。"),  # its last day
    (date(2026, 11, 20), "100", "您的合约“两年约”在11月20日已经到期，现在换套餐、携号转网或者销户都没有合约违约金。"),
    (date(2027, 1, 1), "100", "今天就提前结束的话，要付 100.00 元：剩余月份每月 20 元。"),
    (date(2027, 1, 1), "0", "今天就提前结束，也不用付违约金。"),
]


@pytest.mark.parametrize(("until", "leaving", "words"), CASES)
async def test_edges(until: date, leaving: str, words: str) -> None:
    assert words in (await ask(made(until, leaving), "contract")).text


async def test_a_contract_that_is_over_costs_nothing() -> None:
    assert "要付" not in (await ask(made(date(2026, 11, 20)), "contract")).text


async def test_today_is_today_in_china() -> None:
    """23:30 in China is the afternoon in UTC, half past midnight the day before."""
    late = await ask(made(date(2026, 11, 22)), "contract", now=china("2026-11-22 00:30"))
    assert "今天到期" in late.first
