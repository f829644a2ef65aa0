"""The bill of a month, item by item."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Bill, BillItem, ItemKind, Line, LineStatus, Month
from tests.support.answers import PHONE, Made, ask
from tests.support.billing import phone_of
from tests.support.times import NOW, china

SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)


async def test_the_newest_bill_is_meant(demo: DemoBilling) -> None:
    answered = await ask(demo, "bill", phone=phone_of("bill_shock"))
    assert answered.text == (
        "138****8000 的10月账单一共 166.00 元，已经付清。\n"
        "套餐外流量（18.4 GB）：92.00 元\n"
        "畅享 59 月费：59.00 元\n"
        "畅看视频会员：15.00 元"
    )
    assert answered.bubble.card == {
        "kind": "figures",
        "title": "10月账单",
        "rows": [
            {"label": "套餐外流量（18.4 GB）", "value": "92.00 元"},
            {"label": "畅享 59 月费", "value": "59.00 元"},
            {"label": "畅看视频会员", "value": "15.00 元"},
        ],
        "total": {"label": "合计", "value": "166.00 元"},
    }
    assert answered.bubble.buttons == [
        ("为什么变多", '/billing_detail{"sub": "why", "month": "2026-10", "line": "p1"}'),
        ("有一项不对", '/billing_detail{"sub": "dispute", "month": "2026-10", "line": "p1"}'),
        ("开发票", '/billing_invoice{"month": "2026-10", "line": "p1"}'),
        ("看9月账单", '/billing_detail{"month": "2026-09", "line": "p1"}'),
    ]


STORIES = [
    # an earlier month, with what is taken off behind what is charged
    ("bill_shock", SEPTEMBER, "9月账单一共 39.00 元，已经付清。\n畅享 59 月费：59.00 元\n老用户优惠：-20.00 元"),
    ("bill_shock", NOVEMBER, "11月到现在一共 74.00 元，月底过完才出账，还会变。"),
    ("double_charge", None, "“畅看视频会员”这个月收了 2 次，看着像重复收费。"),
    ("minor_purchase", None, "话费支付：星海奇兵道具（12 笔）：624.00 元\n畅享 59 月费：59.00 元"),  # one matter
    ("vas_no_consent", None, "游戏加速包（增值业务）：20.00 元"),  # the name alone does not say what it is
    ("arrears", None, "10月账单一共 59.00 元，还有 59.00 元没付，11月20日就该付了。"),
    ("new_line", None, "138****8011 是11月开始用的，第一张账单要下个月初才出。到现在一共 19.50 元："),
]


@pytest.mark.parametrize(("story", "month", "words"), STORIES)
async def test_stories(demo: DemoBilling, story: str, month: Month | None, words: str) -> None:
    assert words in (await ask(demo, "bill", phone=phone_of(story), month=month)).text


async def test_a_month_before_the_number_was_theirs(demo: DemoBilling) -> None:
    answered = await ask(demo, "bill", phone=phone_of("new_line"), month=SEPTEMBER)
    assert answered.bubble.response == "utter_billing_younger"


def bill(month: Month, *items: BillItem, paid: str = "0", due: date | None = None, final: bool = True) -> Bill:
    return Bill(month, items, Decimal(paid), month.end if final else None, due)


def vas(n: int, amount: str = "1.00") -> BillItem:
    return BillItem(f"v{n}", ItemKind.VAS, f"会员{n}", Decimal(amount), subject=f"s{n}")


PLAN = BillItem("plan", ItemKind.PLAN, "畅享 59 月费", Decimal("59.00"), subject="changxiang-59")
CASES = [
    (bill(OCTOBER, PLAN, due=date(2026, 11, 30)), "还有 59.00 元没付，请在11月30日前付清。"),
    (bill(OCTOBER, PLAN, paid="20", due=date(2026, 11, 21)), "还有 39.00 元没付，请在11月21日前付清。"),  # today
    (bill(OCTOBER, PLAN, paid="58.99", due=date(2026, 11, 20)), "还有 0.01 元没付，11月20日就该付了。"),
    (bill(OCTOBER, PLAN), "还有 59.00 元没付。"),  # no date is known
    (bill(OCTOBER, PLAN, paid="60"), "已经付清。"),  # paid too much is paid
    (bill(OCTOBER), "这个月没有任何收费。"),
]


@pytest.mark.parametrize(("told", "words"), CASES)
async def test_what_is_paid(told: Bill, words: str) -> None:
    assert words in (await ask(Made(bills=(told,)), "bill", month=OCTOBER)).text


async def test_a_long_bill_is_summed_up() -> None:
    told = bill(OCTOBER, PLAN, *(vas(n) for n in range(1, 13)))
    answered = await ask(Made(bills=(told,)), "bill", month=OCTOBER)
    lines = answered.text.split("\n")
    assert len(lines) == 9
    assert (lines[1], lines[-1]) == ("畅享 59 月费：59.00 元", "其余 6 项：6.00 元")


async def test_eight_items_are_all_told() -> None:
    told = bill(OCTOBER, PLAN, *(vas(n) for n in range(1, 8)))
    assert "其余" not in (await ask(Made(bills=(told,)), "bill", month=OCTOBER)).text


async def test_in_the_first_days_the_last_month_is_not_billed_yet() -> None:
    """The newest that there is, and not the running one."""
    made = Made(bills=(bill(SEPTEMBER, PLAN, paid="59"), bill(NOVEMBER, PLAN, final=False)))
    assert "9月账单" in (await ask(made, "bill")).first
    assert (await ask(made, "bill", month=OCTOBER)).bubble.response == "utter_billing_not_issued"


async def test_no_bill_at_all() -> None:
    made = Made(of_line=Line(PHONE, LineStatus.ACTIVE, NOW, True))
    assert (await ask(made, "bill")).bubble.response == "utter_billing_younger"


async def test_a_year_is_named_where_it_is_another_one() -> None:
    told = bill(Month(2025, 12), PLAN, paid="59")
    answered = await ask(Made(bills=(told,)), "bill", month=Month(2025, 12), now=china("2026-01-05 10:00"))
    assert answered.first == "138****8000 的2025年12月账单一共 59.00 元，已经付清。"
