"""What is on sale, asked by anybody and by somebody whose number is open."""

from __future__ import annotations

import re

import pytest

from care.billing.catalogue import catalogue, offers_on_sale
from care.billing.demo.tables import DemoPlan
from care.db import transaction
from care.privacy.choices import history, is_on, switch
from care.privacy.rules import Switch
from tests.support.accounts import open_account
from tests.support.billing import down, phone_of, seed
from tests.support.database import count
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW, china


@pytest.fixture(autouse=True)
def demo_customers(actions: Actions) -> None:
    seed(NOW, 17)


NEVER = ("迎春 45", "狂欢 49", "新春 69")
EQUAL = "老客户和新客户能选的一样"


async def said(play: Play, words: str, sub: str | None = "offers") -> tuple[str, dict[str, str]]:
    """Text and buttons of the only bubble."""
    ((response, values),) = await play.say(words, "billing_package", **({} if words.startswith("/") else {"sub": sub}))
    assert response == "utter_account"
    return values["answer"], {button["title"]: button["payload"] for button in values["buttons"]}


ASKED = [
    # words, what is shown, beginning of the first line
    ("有什么套餐", ["流量 29", "畅享 39", "畅享 59"], "现在在售、人人都能办的套餐"),
    ("推荐个便宜的", ["流量 29", "畅享 39", "畅享 59"], "现在在售、合您要求的"),
    ("流量多的套餐有吗", ["尊享 159", "畅享 129", "畅享 99"], "现在在售、合您要求的"),
    ("40元以内的套餐有什么", ["流量 29", "畅享 39"], "现在在售、合您要求的"),
    ("5元以内的有吗", ["流量 29", "畅享 39", "畅享 59"], "现在没有合您要求的"),
    ("给老人用的套餐", ["亲情 19"], "现在在售、合您要求的"),
    ("残疾人办什么套餐便宜", ["关爱 19"], "现在在售、合您要求的"),
    ("家里装宽带有什么套餐", ["宽带 300M", "宽带 500M", "千兆宽带"], "现在在售、合您要求的"),
    ("有没有流量包", ["流量月包 10GB", "语音月包 200 分钟", "流量月包 30GB"], "现在在售、合您要求的"),
]


@pytest.mark.parametrize(("words", "names", "first"), ASKED)
async def test_anybody_hears_what_fits(actions: Actions, words: str, names: list[str], first: str) -> None:
    answer, buttons = await said(Play(actions), words)
    assert answer.startswith(first)
    assert [name for name in (offer.name for offer in catalogue().offers) if f"【{name}】" in answer] == sorted(
        names, key=[offer.name for offer in catalogue().offers].index
    )
    assert list(buttons)[: len(names)] == names
    assert "比您现在" not in answer
    assert EQUAL in answer


@pytest.mark.parametrize("words", [words for words, _, _ in ASKED])
async def test_nothing_is_named_without_its_limits(actions: Actions, words: str) -> None:
    """E8, E9: price, who, conditions, until when, over-use and what comes after, of each offer in the answer."""
    answer, _ = await said(Play(actions), words)
    for offer in (offer for offer in offers_on_sale(NOW) if f"【{offer.name}】" in answer):
        expected = [
            f"{offer.price:.2f} 元/月",
            offer.who,
            "；".join(offer.conditions),
            "可办到",
            offer.beyond,
            offer.after,
        ]
        expected += [f"限量 {offer.stock.limit} 份，还剩 {offer.stock.left} 份"] if offer.stock else []
        expected += [str(offer.leaving)] if offer.contract_months else []
        expected += [str(offer.speed_note)] if offer.allowances.broadband_mbps else []
        for part in expected:
            assert part in answer, offer.id
    for name in NEVER:
        assert name not in answer


BY_NAME = [
    ("狂欢49还能办吗", "“狂欢 49”的名额已经用完，现在办不了。"),
    ("我要迎春45套餐", "“迎春 45”已经停售，现在办不了。"),
    ("新春69什么时候有", "“新春 69”现在还办不了。"),
]


@pytest.mark.parametrize(("words", "first"), BY_NAME)
async def test_what_cannot_be_had_is_said_and_not_shown(actions: Actions, words: str, first: str) -> None:
    answer, buttons = await said(Play(actions), words)
    assert answer.startswith(first)
    assert "办理" not in buttons
    assert not any(f"【{name}】" in answer for name in NEVER)
    assert "【流量 29】" in answer, "what can be had instead"


