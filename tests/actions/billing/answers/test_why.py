"""Why a month cost more, or less."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import phone_at
from care.billing.values import Bill, BillItem, ItemKind, Month
from tests.support.answers import Answered, Made, ask
from tests.support.billing import phone_of, seed
from tests.support.times import NOW

SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)


async def test_a_bill_shock(demo: DemoBilling) -> None:
    answered = await ask(demo, "why", phone=phone_of("bill_shock"))
    assert answered.text == (
        "10月是 166.00 元，比9月的 39.00 元多 127.00 元，主要是“套餐外流量”多了 92.00 元。\n"
        "套餐外流量（超出套餐 18.4 GB）：+92.00 元\n"
        "老用户优惠（优惠结束，不再减了）：+20.00 元\n"
        "畅看视频会员（10月1日开通）：+15.00 元"
    )
    assert answered.bubble.card == {
        "kind": "figures",
        "title": "10月比9月",
        "rows": [
            {"label": "套餐外流量（超出套餐 18.4 GB）", "value": "+92.00 元", "share": 1.0},
            {"label": "老用户优惠（优惠结束，不再减了）", "value": "+20.00 元", "share": 0.217},
            {"label": "畅看视频会员（10月1日开通）", "value": "+15.00 元", "share": 0.163},
        ],
        "total": {"label": "合计", "value": "+127.00 元"},
    }
    dispute = '/billing_detail{"sub": "dispute", "month": "2026-10", "item": "%s", "line": "p1"}'
    assert answered.bubble.buttons == [
        ("“套餐外流量”不对", dispute % "data-over"),
        ("“畅看视频会员”不对", dispute % "s0-shipin"),
        ("看10月账单", '/billing_detail{"month": "2026-10", "line": "p1"}'),
        ("看看在售套餐", '/billing_package{"sub": "offers", "line": "p1"}'),
    ]


STORIES = [
    (
        "double_charge",
        None,
        (
            "10月是 69.00 元，比9月的 54.00 元多 15.00 元，主要是“畅看视频会员”多了 15.00 元。\n"
            "畅看视频会员（收了 2 次，像是重复收费）：+15.00 元"
        ),
    ),
    (
        "roaming_month",
        None,
        (
            "10月是 185.88 元，比9月的 99.00 元多 86.88 元，主要是“日本漫游流量（3 天）”多了 75.00 元。\n"
            "日本漫游流量（3 天，在境外用的）：+75.00 元\n"
            "日本漫游通话（在境外用的）：+11.88 元"
        ),
    ),
    # many purchases in one game are one matter
    (
        "minor_purchase",
        None,
        (
            "10月是 683.00 元，比9月的 59.00 元多 624.00 元，主要是“话费支付：星海奇兵道具”多了 624.00 元。\n"
            "话费支付：星海奇兵道具（新增，一共 12 笔）：+624.00 元"
        ),
    ),
    ("arrears", None, "10月和9月一样，都是 59.00 元，没有变化。"),
    ("bill_shock", SEPTEMBER, "9月和8月一样，都是 39.00 元，没有变化。"),
    # nothing to compare with
    ("new_line", None, "10月没有账单可以比。11月是 19.50 元，都是这些：\n畅享 39 月费（首月按 15 天）：19.50 元"),
]


@pytest.mark.parametrize(("story", "month", "text"), STORIES)
async def test_stories(demo: DemoBilling, story: str, month: Month | None, text: str) -> None:
    assert (await ask(demo, "why", phone=phone_of(story), month=month)).text == text


async def test_of_several_purchases_the_customer_chooses(demo: DemoBilling) -> None:
    answered = await ask(demo, "why", phone=phone_of("minor_purchase"))
    title, payload = answered.bubble.buttons[0]
    assert (title, payload) == (
        "“话费支付：星海…”不对",
        '/billing_detail{"sub": "dispute", "month": "2026-10", "line": "p1"}',
    )


async def test_what_was_charged_twice_is_disputed_once(demo: DemoBilling) -> None:
    answered = await ask(demo, "why", phone=phone_of("double_charge"))
    assert '"item": "s3-shipin-2"' in answered.bubble.payload("“畅看视频会员”不对")


async def test_the_running_month_is_not_compared_as_if_it_were_whole(demo: DemoBilling) -> None:
    answered = await ask(demo, "why", phone=phone_of("bill_shock"), month=NOVEMBER)
    assert answered.text.split("\n")[:3] == [
        "11月还没过完，到现在是 74.00 元，不能和整月的10月（166.00 元）直接比。等出了账再看才准。",
        "已经出账的月份是这样：",
        "10月是 166.00 元，比9月的 39.00 元多 127.00 元，主要是“套餐外流量”多了 92.00 元。",
    ]


async def test_what_is_charged_beyond_already_in_the_running_month(demo: DemoBilling) -> None:
    answered = await ask(demo, "why", phone=phone_of("roaming_now"), month=NOVEMBER)
    assert answered.text.split("\n")[1] == (
        "已经有套餐外的费用：日本漫游流量（3 天） 75.00 元、日本漫游通话 11.88 元。"
    )


async def test_before_the_number_was_theirs(demo: DemoBilling) -> None:
    answered = await ask(demo, "why", phone=phone_of("new_line"), month=OCTOBER)
    assert answered.bubble.response == "utter_billing_younger"


def cents(value: str) -> Decimal:
    return Decimal(value.removesuffix(" 元"))


def adds_up(answered: Answered) -> bool:
    card = answered.bubble.card
    if card is None:
        return "没有变化" in answered.text
    return sum((cents(row["value"]) for row in card["rows"]), Decimal(0)) == cents(card["total"]["value"])


async def test_what_is_shown_adds_up_to_the_cent(demo: DemoBilling) -> None:
    """Of everybody of the demo operator, over half a year, as far as there is something to compare."""
    seed(NOW, 60)
    told = 0
    for n in range(60):
        for back in range(1, 7):
            answered = await ask(demo, "why", phone=phone_at(n), month=NOVEMBER.plus(-back))
            if answered.bubble.response == "utter_account":
                assert adds_up(answered), (n, back, answered.text)
                told += 1
    assert told > 300


def item(kind: ItemKind, name: str, amount: str, subject: str | None = None) -> BillItem:
    return BillItem(name, kind, name, Decimal(amount), subject=subject)


def bill(month: Month, *items: BillItem, final: bool = True) -> Bill:
    return Bill(month, items, Decimal(0), month.end if final else None, None)


PLAN = item(ItemKind.PLAN, "畅享 59", "59.00", "changxiang-59")
OLD = item(ItemKind.PLAN, "乐享 58", "58.00", "lexiang-58")
OVER = item(ItemKind.DATA_OVER, "套餐外流量", "30.00")
LESS = item(ItemKind.DISCOUNT, "立减", "-20.00", "promo")
VIDEO = item(ItemKind.VAS, "视频会员", "20.00", "s1")
BACK = item(ItemKind.ADJUSTMENT, "退费", "-5.00")

CASES = [
    # less than before
    ([PLAN, OVER], [PLAN], "10月是 59.00 元，比9月的 89.00 元少 30.00 元，主要是“套餐外流量”少了 30.00 元。"),
    ([PLAN, OVER], [PLAN], "套餐外流量（上月超出得更多）：-30.00 元"),
    # a promotion that ended: less is taken off
    ([PLAN, LESS], [PLAN], "多 20.00 元，主要是“立减”少减了 20.00 元。"),
    ([PLAN], [PLAN, LESS], "少 20.00 元，主要是“立减”多减了 20.00 元。"),
    # as dear as before, and yet not the same
    ([PLAN, LESS], [item(ItemKind.PLAN, "畅享 59", "39.00", "changxiang-59")],
     "10月和9月一样，都是 39.00 元，不过里面有变化：\n"),
    ([OLD], [PLAN], "畅享 59（上月是“乐享 58”）：+1.00 元"),
    ([PLAN, VIDEO], [PLAN, item(ItemKind.VAS, "视频会员", "25.00", "s1")], "视频会员（上月 20.00 元）：+5.00 元"),
    ([PLAN], [PLAN, VIDEO], "视频会员（新增的）：+20.00 元"),  # since when is not known
    ([PLAN, BACK], [PLAN], "退费（上月退过，这个月没有）：+5.00 元"),
    ([PLAN], [PLAN, OVER], "套餐外流量（超出套餐的部分）：+30.00 元"),  # how much was used is not known
    # the difference goes up, the biggest change goes down: the main one is the one that explains it
    ([PLAN, OVER], [PLAN, VIDEO, item(ItemKind.VAS, "彩铃", "15.00", "s2")],
     "多 5.00 元，主要是“视频会员”多了 20.00 元。"),
    ([], [], "10月和9月一样，都是 0.00 元，没有变化。"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "words"), CASES)
async def test_in_words(before: list[BillItem], after: list[BillItem], words: str) -> None:
    made = Made(bills=(bill(SEPTEMBER, *before), bill(OCTOBER, *after)))
    answered = await ask(made, "why", month=OCTOBER)
    assert words in answered.text
    assert adds_up(answered)


async def test_less_is_drawn_to_the_other_side() -> None:
    made = Made(bills=(bill(SEPTEMBER, PLAN, OVER), bill(OCTOBER, PLAN)))
    card = (await ask(made, "why", month=OCTOBER)).bubble.card
    assert card is not None
    assert card["rows"][0]["share"] == -1.0


async def test_many_changes_are_summed_up() -> None:
    many = [item(ItemKind.VAS, f"会员{n}", f"{n}.00", f"s{n}") for n in range(1, 13)]
    answered = await ask(Made(bills=(bill(SEPTEMBER, PLAN), bill(OCTOBER, PLAN, *many))), "why", month=OCTOBER)
    lines = answered.text.split("\n")
    assert len(lines) == 9
    assert lines[-1] == "其余 5 项：+15.00 元"
    assert adds_up(answered)


async def test_in_the_first_days_the_last_two_bills_are_compared() -> None:
    made = Made(bills=(bill(Month(2026, 8), PLAN), bill(SEPTEMBER, PLAN, OVER), bill(NOVEMBER, PLAN, final=False)))
    assert (await ask(made, "why")).first.startswith("9月是 89.00 元，比8月的 59.00 元多 30.00 元")


async def test_nothing_to_compare_and_nothing_charged() -> None:
    assert (await ask(Made(), "why")).text == "这个号码还没有账单，也没有收费。"
