"""Which plan it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Plan, Promotion
from tests.support.answers import Made, ask
from tests.support.billing import phone_of

STORIES = [
    (
        "contract_ending",
        [
            "138****8008 用的是“畅享 99”，每月 99.00 元，2019年3月14日起。",
            "每月包含：国内流量 80 GB、定向流量 30 GB、国内通话 700 分钟。",  # without what came over from last month
            "优惠“合约优惠”：每月减 30.00 元，到12月11日结束。",
            "合约“24 个月合约”到12月11日。",
        ],
    ),
    (
        "new_line",
        [
            "138****8011 用的是“畅享 39”，每月 39.00 元，11月16日起。",
            "每月包含：国内流量 20 GB、国内通话 200 分钟。",
            "没有合约。",
        ],
    ),
]


@pytest.mark.parametrize(("story", "lines"), STORIES)
async def test_stories(demo: DemoBilling, story: str, lines: list[str]) -> None:
    assert (await ask(demo, "plan", phone=phone_of(story))).text.split("\n") == lines


def plan(*promotions: Promotion, next_name: str | None = None) -> Plan:
    return Plan("p", "畅享 59", Decimal(59), date(2026, 3, 1), None, promotions, next_name)


async def test_a_change_that_is_ordered() -> None:
    answered = await ask(Made(of_plan=plan(next_name="畅享 39")), "plan")
    assert "已经办了变更：12月1日起换成“畅享 39”。" in answered.text


async def test_what_it_contains_is_not_known() -> None:
    """The billing system does not answer for usage: the rest is said all the same."""
    answered = await ask(Made(of_plan=plan()), "plan")
    assert answered.text == "138****8000 用的是“畅享 59”，每月 59.00 元，3月1日起。\n没有合约。"


async def test_promotions_that_end_first_are_told() -> None:
    many = [Promotion(f"优惠{n}", date(2027, n, 1), Decimal(n)) for n in range(12, 0, -1)]
    answered = await ask(Made(of_plan=plan(*many)), "plan")
    assert "优惠“优惠1”：每月减 1.00 元，到2027年1月1日结束。" in answered.text
    assert answered.text.count("每月减") == 3
