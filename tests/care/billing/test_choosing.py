"""Which offers fit what a customer asks for, in the shipped catalogue."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.catalogue import DEFAULT, load_catalogue
from care.billing.choosing import Need, Wish, choose, fitting_first, most_price_in, need_of, wishes_in
from care.billing.values import Allowance, AllowanceKind, Usage
from tests.support.times import china

#: on sale in November 2026
OFFERS = [
    offer for offer in load_catalogue(DEFAULT).offers if offer.id not in ("yingchun-45", "kuanghuan-49", "xinchun-69")
]

WISHES: list[tuple[str, set[Wish]]] = [
    ("有什么套餐", set()),
    ("有没有便宜点的套餐", {Wish.CHEAP}),
    ("最便宜嘅係邊個", {Wish.CHEAP}),
    ("流量多的套餐", {Wish.DATA}),
    ("天天刷视频用哪个", {Wish.DATA}),
    ("不限量的有吗", {Wish.DATA}),  # there is none; those with most data are shown
    ("便宜流量又多的", {Wish.CHEAP, Wish.DATA}),
    ("我打电话多", {Wish.VOICE}),
    ("给我妈办一个", {Wish.SENIOR}),
    ("他妈的什么破套餐", set()),  # an insult names nobody's mother
    ("老年人用的套餐", {Wish.SENIOR}),
    ("七十多岁了用什么", {Wish.SENIOR}),
    ("残疾人有优惠吗", {Wish.DISABLED}),
    ("家里想装宽带", {Wish.BROADBAND}),
    ("手机加宽带一起办", {Wish.BROADBAND, Wish.BUNDLE}),
    ("校园卡", {Wish.STUDENT}),
    ("大学生套餐哪个流量多", {Wish.STUDENT, Wish.DATA}),
    ("买个流量包", {Wish.ADDON}),
    ("加点流量多少钱", {Wish.ADDON}),
]


@pytest.mark.parametrize(("words", "wishes"), WISHES)
def test_what_is_wished_for(words: str, wishes: set[Wish]) -> None:
    assert wishes_in(words) == wishes


def test_a_name_is_no_wish() -> None:
    assert wishes_in("千兆宽带多少钱", "千兆宽带") == set()
    assert wishes_in("流量月包10GB", "流量月包 10GB") == set()
    assert wishes_in("比畅享 59 便宜的", "畅享 59") == {Wish.CHEAP}


PRICES = [
    ("50元以内的", 50),
    ("不超过100", 100),
    ("最多 60 块", 60),
    ("30块钱以下", 30),
    ("畅享59", None),
    ("便宜的", None),
]


@pytest.mark.parametrize(("words", "price"), PRICES)
def test_a_highest_price(words: str, price: int | None) -> None:
    assert most_price_in(words) == (None if price is None else Decimal(price))


CHOSEN: list[tuple[set[Wish], int | None, list[str]]] = [
    # plans for everybody, the cheapest first; those for seniors and disabled people only to whoever asks for them
    (set(), None, ["liuliang-29", "changxiang-39", "changxiang-59", "changxiang-99", "changxiang-129", "zunxiang-159"]),
    ({Wish.CHEAP}, None, ["liuliang-29", "changxiang-39", "changxiang-59"]),
    (set(), 40, ["liuliang-29", "changxiang-39"]),
    (set(), 10, []),
    ({Wish.DATA}, None, ["zunxiang-159", "changxiang-129", "changxiang-99"]),
    ({Wish.DATA}, 60, ["changxiang-59", "liuliang-29", "changxiang-39"]),
    ({Wish.CHEAP, Wish.DATA}, None, ["liuliang-29", "zunxiang-159", "changxiang-129"]),  # by the price of a GB
    ({Wish.VOICE}, None, ["zunxiang-159", "changxiang-129", "changxiang-99"]),
    ({Wish.SENIOR}, None, ["qinqing-19"]),
    ({Wish.DISABLED}, None, ["guanai-19"]),
    ({Wish.SENIOR, Wish.DISABLED}, None, ["qinqing-19", "guanai-19"]),
    ({Wish.BROADBAND}, None, ["kuandai-300", "kuandai-500", "kuandai-1000", "quanjia-149"]),
    ({Wish.BROADBAND, Wish.SENIOR}, None, ["kuandai-300", "kuandai-500", "kuandai-1000"]),
    ({Wish.BUNDLE, Wish.BROADBAND}, None, ["quanjia-149"]),
    ({Wish.ADDON}, None, ["liuliangbao-10", "yuyinbao-200", "liuliangbao-30"]),
]


@pytest.mark.parametrize(("wishes", "most", "ids"), CHOSEN)
def test_what_fits(wishes: set[Wish], most: int | None, ids: list[str]) -> None:
    chosen = [offer.id for offer in choose(OFFERS, wishes, None if most is None else Decimal(most))]
    assert chosen[: len(ids)] == ids
    assert bool(chosen) is bool(ids)


def allowance(kind: AllowanceKind, unit: str, used: str, only_for: str | None = None) -> Allowance:
    return Allowance(
        "a", kind, "套餐内", unit, Decimal(100), Decimal(used), china("2026-12-01 00:00"), only_for=only_for
    )


DATA, VOICE = AllowanceKind.DATA, AllowanceKind.VOICE
NEEDS = [
    # day of November, GB and minutes used so far, what a whole month takes
    ("2026-11-15", "10", "50", Need(20, 100)),
    ("2026-11-30", "10.1", "50", Need(11, 50)),  # rounded up: what is bought in whole GB
    ("2026-11-06", "0", "0", Need(0, 0)),
    ("2026-11-05", "10", "50", None),  # too early to tell
]


@pytest.mark.parametrize(("day", "gb", "minutes", "need"), NEEDS)
def test_what_a_month_takes_at_its_pace(day: str, gb: str, minutes: str, need: Need | None) -> None:
    allowances = (
        allowance(DATA, "GB", gb),
        allowance(DATA, "GB", "30", only_for="视频"),  # not for everything
        allowance(VOICE, "minute", minutes),
        allowance(AllowanceKind.SMS, "message", "9"),
    )
    assert need_of(Usage(china(f"{day} 12:00"), allowances, ())) == need


def test_without_allowances_nothing_is_known() -> None:
    assert need_of(Usage(china("2026-11-15 12:00"), (), ())) is None


def test_what_holds_enough_comes_first_the_cheapest_of_it_first() -> None:
    plans = choose(OFFERS, ())
    assert [offer.name for offer in fitting_first(plans, Need(0, 0))] == [offer.name for offer in plans]
    first, *rest = fitting_first(plans, Need(35, 150))
    assert (first.name, sorted(rest, key=plans.index) == [offer for offer in plans if offer is not first]) == (
        "畅享 59",
        True,
    )
    nobody = fitting_first(plans, Need(9999, 0))
    assert nobody == plans, "where nothing is enough, the order is everybody's"
