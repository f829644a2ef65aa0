"""「绑定」 and 「解绑」 by their words, and which number is meant."""

from __future__ import annotations

import pytest

from actions.billing.binding import meant, wants_binding, wants_unbinding

ONE, TWO = "13800138000", "13800138001"

WORDS = [
    # words                        binds  unbinds  why
    ("绑定手机号", True, False, "as it stands on many menus"),
    ("我要绑定我的号码", True, False, ""),
    ("怎么绑定手机号", True, False, "a question about it is answered the same"),
    ("绑定13800138000", True, False, "with the number: the code is still to come"),
    ("解绑", False, True, ""),
    ("帮我解除绑定", False, True, ""),
    ("解绑尾号8000", False, True, "which one"),
    ("全部解绑", False, True, ""),
    ("取消绑定吧", False, True, ""),
    ("不绑定了", False, True, ""),
    ("支付宝亲情卡怎么解绑", False, False, "of somebody else's service"),
    ("我二手号码，以前的人绑了支付宝怎么解绑", False, False, "a story"),
    ("手机号被别人绑定了微信怎么办", False, False, "a fear"),
    ("eSIM换手表了要解绑吗", False, False, "another thing that is bound"),
]


@pytest.mark.parametrize(("words", "binds", "unbinds", "why"), WORDS)
def test_words(words: str, binds: bool, unbinds: bool, why: str) -> None:
    assert (wants_binding(words), wants_unbinding(words)) == (binds, unbinds), why


@pytest.mark.parametrize(
    ("words", "phones", "which", "why"),
    [
        ("解绑", [ONE], [ONE], "there is only one"),
        ("解绑", [ONE, TWO], [], "it has to be asked"),
        ("解绑8001", [ONE, TWO], [TWO], "by its last digits"),
        ("解绑13800138000", [ONE, TWO], [ONE], "whole"),
        ("全部解绑", [ONE, TWO], [ONE, TWO], "all of them"),
        ("解绑9999", [ONE], [], "none of theirs: nothing is guessed"),
        ("解绑", [], [], "nothing is bound"),
    ],
)
def test_which_number(words: str, phones: list[str], which: list[str], why: str) -> None:
    assert meant(words, phones) == which, why
