"""What is on sale: the shipped catalogue, and every mistake that an operator can make in theirs."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from structlog.testing import capture_logs

from care.billing.catalogue import (
    DEFAULT,
    Availability,
    catalogue,
    load_catalogue,
    named_in,
    offer,
    offers_on_sale,
    tariff,
)
from care.errors import InvalidInput
from tests.support.environment import VARIABLES, forget_settings
from tests.support.times import NOW, china

SHIPPED = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {**VARIABLES, "QUANYI_DATABASE_URL": "postgresql://a:b@127.0.0.1:9/x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QUANYI_CATALOGUE", "")
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's own file, as shipped until a test writes another one."""
    path = tmp_path / "catalogue.yml"
    write(path, SHIPPED)
    monkeypatch.setenv("QUANYI_CATALOGUE", str(path))
    forget_settings()
    return path


def write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def changed(id: str, /, **fields: Any) -> Any:
    """The shipped catalogue with other fields in one offer; None takes one away."""
    content = copy.deepcopy(SHIPPED)
    row = next(each for each in content["offers"] if each["id"] == id)
    row |= fields
    for name in [name for name, value in row.items() if value is None]:
        del row[name]
    return content


# Shown and not shown

SHOWN = [
    # offer, when, what it is then
    ("changxiang-59", NOW, Availability.ON_SALE),
    ("changxiang-59", china("2026-01-01 00:00"), Availability.ON_SALE),  # from the first minute
    ("changxiang-59", china("2025-12-31 23:59"), Availability.NOT_YET),
    ("changxiang-59", china("2027-12-31 23:59"), Availability.ON_SALE),  # to the last
    ("changxiang-59", china("2028-01-01 00:00"), Availability.OVER),
    ("yingchun-45", NOW, Availability.OVER),
    ("yingchun-45", china("2025-02-01 12:00"), Availability.ON_SALE),
    ("kuanghuan-49", NOW, Availability.SOLD_OUT),
    ("kuanghuan-49", china("2026-10-31 23:59"), Availability.NOT_YET),  # the dates come first
    ("kuanghuan-49", china("2027-01-01 00:00"), Availability.OVER),
    ("xinchun-69", NOW, Availability.NOT_YET),
    ("xinchun-69", china("2027-01-20 00:00"), Availability.ON_SALE),
    ("zunxiang-159", NOW, Availability.ON_SALE),  # limited, and some are left
    ("quanjia-149", NOW, Availability.ON_SALE),
]


@pytest.mark.parametrize(("id", "now", "availability"), SHOWN)
def test_what_is_over_or_has_not_begun_or_is_sold_out_is_never_shown(
    id: str, now: datetime, availability: Availability
) -> None:
    current = catalogue()
    found = current.find(id)
    assert found is not None
    assert current.availability(found, now) is availability
    is_shown = availability is Availability.ON_SALE
    assert (found in offers_on_sale(now)) is is_shown
    assert offer(id, now) == (found if is_shown else None)


def test_what_is_in_no_catalogue() -> None:
    assert offer("lexiang-58", NOW) is None


def test_a_bundle_is_on_sale_as_long_as_its_parts(own: Path) -> None:
    """E11: nobody who wants only the broadband has to take the number with it."""
    write(own, changed("kuandai-500", stock={"limit": 10, "left": 0}))
    current = catalogue()
    bundle = current.find("quanjia-149")
    assert bundle is not None
    assert current.availability(bundle, NOW) is Availability.NOT_ALONE
    assert bundle not in offers_on_sale(NOW)


def test_the_day_is_that_of_china() -> None:
    assert offer("xinchun-69", datetime.fromisoformat("2027-01-19T16:30:00+00:00")) is not None
    assert offer("xinchun-69", datetime.fromisoformat("2027-01-19T15:30:00+00:00")) is None


def test_money_is_decimal_with_two_digits() -> None:
    for each in catalogue().offers:
        assert str(each.price) == f"{each.price:.2f}"
    group = catalogue().roaming.groups[0]
    assert isinstance(group.calls.home, Decimal)
    assert str(group.day_package.price) == "18.00"


