"""What somebody wrote, in papers: which numbers are masked however they are written, and what is left of odd signs."""

from __future__ import annotations

import time

import pytest

from care.rights.packet_words import MOST_LINES, MOST_SIGNS, masked, one_line, readable
from care.wording import say

PHONE = "138****8000"
MASKED = [
    # words, as they are printed, why
    ("打 13800138000 投诉", f"打 {PHONE} 投诉", "as usual"),
    ("打１３８００１３８０００", f"打{PHONE}", "full-width"),
    ("138-0013-8000", PHONE, "in groups, with dashes"),
    ("138.0013.8000", PHONE, "with full stops"),
    ("138 0013 8000", PHONE, "with spaces"),
    ("1 3 8 0 0 1 3 8 0 0 0", PHONE, "digit by digit"),
    ("一三八零零一三八零零零", PHONE, "read out"),
    ("幺三八洞洞幺三八洞洞洞", PHONE, "read out as guards do"),
    ("+8613800138000", PHONE, "with the country"),
    ("86-138-0013-8000", PHONE, "with the country, in groups"),
    ("138\u200b00138000", PHONE, "a space that nobody sees"),
    ("138\n00138000", PHONE, "over two lines"),
    ("13800138000转1", f"{PHONE}转1", "what stands behind it stays"),
    ("账号gd13800138000", f"账号gd{PHONE}", "inside a broadband account"),
    ("11010519491231002X", "110****002X", "an identity number"),
    ("110105 19491231 002X", "110****002X", "in groups"),
    ("6222 0212 3456 7890 123", "622****0123", "a bank card in groups"),
    ("验证码123456", "验证码******", "a code"),
    ("打10086没用，又打1008611", "打10086没用，又打1008611", "everybody's numbers"),
    ("12381和12315都打了", "12381和12315都打了", "those of authorities"),
    ("扣了36、36、40.5、36、36、36元", "扣了36、36、40.5、36、36、36元", "amounts in a list"),
    ("多扣了12000元", "多扣了12000元", "an amount"),
    ("2026-11-02 15:20打的", "2026-11-02 15:20打的", "a day and a time"),
    ("一五一十说清楚，三番五次", "一五一十说清楚，三番五次", "words with numbers in them"),
    ("13800138000、13800138001", f"{PHONE}、138****8001", "two numbers"),
    ("138.0013.8000、138.0013.8001", f"{PHONE}、138****8001", "two numbers in groups"),
    ("打了138-0013-8000，10月5日", f"打了{PHONE}，10月5日", "a day behind it"),
    ("1、3、8、0、0、1、3、8、0、0、0，36元", f"{PHONE}，36元", "digit by digit, and an amount"),
]


@pytest.mark.parametrize(("words", "expected", "why"), MASKED)
def test_numbers(words: str, expected: str, why: str) -> None:
    assert masked(words) == expected, why
    assert masked(expected) == expected, "masking it again changes nothing"


SIGNS = [
    # words, as they are printed, why
    ("cafe\u0301", "café", "composed"),
    ("a" + "\u0301" * 4000, "á\u0301\u0301", "three marks on one letter"),
    ("กี่", "กี่", "Thai has two"),
    ("\u202eabc\u202d", "abc", "no sign that turns the text round"),
    ("退\x00钱\x07", "退 钱", "control signs"),
    ("第一行\n第二行", "第一行\n第二行", "the writer's own lines"),
]


@pytest.mark.parametrize(("words", "expected", "why"), SIGNS)
def test_signs(words: str, expected: str, why: str) -> None:
    assert readable(words) == expected, why


LONG = [
    # words, signs and lines at most, is it cut?
    ("字" * MOST_SIGNS, MOST_SIGNS, 1, False),
    ("字" * (MOST_SIGNS + 1), MOST_SIGNS, 1, True),
    ("字\n" * 4000, MOST_SIGNS, MOST_LINES, True),
    ("字" * 12_000 + "\u0301" * 12_000, MOST_SIGNS, 1, True),
]


@pytest.mark.parametrize(("words", "signs", "lines", "is_cut"), LONG)
def test_what_is_long_is_cut_and_says_so(words: str, signs: int, lines: int, is_cut: bool) -> None:
    *given, last = readable(words).split("\n")
    told = say("appeal_paper_cut")
    assert (last == told) is is_cut
    kept = given if is_cut else [*given, last]
    assert (len("\n".join(kept)) <= signs, len(kept)) == (True, lines)


HOSTILE = [
    "1" * 12_000,
    "1 " * 6000,
    "1\n" * 6000,
    "\u0301" * 12_000,
    "一" * 12_000,
    "\u0316\u0301" * 6000,
    "86" * 6000,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_it_never_takes_long(words: str) -> None:
    began = time.process_time()
    readable(words)
    assert time.process_time() - began < 1


def test_a_files_name_stands_in_one_line() -> None:
    assert one_line("13800138000\n账单.jpg") == f"{PHONE} 账单.jpg"
    assert len(one_line("长" * 400)) == 301
