"""Which value-added services are on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Subscription
from tests.support.answers import Made, ask
from tests.support.billing import phone_of


async def test_two_services(demo: DemoBilling) -> None:
    answered = await ask(demo, "vas", phone=phone_of("vas_no_consent"))
    assert answered.text == (
        "您开了 2 项增值业务，每月一共 25.00 元：\n"
        "游戏加速包（7月18日开通）：每月 20.00 元\n"
        "视频彩铃（2025年12月5日开通）：每月 5.00 元"
    )
    assert answered.bubble.buttons == [
        ("退订", '/billing_package{"sub": "unsubscribe", "line": "p1"}'),
        ("是谁开的", '/billing_package{"sub": "consent", "line": "p1"}'),
        ("转人工", "/handoff"),
    ]


async def test_the_only_one_is_meant_by_the_buttons(demo: DemoBilling) -> None:
    answered = await ask(demo, "vas", phone=phone_of("bill_shock"))
    assert answered.first == "您开了 1 项增值业务，每月 15.00 元："
    only = '/billing_package{"sub": "unsubscribe", "item": "s0-shipin", "line": "p1"}'
    assert answered.bubble.payload("退订") == only


async def test_none_though_one_is_still_charged(demo: DemoBilling) -> None:
    answered = await ask(demo, "vas", phone=phone_of("unsubscribed_service"))
    assert answered.first.startswith("138****8001 现在没有开通增值业务。")
    assert answered.bubble.titles == ["这些是什么费", "看账单", "转人工"]


def service(n: int, is_ending: bool = False) -> Subscription:
    return Subscription(f"s{n}", f"会员{n}", "悦影", Decimal(n), date(2026, 1, 2), None, date(2026, 11, 30), is_ending)


async def test_one_that_is_ending() -> None:
    answered = await ask(Made(subscribed=(service(3, is_ending=True),)), "vas")
    assert answered.text.endswith("会员3（1月2日开通，已退订，用到11月30日）：每月 3.00 元")
    assert "退订" not in answered.bubble.titles


async def test_many() -> None:
    answered = await ask(Made(subscribed=tuple(service(n) for n in range(1, 13))), "vas")
    lines = answered.text.split("\n")
    assert lines[0] == "您开了 12 项增值业务，每月一共 78.00 元："
    assert lines[-1] == "其余 5 项：每月 15.00 元"
    assert len(lines) == 9