NAMES = [
    ("畅享59多少钱", "changxiang-59"),
    ("畅享 59 多少钱", "changxiang-59"),
    ("暢享５９", "changxiang-59"),  # traditional, full-width
    ("畅享 129 和你们的", "changxiang-129"),
    ("千兆宽带", "kuandai-1000"),
    ("宽带300m", "kuandai-300"),
    ("迎春45还有吗", "yingchun-45"),  # known, though it is over
    ("畅享", None),  # several
    ("套餐", None),
    ("", None),
]


@pytest.mark.parametrize(("words", "id"), NAMES)
def test_an_offer_by_its_name(words: str, id: str | None) -> None:
    found = named_in(words)
    assert (found.id if found else None) == id


PLACES = [
    ("去日本漫游多少钱", "日本"),
    ("東京流量怎麼收費", "日本"),  # a city, traditional
    ("印度尼西亚", "印度尼西亚"),  # not 印度
    ("印度", "印度"),
    ("巴厘岛", "印度尼西亚"),
    ("迪拜转机", "阿联酋"),
    ("港澳台", "港澳台"),
    ("在香港打电话", "香港"),
    ("冰岛", None),
    ("漫游怎么收费", None),
]


@pytest.mark.parametrize(("words", "place"), PLACES)
def test_a_tariff_by_its_place(words: str, place: str | None) -> None:
    found = tariff(words, NOW)
    assert (found.place if found else None) == place


def test_a_tariff_that_is_over_is_not_told() -> None:
    assert tariff("日本", china("2028-01-01 00:00")) is None


def test_there_are_enough_places() -> None:
    places = [place for group in catalogue().roaming.groups for place in group.places]
    assert len(places) >= 28
    assert {"香港", "澳门", "台湾"} <= set(places)


# Faults


def _offer(**fields: Any) -> Callable[[], Any]:
    return lambda: changed("zunxiang-159", **fields)


def _bundle(**fields: Any) -> Callable[[], Any]:
    return lambda: changed("quanjia-149", **fields)


def _twice() -> Any:
    content = copy.deepcopy(SHIPPED)
    content["offers"].append(copy.deepcopy(content["offers"][0]))
    return content


def _place_twice() -> Any:
    content = copy.deepcopy(SHIPPED)
    content["roaming"]["groups"][0]["places"]["东京"] = []
    return content


FAULTS = [
    # E8: limits, dates, what happens after
    (_offer(conditions=None), "offers.zunxiang-159.conditions: Field required"),
    (_offer(conditions=[]), "offers.zunxiang-159.conditions"),
    (_offer(sale=None), "offers.zunxiang-159.sale: Field required"),
    (_offer(sale={"from": "2026-01-01"}), "offers.zunxiang-159.sale.until: Field required"),
    (_offer(sale={"from": "2026-02-01", "until": "2026-01-01"}), "from is after until"),
    (_offer(after=None), "offers.zunxiang-159.after: Field required"),
    (_offer(after=""), "offers.zunxiang-159.after"),
    (_offer(beyond=None), "offers.zunxiang-159.beyond: Field required"),
    (_offer(who=None), "offers.zunxiang-159.who: Field required"),
    (_offer(leaving=None), "a contract needs leaving"),
    # E8: no exaggeration
    (_offer(conditions=["史上最低价，限量"]), "史上"),
    (_offer(after="流量不限量"), "不限量"),
    # E9: nominal speeds with their condition
    (_offer(speed_note=None), "a nominal speed needs speed_note"),
    (_bundle(speed_note=None), "a nominal speed needs speed_note"),
    # E10: limited campaigns say so, with how many
    (_offer(stock=None), "says 限量 without stock"),
    (_offer(stock={"limit": 10, "left": 11}), "left is more than limit"),
    (_offer(stock={"limit": 10}), "stock.left: Field required"),
    # E11: bundles only beside their parts
    (_bundle(unbundled=None), "names under unbundled what can be taken instead"),
    (_offer(unbundled=["kuandai-500"]), "a bundle, and only a bundle"),
    (_bundle(unbundled=["kuandai-501"]), "kuandai-501 is no offer that can be taken alone"),
    (_bundle(unbundled=["quanjia-149"]), "quanjia-149 is no offer that can be taken alone"),
    (_bundle(unbundled=["yingchun-45", "kuandai-500"]), "yingchun-45 is not on sale as long as the bundle"),
    # E12, and 工信部 2018-08-23: for everybody alike
    (_offer(who="仅限新用户"), "customers who are there already"),
    (_offer(who="新客户专享"), "customers who are there already"),
    (_offer(conditions=["与学校独家合作，限量"]), "独家"),
    # what cannot be
    (_offer(price="159.005"), "offers.zunxiang-159.price"),
    (_offer(price=-1), "offers.zunxiang-159.price"),
    (_offer(promotion={"price": 159, "months": 3}), "promotion.price is not below price"),
    (_offer(allowances={"carries_over": True}), "says nothing of what is in it"),
    (_offer(sales=1), "offers.zunxiang-159.sales"),  # misspelt
    (_offer(id="159"), "offers.159.id"),
    (_twice, "changxiang-39 is there more than once"),
    (_place_twice, "in more than one place: 东京"),
]


