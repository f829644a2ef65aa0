"""What a line of a bill is for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Bill, BillItem, ItemKind, Month, Subscription
from tests.support.answers import Made, ask
from tests.support.billing import phone_of
from tests.support.times import NOW

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)

NAMED = [
    # a service: what it is, who provides it, since when
    (
        "bill_shock",
        "畅看视频会员是什么",
        (
            "“畅看视频会员”：在基本通信之外单独订的服务，比如视频会员、彩铃，每月收一次，可以退订。\n"
            "10月收了 15.00 元。\n"
            "由悦影文化提供，10月1日开通，每月 15.00 元。"
        ),
        ["是谁开的", "退订", "这一项不对"],
    ),
    # by what such a charge is called
    (
        "bill_shock",
        "流量费怎么收的",
        (
            "“套餐外流量”：套餐里的流量用完以后，继续上网产生的费用，用多少算多少。\n"
            "10月用了 18.4 GB，收了 92.00 元。"
        ),
        ["这一项不对", "看账单", "为什么变多"],
    ),
    # by its amount
    ("bill_shock", "有个15块的是什么", "“畅看视频会员”：", ["是谁开的", "退订", "这一项不对"]),
    # taken off, two months ago
    ("bill_shock", "老用户优惠是什么", "9月减了 20.00 元。", ["这一项不对", "看账单", "为什么变多"]),
    # charged though it is off
    (
        "unsubscribed_service",
        "音乐会员怎么还在扣",
        "它现在不在您的订购里。要是退订以后还在收，或者不是您本人付的，可以提出异议，核实是多收的就退。",
        ["这一项不对", "看账单", "为什么变多"],
    ),
    # twice in a month
    ("double_charge", "视频会员是什么费", "“畅看视频会员”这个月收了 2 次", ["是谁开的", "退订", "这一项不对"]),
    # the name alone does not say what it is
    ("vas_no_consent", "游戏加速包是什么", "“游戏加速包”是增值业务：", ["是谁开的", "退订", "这一项不对"]),
    # only in the running month
    ("roaming_now", "日本漫游流量是什么", "11月用了 1.26 GB，收了 75.00 元。", ["这一项不对", "看账单", "为什么变多"]),
]  # fmt: skip


@pytest.mark.parametrize(("story", "words", "told", "titles"), NAMED)
async def test_a_named_charge(demo: DemoBilling, story: str, words: str, told: str, titles: list[str]) -> None:
    answered = await ask(demo, "item", phone=phone_of(story), words=words)
    assert told in answered.text
    assert answered.bubble.titles == titles


async def test_the_dispute_carries_month_and_item(demo: DemoBilling) -> None:
    answered = await ask(demo, "item", phone=phone_of("bill_shock"), words="套餐外流量是什么")
    payload = '/billing_detail{"sub": "dispute", "month": "2026-10", "item": "data-over", "line": "p1"}'
    assert answered.bubble.payload("这一项不对") == payload


async def test_no_charge_is_named(demo: DemoBilling) -> None:
    """Asked which, with each as a button; the dearest first."""
    answered = await ask(demo, "item", phone=phone_of("bill_shock"), words="这都是些什么费用")
    assert answered.text == "您问的是10月账单里的哪一项？"
    titles = ["套餐外流量 92.00 元", "畅享 59 月费 59.00 元", "畅看视频会员 15.00 元", "转人工"]
    assert answered.bubble.titles == titles
    chosen = '/billing_detail{"sub": "item", "month": "2026-10", "item": "s0-shipin", "line": "p1"}'
    assert answered.bubble.payload(titles[2]) == chosen


async def test_the_button_is_answered(demo: DemoBilling) -> None:
    answered = await ask(demo, "item", phone=phone_of("bill_shock"), month=OCTOBER, item="plan")
    assert answered.first.startswith("“畅享 59 月费”：")


async def test_what_stands_there_twice_is_offered_once(demo: DemoBilling) -> None:
    answered = await ask(demo, "item", phone=phone_of("double_charge"))
    assert answered.bubble.titles == ["畅享 39 月费 39.00 元", "畅看视频会员 15.00 元", "转人工"]
    assert '"item": "s3-shipin-2"' in answered.bubble.payload("畅看视频会员 15.00 元")


async def test_many_purchases_of_one_kind_are_told_apart(demo: DemoBilling) -> None:
    answered = await ask(demo, "item", phone=phone_of("minor_purchase"))
    assert answered.bubble.titles[:2] == ["10 月 18 日第 9 笔 98.00 元", "10 月 17 日第 2 笔 68.00 元"]


async def test_two_are_named(demo: DemoBilling) -> None:
    answered = await ask(demo, "item", phone=phone_of("vas_no_consent"), words="那些增值业务是什么")
    assert answered.bubble.titles == ["游戏加速包 20.00 元", "视频彩铃 5.00 元", "转人工"]


@pytest.mark.parametrize("words", ["保险费是什么", "宽带费是多少", "99块的那笔是什么"])
async def test_a_charge_that_is_on_no_bill(demo: DemoBilling, words: str) -> None:
    answered = await ask(demo, "item", phone=phone_of("bill_shock"), words=words)
    assert answered.first.startswith("最近的账单（10月、9月、11月）里没有查到这一项。")
    assert "转人工" in answered.bubble.titles


async def test_before_the_first_bill(demo: DemoBilling) -> None:
    answered = await ask(demo, "item", phone=phone_of("new_line"), words="月费是什么")
    assert "11月收了 19.50 元。" in answered.text


async def test_no_bill_and_no_charge() -> None:
    assert (await ask(Made(), "item", words="月费是什么")).text == "这个号码还没有账单，也没有收费。"


async def test_a_month_without_a_bill(demo: DemoBilling) -> None:
    answered = await ask(demo, "item", phone=phone_of("new_line"), month=OCTOBER)
    assert answered.bubble.response == "utter_billing_younger"


def made(*items: BillItem, subscribed: tuple[Subscription, ...] | None = ()) -> Made:
    return Made(bills=(Bill(OCTOBER, items, Decimal(0), NOW, None),), subscribed=subscribed)


VIDEO = BillItem("v", ItemKind.VAS, "畅看", Decimal("15.00"), subject="s1")


async def test_a_service_that_is_ending() -> None:
    ending = Subscription("s1", "畅看", "悦影", Decimal(15), NOW.date(), None, NOVEMBER.last_day, True)
    answered = await ask(made(VIDEO, subscribed=(ending,)), "item", words="畅看是什么")
    assert "由悦影提供，已经退订，用到11月30日。" in answered.text
    assert "退订" not in answered.bubble.titles


async def test_without_a_list_of_services() -> None:
    """The billing system does not keep one: nothing is said about being off."""
    answered = await ask(made(VIDEO, subscribed=None), "item", words="畅看是什么")
    assert answered.text.split("\n")[1:] == ["10月收了 15.00 元。"]


async def test_a_long_bill_is_not_offered_whole() -> None:
    items = [BillItem(f"v{n}", ItemKind.VAS, f"会员{n}", Decimal(n), subject=f"s{n}") for n in range(1, 20)]
    answered = await ask(made(*items), "item")
    assert len(answered.bubble.buttons) == 9
    assert answered.bubble.titles[0] == "会员19 19.00 元"
