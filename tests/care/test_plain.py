"""The one form in which rules see what customers write."""

from __future__ import annotations

import pytest

from care.plain import digits_of, plain

PLAIN = [
    ("攜號轉網", "携号转网"),  # traditional
    ("寬頻斷線，發票", "宽频断线,发票"),  # characters, not words: 寬頻 is 宽频 and not 宽带
    ("ＡＢ１２　ＷｉＦｉ", "AB12 WiFi"),  # full-width
    ("我 家 宽 带 断 了", "我家宽带断了"),  # as speech recognition puts it
    ("家里 WiFi 断了", "家里 WiFi 断了"),  # a space that parts words stays
    ("  两行\n\n文字 ", "两行文字"),
    ("没信号", "没信号"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "form"), PLAIN)
def test_plain(text: str, form: str) -> None:
    assert plain(text) == form


DIGITS = [
    ("13800138000", "13800138000"),
    ("１３８００１３８０００", "13800138000"),  # full-width
    ("幺三八零零一三八零零零", "13800138000"),  # read out
    ("一三八〇〇一三八〇〇〇", "13800138000"),
    ("138零零138零零零", "13800138000"),  # half of it
    ("幺三八 零零一三 八零零零", "13800138000"),  # in groups
    ("我的号码是幺三八零零一三八零零零对", "我的号码是13800138000对"),
    ("尾号八零零零", "尾号8000"),
    ("二〇二六年", "2026年"),
    # Words, and numbers that are counted and not read out
    ("一五一十", "一五一十"),
    ("三三两两", "三三两两"),
    ("二十一号", "二十一号"),
    ("一个月三百二十块", "一个月三百二十块"),
    ("138 0013 8000", "138 0013 8000"),  # as it was written
    ("2026-11-01", "2026-11-01"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "form"), DIGITS)
def test_digits(text: str, form: str) -> None:
    assert digits_of(text) == form
