"""Electronic invoices: of which months, and one at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Invoice, InvoiceStatus, Month
from tests.support.answers import Answered, Made, ask
from tests.support.billing import phone_of

SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)
#: of the demo operator: October is issued for the first, and can be for the second
ISSUED, POSSIBLE = phone_of("bill_shock"), phone_of("unsubscribed_service")


async def test_which_months(demo: DemoBilling) -> None:
    answered = await ask(demo, "invoice", phone=POSSIBLE)
    assert answered.first == "可以开电子发票的有：10月、7月。点一个月份，我就按机主本人的名字开。"
    assert answered.bubble.payload("开10月的") == '/billing_invoice{"month": "2026-10", "line": "p1"}'
    assert "9月（47.00 元）已经开过，发票号 26688730165815903179。" in answered.text


async def test_the_button_issues_it(demo: DemoBilling) -> None:
    answered = await ask(demo, "invoice", phone=POSSIBLE, month=OCTOBER)
    assert answered.first.startswith("10月的电子发票开好了：发票号 ")
    assert answered.first.endswith("，金额 47.00 元，抬头是机主本人。")
    assert "10月" not in " ".join(answered.bubble.titles)


async def test_the_same_turn_again_gives_the_same_invoice(demo: DemoBilling) -> None:
    first = await demo.request_invoice(POSSIBLE, OCTOBER, "c1:1:action_billing_invoice")
    again = await demo.request_invoice(POSSIBLE, OCTOBER, "c1:1:action_billing_invoice")
    assert first.number == again.number
    answered = await ask(demo, "invoice", phone=POSSIBLE, month=OCTOBER)
    assert str(first.number) in answered.first


async def _ask(demo: DemoBilling, words: str, phone: str = POSSIBLE, month: Month | None = OCTOBER) -> Answered:
    return await ask(demo, "invoice", phone=phone, month=month, words=words)


SAID = [
    ("开一下10月的发票", "10月的电子发票开好了"),
    ("把10月发票打出来", "10月的电子发票开好了"),
    ("10月的发票能开吗", "可以开电子发票的有：10月。"),  # asks, and orders nothing
    ("10月发票开了没有", "可以开电子发票的有：10月。"),
    ("10月的发票开公司抬头", "我只能按机主本人的名字开。"),
    ("要开专票，税号发你", "我只能按机主本人的名字开。"),
]


@pytest.mark.parametrize(("words", "first"), SAID)
async def test_words(demo: DemoBilling, words: str, first: str) -> None:
    assert (await _ask(demo, words)).first.startswith(first)


async def test_asking_issues_nothing(demo: DemoBilling) -> None:
    await _ask(demo, "10月的发票能开吗")
    await _ask(demo, "给公司开10月的发票")
    issued = {each.month: each.status for each in await demo.invoices(POSSIBLE, 12)}
    assert issued[OCTOBER] is InvoiceStatus.CAN_BE_ISSUED


async def test_a_company_gets_a_person(demo: DemoBilling) -> None:
    assert (await _ask(demo, "开单位的", month=None)).bubble.titles == ["转人工", "登记工单"]


NOT_NOW = [
    (ISSUED, OCTOBER, "10月的发票已经开过了：发票号 26708337028033810351，金额 166.00 元"),
    (phone_of("arrears"), OCTOBER, "10月的发票还不能开：要出了账并且付清才行。"),
    (phone_of("new_line"), OCTOBER, "10月没有可以开发票的账单。"),
]


@pytest.mark.parametrize(("phone", "month", "first"), NOT_NOW)
async def test_a_month_that_cannot_be_issued(demo: DemoBilling, phone: str, month: Month, first: str) -> None:
    answered = await _ask(demo, "开发票", phone, month)
    assert answered.first.startswith(first)
    assert answered.bubble.titles[-1] == "转人工"


async def test_no_month_at_all(demo: DemoBilling) -> None:
    answered = await ask(demo, "invoice", phone=phone_of("new_line"))
    assert answered.first.startswith("最近 6 个月没有可以开发票的账单。")


async def test_only_issued_ones() -> None:
    done = Invoice(OCTOBER, Decimal(59), InvoiceStatus.ISSUED, "26", None)
    answered = await ask(Made(invoiced=(done,)), "invoice")
    assert answered.text == (
        "最近 6 个月没有可以开发票的账单。出了账并且付清的月份才能开。\n10月（59.00 元）已经开过，发票号 26。"
    )