async def test_one_offer_with_all_its_facts(actions: Actions) -> None:
    answer, buttons = await said(Play(actions), "尊享159是什么套餐")
    holds = "国内流量 150 GB，国内通话 1500 分钟，短信 200 条"
    assert answer.splitlines() == [
        f"【尊享 159】前 12 个月 129.00 元/月，第 13 个月起 159.00 元/月：{holds}",
        "网速最高 1000 Mbps",
        "网速说明：1000 Mbps 是 5G 网络下的最高速率，要 5G 手机和 5G 信号，人多时会慢",
        "谁能办：个人客户",
        "条件：要签 12 个月的合约；限量参加，先到先得",
        "合约：12 个月，提前退出要退回已减的月费，每个月 30.00 元",
        "办理时间：9月1日至2027年3月31日",
        "限量 20000 份，还剩 6120 份，先到先得",
        "超出后：流量 5.00 元/GB，通话 0.15 元/分钟，短信 0.10 元/条",
        "之后：合约到期后按 159.00 元/月收，不自动续约，可以改别的套餐",
        "条件相同的老客户和新客户能选的一样，合同另有约定的除外。资费以办理时给您确认的为准，没有您的验证码，什么都不会改。",
    ]
    assert buttons["办理"] == '/billing_package{"sub": "change", "item": "zunxiang-159"}'


async def test_a_bundle_names_the_way_without_it(actions: Actions) -> None:
    """E11: bundles only if voluntary."""
    play = Play(actions)
    answer, buttons = await said(play, "全家149")
    assert "不捆绑也能办：畅享 99 + 宽带 500M，加起来 159.00 元/月" in answer
    assert "办理" not in buttons, "a second contract is made with a person"
    assert "转人工" in buttons
    answer, buttons = await said(play, buttons["不捆绑的"])
    assert ("【畅享 99】" in answer, "【宽带 500M】" in answer, "【全家 149】" in answer) == (True, True, False)
    assert buttons["畅享 99"] == '/billing_package{"sub": "change", "item": "changxiang-99"}'


async def test_students_choose_freely(actions: Actions) -> None:
    """E12: no exclusive deals with schools."""
    answer, _ = await said(Play(actions), "校园卡有什么套餐")
    assert answer.startswith("学生想用哪家、办哪款，都由您自己选。我们没有学校专属的套餐")
    assert "【流量 29】" in answer


async def test_buttons_lead_on(actions: Actions) -> None:
    play = Play(actions)
    _, buttons = await said(play, "有什么套餐")
    answer, _ = await said(play, buttons["流量多的"])
    assert "【尊享 159】" in answer
    answer, _ = await said(play, buttons["畅享 39"])
    assert answer.startswith("【畅享 39】39.00 元/月")


COMPARED = [
    # bill_shock has 畅享 59
    ("有什么套餐", ["比您现在的“畅享 59”每月少 30.00 元", "每月少 20.00 元", "每月多 40.00 元"], ["【畅享 59】"]),
    ("便宜点的套餐", ["比您的畅享 59（59.00 元/月）便宜的有", "【流量 29】", "【畅享 39】"], ["【畅享 99】"]),
    ("比畅享59便宜的套餐有哪些", ["【流量 29】"], ["【畅享 59】"]),
    ("畅享129", ["比您现在的“畅享 59”每月多 70.00 元"], []),
    ("宽带有什么套餐", ["【宽带 300M】"], ["比您现在"]),  # on top of a plan, not in its place
]


@pytest.mark.parametrize(("words", "expected", "never"), COMPARED)
async def test_an_open_number_hears_what_is_cheaper(
    actions: Actions, words: str, expected: list[str], never: list[str]
) -> None:
    open_account(phone_of("bill_shock"), NOW)
    answer, _ = await said(Play(actions), words)
    for part in expected:
        assert part in answer
    for part in never:
        assert part not in answer


async def test_nothing_cheaper_is_said(actions: Actions) -> None:
    phone = phone_of("bill_shock")
    open_account(phone, NOW)
    with transaction() as session:
        session.query(DemoPlan).filter(DemoPlan.phone == phone).update({"plan": "liuliang-29"})
    answer, _ = await said(Play(actions), "有没有便宜点的套餐")
    assert answer.startswith("现在在售的里面，没有比您的流量 29（29.00 元/月）更便宜的。")


