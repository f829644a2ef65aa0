"""Which order is meant, what is shown before it, and what cannot be ordered: services, plans, roaming."""

from __future__ import annotations

import pytest

from actions.billing.orders import named
from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import phone_at
from care.billing.transactions import transactions
from care.db import transaction
from tests.support.billing import phone_of, seed
from tests.support.database import count
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW

SHOWN = ["utter_order_shown", "utter_order_ask_code"]

NAMES = ["畅看视频会员", "视频彩铃", "悦听音乐包"]
NAMED = [
    ("退订畅看视频会员", [0], "the whole name"),
    ("帮我取消一下彩铃", [1], "a part of it"),
    ("把音乐那个退了", [2], "a part of it"),
    ("退订视频", [0, 1], "two of the same kind"),
    ("退订业务", [], "what all are called names none"),
    ("退订天气预报", [], "one that is not there"),
    ("不要了", [], "no name at all"),
]


@pytest.mark.parametrize(("words", "places", "reason"), NAMED)
def test_services_that_words_name(words: str, places: list[int], reason: str) -> None:
    assert named(words, NAMES) == places, reason


@pytest.fixture
def operator(actions: Actions) -> Actions:
    seed(NOW, 20)
    return actions


def proved(actions: Actions, story: str) -> Play:
    with transaction() as session:
        prove(session, "c1", phone_of(story), NOW)
    return Play(actions)


def payloads(said: dict[str, object]) -> list[str]:
    buttons = said["buttons"]
    assert isinstance(buttons, list)
    return [str(button["payload"]) for button in buttons]


async def test_a_code_for_the_account_comes_before_the_order(operator: Actions) -> None:
    """Level 2 first: who has only named the number learns nothing of its services."""
    play = Play(operator)
    first = await play.say(f"退订视频会员，我的号码{phone_of('bill_shock')}", "billing_package", sub="unsubscribe")
    assert [name for name, _ in first] == ["utter_billing_ask_code"]
    assert count("orders") == 0
    said = await play.names(Telephone(phone_of("bill_shock")).code())
    assert said == ["utter_billing_proved", *SHOWN], "in the same turn"
    assert play.waits_for == "order_code"


async def test_the_code_of_the_account_orders_nothing(operator: Actions) -> None:
    play = Play(operator)
    await play.say(f"退订视频会员，我的号码{phone_of('bill_shock')}", "billing_package", sub="unsubscribe")
    account = Telephone(phone_of("bill_shock")).code()
    await play.say(account)
    ((name, _),) = await play.say(account)
    assert name.startswith("utter_code_"), "a code serves only the purpose that its SMS names"


async def test_the_only_service_needs_no_name(operator: Actions) -> None:
    play = proved(operator, "bill_shock")
    ((name, said), _) = await play.say("帮我退订", "billing_package", sub="unsubscribe")
    assert (name, said["shown"].partition("\n")[0]) == ("utter_order_shown", "退订“畅看视频会员”")


async def test_none_to_unsubscribe(operator: Actions) -> None:
    play = proved(operator, "new_line")
    ((name, said),) = await play.say("帮我退订彩铃", "billing_package", sub="unsubscribe")
    assert name == "utter_account"
    assert said["answer"].startswith("这个号码现在没有开增值业务")
    assert count("orders") == 0


async def test_another_service_than_the_one_there_is(operator: Actions) -> None:
    play = proved(operator, "bill_shock")
    ((_, said),) = await play.say("退订彩铃", "billing_package", sub="unsubscribe", service="彩铃")
    assert said["answer"].startswith("没有找到您说的这一项")
    assert ["s0-shipin" in each for each in payloads(said)] == [True]


async def test_ended_already(operator: Actions) -> None:
    play = proved(operator, "bill_shock")
    button = '/billing_package{"sub": "unsubscribe", "item": "s0-shipin"}'
    await play.say(button)
    await play.say(Telephone(phone_of("bill_shock")).code())
    ((_, said),) = await play.say(button)
    assert said["answer"] == "“畅看视频会员”已经退订了，用到12月1日前，之后不再收费，不用再办。"
    assert count("orders") == 1


