"""The title of an incident that was found by its words: what many of them share, and nothing of one alone."""

from __future__ import annotations

import pytest

from care.surges.phrases import LEAST_SHARING, MAX_TITLE, title_of

OTHERS = ["宽带今天又断了", "今天话费多扣了", "今天流量用完了", "号码今天被停机"]

TITLES = [
    (["副卡今天被停机了", "今天副卡停机", "副卡突然停机", "为什么副卡停机", "两张副卡都停机了"], "副卡 · 停机"),
    (["副卡停机了", "副卡停机了", "副卡停机了", "副卡停机了", "副卡停机了,找张三"], "副卡停机了"),  # 张三: of one alone
    (["副卡停机了"] * (LEAST_SHARING - 1), ""),  # too few to say anything of
    (["今天不行", "今天坏了", "今天没有", "今天太慢", "今天断了"], ""),  # as everybody says it
    ([], ""),
]


@pytest.mark.parametrize(("texts", "title"), TITLES)
def test_titles(texts: list[str], title: str) -> None:
    assert title_of(texts, OTHERS) == title


def test_a_title_is_short() -> None:
    assert len(title_of(["甲乙丙丁戊己庚辛壬癸" * 20] * 9, [])) <= MAX_TITLE
