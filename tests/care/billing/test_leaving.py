"""What is looked at before a number is taken along or closed: rules as tables, and what the demo operator tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import STORIES
from care.billing.leaving import Condition, Obstacle, asked_by_sms, days_full_on, in_the_way, refund, unmet
from care.billing.values import Contract, Leaving, LineStatus
from care.sla.policy import policy
from care.sla.sections import Carrier
from tests.support.billing import phone_of, seed
from tests.support.times import NOW

TODAY = date(2026, 11, 21)
FREE = Leaving(
    status=LineStatus.ACTIVE,
    is_real_name=True,
    joined_on=date(2020, 3, 5),
    owed=Decimal("0.00"),
    unbilled=Decimal("19.00"),
    balance=Decimal("52.30"),
    given=Decimal("10.00"),
    contract=None,
    attached=(),
    is_porting=False,
)


def bound(until: date) -> Contract:
    return Contract("两年约", date(2025, 1, 1), until, Decimal("100.00"), "每个剩余月份 20 元")


CONDITIONS: list[tuple[dict[str, Any], set[Condition], str]] = [
    ({}, set(), "all are met"),
    ({"is_real_name": False}, {Condition.REAL_NAME}, "not registered"),
    ({"status": LineStatus.PAUSED}, {Condition.IN_USE}, "reported lost"),
    ({"status": LineStatus.RESTRICTED}, {Condition.IN_USE}, "real-name or fraud check"),
    ({"status": LineStatus.ARREARS}, {Condition.IN_USE}, "paid, and not restored yet"),
    ({"status": LineStatus.ARREARS, "owed": Decimal("0.01")}, {Condition.IN_USE, Condition.PAID}, "a fen is owed"),
    ({"unbilled": Decimal("300.00")}, set(), "what is not billed yet is agreed on, and no reason to refuse"),
    ({"contract": bound(date(2026, 11, 21))}, {Condition.NO_TERM}, "its last day"),
    ({"contract": bound(date(2026, 11, 20))}, set(), "over since yesterday"),
    ({"joined_on": TODAY - timedelta(days=119)}, {Condition.DAYS}, "119 days"),
    ({"joined_on": TODAY - timedelta(days=120)}, set(), "120 days"),
    ({"attached": ("宽带 300M",)}, set(), "broadband is no condition of the ministry's"),
]


@pytest.mark.parametrize(("changed", "missing", "why"), CONDITIONS, ids=[why for *_, why in CONDITIONS])
def test_conditions_for_porting(changed: dict[str, Any], missing: set[Condition], why: str) -> None:
    assert set(unmet(replace(FREE, **changed), TODAY)) == missing, why


def test_the_day_on_which_the_days_are_full() -> None:
    assert days_full_on(replace(FREE, joined_on=date(2026, 11, 16))) == date(2027, 3, 16)


OBSTACLES: list[tuple[dict[str, Any], set[Obstacle], str]] = [
    ({}, set(), "nothing"),
    ({"owed": Decimal("5.00")}, {Obstacle.OWED}, "arrears"),
    ({"contract": bound(date(2027, 1, 1))}, {Obstacle.CONTRACT}, "a contract"),
    ({"contract": bound(date(2026, 11, 20))}, set(), "a contract that is over"),
    ({"is_porting": True}, {Obstacle.PORTING}, "on its way to another operator"),
    ({"status": LineStatus.RESTRICTED}, {Obstacle.RESTRICTED}, "the check comes first"),
    ({"is_real_name": False}, {Obstacle.REAL_NAME}, "who has it is not known"),
    (
        {"status": LineStatus.RESTRICTED, "is_real_name": False},
        {Obstacle.RESTRICTED},
        "one thing to do: the check is of the real name",
    ),
    ({"status": LineStatus.PAUSED}, set(), "a lost card may be closed"),
    ({"status": LineStatus.ARREARS}, set(), "paid, not restored: it need not be restored to be closed"),
    ({"attached": ("宽带 300M",)}, {Obstacle.ATTACHED}, "broadband on the same account"),
    ({"joined_on": TODAY}, set(), "closing has no 120 days"),
]


@pytest.mark.parametrize(("changed", "found", "why"), OBSTACLES, ids=[why for *_, why in OBSTACLES])
def test_obstacles_to_closing(changed: dict[str, Any], found: set[Obstacle], why: str) -> None:
    assert set(in_the_way(replace(FREE, **changed), TODAY)) == found, why


REFUNDS = [
    # balance, gifts in it, not billed yet; what comes back
    ("52.30", "10.00", "19.00", "23.30"),
    ("52.30", "0.00", "0.00", "52.30"),
    ("10.00", "10.00", "0.00", "0.00"),  # only gifts
    ("10.00", "0.00", "19.00", "0.00"),  # nobody is owed less than nothing
    ("-193.81", "0.00", "0.00", "0.00"),
]


@pytest.mark.parametrize(("balance", "given", "unbilled", "back"), REFUNDS)
def test_refund(balance: str, given: str, unbilled: str, back: str) -> None:
    leaving = replace(FREE, balance=Decimal(balance), given=Decimal(given), unbilled=Decimal(unbilled))
    assert refund(leaving) == Decimal(back)


NUMBERS: list[tuple[list[Carrier], list[str], str]] = [
    (["中国移动"], ["10086"], "F108"),
    (["中国联通"], ["10010"], "F108"),
    (["中国电信"], ["10001"], "not its hotline 10000"),
    (["中国广电"], [], "none that we know of"),
    (["中国移动", "中国广电"], ["10086"], "of two the one that is known"),
]


@pytest.mark.parametrize(("carriers", "numbers", "why"), NUMBERS)
def test_where_the_sms_goes(carriers: list[Carrier], numbers: list[str], why: str) -> None:
    operator = policy().operator.model_copy(update={"carriers": carriers})
    assert [number for _, number in asked_by_sms(operator)] == numbers, why


DEMO: list[tuple[str, set[Condition], set[Obstacle]]] = [
    ("bill_shock", set(), set()),
    ("new_line", {Condition.DAYS}, set()),
    ("contract_ending", {Condition.NO_TERM}, {Obstacle.CONTRACT}),
    ("arrears", {Condition.IN_USE, Condition.PAID}, {Obstacle.OWED}),
    ("paid_not_restored", {Condition.IN_USE}, set()),
    ("restricted", {Condition.REAL_NAME, Condition.IN_USE}, {Obstacle.RESTRICTED}),
]


@pytest.mark.parametrize(("story", "missing", "obstacles"), DEMO)
async def test_the_demo_operators_customers(
    database: object, story: str, missing: set[Condition], obstacles: set[Obstacle]
) -> None:
    seed(NOW, len(STORIES))
    demo = DemoBilling(clock=lambda: NOW)
    leaving = await demo.leaving(phone_of(story))
    assert set(unmet(leaving, TODAY)) == missing
    assert set(in_the_way(leaving, TODAY)) == obstacles
    balance, arrears = await demo.balance(phone_of(story)), await demo.arrears(phone_of(story))
    assert (leaving.balance, leaving.given, leaving.unbilled) == (balance.amount, balance.given, balance.unbilled)
    assert leaving.owed == arrears.amount


async def test_what_hangs_on_the_same_account(database: object) -> None:
    """Some of the ordinary customers have broadband, or pay off a telephone: it is on their bills."""
    numbers = [each.phone for each in seed(NOW, 60)]
    demo = DemoBilling(clock=lambda: NOW)
    attached = {name for phone in numbers for name in (await demo.leaving(phone)).attached}
    assert attached == {"宽带 300M", "合约手机分期"}