CHANGES = [
    ("换成畅享 39", "换成“畅享 39”", "by its name"),
    ("我想换成39元的套餐", "换成“畅享 39”", "by its price, which only one plan has"),
    ('/billing_package{"sub": "change", "item": "changxiang-99"}', "换成“畅享 99”", "by the button"),
]


@pytest.mark.parametrize(("text", "title", "reason"), CHANGES)
async def test_a_change_of_plan(operator: Actions, text: str, title: str, reason: str) -> None:
    play = proved(operator, "bill_shock")
    ((name, said), (asked, _)) = await play.say(text, "billing_package", sub="change")
    assert [name, asked] == SHOWN, reason
    first, now, then, *more = said["shown"].split("\n")
    assert (first, now) == (title, "现在：畅享 59，59.00 元/月")
    assert then.startswith("从12月1日起："), "the month is finished on the plan that it began with"
    assert any("5.00 元/GB" in line for line in more), "what over-use costs stands there before the code"
    ((name, done),) = await play.say(Telephone(phone_of("bill_shock")).code())
    assert (name, done["what"], done["effective"]) == ("utter_order_placed", title, "2026年12月1日")


async def test_a_lower_price_for_the_first_months_is_shown_with_what_follows(operator: Actions) -> None:
    play = proved(operator, "bill_shock")
    ((_, said), _) = await play.say("换成尊享 159", "billing_package", sub="change")
    assert "从12月1日起：129.00 元/月" in said["shown"]
    assert "第 13 个月起 159.00 元/月" in said["shown"]
    assert "合约：12 个月，提前退出" in said["shown"], "no contract without what leaving it costs"


async def test_what_a_change_loses_is_said_before(operator: Actions) -> None:
    """The discount of today's plan ends with it."""
    with_discount = [
        customer
        for customer in (phone_at(n) for n in range(20))
        if (plan := await DemoBilling().plan(customer)).promotions and plan.contract is None and not plan.next_name
    ]
    assert with_discount, "the demo operator has such a customer"
    with transaction() as session:
        prove(session, "c1", with_discount[0], NOW)
    said = dict(await Play(operator).say("换成流量 29", "billing_package", sub="change"))
    assert "会失去：优惠“" in said["utter_order_shown"]["shown"]


NO_CHANGES = [
    ("bill_shock", "换成畅享 59", "您现在用的就是“畅享 59”，不用换。", "is so already"),
    ("bill_shock", "换成迎春 45", "您说的这个套餐现在不能办了。", "its sale is over"),
    ("bill_shock", "换成狂欢 49", "您说的这个套餐现在不能办了。", "sold out"),
    ("bill_shock", "我要换套餐", "您想换成哪个套餐？", "none named"),
    ("bill_shock", "畅享59太贵了，换个便宜的套餐", "现在在售的里面，比您的畅享 59", "it is the one to get rid of"),
    ("bill_shock", "换成19元的套餐", "您想换成哪个套餐？", "two at this price"),
    ("bill_shock", "换成关爱 19", "“关爱 19”要核对办理资格", "papers are looked at by a person"),
    ("bill_shock", "换成全家 149", "“全家 149”不是直接换套餐就能办的", "with broadband: a person"),
    ("contract_ending", "换成畅享 39", "现在还换不了：您在合约", "a contract, and what leaving costs"),
]


@pytest.mark.parametrize(("story", "text", "beginning", "reason"), NO_CHANGES)
async def test_what_cannot_be_changed_to(operator: Actions, story: str, text: str, beginning: str, reason: str) -> None:
    play = proved(operator, story)
    ((name, said),) = await play.say(text, "billing_package", sub="change")
    assert name == "utter_account"
    assert said["answer"].startswith(beginning), (reason, said["answer"])
    assert said["buttons"], "never a dead end"
    assert count("orders") == 0


