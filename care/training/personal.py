"""Personal data in training examples. Precise, unlike `masking`: a trainer's own words are to be kept, and examples may
speak of amounts, order numbers and the one number that stands for all, 13800138000."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from care.plain import digits_of, plain
from care.training.examples import Example, Fault
from care.training.names import find_accounts, find_names
from care.training.signs import find as find_signs

#: The one telephone number that examples may hold.
EXAMPLE_NUMBER = "13800138000"

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \-](?=\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_FIXED = re.compile(r"(?<!\d)0(?:10|2\d|[3-9]\d{2})\d{7,8}(?!\d)")
_IDENTITY = re.compile(r"(?<![\da-z])[1-9]\d{16}[\dx](?![\da-z])")
_CARD = re.compile(r"(?<!\d)[3-6]\d{15,18}(?!\d)")
_SAYS_NAME = re.compile(r"(?:我叫做?|我名叫|本人叫|名字|全名|姓名)\s*(?:是|叫|为|叫做)?\s*[:：]?\s*$")
_SAYS_WECHAT = re.compile(r"(?:微信|威信|薇信|v信|vx|wx|wechat)[^a-z0-9]*$")
# GB 11643-1999: weights of the first 17 digits, and the check digit by the sum's remainder
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10x98765432"


def personal_data(examples: Sequence[Example]) -> list[Fault]:
    """The places; what was found is not repeated."""
    return [
        Fault(example.file, example.line, f"Personal data: {kind}.", todo)
        for example in examples
        for kind, todo in _kinds(example.text).items()
    ]


def _kinds(text: str) -> dict[str, str]:
    """Kinds of personal data in a text, with what to do."""
    return dict(_find(text))


def _find(text: str) -> Iterator[tuple[str, str]]:
    low = plain(text).lower()
    digits = _BETWEEN_DIGITS.sub("", digits_of(low))
    if any(found[0] != EXAMPLE_NUMBER for found in _MOBILE.finditer(digits)):
        yield "a mobile number", f"Write {EXAMPLE_NUMBER}."
    if _FIXED.search(digits):
        yield "a telephone number", f"Write {EXAMPLE_NUMBER}, or leave digits out (010-8****)."
    if any(_is_identity(found[0]) for found in _IDENTITY.finditer(digits)):
        yield "an identity number", "Leave it out, or mask it (1101**********1234)."
    if any(_passes_luhn(found[0]) and not _is_identity(found[0]) for found in _CARD.finditer(digits)):
        yield "a bank card's number", "Leave it out, or name its last four digits."
    signs = {kind for _, _, kind in find_signs(low)}
    if "邮箱" in signs:
        yield "a mail address", "Leave it out."
    elif "链接" in signs:
        yield "a link", "Leave it out, or write 链接."
    for start, _, kind in find_accounts(low):
        if kind == "账号" and _SAYS_WECHAT.search(low[:start]):
            yield "a WeChat id", "Leave it out."
    for start, _, _ in find_names(low):
        if _SAYS_NAME.search(low[:start]):
            yield "a name", "Write 我叫某某, or leave it out."


def _is_identity(number: str) -> bool:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return len(number) == 18 and _CHECK[total % 11] == number[17]


def _passes_luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B: from the right, every second digit doubled and its digits added."""
    doubled = [int(digit) * 2 for digit in number[-2::-2]]
    return (sum(map(int, number[-1::-2])) + sum(each // 10 + each % 10 for each in doubled)) % 10 == 0