@pytest.mark.parametrize(("content", "fault"), FAULTS)
def test_a_fault_is_named_with_its_place(content: Callable[[], Any], fault: str, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yml"
    write(path, content())
    with pytest.raises(InvalidInput) as refused:
        load_catalogue(path)
    assert refused.value.reason == "catalogue"
    assert str(refused.value).startswith(f"{path}: ")
    assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


def test_all_faults_at_once(tmp_path: Path) -> None:
    content = changed("zunxiang-159", after=None, who=None, stock={"limit": 1, "left": 2})
    content["offers"][0]["price"] = "much"
    del content["version"], content["roaming"]["cap"]
    path = tmp_path / "catalogue.yml"
    write(path, content)
    with pytest.raises(InvalidInput) as refused:
        load_catalogue(path)
    for place in (
        "zunxiang-159.after",
        "zunxiang-159.who",
        "zunxiang-159.stock",
        "changxiang-39.price",
        "version",
        "cap",
    ):
        assert place in str(refused.value)


FILES = [
    (b"", "file"),  # empty
    (b"- a\n- b\n", "file"),
    (b"offers: [\n", "not YAML, line 2"),
    ("offers: 套餐".encode("gb18030"), "not UTF-8"),
    (b"version: x\noffers: [1]\nroaming: {}\n", "offers.0"),
]


@pytest.mark.parametrize(("content", "fault"), FILES)
def test_what_is_no_catalogue(content: bytes, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yml"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=fault):
        load_catalogue(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot be read .*QUANYI_CATALOGUE"):
        load_catalogue(tmp_path / "nowhere.yml")


# The operator's own file while we run


def test_it_is_read_again_when_it_was_changed(own: Path) -> None:
    assert offer("zunxiang-159", NOW) is not None
    write(own, changed("zunxiang-159", stock={"limit": 20000, "left": 0}))
    assert offer("zunxiang-159", NOW) is None


def test_a_new_version_with_a_fault_does_not_take_the_good_one_away(own: Path) -> None:
    assert offer("zunxiang-159", NOW) is not None
    write(own, changed("zunxiang-159", after=None))
    with capture_logs() as logs:
        assert offer("zunxiang-159", NOW) is not None
        assert offer("zunxiang-159", NOW) is not None
        os.remove(own)
        assert offer("zunxiang-159", NOW) is not None
    # said once for each version, not at every question
    assert [log["event"] for log in logs] == ["catalogue_refused", "catalogue_refused"]
    assert "zunxiang-159.after" in logs[0]["why"]
    assert "cannot be read" in logs[1]["why"]


def test_production_sells_nothing_that_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYI_MODE", "production")
    monkeypatch.setenv("QUANYI_BILLING", "off")
    forget_settings()
    with pytest.raises(InvalidInput, match="set QUANYI_CATALOGUE"):
        catalogue()
