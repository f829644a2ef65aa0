"""What a message may be, and what is made of it before anyone reads it."""

from __future__ import annotations

import re

import pytest

from care.conversations.rules import MAX_TEXT, Reply, check_message_id, clean_text, id_from
from care.errors import InvalidInput

CLEANED = [
    ("没信号", "没信号"),  # nothing to do
    ("  没信号 \n", "没信号"),  # spaces around it
    ("", ""),  # nothing is answered, not refused
    (" \t\r\n ", ""),  # only spaces
    ("第一行\n第二行", "第一行\n第二行"),  # line breaks stay
    ("第一行\r\n第二行", "第一行\n第二行"),  # those of Windows become ours
    ("价格\t30", "价格\t30"),  # a tab is a space like others
    ("没\x00信\x07号", "没信号"),  # control characters, as from a broken client
    ("\x1b[31m红\x1b[0m", "[31m红[0m"),  # no terminal colours in somebody's log
    ("没\x7f信\x85号", "没信号"),  # the upper control characters
    ("退\u200b款", "退款"),  # zero-width space: hides a word from filters
    ("\ufeff退款", "退款"),  # byte order mark of a copied file
    ("退\u2060款", "退款"),  # word joiner
    ("abc\u202ecba", "abccba"),  # right-to-left override: shows something else than is there
    ("abc\u2066cba\u2069", "abccba"),  # isolates do the same (CVE-2021-42574)
    ("abc\u061ccba", "abccba"),  # Arabic letter mark, the twelfth of Unicode's Bidi_Control
    ("\u200f/skip", "/skip"),  # an invisible character in front does not hide a command from the check of payloads
    ("😡😡😡", "😡😡😡"),  # emoji only: the bot answers that
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # words like any: whoever shows them escapes them
    ("／转人工", "／转人工"),  # a full-width slash is a word
    ("費用爭議", "費用爭議"),  # traditional characters are for the bot to understand
    ("e\u0301", "e\u0301"),  # combining accents belong to their letter
]


@pytest.mark.parametrize(("sent", "kept"), CLEANED)
def test_clean_text(sent: str, kept: str) -> None:
    assert clean_text(sent) == kept


@pytest.mark.parametrize("text", ["网" * MAX_TEXT, "😡" * MAX_TEXT, " " * MAX_TEXT])
def test_the_longest_message_is_taken_whole(text: str) -> None:
    assert clean_text(text) == text.strip()


@pytest.mark.parametrize("text", ["网" * (MAX_TEXT + 1), "\x00" * (MAX_TEXT + 1)])
def test_a_longer_one_is_refused_and_never_cut(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_text(text)
    assert refused.value.reason == "too_long"
    assert "12000" in str(refused.value)


@pytest.mark.parametrize(
    "message_id",
    [
        "1",  # one character
        "b7a0b1de-3f0a-4c1e-9d5e-0a2f5d0c8f11",  # a UUID
        "x" * 128,  # the longest
        "wx:gh_1/2?a=b&c",  # any visible signs: channels have ids of their own
    ],
)
def test_message_ids(message_id: str) -> None:
    assert check_message_id(message_id) == message_id


@pytest.mark.parametrize(
    "message_id",
    [
        "",  # none
        "x" * 129,  # too long
        "a b",  # a space
        "消息1",  # not ASCII
        "a\x00",  # a control character
        "abc\n",  # a line break at the end, which `$` would let pass
    ],
)
def test_what_is_no_message_id(message_id: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_message_id(message_id)
    assert refused.value.reason == "message_id"


def test_a_reply_has_no_key_for_what_it_has_not() -> None:
    assert Reply("好的").as_json() == {"text": "好的"}
    button = {"title": "跳过", "payload": "/skip"}
    assert Reply("哪个号码？", [button]).as_json() == {"text": "哪个号码？", "buttons": [button]}
    card = {"kind": "summary", "rows": []}
    assert Reply("请核对", card=card).as_json() == {"text": "请核对", "card": card}


def test_the_id_that_a_key_stands_for() -> None:
    """Always the same, like other ids of conversations, and no way back to the key."""
    assert id_from("k1") == id_from("k1") != id_from("k2")
    assert re.fullmatch(r"c[\w-]{24}", id_from("b7a0b1de3f0a4c1e9d5e0a2f5d0c8f11"))
