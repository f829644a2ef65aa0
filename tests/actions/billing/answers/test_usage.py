"""What is used, what is left, until when."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Allowance, AllowanceKind, BillItem, ItemKind, Month, Usage
from tests.support.answers import Made, ask
from tests.support.billing import phone_of
from tests.support.times import NOW

RESET = Month(2026, 11).end


async def test_what_is_left_comes_first(demo: DemoBilling) -> None:
    answered = await ask(demo, "usage", phone=phone_of("bill_shock"))
    assert answered.text == (
        "流量还剩 21.16 GB，12月1日重新计算。\n"
        "国内流量：还剩 21.16 GB，已用 18.84 GB / 40 GB\n"
        "国内通话：还剩 237 分钟，已用 63 分钟 / 300 分钟"
    )
    assert answered.bubble.card == {
        "kind": "figures",
        "title": "本月用量（今天 15:20）",
        "rows": [
            {"label": "国内流量", "value": "还剩 21.16 GB，已用 18.84 GB / 40 GB", "share": 0.471},
            {"label": "国内通话", "value": "还剩 237 分钟，已用 63 分钟 / 300 分钟", "share": 0.21},
        ],
    }


STORIES = [
    ("nearly_used_up", "", "流量已经用了 92%，用完以后再用会产生套餐外费用，可以看看更合适的套餐。"),
    ("contract_ending", "", "国内流量（含上月结转 36.76 GB）：还剩 88.6 GB，已用 28.16 GB / 116.76 GB"),
    ("contract_ending", "", "定向流量（只用于视频应用）：还剩 12.39 GB，已用 17.61 GB / 30 GB"),
    ("roaming_now", "", "套餐外已经产生 86.88 元：日本漫游流量（3 天） 75.00 元、日本漫游通话 11.88 元。"),
    # the kind that is asked about comes first
    ("bill_shock", "还有多少分钟可以打", "通话还剩 237 分钟，12月1日重新计算。\n国内流量"),
    ("bill_shock", "我还剩多少G", "流量还剩 21.16 GB，12月1日重新计算。\n"),
    ("bill_shock", "短信还剩几条", "您的套餐里没有单独的短信额度，用多少算多少。"),
]


@pytest.mark.parametrize(("story", "words", "told"), STORIES)
async def test_stories(demo: DemoBilling, story: str, words: str, told: str) -> None:
    assert told in (await ask(demo, "usage", phone=phone_of(story), words=words)).text


def data(used: str, total: str | None = "20", name: str = "国内流量", only_for: str | None = None) -> Allowance:
    kind = AllowanceKind.DATA
    return Allowance(name, kind, name, "GB", Decimal(total) if total else None, Decimal(used), RESET, only_for=only_for)


def voice(used: str, total: str) -> Allowance:
    return Allowance("v", AllowanceKind.VOICE, "通话", "minute", Decimal(total), Decimal(used), RESET)


VIDEO = data("1", "30", "定向流量", "视频应用")
OVER = BillItem("o", ItemKind.DATA_OVER, "套餐外流量", Decimal("7.50"), Decimal("1.5"), "GB")
CASES = [
    ((data("15.99"),), (), "流量还剩 4.01 GB，12月1日重新计算。", None),
    ((data("16"),), (), "流量已经用了 80%", True),  # from 80 % on
    ((data("15.99"),), (), "已经用了", False),
    ((data("19.99"),), (), "流量已经用了 99%", True),  # never 100 while something is left
    ((data("20"),), (), "流量已经用完，12月1日重新计算。", None),
    ((data("20"),), (), "可以先关掉移动数据", True),
    # used beyond: nothing is left, and nothing below nothing
    ((data("21.5"),), (OVER,), "国内流量：还剩 0 GB，已用 21.5 GB / 20 GB", True),
    ((data("21.5"),), (OVER,), "套餐外已经产生 7.50 元：套餐外流量 7.50 元。", True),
    # of the plan and of a pack together
    ((data("20"), data("2", "10", "加油包")), (), "流量还剩 8 GB，12月1日重新计算。", None),
    # what is for some apps only is not counted as what is left
    ((data("20"), VIDEO), (), "流量已经用完，12月1日重新计算。", None),
    ((VIDEO,), (), "流量还剩 29 GB，12月1日重新计算。", None),  # all that there is
    ((data("99", None),), (), "流量不限量，已经用了 99 GB，12月1日重新计算。", None),
    ((data("99", None),), (), "国内流量：不限量，已用 99 GB", True),
    ((voice("100", "100"),), (), "通话已经用完，12月1日重新计算。", None),
    ((voice("100", "100"),), (), "关掉移动数据", False),
    ((data("0", "0"),), (), "流量已经用完", True),  # a plan with nothing in it
    ((), (), "您的套餐里没有包含流量、通话或短信的额度，用多少算多少。", None),
    ((), (OVER,), "套餐外已经产生 7.50 元", True),
]


@pytest.mark.parametrize(("allowances", "over", "words", "is_said"), CASES)
async def test_edges(
    allowances: tuple[Allowance, ...], over: tuple[BillItem, ...], words: str, is_said: bool | None
) -> None:
    """`is_said` None: it comes first."""
    answered = await ask(Made(of_usage=Usage(NOW, allowances, over)), "usage")
    if is_said is None:
        assert answered.first == words
    else:
        assert (words in answered.text) is is_said


async def test_many_allowances() -> None:
    many = tuple(data("1", "2", f"流量包{n}") for n in range(12))
    answered = await ask(Made(of_usage=Usage(NOW, many, ())), "usage")
    assert answered.text.split("\n")[-1] == "其余 5 项：不在这里一一列出"
