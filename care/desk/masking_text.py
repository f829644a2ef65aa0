"""Personal data in what is shown in the desk: enough is left to talk about it, 138****8000. Pure functions.

Trainers see nothing of it (`care.training.masking`, whose finders these are); who talks with the customer has to know
which of two numbers is meant. Amounts, dates and ticket numbers stay: without them nobody can work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from care import numbers
from care.accounts.rules import mask_phone
from care.training import addresses, names, signs

_AMOUNT = re.compile(r"\s*(?:元|块|角|分|万|多|[mgkt]b?(?![a-z])|兆|个|次|条|天|年|小时|分钟|%)")
_NO_NUMBER = 7
#: digits of a mobile number
_LONG = 11
_UNIT = re.compile(
    r"[0-9a-z零〇一二三四五六七八九十百两甲乙丙丁#-]+(?=\s?(?:号|栋|幢|座|单元|室|户|楼|层|弄|组|队|门|房|期|巷))|\d+"
)
#: told by their form, whatever stands beside them
_CERTAIN = frozenset({"证件号", "卡号"})
# Most messages have no number and no address: looking for one costs more than all the rest.
_DIGIT = re.compile(r"\d")
#: every address has one of these
_PLACES = frozenset("省州区市盟旗县街乡镇社道路巷弄同村屯庄寨坊园寓城厦墅苑场舍院学号栋幢座元室户楼层组队门房期址")
#: a number that may be an amount, or anything
_UNSURE = "编号"
_STAYS = frozenset({"工单号", "设备号"})


def masked(text: str) -> str:
    """The text with parts of each number, name, address and account as asterisks; again, it changes nothing."""
    if not text or (text.isascii() and not any(sign in text for sign in "0123456789@")):
        return text
    width = numbers.width_of(text)
    read = numbers.read_of(text, width)
    parts, at = [], 0
    for start, end, shown in sorted(_first_of_each(_hidden(text, width, read), len(text))):
        parts += [text[at:start], shown]
        at = end
    return "".join([*parts, text[at:]])


def masked_values(value: Any) -> Any:
    """A JSON value, for instance a card, with every text in it masked."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [masked_values(each) for each in value]
    if isinstance(value, dict):
        return {name: masked_values(each) for name, each in value.items()}
    return value


def mask_name(name: str) -> str:
    """王**; one character for each that is not shown."""
    return name[:1] + "*" * (len(name) - 1)


def _first_of_each(found: Iterator[numbers.Found], length: int) -> Iterator[numbers.Found]:
    """Of places that overlap, the one that was found first is the more certain one."""
    taken = bytearray(length)
    for start, end, shown in found:
        if start < end and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            if shown:
                yield start, end, shown


def _hidden(text: str, width: str, read: str) -> Iterator[numbers.Found]:
    """(start, end, what is shown instead); nothing instead: the place stays as it is."""
    told = [*signs.find(width)]
    for start, end, kind in chain(told, names.find_accounts(read)):
        if kind != _UNSURE:
            yield start, end, "" if kind in _STAYS else _sign(text[start:end], kind)
    found = [*numbers.find(read, width)] if _DIGIT.search(read) else []
    # 「李四 13800138000」: the name's last sign is a digit to whoever reads numbers out.
    certain = [each for each in found if each[2] in _CERTAIN]
    for start, end, kind in [*certain, *numbers.find_mobiles(read), *found]:
        # 「13800138000多少话费」, 「…个人」: what is a telephone number or a card by its form is no amount.
        if kind != _UNSURE or not (end - start < _NO_NUMBER or _AMOUNT.match(width, end)):
            yield start, end, _number(read[start:end])
    for start, end, _ in told:
        yield start, end, _partly(text[start:end])
    for start, end, _ in names.find_names(width):
        yield start, end, mask_name(text[start:end])
    for start, end, _ in [] if _PLACES.isdisjoint(width) else addresses.find(width):
        yield start, end, _address(text[start:end], width[start:end])


def _number(read: str) -> str:
    return _partly(re.sub(r"[^0-9x]", "", read))


def _partly(number: str) -> str:
    """Of a short one hardly anything: most of eight digits would be all of them soon."""
    if len(number) >= _LONG:
        return mask_phone(number)
    return f"****{number[-3:]}" if len(number) >= _NO_NUMBER else "****"


def _sign(text: str, kind: str) -> str:
    if kind == "邮箱":
        name, at, host = text.partition("@")
        return f"{name[:1]}***{at}{host}" if at else f"{text[:1]}***"
    if kind == "链接":
        head = re.match(r"(?:[A-Za-z][A-Za-z0-9+.-]{1,9}://)?[^/?#]*", text)
        rest = text[head.end() :] if head else ""
        return f"{head[0]}/***" if head and len(rest) > 1 else ""
    if kind == "车牌":
        return f"{text[:2]}***{text[-2:]}"
    if kind == "账号":
        return f"{text[:2]}***"
    return "****"


def _address(text: str, width: str) -> str:
    """The road stays, the house does not: 中山路*号*单元."""
    for found in reversed([*_UNIT.finditer(width)]):
        text = f"{text[: found.start()]}*{text[found.end() :]}"
    return text
