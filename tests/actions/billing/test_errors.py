"""When it cannot be looked up: why, and a way on; always in time, and nothing has to be said twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

import pytest

from actions.billing.question import payload
from care.billing import system
from care.billing.access import LEVELS
from care.billing.demo.adapter import DemoBilling
from care.billing.tmf.adapter import TmfBilling
from care.billing.tmf.client import Api
from care.billing.values import LineStatus, Month
from tests.support.accounts import log_in, open_account
from tests.support.billing import down, phone_of, slow
from tests.support.environment import forget_settings
from tests.support.play import Play
from tests.support.rasa import Actions, Json
from tests.support.telephone import Telephone
from tests.support.times import NOW
from tests.support.tmf import KEY, Operator, account_of, operator

pytestmark = pytest.mark.usefixtures("customers")

PHONE, OTHER = phone_of("bill_shock"), phone_of("roaming_month")
#: seconds after which Rasa gives an action up (bot/remote.py)
MOST = 3.0
WAYS = ["再试一次", "转人工", "登记工单"]
READ = ["balance", "topup", "usage", "plan", "contract", "vas", "arrears", "bill", "why", "invoice", "unsubscribe"]


def _titles(values: Json) -> list[str]:
    return [button["title"] for button in values["buttons"]]


@pytest.mark.parametrize("topic", READ)
async def test_a_billing_system_that_is_down(actions: Actions, topic: str) -> None:
    open_account(PHONE, NOW)
    play = Play(actions)
    with down():
        ((name, values),) = await play.say(payload(topic))
    assert (name, _titles(values)) == ("utter_billing_down", WAYS)
    again = values["buttons"][0]["payload"]
    assert "utter_billing_down" not in await play.names(again), "it is asked again, and answered"


@pytest.mark.parametrize("topic", [topic for topic, level in LEVELS.items() if level == 0])
async def test_what_anybody_may_ask_needs_no_billing_system(actions: Actions, topic: str) -> None:
    open_account(PHONE, NOW)
    with down():
        assert "utter_billing_down" not in await Play(actions).names(payload(topic))


@pytest.mark.parametrize("failing", [down, slow])
async def test_it_stays_below_what_a_turn_may_take(actions: Actions, failing: object) -> None:
    open_account(PHONE, NOW)
    assert callable(failing)
    broken: AbstractContextManager[None] = failing()
    with broken:
        began = time.perf_counter()
        names = await Play(actions).names("话费怎么这么多", "billing_detail")
        took = time.perf_counter() - began
    assert names == ["utter_billing_down"]
    assert took < MOST


async def test_words_month_and_number_are_kept_for_another_try(actions: Actions) -> None:
    play = Play(actions)
    await play.say("9月账单", "billing_detail")
    with down():
        assert await play.names(PHONE) == ["utter_billing_down"]
    assert play.waits_for is None
    assert await play.names("再试一次", "greet_chitchat") == ["utter_billing_ask_code"], "whatever its label"
    with down():
        assert await play.names(Telephone(PHONE).code()) == ["utter_billing_proved", "utter_billing_down"]
        assert await play.names("再查一下吧", "out_of_scope") == ["utter_billing_down"]
    said = await play.say("再试试", "nlu_fallback")
    assert "9月账单" in json.dumps(said, ensure_ascii=False)
    assert await play.names("再试一次", "greet_chitchat") == ["utter_greet"], "nothing waits any more"


# an operator's own systems, on a real port


@pytest.fixture
async def tmf(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Operator]:
    with operator() as there:
        ours = TmfBilling(Api("tmf678", there.bills_url, KEY), Api("tmf677", there.usage_url, KEY), clock=lambda: NOW)
        monkeypatch.setattr("actions.billing.answering.billing", lambda: ours)
        yield there
        await ours.close()


async def test_over_real_sockets(actions: Actions, tmf: Operator) -> None:
    tmf.accounts = {PHONE: await account_of(DemoBilling(lambda: NOW), PHONE, NOW)}
    open_account(PHONE, NOW)
    play = Play(actions)
    assert await play.names("话费怎么这么多", "billing_detail") == ["utter_account"]
    assert await play.names("我的套餐", "billing_package") == ["utter_billing_not_offered"]


async def test_an_operator_that_hangs(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection and never answers."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    open_account(PHONE, NOW)
    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        hanging = TmfBilling(Api("tmf678", url, KEY), Api("tmf677", url, KEY), clock=lambda: NOW)
        monkeypatch.setattr("actions.billing.answering.billing", lambda: hanging)
        began = time.perf_counter()
        names = await Play(actions).names("话费怎么这么多", "billing_detail")
        took = time.perf_counter() - began
        await hanging.close()
    assert names == ["utter_billing_down"]
    assert took < MOST


async def test_a_number_of_nobody_here(actions: Actions, tmf: Operator) -> None:
    play = Play(actions)
    await play.say("查余额", "billing_balance")
    assert await play.say(PHONE) == [("utter_billing_unknown_number", {"phone": "138****8000"})]
    assert play.waits_for is None


# numbers

NUMBERS = [
    # number, what is said, and what with it
    ("13800138999", "utter_billing_unknown_number", {"phone": "138****8999"}),
    ("18600138000", "utter_billing_elsewhere", {"phone": "186****8000", "operator": "中国联通", "hotline": "10010"}),
    ("18900138000", "utter_billing_elsewhere", {"phone": "189****8000", "operator": "中国电信", "hotline": "10000"}),
]


@pytest.mark.parametrize(("number", "name", "values"), NUMBERS)
async def test_a_number_that_is_not_on_the_account(
    actions: Actions, number: str, name: str, values: dict[str, str]
) -> None:
    play = Play(actions)
    await play.say("查余额", "billing_balance")
    assert await play.say(number) == [(name, values)]
    assert Telephone(number).received() == [], "nobody there gets a code for it"


async def test_a_number_that_changed_hands(actions: Actions) -> None:
    """Proved by whoever had it before: closed, and a code goes to who has it now."""
    phone = phone_of("new_line")
    line = await DemoBilling(lambda: NOW).line(phone)
    log_in(phone, now=line.holder_since)
    log_in(now=NOW)
    play = Play(actions)
    assert await play.names("查余额", "billing_balance") == ["utter_billing_changed_hands", "utter_billing_ask_code"]
    assert play.waits_for == "billing_code"
    assert await play.names(Telephone(phone).code()) == ["utter_billing_proved", "utter_account"]
    assert await play.names("流量还剩多少", "billing_usage") == ["utter_account"], "proved since"


async def test_before_something_is_begun_the_holder_is_looked_at_first(actions: Actions) -> None:
    phone = phone_of("new_line")
    line = await DemoBilling(lambda: NOW).line(phone)
    log_in(phone, now=line.holder_since)
    log_in(now=NOW)
    assert await Play(actions).names("关闭流量提醒", "billing_usage") == [
        "utter_billing_changed_hands",
        "utter_billing_ask_code",
    ]


async def test_a_suspended_line_is_told_so_only_to_who_is_known(actions: Actions) -> None:
    """To a stranger it must look like any other number."""
    phone = phone_of("arrears")
    assert (await DemoBilling(lambda: NOW).line(phone)).status is LineStatus.ARREARS
    stranger = Play(actions)
    await stranger.say("上个月账单", "billing_detail")
    assert await stranger.names(phone) == ["utter_billing_ask_code"]
    log_in(phone, now=NOW, conversation_id="c2")
    assert await Play(actions, "c2").names("上个月账单", "billing_detail") == ["utter_code_wait"]


async def test_a_known_customers_suspended_line(actions: Actions) -> None:
    log_in(phone_of("arrears"), now=NOW)
    play = Play(actions)
    assert await play.names("上个月账单", "billing_detail") == ["utter_billing_ask_code_suspended"]
    assert await play.names("我欠多少", "billing_arrears_suspension") == ["utter_account"], "needs no code"


# months

MONTHS = [
    ("13月账单", "utter_billing_month_no_such_month"),
    ("下个月的账单", "utter_billing_month_future"),
    ("2020年3月账单", "utter_billing_month_too_old"),
]


@pytest.mark.parametrize(("text", "name"), MONTHS)
async def test_months_that_there_is_no_bill_of(actions: Actions, text: str, name: str) -> None:
    """Whoever asks: nothing has to be proved to hear that."""
    ((said, values),) = await Play(actions).say(text, "billing_detail")
    assert said == name
    assert (values["first"], values["last"]) == ("2025年11月", "11月")
    assert _titles(values) == ["10月", "9月", "8月", "转人工"]


NO_BILL = [
    # story, month, what is said
    ("new_line", "2026-10", "utter_billing_younger"),
    ("new_line", "2026-03", "utter_billing_younger"),
]


@pytest.mark.parametrize(("story", "month", "name"), NO_BILL)
async def test_no_bill_yet(actions: Actions, story: str, month: str, name: str) -> None:
    open_account(phone_of(story), NOW)
    ((said, values),) = await Play(actions).say(payload("bill", month=Month.read(month)))
    assert said == name
    assert _titles(values) == ["本月到现在"]


# switched off


async def test_without_a_billing_system_it_is_said_honestly(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYI_BILLING", "off")
    forget_settings()
    try:
        assert system.billing() is None
        play = Play(actions)
        assert await play.names("查余额", "billing_balance") == ["utter_billing_not_yet"]
        assert await play.names("我开了哪些业务", "billing_package", sub="vas") == ["utter_vas"]
        assert play.waits_for is None
    finally:
        monkeypatch.undo()
        forget_settings()


async def test_what_has_words_of_its_own_keeps_them(actions: Actions) -> None:
    said = await Play(actions).names("号码被限制了", "billing_arrears_suspension", sub="restriction")
    assert said == ["utter_restriction"]


WHY = [
    # the rise is explained first, unless somebody complains
    ("你们抢钱啊，上个月话费怎么一下子一百六十多，凭什么比以前多这么多", ["utter_account"]),
    ("凭什么比以前多扣这么多，我要投诉", ["complaint_form"]),
    ("凭什么多扣我三十块，退钱", ["complaint_form"]),
]


@pytest.mark.parametrize(("text", "said"), WHY)
async def test_why_however_angry(actions: Actions, text: str, said: list[str]) -> None:
    open_account(PHONE, NOW)
    assert await Play(actions).names(text, "billing_detail", sub="why") == said
