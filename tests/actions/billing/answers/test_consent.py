"""Who ordered a service; where there is no evidence, the dispute is opened."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Consent, ConsentMethod, Subscription
from tests.support.answers import Made, ask
from tests.support.billing import phone_of
from tests.support.database import count
from tests.support.times import china


async def test_the_evidence(demo: DemoBilling) -> None:
    answered = await ask(demo, "consent", phone=phone_of("double_charge"))
    assert answered.text == (
        "“畅看视频会员”是 4月4日 12:30 用短信验证码确认开通的，悦影文化提供，每月 15.00 元。\n"
        "当时的内容：“您将订购畅看视频会员，15.00 元/月，由悦影文化提供，按月续订。客户在页面输入短信验证码确认”\n"
        "不是您本人操作的话，可以提出异议，我们去核实；不想用了可以退订。"
    )
    assert answered.bubble.buttons == [
        ("有一项不对", '/billing_detail{"sub": "dispute", "item": "s3-shipin", "line": "p1"}'),
        ("退订", '/billing_package{"sub": "unsubscribe", "item": "s3-shipin", "line": "p1"}'),
        ("转人工", "/handoff"),
    ]
    assert count("disputes") == 0


MISSING = [
    (phone_of("bill_shock"), None, "", "畅看视频会员"),  # the only one
    (phone_of("vas_no_consent"), "s9-youxi", "", "游戏加速包"),  # of a button
    (phone_of("vas_no_consent"), None, "那个游戏加速包谁给我开的", "游戏加速包"),  # in words
]


@pytest.mark.parametrize(("phone", "item", "words", "name"), MISSING)
async def test_no_evidence_opens_the_dispute(
    demo: DemoBilling, phone: str, item: str | None, words: str, name: str
) -> None:
    answered = await ask(demo, "consent", phone=phone, item=item, words=words)
    assert answered.first.startswith(f"没有查到您同意开通“{name}”的凭证")
    assert "工信部要求，开通业务要有短信回复、短信验证码或签字确认" in answered.first
    assert "第" not in answered.first, "the ministry's demand is no article of a law"
    filled = {event["name"]: event["value"] for event in answered.events if event["event"] == "slot"}
    assert name in filled["complaint_description"]
    assert filled["complaint_line"] == phone
    assert filled["complaint_dispute"] is not None
    assert answered.events[-1] == {"event": "followup", "timestamp": None, "name": "complaint_form"}
    assert count("disputes") == 1


async def test_the_same_turn_again_opens_one_dispute(demo: DemoBilling) -> None:
    for _ in range(2):
        await ask(demo, "consent", phone=phone_of("bill_shock"))
    assert count("disputes") == 1


async def test_which_of_several(demo: DemoBilling) -> None:
    answered = await ask(demo, "consent", phone=phone_of("vas_no_consent"), words="这些是谁开的")
    assert answered.text == "您问的是哪一项？"
    assert set(answered.bubble.titles) == {"视频彩铃", "游戏加速包", "转人工"}
    chosen = '/billing_package{"sub": "consent", "item": "s9-youxi", "line": "p1"}'
    assert answered.bubble.payload("游戏加速包") == chosen


async def test_one_that_is_off_by_now(demo: DemoBilling) -> None:
    answered = await ask(demo, "consent", phone=phone_of("bill_shock"), item="s0-gone")
    assert answered.first.startswith("它现在已经不在您的订购里了")


async def test_no_service_at_all(demo: DemoBilling) -> None:
    answered = await ask(demo, "consent", phone=phone_of("unsubscribed_service"))
    assert answered.first.startswith("138****8001 现在没有开通增值业务。")


METHODS = [
    (ConsentMethod.SMS_REPLY, "用回复短信确认开通的"),
    (ConsentMethod.SMS_CODE, "用短信验证码确认开通的"),
    (ConsentMethod.SIGNATURE, "用签字确认开通的"),
]


@pytest.mark.parametrize(("method", "words"), METHODS)
async def test_methods(method: ConsentMethod, words: str) -> None:
    """Long ago: with its year; a long text is cut."""
    consent = Consent(china("2024-02-29 08:05"), method, "甲" * 500)
    service = Subscription("s", "会员", "悦影", Decimal(8), date(2024, 2, 29), consent, date(2026, 11, 30))
    answered = await ask(Made(subscribed=(service,)), "consent")
    assert f"“会员”是 2024年2月29日 08:05 {words}" in answered.first
    assert answered.text.count("甲") == 120
