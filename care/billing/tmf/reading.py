"""Reading an answer field by field. Whatever is missing or wrong is Unusable, naming the field and never its value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NoReturn

from care.billing.values import CENT
from care.errors import Unavailable
from care.timezone import CHINA

#: more than anybody is ever billed: beyond it something else stands in the field
_MOST = Decimal(100_000_000)
_LONGEST = 200


class Unusable(Unavailable):
    """An answer came, and it is not what the API's definition and docs/operate/billing.md say."""


def refused(field: str, why: str) -> Unusable:
    return Unusable("billing", f"the billing system's answer cannot be used: {field} {why}")


def parsed(content: bytes) -> Any:
    """JSON with every number exact as it is written. Raises Unusable."""
    try:
        return json.loads(content, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):  # the messages quote what stands there
        raise refused("the body", "is not JSON") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError


@dataclass(frozen=True)
class Record:
    """One object of an answer, and where it stands in it."""

    fields: dict[str, Any]
    path: str

    @classmethod
    def of(cls, value: Any, path: str) -> Record:
        if not isinstance(value, dict):
            raise refused(path, "is not an object")
        return cls(value, path)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}"

    def has(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def child(self, name: str) -> Record:
        return Record.of(self._value(name), self.at(name))

    def children(self, name: str) -> list[Record]:
        """Empty when there is none."""
        return records(self.fields.get(name) or [], self.at(name))

    def text(self, name: str) -> str:
        value = self._value(name)
        if not isinstance(value, str) or not value.strip():
            raise refused(self.at(name), "is not a text")
        if len(value) > _LONGEST or not value.isprintable():
            raise refused(self.at(name), f"is longer than {_LONGEST} characters, or not printable")
        return value.strip()

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) if self.has(name) else None

    def flag(self, name: str) -> bool:
        value = self._value(name)
        if not isinstance(value, bool):
            raise refused(self.at(name), "is neither true nor false")
        return value

    def number(self, name: str) -> Decimal:
        value = self._value(name)
        if not isinstance(value, Decimal):
            raise refused(self.at(name), "is not a number")
        if not -_MOST < value < _MOST:
            raise refused(self.at(name), "is too large")
        return value

    def moment(self, name: str) -> datetime:
        """RFC 3339 with its offset."""
        try:
            moment = datetime.fromisoformat(self.text(name))
            if moment.tzinfo is not None:
                return moment.astimezone(CHINA)
        except (ValueError, OverflowError):
            raise refused(self.at(name), "is not a time") from None
        raise refused(self.at(name), "is a time without an offset: it could be any hour")

    def day(self, name: str) -> date:
        """The day that it is in China at that moment."""
        return self.moment(name).date()

    def money(self, name: str) -> Decimal:
        """TM Forum's Money, in CNY."""
        money = self.child(name)
        if money.text("unit") != "CNY":
            raise refused(money.at("unit"), "is not CNY")
        return money.number("value").quantize(CENT, ROUND_HALF_UP)

    def _value(self, name: str) -> Any:
        if not self.has(name):
            raise refused(self.at(name), "is missing")
        return self.fields[name]


def records(value: Any, path: str) -> list[Record]:
    if not isinstance(value, list):
        raise refused(path, "is not a list")
    return [Record.of(each, f"{path}[{index}]") for index, each in enumerate(value)]
