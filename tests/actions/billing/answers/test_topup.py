"""Has the money arrived, and what happens where it has not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import TopUp, TopUpStatus
from tests.support.answers import Made, ask
from tests.support.billing import phone_of
from tests.support.times import NOW

STORIES = [
    (
        "top_up_pending",
        "还没到账，正在入账：今天 14:40 充的 100.00 元（支付宝），一般很快就到。",
        "查余额",
    ),
    (
        "top_up_failed",
        "没有充成功，抱歉：11月20日 15:20 充的 50.00 元（微信）没能入账，钱会按原来的付款方式退回。",
        "登记工单",
    ),
    ("paid_not_restored", "到账了：11月19日 13:20 充的 177.00 元（微信）已经到账。", "查余额"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "first", "way"), STORIES)
async def test_stories(demo: DemoBilling, story: str, first: str, way: str) -> None:
    answered = await ask(demo, "topup", phone=phone_of(story))
    assert answered.first.startswith(first)
    assert answered.bubble.titles[0] == way
    assert {"登记工单", "转人工"} <= set(answered.bubble.titles)


async def test_the_others_are_listed_below(demo: DemoBilling) -> None:
    answered = await ask(demo, "topup", phone=phone_of("top_up_pending"))
    assert answered.text.split("\n")[1] == "最近的还有："
    assert all(line.endswith("已到账") for line in answered.text.split("\n")[2:])


def top_up(hours: float, amount: str = "50.00", status: TopUpStatus = TopUpStatus.CREDITED, late: int = 0) -> TopUp:
    at = NOW - timedelta(hours=hours)
    credited = at + timedelta(minutes=late) if status is TopUpStatus.CREDITED else None
    return TopUp(f"t{hours}", at, Decimal(amount), "微信", status, credited)


PENDING, FAILED = TopUpStatus.PENDING, TopUpStatus.FAILED
CASES = [
    # on its way for two hours is usual, a minute more is not
    ("two hours", (top_up(2, status=PENDING),), {}, "还没到账，正在入账"),
    ("longer", (top_up(2.02, status=PENDING),), {}, "还没到账，抱歉"),
    # what is on its way comes before what has arrived since
    ("waits", (top_up(1), top_up(30, "100.00", PENDING)), {}, "还没到账，抱歉：11月20日 09:20 充的 100.00 元"),
    # the amount that the customer names
    ("named", (top_up(1), top_up(30, "100.00")), {"amount": "100.00"}, "到账了：11月20日 09:20 充的 100.00 元"),
    ("named, and failed", (top_up(1), top_up(9, "30.00", FAILED)), {"amount": "30.00"}, "没有充成功，抱歉"),
    ("another amount", (top_up(1),), {"amount": "200.00"}, "最近 90 天没有 200.00 元的充值记录。"),
    ("none at all", (), {}, "最近 90 天没有查到 138****8000 的充值记录。"),
    ("none at all, an amount named", (), {"amount": "200.00"}, "最近 90 天没有查到 138****8000 的充值记录。"),
    ("long ago", (top_up(24 * 91),), {}, "最近 90 天没有查到"),
    ("no number", (top_up(1),), {"amount": "一点点"}, "到账了"),
    ("later", (top_up(5, late=30),), {}, "到账了：今天 10:20 充的 50.00 元（微信）已经到账，到账时间 今天 10:50。"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "paid_in", "entities", "first"), CASES, ids=[each[0] for each in CASES])
async def test_edges(why: str, paid_in: tuple[TopUp, ...], entities: dict[str, str], first: str) -> None:
    answered = await ask(Made(paid_in=paid_in), "topup", words="充的钱到账了吗", **entities)
    assert answered.first.startswith(first), why


async def test_a_long_list_is_cut() -> None:
    answered = await ask(Made(paid_in=tuple(top_up(hours) for hours in range(1, 20))), "topup")
    assert len(answered.text.split("\n")) == 6
