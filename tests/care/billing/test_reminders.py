"""What a customer is to be told about their number, on Saturday 21 November 2026, and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from care.billing.reminder_words import sms_of
from care.billing.reminders import Due, Kind, State, due, is_back, months_to_compare, send_at
from care.billing.values import (
    Allowance,
    AllowanceKind,
    Bill,
    BillItem,
    Contract,
    ItemKind,
    Month,
    Plan,
    Promotion,
    Roaming,
    Usage,
)
from tests.support.times import NOW, china

NOVEMBER = Month(2026, 11)
RESET = china("2026-12-01 00:00")


def used(amount: str, total: str | None = "20", resets_at: datetime = RESET) -> State:
    allowance = Allowance(
        "data",
        AllowanceKind.DATA,
        "国内流量",
        "GB",
        None if total is None else Decimal(total),
        Decimal(amount),
        resets_at,
    )
    return State(usage=Usage(NOW, (allowance,), ()))


def bill(month: Month, total: str, *, is_final: bool = True) -> Bill:
    items = (BillItem("1", ItemKind.PLAN, "套餐费", Decimal(total)),)
    return Bill(month, items, Decimal(0), month.end if is_final else None, None)


def charged(so_far: str, *before: str) -> State:
    """`before`: the months before this one, the latest first."""
    bills = [bill(NOVEMBER.plus(-back), total) for back, total in enumerate(before, start=1)]
    return State(running=bill(NOVEMBER, so_far, is_final=False), before=bills)


def plan(contract_until: str | None = None, promotion_until: str | None = None) -> State:
    contract, promotions = None, ()
    if contract_until:
        until = date.fromisoformat(contract_until)
        contract = Contract("24个月合约", date(2024, 12, 1), until, Decimal("100.00"), "每个月 10.00 元")
    if promotion_until:
        promotions = (Promotion("老客户优惠", date.fromisoformat(promotion_until), Decimal("20.00")),)
    return State(plan=Plan("changxiang-59", "畅享 59", Decimal("59.00"), date(2025, 1, 1), contract, promotions))


def abroad(place: str | None) -> State:
    return State(roaming=Roaming(True, True, place))


USED = [
    # used of 20 GB, what is told
    ("0", None),
    ("15.99", None),
    ("16.00", Kind.USAGE_80),
    ("19.99", Kind.USAGE_80),
    ("20.00", Kind.USAGE_100),  # only the higher one
    ("25.00", Kind.USAGE_100),
]


@pytest.mark.parametrize(("amount", "kind"), USED)
def test_an_allowance(amount: str, kind: Kind | None) -> None:
    assert [each.kind for each in due(used(amount), NOW)] == ([kind] if kind else [])


def test_an_allowance_without_limit_or_of_a_period_that_is_over() -> None:
    assert due(used("500", None), NOW) == []
    assert due(used("20", resets_at=china("2026-11-01 00:00")), NOW) == []  # as of last month
    assert due(used("0", "0"), NOW) == []  # a plan with none of it


def test_each_threshold_of_each_period_is_another_thing_to_tell() -> None:
    abouts = {
        due(state, NOW)[0].about
        for state in (used("16"), used("20"), used("16", resets_at=china("2027-01-01 00:00")), used("17", "21"))
    }
    assert len(abouts) == 3, "what was bought in between is no new period"
    assert all(len(about) <= 96 for about in abouts)


CHARGED: list[tuple[State, str | None]] = [
    # charges so far, months before; which threshold
    (charged("59.00", "59.00", "59.00", "59.00"), None),
    (charged("117.99", "59.00", "59.00", "59.00"), None),  # less than twice
    (charged("118.00", "59.00", "59.00", "59.00"), None),  # twice is not more than twice
    (charged("118.01", "59.00", "59.00", "59.00"), "2"),
    (charged("295.00", "59.00", "59.00", "59.00"), "2"),  # 5 times is not above 5 times
    (charged("295.01", "59.00", "59.00", "59.00"), "5"),  # 电信条例 33: 巨额
    (charged("30.00", "9.00", "9.00", "9.00"), None),  # more than twice, but 21 CNY
    (charged("45.01", "9.00", "9.00", "9.00"), "5"),  # above 5 times is told however small
    (charged("90.00", "30.00", "60.00", "0.00"), "2"),  # the mean is 30
    (charged("90.00", "10.00", "10.00", "10.00", "900.00"), "5"),  # the fourth month back does not count
    (charged("120.00", "50.00"), "2"),  # one month is what there is
    (charged("500.00"), None),  # a new customer: nothing to compare with
    (charged("49.99", "0.00", "0.00", "0.00"), None),
    (charged("50.00", "0.00", "0.00", "0.00"), "5"),
    (State(running=bill(NOVEMBER, "500.00"), before=[bill(Month(2026, 10), "50.00")]), None),  # a bill: known already
    (State(running=bill(NOVEMBER, "500.00", is_final=False)), None),
]


@pytest.mark.parametrize(("state", "threshold"), CHARGED)
def test_unusual_charges(state: State, threshold: str | None) -> None:
    assert [each.about for each in due(state, NOW)] == ([f"unusual:2026-11:{threshold}"] if threshold else [])


ENDING = [
    ("2026-11-20", False),  # over
    ("2026-11-21", True),  # today is the last day
    ("2026-12-21", True),  # in 30 days
    ("2026-12-22", False),
]


@pytest.mark.parametrize(("until", "is_told"), ENDING)
def test_what_ends(until: str, is_told: bool) -> None:
    for state in (plan(contract_until=until), plan(promotion_until=until)):
        assert [each.kind for each in due(state, NOW)] == ([Kind.ENDING] if is_told else [])


def test_contract_and_promotion_are_two_things_and_a_new_one_is_another() -> None:
    found = due(plan("2026-12-01", "2026-12-01"), NOW) + due(plan("2026-12-02"), NOW)
    assert len({each.about for each in found}) == 3


def test_abroad_and_back() -> None:
    (told,) = due(abroad("日本"), NOW)
    assert (told.kind, told.place) == (Kind.ROAMING, "日本")
    assert due(abroad(None), NOW) == []
    assert [is_back(each) for each in (abroad(None), abroad("日本"), State())] == [True, False, False]


def test_what_the_billing_system_does_not_answer_is_not_told() -> None:
    assert due(State(), NOW) == []


NIGHT = [
    # kind, when it is found, when it is sent
    (Kind.ENDING, "2026-11-21 00:05", "2026-11-21 08:30"),  # the day begins and the contract comes near
    (Kind.ENDING, "2026-11-21 08:29", "2026-11-21 08:30"),
    (Kind.ENDING, "2026-11-21 08:30", "2026-11-21 08:30"),
    (Kind.ENDING, "2026-11-21 20:59", "2026-11-21 20:59"),
    (Kind.ENDING, "2026-11-21 21:00", "2026-11-22 08:30"),
    (Kind.ENDING, "2026-12-31 23:00", "2027-01-01 08:30"),
    (Kind.USAGE_100, "2026-11-21 00:05", "2026-11-21 00:05"),  # what is used now costs more
    (Kind.ROAMING, "2026-11-21 00:05", "2026-11-21 00:05"),
    (Kind.UNUSUAL, "2026-11-21 00:05", "2026-11-21 00:05"),  # 电信条例 33: as soon as it is found
]


@pytest.mark.parametrize(("kind", "found", "sent"), NIGHT)
def test_what_can_wait_is_not_sent_in_the_night(kind: Kind, found: str, sent: str) -> None:
    assert send_at(kind, china(found)) == china(sent)
    assert send_at(kind, china(found).astimezone(UTC)) == china(sent)


def test_the_months_to_compare() -> None:
    assert months_to_compare(china("2027-01-10 12:00")) == (Month(2026, 12), Month(2026, 11), Month(2026, 10))


# The SMS

SAID = [
    (used("16.5"), "您的国内流量已用82%，12月1日重置"),  # rounded down: 80 is not said before it is true
    (used("20"), "您的国内流量已用完，12月1日重置。再用会另外收费"),
    (charged("166.00", "59.00", "59.00", "39.00"), "您本月费用已有166.00元，前几个月平均52.33元"),
    (plan(contract_until="2026-12-11"), "您的“24个月合约”12月11日到期"),
    (plan(promotion_until="2026-11-30"), "您的优惠“老客户优惠”11月30日到期，之后每月多收20.00元"),
    (abroad("日本"), "您已到日本：打回国内0.99元/分钟，接听0.99元/分钟，短信0.39元/条，流量1.00元/MB或日包25.00元/天"),
    (abroad("冰岛"), "您已到冰岛，先打10086问清当地资费再用"),  # no tariff: none is made up
]


@pytest.mark.parametrize(("state", "words"), SAID)
@pytest.mark.usefixtures("postgres")
def test_an_sms(state: State, words: str) -> None:
    (each,) = due(state, NOW)
    said = sms_of(each, state, NOW)
    assert said.startswith(f"【权益通】{words}")
    assert said.endswith("不想再收，在网页对话里说“关闭消费提醒”。")
    assert "http" not in said
    assert "{" not in said
    assert len(said) <= 3 * 67, "three parts of a long SMS"


@pytest.mark.usefixtures("postgres")
def test_what_is_over_costs_what_the_catalogue_says() -> None:
    """电管函〔2012〕27号: at the limit also the price beyond it."""
    state = State(usage=used("20").usage, plan=plan().plan)
    assert "流量 5.00 元/GB" in sms_of(due(state, NOW)[0], state, NOW)
    assert "按您的套餐资费" in sms_of(due(used("20"), NOW)[0], used("20"), NOW)  # a plan that is in no catalogue


@pytest.mark.usefixtures("postgres")
def test_what_follows_a_contract_of_the_catalogue() -> None:
    contract = Contract("尊享合约", date(2025, 12, 12), date(2026, 12, 11), Decimal(0), "")
    state = State(plan=Plan("zunxiang-159", "尊享 159", Decimal("159.00"), date(2025, 12, 12), contract, ()))
    (each,) = due(state, NOW)
    assert isinstance(each, Due)
    assert "到期后：合约到期后按 159.00 元/月收" in sms_of(each, state, NOW)
