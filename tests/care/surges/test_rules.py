"""Where a complaint is, what an incident covers, and how many are more than usual."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.surges.rules import WINDOWS, Area, Usual, is_burst, past, place_of
from tests.support.times import NOW

HOUR, _, DAY = WINDOWS

PLACES = [
    ("北京市海淀区中关村大街1号", None, Area("北京", "海淀区")),  # the address says it all
    ("海淀区上地三街", "北京", Area("北京", "海淀区")),  # the province of the line
    ("我家在朝阳区望京", None, Area("", "朝阳区")),  # of which province nobody says
    ("广东省深圳市南山区科技园", "北京", Area("广东", "南山区")),  # what is said wins over the line
    ("四川省凉山州西昌市", "四川", Area("四川")),
    ("湖南省长沙县星沙街道", None, Area("湖南", "长沙县")),
    ("上海市浦东新区张江", None, Area("上海", "浦东新区")),
    ("幸福小区5号楼", "北京", Area("北京")),  # an estate is no district
    ("幸福小区，在海淀区", "北京", Area("北京", "海淀区")),
    ("我们社区都没网", None, Area()),
    ("经济开发区三号路", "江苏", Area("江苏")),
    ("家里", None, Area()),
    ("", "浙江", Area("浙江")),
]


@pytest.mark.parametrize(("address", "province", "place"), PLACES)
def test_where_an_address_is(address: str, province: str | None, place: Area) -> None:
    assert place_of(address, province) == place


COVERED = [
    (Area(), Area("北京", "海淀区"), True),  # all of the country
    (Area("北京"), Area("北京", "海淀区"), True),
    (Area("北京"), Area("广东", "南山区"), False),
    (Area("北京"), Area(), False),  # nobody said where
    (Area("北京", "朝阳区"), Area("北京", "朝阳区"), True),
    (Area("北京", "朝阳区"), Area("", "朝阳区"), True),  # the province was not said
    (Area("北京", "朝阳区"), Area("吉林", "朝阳区"), False),  # of the same name
    (Area("北京", "朝阳区"), Area("北京"), False),
]


@pytest.mark.parametrize(("area", "place", "is_covered"), COVERED)
def test_what_an_incident_covers(area: Area, place: Area, is_covered: bool) -> None:
    assert area.covers(place) is is_covered


HERE, PROVINCE, ALL = Area("北京", "海淀区"), Area("北京"), Area()
BURSTS = [
    (4, Usual(0, 24), HERE, HOUR, False),  # too few customers, however quiet it is there
    (6, Usual(0, 24), HERE, HOUR, True),
    (6, Usual(24, 24), HERE, HOUR, False),  # one an hour is usual
    (14, Usual(24, 24), HERE, HOUR, True),
    (6, Usual(0, 24), ALL, HOUR, False),  # of the whole country more are needed
    (60, Usual(960, 24), ALL, HOUR, False),  # forty an hour are usual
    (120, Usual(960, 24), ALL, HOUR, True),
    (20, Usual(800, 24), ALL, HOUR, False),  # fewer than usual
    (14, Usual(0, 0), HERE, HOUR, False),  # nothing is known yet of what is usual
    (15, Usual(0, 0), HERE, HOUR, True),
    (15, Usual(0, 0), HERE, DAY, False),
    (50, Usual(0, 0), ALL, HOUR, False),
]


@pytest.mark.parametrize(("count", "usual", "area", "window", "is_one"), BURSTS)
def test_what_is_more_than_usual(count: int, usual: Usual, area: Area, window: timedelta, is_one: bool) -> None:
    assert is_burst(count, usual, area, window) is is_one


def test_the_same_hours_of_the_weeks_that_were_counted() -> None:
    assert past(HOUR, NOW, None) == []
    assert past(HOUR, NOW, NOW - timedelta(days=7)) == []  # the first week was not counted from its start
    (first, second) = past(HOUR, NOW, NOW - timedelta(days=15))
    assert first == (NOW - timedelta(days=7, hours=2), NOW - timedelta(days=7) + timedelta(hours=1))
    assert second[0] == first[0] - timedelta(days=7)
    assert len(past(HOUR, NOW, NOW - timedelta(days=365))) == 8
