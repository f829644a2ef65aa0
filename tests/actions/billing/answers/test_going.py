"""Porting and closing, told of an account: every condition, what it takes, and a way on; nobody is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from actions.billing.ticked import how_to_ask, sms_number
from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import STORIES, phone_at
from care.billing.values import Contract, Leaving, LineStatus
from care.sla.policy import policy
from care.sla.sections import Carrier
from tests.support.answers import Answered, Made, ask
from tests.support.billing import phone_of, seed
from tests.support.times import NOW

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
CONTRACT = Contract("两年约", date(2025, 1, 1), date(2027, 1, 1), Decimal("40.00"), "每个剩余月份 20 元。")
#: what keeps people, or pretends to
_RETAINS = re.compile("挽留|再考虑|考虑一下|留下|优惠给|送您|划算|舍不得|其实|不如|推荐|在售套餐")


async def of(topic: str, words: str = "", **changed: Any) -> Answered:
    return await ask(Made(of_leaving=replace(FREE, **changed)), topic, words=words)


async def test_all_conditions_are_met(demo: DemoBilling) -> None:
    answered = await ask(demo, "porting", phone=phone_of("bill_shock"))
    lines = answered.text.split("\n")
    assert lines[0] == "138****8000 五个条件都符合，可以携号转网。"
    assert lines[1:6] == [
        "实名登记：✓ 已登记",
        "号码状态：✓ 正常使用",
        "话费：✓ 已出账的都付清了；本月到现在 74.00 元还没出账，转的时候约定好怎么付",
        "在网期限：✓ 没有（优惠活动没到期，不影响转网）",
        lines[5],
    ]
    assert lines[5].endswith("入网，满 120 天了")
    assert "CXXZ#姓名#证件号 到 10086" in lines[6]
    assert "SQXZ#姓名#证件号" in lines[6]
    assert "有效期看短信" in lines[6], "how long the code is good is told differently: F108"
    assert lines[-1] == "依据：工信部要求：《携号转网服务办理条件》（2019-12-01 起施行）"
    assert answered.bubble.titles == ["携转的步骤", "有人拦着不让转", "转人工"]
    assert answered.bubble.payload("有人拦着不让转") == "/complain"


PORTING: list[tuple[dict[str, Any], str, list[str], str]] = [
    ({"is_real_name": False}, "实名登记：✗ 还没登记或没核验好，本人带身份证到营业厅办", ["实名带什么证件"], "papers"),
    ({"status": LineStatus.PAUSED}, "号码状态：✗ 停机保号或者挂失，本人带身份证恢复后才能转", [], "lost"),
    (
        {"status": LineStatus.RESTRICTED},
        "号码状态：✗ 因为实名或安全核查受限，核验通过后才能转",
        ["为什么受限"],
        "check",
    ),
    (
        {"status": LineStatus.ARREARS, "owed": Decimal("193.81")},
        "话费：✗ 还欠 193.81 元，交清就行",
        ["欠费和复机"],
        "arrears",
    ),
    (
        {"status": LineStatus.ARREARS},
        "号码状态：✗ 欠费已经交清，号码还没恢复，点下面看什么时候恢复",
        ["欠费和复机"],
        "paid, still off",
    ),
    (
        {"contract": CONTRACT},
        "在网期限：✗ 合约“两年约”到2027年1月1日，今天解除要付 40.00 元（每个剩余月份 20 元）",
        ["合约到什么时候"],
        "the contract's own reckoning",
    ),
    (
        {"contract": replace(CONTRACT, leaving=Decimal(0))},
        "在网期限：✗ 合约“两年约”到2027年1月1日，今天解除不用付钱",
        ["合约到什么时候"],
        "bound, and leaving is free",
    ),
    ({"joined_on": date(2026, 11, 16)}, "入网时间：✗ 11月16日入网，2027年3月16日满 120 天", [], "the day is told"),
]


@pytest.mark.parametrize(("changed", "row", "ways", "why"), PORTING, ids=[why for *_, why in PORTING])
async def test_a_condition_that_is_not_met(changed: dict[str, Any], row: str, ways: list[str], why: str) -> None:
    answered = await of("porting", **changed)
    assert "现在还转不了" in answered.first
    assert row in answered.text.split("\n"), why
    assert answered.bubble.titles == [*ways, "这条不对，投诉", "转人工"], "and it can be complained about at once"
    assert "SQXZ" not in answered.text, "no code is asked for in vain"


async def test_how_many_are_missing_is_counted(demo: DemoBilling) -> None:
    answered = await ask(demo, "porting", phone=phone_of("arrears"))
    assert answered.first.endswith("差 2 条：")
    assert answered.text.count("✗") == 2


async def test_a_promotion_is_no_term(demo: DemoBilling) -> None:
    """F106: neither an activity nor a discount that has not ended."""
    plans = {phone: await demo.plan(phone) for phone in (each.phone for each in seed(NOW, 60))}
    free = [phone for phone, plan in plans.items() if plan.promotions and plan.contract is None]
    assert free, "the demo operator has such customers"
    for phone in free:
        assert "在网期限：✓ 没有" in (await ask(demo, "porting", phone=phone)).text


async def test_what_does_not_go_along_is_named() -> None:
    answered = await of("porting", attached=("宽带 300M", "合约手机分期"), is_porting=True)
    assert "余额（现在 52.30 元）、积分、会员和宽带 300M、合约手机分期一般不会" in answered.text
    assert "这个号正在办携号转网。" in answered.text
    assert len(answered.text.split("\n")) <= 10


CARRIERS: list[tuple[list[Carrier], str, str]] = [
    (["中国电信"], "用这个号码发短信 CXXZ#姓名#证件号 到 10001", "one"),
    (["中国移动", "中国联通"], "用这个号码发短信 CXXZ#姓名#证件号 到 10086（中国移动）、10010（中国联通）", "two"),
    (["中国广电"], "打客服热线 10086 问怎么查", "none is known: the policy's hotline"),
]


@pytest.mark.parametrize(("carriers", "told", "why"), CARRIERS, ids=[why for *_, why in CARRIERS])
async def test_the_number_is_the_own_operators(
    monkeypatch: pytest.MonkeyPatch, carriers: list[Carrier], told: str, why: str
) -> None:
    operator = policy().operator.model_copy(update={"carriers": carriers})
    changed = policy().model_copy(update={"operator": operator})
    monkeypatch.setattr("actions.billing.ticked.policy", lambda: changed)
    assert how_to_ask() == told, why
    assert (sms_number() == "") is (carriers == ["中国广电"])


async def test_nothing_is_in_the_way_of_closing(demo: DemoBilling) -> None:
    answered = await of("closing")
    assert answered.text.split("\n") == [
        "138****8000 没有什么挡着，可以去办销户。",
        "话费：✓ 没有欠费",
        "合约：✓ 没有",
        "余额：大约能退 23.30 元（余额 52.30 元，不算赠送的 10.00 元，减去本月没出账的 19.00 元），以办理当天结算为准",
        "办之前：银行、支付、社保和常用 App 都换绑，号码以后可能给别人用；账单和资料先留一份。",
        (
            "去哪办：机主本人带身份证到营业厅。线上、外地能不能办，各家不一样，以公示为准，可以打 10086 问。"
            "我自己不能替您销，要我们来办请转人工。"
        ),
    ]
    assert answered.bubble.titles == ["导出我的数据", "余额怎么退", "看账单", "转人工"]
    assert answered.bubble.payload("导出我的数据") == '/privacy_access{"sub": "copy"}'


CLOSING: list[tuple[dict[str, Any], str, list[str], str]] = [
    ({"owed": Decimal("5.00"), "balance": Decimal("-5.00")}, "话费：✗ 还欠 5.00 元，先交清", ["欠费和复机"], "arrears"),
    (
        {"contract": CONTRACT},
        "合约：✗ 合约“两年约”到2027年1月1日，今天解除要付 40.00 元（每个剩余月份 20 元）",
        ["合约到什么时候"],
        "contract",
    ),
    ({"is_porting": True}, "携号转网：✗ 正在办；想带号走就别销户，销了带不走", [], "it would be lost"),
    ({"status": LineStatus.RESTRICTED}, "号码状态：✗ 因为实名或安全核查受限，先核验", ["为什么受限"], "check"),
    ({"attached": ("宽带 300M",)}, "一起用的：✗ 宽带 300M，先退掉、拆开或者结清", [], "broadband"),
]


@pytest.mark.parametrize(("changed", "row", "ways", "why"), CLOSING, ids=[why for *_, why in CLOSING])
async def test_what_is_in_the_way_of_closing(changed: dict[str, Any], row: str, ways: list[str], why: str) -> None:
    answered = await of("closing", **changed)
    assert answered.first == "138****8000 销户之前，还有 1 样要先办好："
    assert row in answered.text.split("\n"), why
    assert answered.bubble.titles[: len(ways)] == ways


async def test_everything_at_once_is_still_short() -> None:
    everything = {"owed": Decimal(5), "contract": CONTRACT, "is_porting": True, "attached": ("宽带 300M",)}
    answered = await of("closing", status=LineStatus.RESTRICTED, is_real_name=False, **everything)
    assert "还有 5 样" in answered.first
    assert len(answered.text.split("\n")) <= 10
    assert len(answered.bubble.titles) <= 6


REFUNDS: list[tuple[dict[str, Any], str]] = [
    ({"given": Decimal(0), "unbilled": Decimal(0)}, "余额：大约能退 52.30 元，以办理当天结算为准"),
    ({"balance": Decimal("10.00")}, "余额：现在没有可退的"),
]


@pytest.mark.parametrize(("changed", "row"), REFUNDS)
async def test_the_refund(changed: dict[str, Any], row: str) -> None:
    assert row in (await of("closing", **changed)).text.split("\n")


async def test_somebody_elses_number_has_other_ways() -> None:
    answered = await of("closing", words="查一下我妈的号销户还差什么")
    assert "替别人销户" in answered.bubble.titles
    assert "替别人销户" not in (await of("closing", words="我要销户")).bubble.titles


@pytest.mark.parametrize("topic", ["porting", "closing"])
async def test_a_number_that_is_closed_already(topic: str) -> None:
    answered = await of(topic, status=LineStatus.CLOSED)
    assert "已经销户" in answered.text
    assert "转人工" in answered.bubble.titles


@pytest.mark.parametrize("topic", ["porting", "closing"])
async def test_nobody_is_talked_into_staying(demo: DemoBilling, topic: str) -> None:
    for n in range(len(STORIES)):
        answered = await ask(demo, topic, phone=phone_at(n))
        assert not _RETAINS.search(answered.text), answered.text
        assert not any("billing_package" in payload and "offers" in payload for _, payload in answered.bubble.buttons)
