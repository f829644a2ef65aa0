"""Where somebody lives: a road or estate with a number, two regions in a row. 南京市 alone is nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from care.numbers import Found

_HAN = "[\u3400-\u9fff]"
#: No place's name has these: a sentence goes on there.
_WORDS = (
    "我你您他她们这那哪的了在是住从去到来跟把被很也就还不没有整某各每及说个等给问选换建修要让能会打姓报投放进得想应该"
)
_IN = f"(?![{_WORDS}])"
_NUMBER = r"[0-9a-z零〇一二三四五六七八九十百两甲乙丙丁东西南北#-]{1,6}"


def _place(longest: int, units: str) -> str:
    return f"(?:{_IN}{_HAN}){{1,{longest}}}?(?:{units})"


_REGION = "|".join(
    (
        _place(8, "省|自治区|自治州|自治县|特别行政区"),
        _place(4, "(?<!城)市|盟|地区|新区|开发区"),
        _place(4, "(?<!小)区|县|旗|街道|乡|镇|社区"),
    )
)
_ROAD = _place(6, "大道|大街|路|街|巷|弄|胡同|村|屯|庄|寨|坊")
#: 新小区, 隔壁小区, 对面大厦 are no names of one
_NAMED = "(?<![本老新旧楼家边壁面门口前后里外上下近诉])"
_ESTATE = _place(6, f"{_NAMED}(?:小区|花园|公寓|家园|新村|新城|大厦|山庄|别墅|苑|广场|宿舍|学院|大学)")
_UNIT = rf"第?{_NUMBER}\s?(?:号楼|号院|号|栋|幢|座|单元|室|户|楼|层|弄|组|队|门|房|期|区)"
_THEN = "[,，、 ]?"
# Atomic and possessive: without that the many ways to cut a row of characters into places would all be tried.
_REGIONS = rf"(?:(?>{_REGION}){_THEN}){{1,8}}+"
_PLACES = rf"(?:(?>{_ROAD}|{_ESTATE}){_THEN}){{1,4}}+"
_UNITS = rf"(?:{_THEN}(?>{_UNIT})){{1,6}}+"

_PATTERNS = [
    re.compile(pattern)
    for pattern in (
        # 江苏省南京市鼓楼区中山路 1 号 3 单元
        rf"{_REGIONS}{_PLACES}(?:{_UNITS})?",
        rf"{_REGIONS}{_UNITS}",
        # 中山路 1 号
        rf"{_PLACES}{_UNITS}",
        # 阳光花园; a 小区 where its name begins behind another word
        rf"(?>{_ESTATE})(?<=花园|公寓|家园|新村|山庄|别墅)",
        rf"(?:^|(?<=[^\u3400-\u9fff])|(?<=[在住是到去叫家们]))(?:{_IN}{_HAN}){{2,5}}?{_NAMED}小区",
        rf"(?>{_REGION}){_THEN}{_REGIONS}",
        # 3 号楼 2 单元
        rf"(?<!第){_NUMBER}\s?(?:号楼|栋|幢|单元|号院)(?:{_UNITS})?(?:{_NUMBER}(?![^\s，。,])|\d{{2,4}})?",
        rf"{_NUMBER}\s?(?:弄|巷)\s?{_NUMBER}\s?号",
        r"(?<![0-9])\d{3,4}\s?室",
        r"(?:地址|住址)(?:是|为|[:：])\s*([^，。！？,!?〔〕\s]{4,40})",
    )
]


def find(width: str) -> Iterator[Found]:
    for pattern in _PATTERNS:
        for found in pattern.finditer(width):
            group = 1 if pattern.groups else 0
            text = found[group].rstrip(",，、 ")
            yield found.start(group), found.start(group) + len(text), "地址"
