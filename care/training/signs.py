"""Places that are told by their signs: links, mail addresses, ticket numbers, plates, numbers with letters.

All finders of this package read a text in half width, lower case and simplified characters, and give (start, end,
kind).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from care.numbers import Found

_ALONE, _ENDS = "(?<![a-z0-9])", "(?![a-z0-9])"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_DASH = "[ \\-\u2010-\u2015\u2212]*"
_LOCAL = "[a-z0-9._%+-]"

_FORMS: list[tuple[str, str]] = [
    ("链接", r"(?:[a-z][a-z0-9+.-]{1,9}://|www\.)[!-~]+"),
    # Begun once for a row of signs, and never cut anew: the time follows the length.
    (
        "邮箱",
        rf"(?<!{_LOCAL})[._%+-]*+[a-z0-9]{_LOCAL}*+\s?(?:@|\(at\)|艾特)\s?[a-z0-9-]+(?:\s?(?:\.|点)\s?[a-z0-9-]+)+",
    ),
    ("链接", r"(?<![a-z0-9.-])(?:[a-z0-9-]{1,63}\.)+(?:com|cn|net|org|top|xyz|cc|vip|io|me|ltd|shop)\b(?:[/?][!-~]*)?"),
    # care.tickets.rules.ticket_number, in any writing
    ("工单号", rf"{_ALONE}(?:ts|bz|ys|fk|hd|ss){_DASH}[0-9oil]{{6}}{_DASH}[0-9a-z]{{6}}{_ENDS}"),
    # GA 36: the province, a letter, five or six signs
    (
        "车牌",
        rf"[{_PROVINCES}][ ·]?[a-z][ ·.]?(?=[a-z0-9]*\d)[a-z0-9]{{4,5}}[a-z0-9挂学警港澳]{_ENDS}",
    ),
    ("设备号", rf"{_ALONE}(?:[0-9a-f]{{2}}[:-]){{5}}[0-9a-f]{{2}}{_ENDS}"),
    # at least four digits and a letter in front of them: orders, passports, broadband accounts
    ("编号", rf"{_ALONE}[a-z][a-z_-]{{0,40}}(?:\d[a-z_-]?){{4,}}[a-z0-9_-]*"),
]
_PATTERNS = [(kind, re.compile(pattern)) for kind, pattern in _FORMS]


def find(width: str) -> Iterator[Found]:
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(width):
            yield found.start(), found.end(), kind
