"""What the lines of a bill are for, in a customer's words, and which line a customer means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from care.billing.values import BillItem, ItemKind
from care.plain import digits_of, plain

_FILE = Path(__file__).with_name("items.yml")

#: in many names: they tell no line from another
_GENERAL = re.compile("(?:套餐|费用|业务|服务|收费|扣费|账单|话费|[月费元块号的是]|5g|4g)", re.IGNORECASE)
_BRACKETS = re.compile("（[^（）]*）$")
_AMOUNT = re.compile(r"(\d+(?:\.\d{1,2})?)\s*(?:元|块|rmb)(?:(\d)(?!\d))?", re.IGNORECASE)
#: 「保险费」, and neither 「话费」 nor 「什么费」
_SOME_FEE = re.compile("(?<![收扣话消资缴交续免计么啥这那个笔些])费(?!用)")
#: characters in a row that name and words have in common
_LIKENESS = 2


class KindWords(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=8)
    #: one sentence
    means: str = Field(pattern="。$", max_length=48)
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def _kinds() -> dict[ItemKind, KindWords]:
    kinds = TypeAdapter(dict[ItemKind, KindWords]).validate_python(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    if missing := set(ItemKind) - kinds.keys():
        raise ValueError(f"items.yml: {', '.join(sorted(missing))} missing")
    return kinds


def words_of(kind: ItemKind) -> KindWords:
    return _kinds()[kind]


def base_name(name: str) -> str:
    """Without what stands in brackets behind it: 「日本漫游流量（3 天）」."""
    return _BRACKETS.sub("", name) or name


def says_what_it_is(item: BillItem) -> bool:
    """Does the name alone tell a customer what is paid for? 「视频会员」 does, 「畅看」 does not."""
    kind = words_of(item.kind)
    return any(word in item.name for word in (kind.name, *kind.words))


def meant_items(items: Sequence[BillItem], words: str) -> list[BillItem]:
    """The lines that `words` name best: by name, by what such a charge is called, or by its amount (「这15块」).

    Several where they are alike; empty where the words name none of them.
    """
    said = plain(words).lower()
    amounts = _amounts_in(said)
    scores = [(_likeness(item, said), item) for item in items]
    best = max((score for score, _ in scores), default=(0, 0))
    if best[0] >= _LIKENESS:
        named = [item for score, item in scores if score == best]
        return [item for item in named if item.amount in amounts] or named
    return [item for item in items if item.amount in amounts]


def names_charge(words: str) -> bool:
    """Is a certain charge meant, whether it is on a bill or not? 「违约金是什么」, but not 「这是什么费」."""
    said = plain(words).lower()
    is_called = any(word in said for kind in _kinds().values() for word in kind.words)
    return is_called or bool(_amounts_in(said)) or _SOME_FEE.search(said, 1) is not None


def _likeness(item: BillItem, said: str) -> tuple[int, int]:
    """How much of the name or of a word for its kind was said; of two of a kind the name decides."""
    by_kind = max((len(word) for word in words_of(item.kind).words if word in said), default=0)
    name = _GENERAL.sub("", plain(item.name).lower())
    shared = SequenceMatcher(None, name, said, autojunk=False).find_longest_match()
    return max(by_kind, shared.size), shared.size


def _amounts_in(said: str) -> set[Decimal]:
    """「15块」「9.9元」「15块5」."""
    found = set()
    for whole, tenth in _AMOUNT.findall(digits_of(said)):
        found.add(Decimal(whole) + (Decimal(tenth) / 10 if tenth else 0))
    return found