@pytest.mark.parametrize("is_open", [False, True])
async def test_offers_need_no_billing_system(actions: Actions, is_open: bool) -> None:
    """They come from our own catalogue."""
    if is_open:
        open_account(phone_of("bill_shock"), NOW)
    with down():
        answer, _ = await said(Play(actions), "有什么套餐")
    assert "【流量 29】" in answer
    assert "比您现在" not in answer


# By how the number is used: only where its holder switched that on (个人信息保护法第二十四条)

ON, OFF = "按我的用量推荐", "不按用量推荐"


def chosen() -> list[tuple[bool, str]]:
    with transaction() as session:
        return [(each.is_on, each.channel) for each in history(session, phone_of("bill_shock"))]


async def test_nobody_is_judged_by_their_use_unasked(actions: Actions) -> None:
    open_account(phone_of("bill_shock"), NOW)
    answer, buttons = await said(Play(actions), "有什么套餐")
    assert answer.startswith("现在在售、人人都能办的套餐，按月费从低到高")
    assert ON in buttons
    assert chosen() == []
    _, buttons = await said(Play(actions), "流量多的套餐有吗")
    assert not {ON, OFF} & set(buttons), "what was asked for has its own order"


async def test_switched_on_offers_that_hold_enough_come_first(actions: Actions) -> None:
    open_account(phone_of("bill_shock"), NOW)
    play = Play(actions)
    _, buttons = await said(play, "有什么套餐")
    answer, buttons = await said(play, buttons[ON])
    first, second, *_ = answer.splitlines()
    assert first == "好的，以后按您的用量推荐套餐，随时可以关。"
    found = re.search(r"按您的用量推荐：.*约要 (\d+) GB 流量、(\d+) 分钟通话", second)
    assert found
    names = re.findall(r"【(.+?)】", answer)
    offers = {offer.name: offer for offer in catalogue().offers}
    holds = [
        (offers[name].allowances.data_gb or 0) >= int(found[1])
        and (offers[name].allowances.voice_minutes or 0) >= int(found[2])
        for name in names
    ]
    assert holds == [True] * 3
    assert names != ["流量 29", "畅享 39", "畅享 99"], "not the order of everybody"
    again, buttons = await said(play, "有什么套餐")
    assert again.splitlines()[0] == second
    answer, buttons = await said(play, buttons[OFF])
    assert answer.startswith("好的，已经关掉，不再按您的用量推荐套餐。\n现在在售、人人都能办的套餐")
    assert not {ON, OFF} & set(buttons), "who said no is not asked again"
    assert chosen() == [(False, "rest"), (True, "rest")]


async def test_the_same_turn_again_switches_once(actions: Actions) -> None:
    open_account(phone_of("bill_shock"), NOW)
    play = Play(actions)
    _, buttons = await said(play, "有什么套餐")
    for _ in range(2):
        await said(play, buttons[ON])
    assert len(chosen()) == 1


async def test_a_former_holders_yes_is_nobodys(actions: Actions) -> None:
    phone = phone_of("bill_shock")
    with transaction() as session:
        switch(session, phone, Switch.PERSONALISATION, True, "rest", china("2000-01-01 00:00"))
    open_account(phone, NOW)
    answer, buttons = await said(Play(actions), "有什么套餐")
    assert "按您的用量" not in answer
    assert ON in buttons


async def test_what_was_not_switched_is_not_said_to_be(actions: Actions) -> None:
    """While the billing system is away, nobody can tell whose number it is now."""
    phone = phone_of("bill_shock")
    open_account(phone, NOW)
    with transaction() as session:
        switch(session, phone, Switch.PERSONALISATION, True, "rest", NOW)
    play = Play(actions)
    _, buttons = await said(play, "有什么套餐")
    with down():
        answer, _ = await said(play, buttons[OFF])
    assert answer.startswith("现在核对不了您的号码，还没有改成。")
    answer, _ = await said(play, buttons[OFF])
    assert answer.startswith("好的，已经关掉")
    with transaction() as session:
        assert not is_on(session, phone, Switch.PERSONALISATION)


async def test_without_a_number_there_is_nothing_to_switch(actions: Actions) -> None:
    play = Play(actions)
    _, buttons = await said(play, "有什么套餐")
    assert not {ON, OFF} & set(buttons)
    answer, _ = await said(play, '/billing_package{"sub": "offers", "item": "personal:on"}')
    assert answer.startswith("现在核对不了您的号码，还没有改成。")
    assert count("privacy_choices") == 0
