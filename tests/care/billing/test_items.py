"""Lines of a bill in plain words, and which line a customer means."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.items import meant_items, names_charge, words_of
from care.billing.values import BillItem, ItemKind


@pytest.mark.parametrize("kind", ItemKind)
def test_every_kind_is_told_in_one_short_sentence(kind: ItemKind) -> None:
    words = words_of(kind)
    assert 0 < len(words.name) <= 8
    assert words.means.count("。") == 1
    assert len(words.means) <= 48
    assert all(word == word.lower() for word in words.words), "compared with small letters"


def item(id: str, kind: ItemKind, name: str, amount: str) -> BillItem:
    return BillItem(id, kind, name, Decimal(amount))


ITEMS = [
    item("plan", ItemKind.PLAN, "畅享 59", "59.00"),
    item("over", ItemKind.DATA_OVER, "套餐外流量", "92.00"),
    item("video", ItemKind.VAS, "畅看视频会员", "15.00"),
    item("ring", ItemKind.VAS, "彩铃包月", "5.00"),
    item("late", ItemKind.LATE_FEE, "违约金", "1.20"),
    item("promo", ItemKind.DISCOUNT, "促销优惠", "-20.00"),
]

MEANT = [
    ("这个畅看视频会员是什么", ["video"]),  # by its name
    ("視頻會員邊個開㗎", ["video"]),  # in traditional characters
    ("滞纳金是怎么回事", ["late"]),  # what it was called before
    ("月租怎么收的", ["plan"]),  # by what such a charge is called
    ("畅享套餐是多少钱", ["plan"]),  # 套餐 is in other names as well
    ("流量费怎么那么贵", ["over"]),
    ("有个15块的是啥", ["video"]),  # by its amount
    ("1块2的是什么", ["late"]),  # as one says it
    ("那个增值业务是什么", ["video", "ring"]),  # two of a kind: asked which
    ("增值业务里5块的那个", ["ring"]),  # the amount tells which
    ("彩铃", ["ring"]),
    ("这是什么费用", []),  # names nothing
    ("保险费是什么", []),  # on no bill
    ("99块的是什么", []),
    ("", []),
]


@pytest.mark.parametrize(("words", "ids"), MEANT)
def test_which_line_is_meant(words: str, ids: list[str]) -> None:
    assert [each.id for each in meant_items(ITEMS, words)] == ids


@pytest.mark.parametrize(
    ("words", "is_named"),
    [
        ("违约金是什么", True),
        ("那笔30块的是什么", True),
        ("保险费是什么", True),
        ("这是什么费用", False),
        ("扣了什么费", False),
        ("话费单看不懂", False),
        ("账单看不懂", False),
    ],
)
def test_is_a_certain_charge_meant(words: str, is_named: bool) -> None:
    assert names_charge(words) is is_named


def test_no_lines() -> None:
    assert meant_items([], "流量费") == []
