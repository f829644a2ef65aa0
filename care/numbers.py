"""Numbers of people in what was written: telephone, identity, card and others, also grouped, full-width or read out.

Everything here works on shadows of a text that have its length, so that a place found in one is the place in the text:
`width_of` (how it is written) and `read_of` (its digits, in ASCII).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from opencc import OpenCC

#: where it begins, where it ends, what it is
Found = tuple[int, int, str]

#: Read out one by one; 洞幺两三四五六拐八勾 is how soldiers and guards read telephone numbers out.
SPOKEN = dict(zip("零〇洞一幺二两三四五六七拐八九勾", "0001122345677899", strict=True)) | dict(
    zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)
)

# Everybody's numbers by the national numbering plan: operators (10086, 1008611, 118114), senders of SMS (106…),
# authorities (12345, 12123, 96110), banks (955xx), services (12580, 17951), and where a call comes from (00852).
_HOTLINE = re.compile(r"(?:86)?100\d\d|10086\d{2,3}|106\d\d|11[68]114|11185|12[1356]\d\d|179\d\d|9[56]\d{3}|00\d{3}")

#: what people put between the digits of one number
_GAP = "[ \u00a0\u200b\\-\u2010-\u2015\u2212_·•.,、，/~\\n\\t()]"
# Eleven digits are a telephone number however they are grouped; seven with spaces or dashes, and five in a row, are one
# of something.
_RUNS = [
    re.compile(rf"\+?\d(?:{_GAP}{{0,3}}\d){{10,}}(?:{_GAP}?x(?![a-z0-9]))?"),
    re.compile("\\d(?:[ \u200b\\-\u2010-\u2015]{0,2}\\d){6,}"),
    re.compile(r"\d{5,}"),
]
#: also where more digits stand beside it
_MOBILE = re.compile(rf"(?<!\d)1{_GAP}{{0,3}}[3-9](?:{_GAP}{{0,3}}\d){{9}}(?!\d)")
#: other signs stand between its groups, or one and the same between all its digits: 138:0013:8000, 1|3|8|0…
_SIGN = r"(?:</?[a-z]{1,6}>|[^\w\s])"
_SEPARATED = re.compile(
    rf"(?<!\d)1[3-9]\d{_SIGN}{{1,3}}\d{{4}}{_SIGN}{{1,3}}\d{{4}}(?!\d)|(?<!\d)1([^\w\s])[3-9](?:\1\d){{9}}(?!\d)"
)
_DATE = re.compile(
    r"(?<!\d)20\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:[12]\d|3[01]|0?[1-9])(?!\d)|(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)"
)
#: the last digits of a number, and what only its owner should know
_TAIL = re.compile(r"(?:尾号|尾数|[后末]4位|[后末]6位|验证码|校验码)[^0-9a-z〔，。,.!?！？、；;]{0,3}(\d{3,})")
#: digits of a mobile number
_PHONE = 11
_GROUP = re.compile(r"\d+")


def width_of(text: str) -> str:
    """Half-width, lower case, simplified; a space of no width for what is invisible or on top of another sign."""
    return "".join(map(_sign, text))


def read_of(text: str, width: str) -> str:
    """With the digits of every script, and those that are read out (幺), in ASCII. `width`: its `width_of`."""
    return "".join(map(_digit, text, width))


def is_hotline(digits: str) -> bool:
    return _HOTLINE.fullmatch(digits) is not None


def find(read: str, width: str) -> Iterator[Found]:
    """Telephone, identity, card and other numbers; places of several patterns may overlap."""
    # A calendar date and a clock time behind it are not one number.
    rest = _DATE.sub(lambda found: "日" * len(found[0]), read)
    for pattern in _RUNS:
        for found in pattern.finditer(rest):
            start, end = _personal(rest, width, *found.span())
            if start < end:
                yield start, end, _kind(_digits(rest[start:end]))
    for found in _TAIL.finditer(read):
        yield found.start(1), found.end(1), "号码"


def find_mobiles(read: str) -> Iterator[Found]:
    """Mobile numbers in lists of numbers, which `find` takes for one: 「138.0013.8000、36」."""
    for pattern in (_MOBILE, _SEPARATED):
        for found in pattern.finditer(read):
            yield found.start(), found.end(), "号码"


def _personal(read: str, width: str, start: int, end: int) -> tuple[int, int]:
    """The part of a run of digits that may be somebody's; nothing (start == end) of a list of service numbers."""
    groups = [(start + each.start(), start + each.end()) for each in _GROUP.finditer(read[start:end])]
    groups[-1] = groups[-1][0], _without_words(read, width, *groups[-1])
    public = [is_hotline(read[first:last]) for first, last in groups]
    if all(public):
        return end, end
    # 「10086 13800138000」: a service number beside another number stays.
    first, last = public.index(False), len(public) - public[::-1].index(False)
    left = groups[first][0] if first else start, groups[last - 1][1] if last < len(groups) else end
    left = left[0], _without_words(read, width, *left)
    digits = _digits(read[slice(*left)])
    if len(digits) >= 5 and not is_hotline(digits):
        return left
    # 「1380 1008611」 is a telephone number that looks like one beside a service number.
    return (start, end) if len(_digits(read[start:end])) >= _PHONE else (end, end)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9x]", "", text)


def _without_words(read: str, width: str, start: int, end: int) -> int:
    """「10010一直打不通」, 「13800138000两个月」: the last signs belong to the next word. Returns the number's end."""
    words = next((end - at for at in range(end - 1, start, -1) if width[at].isascii() and width[at].isdigit()), 0) - 1
    if not 1 <= words <= 2:
        return end
    left = _digits(read[start : end - words])
    return end - words if len(left) < 5 or is_hotline(left) or _kind(left) != "编号" else end


def _kind(digits: str) -> str:
    if re.fullmatch(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dx]", digits):
        return "证件号"  # GB 11643
    if re.fullmatch(r"(?:00)?(?:86)?(?:1[3-9]\d{9}|0\d{9,11})", digits):
        return "号码"
    return "卡号" if re.fullmatch(r"[3-6]\d{14,18}", digits) else "编号"


@lru_cache(maxsize=20_000)
def _sign(sign: str) -> str:
    narrow = unicodedata.normalize("NFKC", sign)
    narrow = narrow if len(narrow) == 1 else sign
    if unicodedata.category(narrow) in ("Cf", "Mn", "Me"):
        return "\u200b"
    simple = _to_simplified().convert(narrow)
    lower = (simple if len(simple) == 1 else narrow).lower()
    return lower if len(lower) == 1 else narrow


@lru_cache(maxsize=20_000)
def _digit(sign: str, width: str) -> str:
    value = unicodedata.digit(sign, None)
    return str(value) if value is not None else SPOKEN.get(width, width)


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")