async def test_what_leaving_a_contract_costs(operator: Actions) -> None:
    play = proved(operator, "contract_ending")
    ((_, said),) = await play.say("换成畅享 39", "billing_package", sub="change")
    assert "现在退出要付 " in said["answer"]
    assert "不足一个月按一个月算" in said["answer"], "how it is reckoned"


async def test_only_one_change_a_month(operator: Actions) -> None:
    play = proved(operator, "bill_shock")
    await play.say("换成畅享 39", "billing_package", sub="change")
    await play.say(Telephone(phone_of("bill_shock")).code())
    ((_, same),) = await play.say("换成畅享 39", "billing_package", sub="change")
    assert same["answer"] == "下个月起就是“畅享 39”了，已经办好，不用再办。"
    ((_, other),) = await play.say("换成畅享 99", "billing_package", sub="change")
    assert other["answer"].startswith("您已经约好下个月换成“畅享 39”")


SWITCHES = [
    ("开通国际漫游流量", "开通国际漫游流量", "data, by the words"),
    ("我要去日本，帮我打开漫游上网", "开通国际漫游流量", "with the price of the place"),
    ('/billing_roaming{"sub": "roaming_switch", "item": "roaming_data_on"}', "开通国际漫游流量", "by the button"),
]


@pytest.mark.parametrize(("text", "title", "reason"), SWITCHES)
async def test_a_roaming_switch(operator: Actions, text: str, title: str, reason: str) -> None:
    play = proved(operator, "bill_shock")
    ((name, said), (asked, _)) = await play.say(text, "billing_roaming", sub="roaming_switch")
    assert [name, asked] == SHOWN, reason
    assert said["shown"].startswith(title)
    assert ("费用（日本）：流量日包" in said["shown"]) == ("日本" in text)
    ((name, done),) = await play.say(Telephone(phone_of("bill_shock")).code())
    assert (name, done["what"], done["effective"]) == ("utter_order_placed", title, "今天")


async def test_which_switch_is_asked(operator: Actions) -> None:
    play = proved(operator, "bill_shock")
    ((_, said),) = await play.say("国际漫游开关", "billing_roaming", sub="roaming_switch")
    assert said["answer"].startswith("您要开关哪一项？\n现在：国际漫游通话")
    assert len(payloads(said)) == 2, "one way for each of the two switches"
    assert count("orders") == 0


async def test_switched_off_already(operator: Actions) -> None:
    play = proved(operator, "bill_shock")
    ((_, said),) = await play.say("关闭漫游流量", "billing_roaming", sub="roaming_switch")
    assert said["answer"].startswith("已经是您要的样子，不用再办。")


async def test_off_while_abroad_is_warned_of(operator: Actions) -> None:
    play = proved(operator, "roaming_now")
    ((_, said), _) = await play.say("关掉漫游流量", "billing_roaming", sub="roaming_switch")
    assert said["shown"].endswith("请注意：您的手机现在在日本")


async def test_an_agents_word_for_another_purpose_opens_no_order(operator: Actions) -> None:
    with transaction() as session:
        prove(session, "c1", phone_of("bill_shock"), NOW, purpose=Purpose.IDENTITY)
    play = Play(operator)
    assert await play.names("帮我退订", "billing_package", sub="unsubscribe") == ["utter_billing_ask_phone"]


async def test_what_can_be_done_is_the_table(operator: Actions) -> None:
    ((name, said),) = await Play(operator).say('/billing_package{"sub": "transactions"}')
    assert name == "utter_transactions"
    assert [row.removeprefix("· ").partition("（")[0] for row in said["rows"].split("\n")] == [
        each.title.partition("（")[0] for each in transactions().values()
    ]
    assert said["rows"].count("每次都要短信验证码") == 4, "every one that changes an order"
