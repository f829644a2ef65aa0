"""Numbers as people write them."""

from __future__ import annotations

import pytest

from care.accounts.rules import is_mobile, mask_numbers, mask_phone, normalise_line, normalise_phone
from care.errors import InvalidInput

PHONES = [
    # written                     kept as           why
    ("13800138000", "13800138000"),  # a mobile number as it is
    (" 13800138000 ", "13800138000"),  # copied with spaces around it
    ("138 0013 8000", "13800138000"),  # in groups, as on a visiting card
    ("138-0013-8000", "13800138000"),  # in groups with hyphens
    ("１３８００１３８０００", "13800138000"),  # full-width digits of a Chinese keyboard
    ("+8613800138000", "13800138000"),  # with the country code, as a phone shows it
    ("+86 138 0013 8000", "13800138000"),  # the same in groups
    ("0086 13800138000", "13800138000"),  # the country code as it is dialled
    ("8613800138000", "13800138000"),  # the country code without a sign
    ("我的号码是13800138000", "13800138000"),  # words before it
    ("幺三八零零一三八零零零", "13800138000"),  # read out, as speech recognition writes it
    ("一三八〇〇一三八〇〇〇", "13800138000"),  # the same with the signs of dates
    ("138零零13八零零零", "13800138000"),  # half of it
    ("零一零八七六五四三二一", "01087654321"),  # a fixed line
    ("010-87654321", "01087654321"),  # a fixed line in Beijing: area code 010
    ("01087654321", "01087654321"),  # the same in one piece
    ("(021) 58888888", "02158888888"),  # area code in brackets
    ("0551 62345678", "055162345678"),  # a four-digit area code: Hefei
    ("+86 10 8765 4321", "01087654321"),  # abroad the 0 of the area code is left out; we put it back
]


@pytest.mark.parametrize(("written", "kept"), PHONES)
def test_a_number_is_kept_in_one_form(written: str, kept: str) -> None:
    assert normalise_phone(written) == kept
    assert normalise_line(written) == kept


NO_PHONES = [
    "",  # nothing
    "123",  # far too short
    "1380013800",  # a mobile number with a digit missing
    "138001380000",  # with a digit too many
    "12800138000",  # no operator has 128
    "10086",  # a hotline, not somebody's line
    "95588",  # a bank's hotline
    "87654321",  # a fixed line without its area code could be in any town
    "13800138000 13800138001",  # two numbers: which one?
    "+852 2123 4567",  # Hong Kong has a numbering plan of its own
    "+1 650 253 0000",  # foreign
    "没有号码",  # words
    "/skip",  # a command that went astray
    "400-810-0000",  # a company's hotline: neither a mobile number nor a fixed line, and 0400… does not exist
    "800-810-0000",  # the same, free of charge
]


@pytest.mark.parametrize("written", NO_PHONES)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normalise_phone(written)
    assert refused.value.reason == "phone"


def test_the_refusal_does_not_repeat_what_was_written() -> None:
    with pytest.raises(InvalidInput) as refused:
        normalise_line("138001380001234")
    assert "1380013" not in str(refused.value)


ACCOUNTS = [
    ("ad12345678", "ad12345678"),  # the usual form: letters of the town, digits
    ("ad一二三四五六七八", "ad12345678"),  # read out
    ("AD12345678", "AD12345678"),  # case is kept: only the operator knows whether it matters
    ("ad 1234 5678", "ad12345678"),  # spaces are never part of one
    ("ad12345678@163.gd", "ad12345678@163.gd"),  # with the realm, as in the router's settings
    ("dsl_0755-12345", "dsl_0755-12345"),  # the signs that operators use
    ("a1b2c", "a1b2c"),  # five characters are the shortest
    ("a1" * 16, "a1" * 16),  # 32 are the longest
    ("zh13800138000@163.gd", "zh13800138000@163.gd"),  # contains a telephone number and is none
    ("kd13800138000", "kd13800138000"),  # the same without the realm: the letters are part of the account
    ("1380013abcd", "1380013abcd"),  # letters are letters here, not the keys of an old telephone
    ("宽带账号ad12345678", "ad12345678"),  # words before it, as the same question allows for a telephone number
    ("ad12345678！", "ad12345678"),  # the end of a sentence …
    ("ad12345678!", "ad12345678"),
    ("是ad12345678.", "ad12345678"),  # … also where its sign may stand inside an account
    ("ad12345678@163.gd...", "ad12345678@163.gd"),
    ("<b>ad1234</b>", "ad1234"),  # copied from a page with its markup, of which nothing is kept
]


@pytest.mark.parametrize(("written", "kept"), ACCOUNTS)
def test_a_broadband_account_is_a_line(written: str, kept: str) -> None:
    assert normalise_line(written) == kept


NO_ACCOUNTS = [
    "12345678",  # digits only: a mistyped telephone number, not an account
    "abcdefgh",  # letters only: a word
    "a1",  # too short to be one
    "a1" * 16 + "b",  # 33 characters
    "-ad12345678",  # must begin with a letter or digit …
    "ad12345678-",  # … and end with one
]


@pytest.mark.parametrize("written", NO_ACCOUNTS)
def test_what_is_no_line_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normalise_line(written)
    assert refused.value.reason == "phone"


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("13800138000", True),  # eleven digits from 1
        ("02158888888", False),  # eleven digits from 0: Shanghai
        ("055162345678", False),  # twelve digits
        ("1380013800", False),  # ten
    ],
)
def test_mobile_numbers(number: str, mobile: bool) -> None:
    assert is_mobile(number) is mobile


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800138000", "138****8000"),  # three and four digits, as bills show it
        ("01087654321", "010****4321"),  # a fixed line: the area code stays readable
        ("ad12345678", "ad1****5678"),  # an account
        ("ad123456", "ad1****3456"),  # eight characters are the shortest that show something
        ("ad12345", "*******"),  # seven: three and four would be all of it
        ("a1b2c", "*****"),  # shorter still
        ("", ""),  # nothing to hide
    ],
)
def test_a_number_is_never_shown_whole(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


IN_TEXT = [
    ("我的13800138000没信号", "我的138****8000没信号"),  # in a sentence
    ("138 0013 8000 或 138-0013-8001", "138****8000 或 138****8001"),  # however it is written
    ("010-87654321", "010****4321"),
    ("110105194912310021", "110****0021"),  # an identity number
    ("扣了300元", "扣了300元"),  # an amount
    ("", ""),
    ("2026年11月18日", "2026年11月18日"),  # a day …
    ("2026-11-18", "2026-11-18"),  # … however it is written
    ("2026-11-18 15:30开始", "2026-11-18 15:30开始"),
]


@pytest.mark.parametrize(("text", "shown"), IN_TEXT)
def test_numbers_in_a_sentence(text: str, shown: str) -> None:
    assert mask_numbers(text) == shown
