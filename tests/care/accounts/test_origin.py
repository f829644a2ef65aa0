"""Whose number a line seems to be. The numbers are made up; their ranges are real."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from care.accounts.origin import Origin, origin_of
from care.accounts.ranges import PROVINCES, carrier_of, province_of
from care.accounts.rules import normalise_line
from care.accounts.service import customer_of_phone
from tests.support.times import NOW

RANGES = [
    # line           carrier     province   why
    ("13800138000", "中国移动", "北京"),
    ("13900139000", "中国移动", "上海"),
    ("15900138000", "中国移动", "广东"),
    ("19800138000", "中国移动", None),  # a young range whose places are not known
    ("13100131000", "中国联通", "山西"),
    ("18600138000", "中国联通", "北京"),
    ("16600138000", "中国联通", None),  # a range whose places are not known
    ("13300133000", "中国电信", None),
    ("18900138000", "中国电信", "北京"),
    ("19900138000", "中国电信", None),
    ("19200138000", "中国广电", None),
    ("13480138000", "中国移动", "广东"),  # 134 is 中国移动 …
    ("13490138000", None, "北京"),  # … but 1349 are satellite telephones
    ("17000138000", None, "北京"),  # resellers (虚拟运营商): on 中国电信's network
    ("17050138000", None, "湖北"),  # on 中国移动's
    ("17090138000", None, "北京"),  # on 中国联通's
    ("17100138000", None, None),
    ("16200138000", None, None),
    ("16500138000", None, None),
    ("16700138000", None, None),
    ("17300138000", "中国电信", "北京"),  # beside the resellers' 170 and 171, an operator's own
    ("01087654321", None, "北京"),  # fixed lines: the area code
    ("02158888888", None, "上海"),
    ("055162345678", None, "安徽"),  # four digits: Hefei
    ("075512345678", None, "广东"),
    ("04711234567", None, "内蒙古"),  # a province with three signs
    ("045112345678", None, "黑龙江"),
    ("09912345678", None, "新疆"),
    ("08911234567", None, "西藏"),
    ("09511234567", None, "宁夏"),
    ("07711234567", None, "广西"),
    ("ad12345678", None, None),  # broadband accounts
    ("13800138000@163.gd", None, None),  # one that begins as a number
    ("", None, None),
    ("9", None, None),
]


@pytest.mark.parametrize(("line", "carrier", "province"), RANGES)
def test_what_a_range_says(line: str, carrier: str | None, province: str | None) -> None:
    assert (carrier_of(line), province_of(line)) == (carrier, province)


AREA_CODES = {
    "010": "北京", "022": "天津", "0311": "河北", "0351": "山西", "0471": "内蒙古", "024": "辽宁", "0431": "吉林",
    "0451": "黑龙江", "021": "上海", "025": "江苏", "0571": "浙江", "0551": "安徽", "0591": "福建", "0791": "江西",
    "0531": "山东", "0371": "河南", "027": "湖北", "0731": "湖南", "020": "广东", "0771": "广西", "0898": "海南",
    "023": "重庆", "028": "四川", "0851": "贵州", "0871": "云南", "0891": "西藏", "029": "陕西", "0931": "甘肃",
    "0971": "青海", "0951": "宁夏", "0991": "新疆",
}  # fmt: skip


def test_every_province_is_known_by_its_capitals_area_code() -> None:
    # Some towns have seven digits behind the code, some eight.
    found = {code: province_of(f"{code}62345678") or province_of(f"{code}2345678") for code in AREA_CODES}
    assert found == AREA_CODES
    assert sorted(AREA_CODES.values()) == sorted(PROVINCES)


ORIGINS = [
    # written          origin                                  why
    ("138 0013 8000", Origin("中国移动", "北京", "range")),
    ("17000138000", Origin(None, "北京", "range")),  # of a reseller, and yet we know where it is from
    ("19200138000", Origin("中国广电", None, "range")),
    ("010-87654321", Origin(None, "北京", "range")),
    ("17100138000", Origin(None, None, "none")),  # its range says nothing that we could use
    ("ad12345678", Origin(None, None, "none")),
]


@pytest.mark.parametrize(("written", "origin"), ORIGINS)
def test_a_line_that_we_do_not_know(session: Session, written: str, origin: Origin) -> None:
    assert origin_of(session, normalise_line(written)) == origin


@pytest.mark.parametrize(
    ("line", "our_province", "origin"),
    [
        ("13100131000", "广东", Origin(None, "广东", "customer")),  # brought along from 中国联通, and moved
        ("17100138000", "浙江", Origin(None, "浙江", "customer")),
        ("01087654321", "北京", Origin(None, "北京", "customer")),
        # Somebody named the number once; that makes nobody a customer.
        ("13100131000", None, Origin("中国联通", "山西", "range")),
    ],
)
def test_our_own_records_win(session: Session, line: str, our_province: str | None, origin: Origin) -> None:
    customer_of_phone(session, line, NOW).province = our_province
    session.flush()
    assert origin_of(session, line) == origin
