"""One customer of the operator of the tests, worked out by hand: October was dear and is not paid in full."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from care.billing.values import (
    Allowance,
    AllowanceKind,
    Balance,
    Bill,
    BillItem,
    ItemKind,
    Month,
    Usage,
)
from tests.care.billing.suite import Facts
from tests.support.times import NOW, china
from tests.support.tmf import Account

PHONE = "13800138000"
#: of the same operator
OTHER = "13800138001"
#: of no operator of ours
STRANGER = "13800138199"

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (Month(2026, number) for number in (8, 9, 10, 11))


def _bill(month: Month, paid: str, *items: BillItem) -> Bill:
    after = month.plus(1)
    return Bill(month, items, Decimal(paid), after.start.replace(hour=2), date(after.year, after.number, 20))


def _plan(month: Month) -> BillItem:
    return BillItem(f"plan-{month}", ItemKind.PLAN, "畅享 59", Decimal("59.00"), subject="changxiang-59")


def _discount(month: Month) -> BillItem:
    return BillItem(f"off-{month}", ItemKind.DISCOUNT, "促销优惠", Decimal("-20.00"), subject="promotion-1")


def _over(month: Month, quantity: str, amount: str) -> BillItem:
    return BillItem(
        f"over-{month}", ItemKind.DATA_OVER, "超出套餐的流量", Decimal(amount), Decimal(quantity), "GB", "data-over"
    )


ACCOUNT = Account(
    phone=PHONE,
    bills=(
        _bill(AUGUST, "39.00", _plan(AUGUST), _discount(AUGUST)),
        _bill(SEPTEMBER, "39.00", _plan(SEPTEMBER), _discount(SEPTEMBER)),
        _bill(
            OCTOBER,
            "66.00",
            _plan(OCTOBER),
            _over(OCTOBER, "18.4", "92.00"),
            BillItem("vas-1", ItemKind.VAS, "畅看视频会员", Decimal("15.00"), subject="shipin"),
            BillItem("late-1", ItemKind.LATE_FEE, "违约金", Decimal("1.20")),
        ),
    ),
    running=Bill(NOVEMBER, (_plan(NOVEMBER), _over(NOVEMBER, "2", "10.00")), Decimal("0.00"), None, None),
    usage=Usage(
        as_of=NOW,
        allowances=(
            Allowance("b1", AllowanceKind.DATA, "国内流量", "GB", Decimal("40.00"), Decimal("40.00"), NOVEMBER.end),
            Allowance("b2", AllowanceKind.VOICE, "国内通话", "minute", Decimal("300"), Decimal("120.50"), NOVEMBER.end),
            Allowance("b3", AllowanceKind.VOICE, "亲情号通话", "minute", None, Decimal("35"), NOVEMBER.end),
            Allowance("b4", AllowanceKind.SMS, "短信", "message", Decimal("100"), Decimal("3"), NOVEMBER.end),
        ),
        over=(_over(NOVEMBER, "2", "10.00"),),
    ),
    balance=Balance(Decimal("-101.20"), Decimal("0.00"), Decimal("69.00"), china("2026-11-21 15:00")),
)

#: has a smaller bill and uses less; nothing of it may ever be told to PHONE
OTHER_ACCOUNT = Account(
    phone=OTHER,
    bills=(_bill(OCTOBER, "59.00", BillItem("plan-other", ItemKind.PLAN, "畅享 59", Decimal("59.00"))),),
    running=Bill(NOVEMBER, (), Decimal("0.00"), None, None),
    usage=Usage(
        NOW,
        (Allowance("o1", AllowanceKind.DATA, "国内流量", "GB", Decimal("40"), Decimal("1"), NOVEMBER.end),),
        (),
    ),
)

FACTS = Facts(
    now=NOW,
    phone=PHONE,
    stranger=STRANGER,
    month=OCTOBER,
    amounts={
        "畅享 59": Decimal("59.00"),
        "超出套餐的流量": Decimal("92.00"),
        "畅看视频会员": Decimal("15.00"),
        "违约金": Decimal("1.20"),
    },
    paid=Decimal("66.00"),
    due=date(2026, 11, 20),
    first=AUGUST,
    running=Decimal("69.00"),
    allowances={
        "国内流量": (Decimal("40.00"), Decimal("40.00")),
        "国内通话": (Decimal("120.50"), Decimal("300.00")),
        "亲情号通话": (Decimal("35.00"), None),
        "短信": (Decimal("3.00"), Decimal("100.00")),
    },
    owed=Decimal("101.20"),
    late_fee=Decimal("1.20"),
    owed_months=(OCTOBER,),
    spendable=Decimal("-101.20"),
)
