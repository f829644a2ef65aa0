"""What a number's range says: who was given it once, and where. Pure functions over the tables of `phonenumbers`.

A hint only: a number keeps its range when it changes operator (《携号转网服务管理规定》, 工信部信管〔2019〕242 号), and
`phonenumbers.carrier.name_for_number` names the operator that the range was first given to.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import phonenumbers

from care.accounts.rules import is_mobile

_LANGUAGE = "zh"
_CARRIERS = frozenset({"中国移动", "中国联通", "中国电信", "中国广电"})

# Ranges of the resellers (移动通信转售, 虚拟运营商). `phonenumbers` names the network that carries them; the customer's
# contract is with the reseller, so none of the four is "theirs". 170 and 171: 工信部《电信网编号计划（2017年版）》;
# 165, 167 and 162 were given out to resellers later.
_RESOLD = ("162", "165", "167", "170", "171")

#: GB/T 2260, without 省, 市 and 自治区
PROVINCES = (
    *("北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江"),
    *("安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆"),
    *("四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆"),
)


def carrier_of(line: str) -> str | None:
    """中国移动 | 中国联通 | 中国电信 | 中国广电; None for resellers, satellite, fixed lines and what is no number."""
    number = _parsed(line)
    if number is None or not is_mobile(line) or line.startswith(_RESOLD):
        return None
    name = _tables().carrier.name_for_number(number, _LANGUAGE)
    return name if name in _CARRIERS else None


def province_of(line: str) -> str | None:
    """北京 | 广东 | …: of a mobile number's first seven digits (号段归属地), of a fixed line's area code."""
    number = _parsed(line)
    if number is None:
        return None
    place = _tables().geocoder.description_for_number(number, _LANGUAGE)
    return next((province for province in PROVINCES if place.startswith(province)), None)


def _parsed(line: str) -> phonenumbers.PhoneNumber | None:
    if not line.isascii() or not line.isdigit():
        return None  # a broadband account
    try:
        return phonenumbers.parse(line, "CN")
    except phonenumbers.NumberParseException:
        return None


@lru_cache(maxsize=1)
def _tables() -> Any:
    """Loaded at first use: the whole world's tables take 110 MB and 0.2 s, and most of our processes never ask."""
    import phonenumbers.carrier
    import phonenumbers.geocoder

    return phonenumbers
