"""What 小益 can transact by itself: one table, transactions.yml. `python -m care.billing.transactions` prints it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from care.accounts.rules import Level
from care.billing.access import LEVELS
from care.billing.values import OrderKind
from care.errors import InvalidInput

_FILE = Path(__file__).with_name("transactions.yml")
_HEAD = ("业务", "身份", "短信验证码", "什么时候生效", "能不能改回来", "依据")
_LEVEL_WORDS = {
    Level.ANONYMOUS: "不用核实",
    Level.KNOWN: "已登录或核实过的号码",
    Level.PROVED: "短信验证码核实（15 分钟）",
}


class Transaction(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    topic: str
    #: title of the button that leads there
    button: str
    orders: tuple[OrderKind, ...]
    #: a code of its own confirms it
    code: bool
    effective: str = Field(min_length=1)
    undo: str = Field(min_length=1)
    source: str = Field(min_length=1)

    @field_validator("topic")
    @classmethod
    def _is_a_topic(cls, topic: str) -> str:
        if topic not in LEVELS:
            raise ValueError("no topic of care/billing/access.py")
        return topic

    @property
    def level(self) -> Level:
        """How surely the customer must speak for the number."""
        return LEVELS[self.topic]


@lru_cache(maxsize=1)
def transactions() -> dict[str, Transaction]:
    """By name, in the order of the file. Raises InvalidInput (reason `transactions`) naming the place of a mistake."""
    return read_transactions(_FILE.read_text(encoding="utf-8"))


def read_transactions(text: str) -> dict[str, Transaction]:
    """Raises InvalidInput (reason `transactions`): also where an order kind has none or two, or an order no code."""
    try:
        found = {name: Transaction.model_validate(each) for name, each in yaml.safe_load(text)["transactions"].items()}
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput("transactions", f"transactions.yml: {place}: {first['msg']}") from error
    kinds = [kind for each in found.values() for kind in each.orders]
    for kind in OrderKind:
        if kinds.count(kind) != 1:
            raise InvalidInput("transactions", f"transactions.yml: {kind} must stand in exactly one transaction")
    for name, each in found.items():
        if each.orders and not (each.code and each.level is Level.PROVED):
            raise InvalidInput(
                "transactions", f"transactions.yml: {name}: an order needs level 2 and a code of its own"
            )
    return found


def transaction_of(kind: OrderKind) -> Transaction:
    return next(each for each in transactions().values() if kind in each.orders)


def as_table() -> str:
    """For docs/billing.md: a Markdown table."""
    rows = [
        (each.title, _LEVEL_WORDS[each.level], "要" if each.code else "不要", each.effective, each.undo, each.source)
        for each in transactions().values()
    ]
    lines = [_HEAD, ("---",) * len(_HEAD), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(as_table())
