"""What a trainer may write for a customer's message: words of their own, and nobody's data."""

from __future__ import annotations

import pytest

from care.errors import InvalidInput
from care.training import rewording

STORY = "我上个月明明没有开通什么视频会员，结果账单里多扣了我三十块钱，打客服打了半天都没有人管我，太气人了"

REFUSED = [
    (STORY, STORY, "own_words", "the very words"),
    ("查话费", "查话费", "own_words", "however short"),
    ("查 話 費！！", "查话费", "own_words", "in other signs"),
    (STORY.replace("三十", "五十"), STORY, "own_words", "one number changed"),
    (STORY.replace("客服", "人工"), STORY, "own_words", "one word changed"),
    ("请问" + STORY + "谢谢", STORY, "own_words", "with something around it"),
    ("打客服打了半天都没有人管我", STORY, "own_words", "one clause of it"),
    (
        "打客服打了半天都没有人管我，账单里多扣了我三十块钱",
        STORY,
        "own_words",
        "its clauses in another order",
    ),
    ("号码13800138000停机了怎么恢复啊", "号码18612345678停机了怎么恢复啊", "own_words", "only the number is another"),
    ("号码停机了怎么恢复啊", "号码一八六一二三四五六七八停机了怎么恢复啊", "own_words", "without the number"),
    ("电话打不出去", "电话打不出去了", "own_words", "one sign less"),
    ("我的〔号码〕用不了", STORY, "mark", "a mark was copied"),
    ("我叫王小明，帮我看看账单", STORY, "personal_data", "a name"),
    ("13912345678欠费了吗", STORY, "personal_data", "a number that may be somebody's"),
    ("住在中山路1号3单元，没宽带", STORY, "personal_data", "an address"),
]

TAKEN = [
    ("没点过的会员怎么也收钱，想退", STORY, "the same wish, as another would say it"),
    ("13800138000被停了，咋开", "号码18612345678停机了怎么恢复啊", "the one number that examples may have"),
    ("看看还剩多少钱", "查话费", "nothing of it is left"),
    ("没网", "没网了", "two or three signs are everybody's, if they are not the same"),
    ("上个月为啥多了八十块", "[图片]", "a message without words"),
]


@pytest.mark.parametrize(("words", "original", "why", "reason"), REFUSED)
def test_what_is_refused(words: str, original: str, why: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rewording.check(words, original)
    assert refused.value.reason == why, reason
    assert words not in str(refused.value)
    assert original not in str(refused.value)


@pytest.mark.parametrize(("words", "original", "reason"), TAKEN)
def test_what_is_taken(words: str, original: str, reason: str) -> None:
    rewording.check(words, original)


def test_other_customers_words_are_refused_too() -> None:
    with pytest.raises(InvalidInput) as refused:
        rewording.check("宽带断了三天都没有人来修", "网断了", ["宽带断了三天了都没有人来修"])
    assert refused.value.reason == "own_words"


def test_what_everybody_says_is_nobodys() -> None:
    rewording.check("查话费", "看看钱还有多少", ["查话费"])
