"""What the demo operator tells of the customers with a story, asked as 小益 asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import STORIES
from care.billing.values import (
    ConsentMethod,
    InvoiceStatus,
    ItemKind,
    LineStatus,
    Month,
    TopUpStatus,
)
from care.errors import InvalidInput, Unavailable
from tests.support.billing import down, phone_of, seed, slow
from tests.support.times import NOW, china

pytestmark = pytest.mark.usefixtures("database")

MONTH = Month.of(NOW)
LAST, BEFORE, EARLIER = (MONTH.plus(-back) for back in (1, 2, 3))


@pytest.fixture
def demo(database: object) -> DemoBilling:
    seed(NOW, len(STORIES))
    return DemoBilling(clock=lambda: NOW)


async def _names(demo: DemoBilling, phone: str, month: Month) -> dict[str, Decimal]:
    bill = await demo.bill(phone, month)
    assert bill is not None
    return {item.id: item.amount for item in bill.items}


async def _bill_of(demo: DemoBilling, phone: str) -> Any:
    return await _names(demo, phone, LAST)


async def _bill_before(demo: DemoBilling, phone: str) -> Any:
    return await _names(demo, phone, BEFORE)


async def _bill_earlier(demo: DemoBilling, phone: str) -> Any:
    return await _names(demo, phone, EARLIER)


async def _no_bill(demo: DemoBilling, phone: str) -> Any:
    return [await demo.bill(phone, MONTH.plus(-back)) for back in (1, 2, 12)]


async def _running(demo: DemoBilling, phone: str) -> Any:
    bill = await demo.bill(phone, MONTH)
    assert bill is not None
    return (bill.is_final, bill.due, {item.id: item.amount for item in bill.items})


async def _no_evidence(demo: DemoBilling, phone: str) -> Any:
    return {each.name: each.consent is None for each in await demo.subscriptions(phone)}


async def _since(demo: DemoBilling, phone: str) -> Any:
    return {each.name: each.since for each in await demo.subscriptions(phone)}


async def _status(demo: DemoBilling, phone: str) -> Any:
    return (await demo.line(phone)).status


async def _owed(demo: DemoBilling, phone: str) -> Any:
    arrears = await demo.arrears(phone)
    return arrears.amount, arrears.late_fee, arrears.since, arrears.months


async def _balance(demo: DemoBilling, phone: str) -> Any:
    return (await demo.balance(phone)).amount


async def _suspended(demo: DemoBilling, phone: str) -> Any:
    return (await demo.arrears(phone)).suspended_at


async def _paid(demo: DemoBilling, phone: str) -> Any:
    arrears = await demo.arrears(phone)
    return arrears.paid_at, arrears.amount, (await demo.balance(phone)).amount


async def _newest_top_up(demo: DemoBilling, phone: str) -> Any:
    newest = (await demo.top_ups(phone, NOW - timedelta(days=60)))[0]
    return newest.at, newest.amount, newest.channel, newest.status, newest.credited_at


async def _contract(demo: DemoBilling, phone: str) -> Any:
    plan = await demo.plan(phone)
    assert plan.contract is not None
    return plan.contract.until, plan.contract.leaving, [each.until for each in plan.promotions]


async def _place(demo: DemoBilling, phone: str) -> Any:
    roaming = await demo.roaming(phone)
    return roaming.voice_on, roaming.data_on, roaming.place


async def _roaming_so_far(demo: DemoBilling, phone: str) -> Any:
    return {item.kind: item.amount for item in (await demo.usage(phone)).over}


async def _data(demo: DemoBilling, phone: str) -> Any:
    data = (await demo.usage(phone)).allowances[0]
    return data.used, data.total


async def _invoices(demo: DemoBilling, phone: str) -> Any:
    return [invoice.status for invoice in await demo.invoices(phone, 3)]


_LATE = Decimal("10.97") + Decimal("5.66")

FACTS: list[tuple[str, Callable[[DemoBilling, str], Awaitable[Any]], Any, str]] = [
    ("bill_shock", _bill_before, {"plan": Decimal("59.00"), "promotion-1": Decimal("-20.00")}, "39.00: all was well"),
    (
        "bill_shock",
        _bill_of,
        {"plan": Decimal("59.00"), "data-over": Decimal("92.00"), "s0-shipin": Decimal("15.00")},
        "166.00: three reasons, 127.00 more",
    ),
    ("bill_shock", _no_evidence, {"畅看视频会员": True}, "the new service was never ordered"),
    ("bill_shock", _since, {"畅看视频会员": date(2026, 10, 1)}, "new on the bill that is asked about"),
    ("bill_shock", _running, (False, None, {"plan": Decimal("59.00"), "s0-shipin": Decimal("15.00")}), "not billed"),
    ("unsubscribed_service", _no_evidence, {}, "it is over, so nobody has it"),
    (
        "unsubscribed_service",
        _bill_of,
        {"plan": Decimal("39.00"), "s1-yinyue": Decimal("8.00")},
        "and it is charged all the same",
    ),
    ("unsubscribed_service", _running, (False, None, {"plan": Decimal("39.00")}), "only M-2 and M-1 are wrong"),
    (
        "roaming_month",
        _bill_of,
        {"plan": Decimal("99.00"), "roaming-data": Decimal("75.00"), "roaming-voice": Decimal("11.88")},
        "three days of 25.00, twelve minutes of 0.99",
    ),
    ("roaming_month", _place, (True, True, None), "back home"),
    (
        "double_charge",
        _bill_of,
        {"plan": Decimal("39.00"), "s3-shipin": Decimal("15.00"), "s3-shipin-2": Decimal("15.00")},
        "the same twice",
    ),
    ("double_charge", _bill_before, {"plan": Decimal("39.00"), "s3-shipin": Decimal("15.00")}, "never before"),
    (
        "arrears",
        _owed,
        # 3 ‰ of 59.00 a day: 62 days since 20 September, 32 since 20 October, one since 20 November
        (Decimal("193.81"), Decimal("16.81"), date(2026, 9, 20), (EARLIER, BEFORE, LAST)),
        "three bills and the late fee of each",
    ),
    ("arrears", _balance, Decimal("-193.81"), "below zero is owed"),
    ("arrears", _status, LineStatus.ARREARS, "so the line is off"),
    ("arrears", _suspended, china("2026-10-21 09:00"), "a month after the oldest bill was due"),
    ("arrears", _running, (False, None, {}), "a line that is off all month costs nothing"),
    ("arrears", _invoices, [InvoiceStatus.NOT_YET] * 3, "no invoice of what is not paid"),
    (
        "paid_not_restored",
        _paid,
        (NOW - timedelta(hours=50), Decimal("0.00"), Decimal("0.00")),
        "more than the 48 hours of 电信条例 34 ago",
    ),
    ("paid_not_restored", _status, LineStatus.ARREARS, "and still off"),
    (
        "top_up_pending",
        _newest_top_up,
        (NOW - timedelta(minutes=40), Decimal("100.00"), "支付宝", TopUpStatus.PENDING, None),
        "on its way",
    ),
    (
        "top_up_failed",
        _newest_top_up,
        (NOW - timedelta(days=1), Decimal("50.00"), "微信", TopUpStatus.FAILED, None),
        "it goes back",
    ),
    (
        "contract_ending",
        _contract,
        (date(2026, 12, 11), Decimal("20.00"), [date(2026, 12, 11)]),
        "in 20 days: one month that has begun, at 20.00",
    ),
    ("vas_no_consent", _no_evidence, {"视频彩铃": False, "游戏加速包": True}, "one was signed for, one was not"),
    ("minor_purchase", _no_evidence, {}, "what the child bought is no subscription"),
    ("new_line", _no_bill, [None, None, None], "the line is five days old"),
    ("new_line", _running, (False, None, {"plan": Decimal("19.50")}), "39.00 for 15 days of 30"),
    ("roaming_now", _place, (True, True, "日本"), "abroad"),
    (
        "roaming_now",
        _roaming_so_far,
        {ItemKind.ROAMING_DATA: Decimal("75.00"), ItemKind.ROAMING_VOICE: Decimal("11.88")},
        "the third day has begun",
    ),
    ("nearly_used_up", _data, (Decimal("18.40"), Decimal(20)), "92 %"),
    ("restricted", _status, LineStatus.RESTRICTED, "real-name check"),
]


@pytest.mark.parametrize(("story", "ask", "expected", "why"), FACTS)
async def test_story(
    demo: DemoBilling, story: str, ask: Callable[[DemoBilling, str], Awaitable[Any]], expected: Any, why: str
) -> None:
    assert await ask(demo, phone_of(story)) == expected, why


async def test_the_child_played_for_a_night(demo: DemoBilling) -> None:
    bill = await demo.bill(phone_of("minor_purchase"), LAST)
    assert bill is not None
    games = [item for item in bill.items if item.id.startswith("game-")]
    assert len(games) == 12
    assert {item.kind for item in games} == {ItemKind.VAS}
    assert 300 < sum(item.amount for item in games) < 1200


async def test_two_numbers_are_of_one_holder(demo: DemoBilling) -> None:
    first = phone_of("two_numbers")
    plans = [(await demo.plan(phone)).id for phone in (first, str(int(first) + 1))]
    assert plans == ["changxiang-59", "qinqing-19"]


async def test_consent_says_how_when_and_what(demo: DemoBilling) -> None:
    (wanted, _) = await demo.subscriptions(phone_of("vas_no_consent"))
    assert wanted.consent is not None
    assert wanted.consent.method is ConsentMethod.SIGNATURE
    assert wanted.consent.at.date() == wanted.since
    assert "视频彩铃，5.00 元/月" in wanted.consent.text


async def test_a_month_later(database: object) -> None:
    """A story stays in its month: the next ones are told of as they were."""
    seed(NOW)
    later = china("2026-12-22 10:00")
    demo = DemoBilling(clock=lambda: later)
    phone = phone_of("bill_shock")
    assert (await _names(demo, phone, LAST))["data-over"] == Decimal("92.00")
    assert await _names(demo, phone, MONTH) == {"plan": Decimal("59.00"), "s0-shipin": Decimal("15.00")}
    assert (await demo.arrears(phone_of("arrears"))).late_fee > _LATE


async def test_a_number_that_is_not_there(demo: DemoBilling) -> None:
    with pytest.raises(InvalidInput) as refused:
        await demo.line("13800138199")  # one of the operator's, and not made here
    assert refused.value.reason == "line_unknown"


@pytest.mark.parametrize("trouble", [down, slow])
async def test_an_operator_in_trouble(demo: DemoBilling, trouble: Callable[[], Any]) -> None:
    with trouble(), pytest.raises(Unavailable) as refused:
        await demo.balance(phone_of("bill_shock"))
    assert refused.value.reason == "billing"
    assert (await demo.balance(phone_of("bill_shock"))).amount > 0, "and afterwards it answers again"
