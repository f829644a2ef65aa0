"""Reminders: which are on, each switched off and on, by words or a button."""

from __future__ import annotations

import pytest

from actions.billing.answers.reminders import wanted
from care.billing.reminder_switches import switched_off
from care.billing.reminders import Kind
from care.db import transaction
from tests.support.accounts import log_in, open_account
from tests.support.billing import phone_of, seed
from tests.support.database import count
from tests.support.environment import forget_settings
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW, china


@pytest.fixture(autouse=True)
def demo_customers(actions: Actions) -> None:
    seed(NOW, 17)


PHONE = phone_of("bill_shock")
ALL = tuple(Kind)
USAGE = (Kind.USAGE_80, Kind.USAGE_100)

WANTED: list[tuple[str, bool | None, tuple[Kind, ...]]] = [
    ("别再给我发流量提醒", False, USAGE),
    ("流量提醒太烦了", False, USAGE),
    ("不要提醒我流量快用完了", False, (Kind.USAGE_80,)),
    ("关闭消费提醒", False, ALL),
    ("把提醒都关了", False, ALL),
    ("取消话费提醒", False, (Kind.UNUSUAL,)),
    ("到期提醒不要了", False, (Kind.ENDING,)),
    ("出国的提醒不用发", False, (Kind.ROAMING,)),
    ("停掉流量用完的提醒", False, (Kind.USAGE_100,)),
    ("關閉消費提醒", False, ALL),  # traditional
    ("打开", True, ALL),
    ("打开流量提醒", True, USAGE),
    ("恢复漫游提醒", True, (Kind.ROAMING,)),
    ("别关流量提醒", True, USAGE),
    ("我有哪些提醒", None, ALL),
    ("流量提醒是开的吗", None, USAGE),
    ("为什么没收到流量提醒", None, ALL),
    ("为什么没提醒我流量用完了", None, ALL),  # wants to know, and no switch
    ("快用完了怎么没人跟我说", None, ALL),
]


@pytest.mark.parametrize(("words", "is_on", "kinds"), WANTED)
def test_what_is_wanted(words: str, is_on: bool | None, kinds: tuple[Kind, ...]) -> None:
    assert wanted(words)[0] is is_on
    assert is_on is None or wanted(words)[1] == kinds


def off() -> set[Kind]:
    with transaction() as session:
        return switched_off(session, PHONE, china("2020-01-01 00:00"))


async def said(play: Play, words: str) -> tuple[str, dict[str, str]]:
    ((response, values),) = await play.say(
        words, "billing_usage", **({} if words.startswith("/") else {"sub": "reminders"})
    )
    assert response == "utter_account"
    return values["answer"], {button["title"]: button["payload"] for button in values["buttons"]}


async def test_which_are_on_and_each_off_and_on(actions: Actions) -> None:
    open_account(PHONE, NOW)
    play = Play(actions)
    answer, buttons = await said(play, "我有哪些提醒")
    assert answer.splitlines() == [
        "您的 138****8000 的短信提醒，都不收费：",
        "用到套餐的80%：开",
        "套餐用完：开",
        "费用突然变高：开",
        "合约优惠快到期：开",
        "到境外的资费：开",
    ]
    for kind, payload in zip(Kind, list(buttons.values()), strict=False):
        await said(play, payload)
        assert off() == {kind}
        _, again = await said(play, "我有哪些提醒")
        await said(play, next(each for title, each in again.items() if title.startswith("开：")))
        assert off() == set()
    await said(play, buttons["全部关闭"])
    assert off() == set(Kind)
    answer, buttons = await said(play, "我有哪些提醒")
    assert answer.count("：关") == len(Kind)
    await said(play, buttons["全部打开"])
    assert off() == set()


async def test_in_words_with_a_confirmation(actions: Actions) -> None:
    open_account(PHONE, NOW)
    play = Play(actions)
    answer, _ = await said(play, "别再给我发流量提醒")
    assert answer.startswith("好的，138****8000 不再收到这些提醒：用到套餐的80%、套餐用完。用超了也不会再提醒您")
    assert off() == {Kind.USAGE_80, Kind.USAGE_100}
    answer, _ = await said(play, "打开流量提醒")
    assert answer.startswith("好的，138****8000 会收到这些提醒：用到套餐的80%、套餐用完。")
    assert off() == set()


async def test_the_same_turn_again_changes_nothing(actions: Actions) -> None:
    open_account(PHONE, NOW)
    play = Play(actions)
    play.talk.user("关闭消费提醒", "billing_usage", sub="reminders")
    first, second = [await actions.run("action_billing", play.talk) for _ in range(2)]
    assert first.responses == second.responses
    assert off() == set(Kind)
    assert count("reminder_switches") == len(Kind)
    assert count("privacy_choices") == len(Kind), "and its history, once"


async def test_somebody_unknown_switches_nothing(actions: Actions) -> None:
    assert await Play(actions).names("关闭消费提醒", "billing_usage", sub="reminders") == ["utter_billing_ask_phone"]
    assert count("reminder_switches") == 0


async def test_a_known_user_may(actions: Actions) -> None:
    """Level 1: it costs nothing and can be taken back."""
    log_in(PHONE, now=NOW)
    answer, _ = await said(Play(actions), "关闭消费提醒")
    assert answer.startswith("好的")
    assert off() == set(Kind)


async def test_where_none_are_sent_nothing_is_promised(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    open_account(PHONE, NOW)
    monkeypatch.setenv("QUANYI_SMS", "off")
    forget_settings()
    try:
        answer, _ = await said(Play(actions), "关闭消费提醒")
    finally:
        monkeypatch.undo()
        forget_settings()
    assert answer.startswith("这些提醒短信我们现在还没有发")
    assert off() == set()
