"""Why a bill differs: the changes always add up to the difference, and each has the reason that an agent would give."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.billing.explanation import Reason, explain
from care.billing.values import Bill, BillItem, ItemKind, Month, Plan, Subscription
from tests.support.times import china

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)

kinds = st.sampled_from(ItemKind)
names = st.sampled_from(["畅享 59", "乐享 58", "视频会员", "彩铃", "套餐外流量", ""])
subjects = st.sampled_from([None, "plan-59", "plan-58", "s1", "s2"])
# beyond what a bill can be, both ways, with every cent
amounts = st.decimals(min_value="-99999.99", max_value="99999.99", places=2, allow_nan=False)
quantities = st.none() | st.decimals(min_value="0", max_value="500", places=3, allow_nan=False)
items = st.builds(BillItem, st.just("i"), kinds, names, amounts, quantities, st.just("GB"), subjects)
alike = st.lists(items, max_size=12) | st.lists(items, max_size=3).map(lambda some: some * 3)


def bill(month: Month, *lines: BillItem) -> Bill:
    numbered = tuple(
        BillItem(f"{month}-{place}", each.kind, each.name, each.amount, each.quantity, each.unit, each.subject)
        for place, each in enumerate(lines)
    )
    return Bill(month, numbered, Decimal("0.00"), month.end, month.end.date())


@given(alike, alike)
def test_the_changes_add_up_to_the_cent(before: list[BillItem], after: list[BillItem]) -> None:
    first, second = bill(SEPTEMBER, *before), bill(OCTOBER, *after)
    explained = explain(first, second)
    assert sum((each.difference for each in explained.changes), Decimal(0)) == second.total - first.total
    assert explained.difference == second.total - first.total


@given(alike, alike)
def test_every_line_is_in_one_change_at_most(before: list[BillItem], after: list[BillItem]) -> None:
    second = bill(OCTOBER, *after)
    told = [item.id for change in explain(bill(SEPTEMBER, *before), second).changes for item in change.items]
    assert len(told) == len(set(told))
    assert set(told) <= {item.id for item in second.items}


@given(alike, alike)
def test_the_biggest_first_and_nothing_that_did_not_change(before: list[BillItem], after: list[BillItem]) -> None:
    differences = [abs(each.difference) for each in explain(bill(SEPTEMBER, *before), bill(OCTOBER, *after)).changes]
    assert differences == sorted(differences, reverse=True)
    assert 0 not in differences


@given(alike)
def test_the_same_bill_again_has_no_changes(lines: list[BillItem]) -> None:
    assert explain(bill(SEPTEMBER, *lines), bill(OCTOBER, *lines)).changes == ()


def line(kind: ItemKind, name: str, amount: str, subject: str | None = None, gb: str | None = None) -> BillItem:
    return BillItem("", kind, name, Decimal(amount), Decimal(gb) if gb else None, "GB" if gb else None, subject)


PLAN = line(ItemKind.PLAN, "畅享 59", "59.00", "changxiang-59")
OLD_PLAN = line(ItemKind.PLAN, "乐享 58", "58.00", "lexiang-58")
VIDEO = line(ItemKind.VAS, "视频会员", "15.00", "s0-shipin")
RING = line(ItemKind.VAS, "彩铃", "5.00", "s0-cailing")
OVER = line(ItemKind.DATA_OVER, "套餐外流量", "92.00", gb="18.4")
LESS = line(ItemKind.DISCOUNT, "促销优惠", "-20.00", "promo")
PACK = line(ItemKind.ADDON, "10GB 加油包", "15.00")
JAPAN = line(ItemKind.ROAMING_DATA, "日本流量日包", "25.00", gb="1")
THAILAND = line(ItemKind.ROAMING_DATA, "泰国流量日包", "25.00", gb="1")
BACK = line(ItemKind.ADJUSTMENT, "退回视频会员", "-15.00", "s0-shipin")

Told = list[tuple[str, str, Reason]]

EXAMPLES: list[tuple[str, list[BillItem], list[BillItem], Told]] = [
    (
        "a bill shock: three things at once, the dearest first",
        [PLAN, LESS],
        [PLAN, OVER, VIDEO],
        [
            ("套餐外流量", "92.00", Reason.BEYOND),
            ("促销优惠", "20.00", Reason.PROMOTION_ENDED),
            ("视频会员", "15.00", Reason.NEW),
        ],
    ),
    ("nothing changed", [PLAN, VIDEO], [VIDEO, PLAN], []),
    ("two services are two changes", [PLAN], [PLAN, VIDEO, RING],
     [("视频会员", "15.00", Reason.NEW), ("彩铃", "5.00", Reason.NEW)]),
    ("data in several lines is one change", [PLAN], [PLAN, OVER, line(ItemKind.DATA_OVER, "夜间流量", "5.00", gb="1")],
     [("套餐外流量", "97.00", Reason.BEYOND)]),
    ("less used beyond the allowance", [PLAN, OVER], [PLAN], [("套餐外流量", "-92.00", Reason.LESS_BEYOND)]),
    ("one plan after another is one change", [OLD_PLAN], [PLAN], [("畅享 59", "1.00", Reason.PLAN_CHANGED)]),
    (
        "changed within the month: both plans are in the later bill",
        [OLD_PLAN],
        [
            line(ItemKind.PLAN, "乐享 58", "20.00", "lexiang-58"),
            line(ItemKind.PLAN, "畅享 59", "39.00", "changxiang-59"),
        ],
        [("畅享 59", "1.00", Reason.PLAN_CHANGED)],
    ),
    (
        "a second card beside the same plan is new, no change of plan",
        [PLAN],
        [PLAN, line(ItemKind.PLAN, "副卡", "10.00", "second")],
        [("副卡", "10.00", Reason.NEW)],
    ),
    ("renamed, the same subject, dearer", [PLAN], [line(ItemKind.PLAN, "畅享 59 升级版", "69.00", "changxiang-59")],
     [("畅享 59 升级版", "10.00", Reason.DEARER)]),
    ("the price fell", [VIDEO], [line(ItemKind.VAS, "视频会员", "10.00", "s0-shipin")],
     [("视频会员", "-5.00", Reason.CHEAPER)]),
    ("a subject that came only now: matched by kind and name", [line(ItemKind.VAS, "视频会员", "15.00")], [VIDEO], []),
    ("charged twice", [PLAN, VIDEO], [PLAN, VIDEO, VIDEO], [("视频会员", "15.00", Reason.TWICE)]),
    ("new, and charged twice at once", [PLAN], [PLAN, VIDEO, VIDEO], [("视频会员", "30.00", Reason.TWICE)]),
    ("was charged twice the month before", [VIDEO, VIDEO], [VIDEO], [("视频会员", "-15.00", Reason.TWICE_BEFORE)]),
    ("a data pack bought twice is no mistake", [PLAN], [PLAN, PACK, PACK], [("10GB 加油包", "30.00", Reason.NEW)]),
    ("a refund is no part of the price", [PLAN, VIDEO], [PLAN, VIDEO, BACK],
     [("退回视频会员", "-15.00", Reason.REFUND)]),
    ("a refund in the month before makes this one look dear", [PLAN, BACK], [PLAN],
     [("退回视频会员", "15.00", Reason.REFUND_BEFORE)]),
    ("charged afterwards", [PLAN], [PLAN, line(ItemKind.ADJUSTMENT, "补收", "8.00")],
     [("补收", "8.00", Reason.CHARGED_AFTERWARDS)]),
    ("charged afterwards in the month before", [PLAN, line(ItemKind.ADJUSTMENT, "补收", "8.00")], [PLAN],
     [("补收", "-8.00", Reason.CHARGED_BEFORE)]),
    ("roaming in two places", [PLAN], [PLAN, JAPAN, JAPAN, THAILAND],
     [("日本流量日包", "50.00", Reason.ROAMING), ("泰国流量日包", "25.00", Reason.ROAMING)]),
    ("back home", [PLAN, JAPAN], [PLAN], [("日本流量日包", "-25.00", Reason.LESS_ROAMING)]),
    ("a discount begins", [PLAN], [PLAN, LESS], [("促销优惠", "-20.00", Reason.PROMOTION_BEGUN)]),
    ("a discount shrinks", [PLAN, LESS], [PLAN, line(ItemKind.DISCOUNT, "促销优惠", "-5.00", "promo")],
     [("促销优惠", "15.00", Reason.PROMOTION_LESS)]),
    ("a discount grows", [line(ItemKind.DISCOUNT, "促销优惠", "-5.00", "promo")], [LESS],
     [("促销优惠", "-15.00", Reason.PROMOTION_MORE)]),
    ("paid late", [PLAN], [PLAN, line(ItemKind.LATE_FEE, "违约金", "1.20")], [("违约金", "1.20", Reason.LATE_FEE)]),
    ("paid late the month before", [line(ItemKind.LATE_FEE, "违约金", "1.20")], [],
     [("违约金", "-1.20", Reason.LATE_FEE_BEFORE)]),
    ("something once", [PLAN], [PLAN, line(ItemKind.OTHER, "换卡费", "10.00")], [("换卡费", "10.00", Reason.ONE_TIME)]),
    ("something once, the month before", [line(ItemKind.OTHER, "换卡费", "10.00")], [],
     [("换卡费", "-10.00", Reason.ONE_TIME_BEFORE)]),
    ("a service ended", [PLAN, VIDEO], [PLAN], [("视频会员", "-15.00", Reason.ENDED)]),
    ("equal in all, yet not the same", [PLAN, VIDEO], [PLAN, line(ItemKind.VAS, "音乐会员", "15.00", "s0-yinyue")],
     [("视频会员", "-15.00", Reason.ENDED), ("音乐会员", "15.00", Reason.NEW)]),
    ("empty bills", [], [], []),
    ("the first bill after an empty one", [], [PLAN], [("畅享 59", "59.00", Reason.NEW)]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "before", "after", "told"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_reasons(why: str, before: list[BillItem], after: list[BillItem], told: Told) -> None:
    changes = explain(bill(SEPTEMBER, *before), bill(OCTOBER, *after)).changes
    assert [(each.name, str(each.difference), each.reason) for each in changes] == told, why


def test_the_plan_before_is_named() -> None:
    (change,) = explain(bill(SEPTEMBER, OLD_PLAN), bill(OCTOBER, PLAN)).changes
    assert (change.was, change.name) == ("乐享 58", "畅享 59")


def test_how_much_was_used() -> None:
    (change,) = explain(bill(SEPTEMBER), bill(OCTOBER, OVER, OVER)).changes
    assert change.quantity == Decimal("36.8")


def subscribed(since: date) -> Subscription:
    return Subscription("s0-shipin", "视频会员", "畅看", Decimal("15.00"), since, None, date(2026, 11, 30))


SINCE = [
    # in the course of September: 7.50 was for half of it
    (date(2026, 9, 16), Reason.PART_BEFORE),
    # on the first: September was whole
    (date(2026, 9, 1), Reason.DEARER),
    # long before: the price is another one
    (date(2026, 3, 1), Reason.DEARER),
]


@pytest.mark.parametrize(("since", "reason"), SINCE)
def test_half_a_month_before(since: date, reason: Reason) -> None:
    half = line(ItemKind.VAS, "视频会员", "7.50", "s0-shipin")
    (change,) = explain(bill(SEPTEMBER, half), bill(OCTOBER, VIDEO), None, [subscribed(since)]).changes
    assert (change.reason, change.since) == (reason, since)


def test_the_plan_tells_since_when() -> None:
    plan = Plan("changxiang-59", "畅享 59", Decimal("59.00"), china("2026-09-20 10:00").date(), None, ())
    half = line(ItemKind.PLAN, "畅享 59", "21.63", "changxiang-59")
    (change,) = explain(bill(SEPTEMBER, half), bill(OCTOBER, PLAN), plan).changes
    assert (change.reason, change.difference) == (Reason.PART_BEFORE, Decimal("37.37"))
