"""What an agent may send, what counts as a reason, how a customer seems to feel."""

from __future__ import annotations

import pytest

from care.desk.rules import MAX_WORDS, MOST_REASON, Emotion, check_reason, clean_words, emotion_of
from care.errors import InvalidInput

REASONS = [
    ("回拨核对地址", True, "why it is needed"),
    ("客户要求确认号码", True, "why it is needed"),
    ("verify the line", True, "in English"),
    ("核对下", False, "three characters"),
    ("    ", False, "spaces"),
    ("1234", False, "digits"),
    ("....", False, "signs"),
    ("啊啊啊啊啊啊", False, "one character again and again"),
    ("test", False, "padding"),
    ("查看原因", False, "says nothing"),
    ("不知道不知道", False, "says nothing"),
    ("x y z w", False, "letters"),
    ("12ab", False, "no word"),
    ("abc 1234 号", False, "no word in either language"),
    ("核 1234 对", True, "two characters say a word"),
    ("a\u200bb\u200b", False, "signs that nobody sees"),
    ("核实" * MOST_REASON, False, "too long"),
]


@pytest.mark.parametrize(("text", "is_one", "why"), REASONS, ids=[row[2] + str(n) for n, row in enumerate(REASONS)])
def test_a_reason_says_something(text: str, is_one: bool, why: str) -> None:
    if is_one:
        assert check_reason(f" {text} ") == text, why
        return
    with pytest.raises(InvalidInput) as refused:
        check_reason(text)
    assert refused.value.reason == "reason"
    assert text.strip() not in str(refused.value) or not text.strip()


WORDS = [
    ("  您好\u202e \r\n在的 ", "您好 \n在的", None),
    ("\u200b \n", None, "empty"),
    ("字" * MAX_WORDS, "字" * MAX_WORDS, None),
    ("字" * (MAX_WORDS + 1), None, "too_long"),
]


@pytest.mark.parametrize(("text", "kept", "refusal"), WORDS)
def test_words_are_cleaned_and_counted(text: str, kept: str | None, refusal: str | None) -> None:
    if refusal is None:
        assert clean_words(text) == kept
        return
    with pytest.raises(InvalidInput) as refused:
        clean_words(text)
    assert refused.value.reason == refusal


EMOTIONS = [
    (set(), Emotion.CALM, "nothing was raised"),
    ({"asked", "elderly"}, Emotion.CALM, "no feeling"),
    ({"fraud"}, Emotion.UPSET, "was robbed"),
    ({"anger", "leak"}, Emotion.ANGRY, "the stronger one"),
    ({"threat"}, Emotion.ANGRY, "will go to court"),
    ({"anger", "distress"}, Emotion.DISTRESS, "a life comes first"),
]


@pytest.mark.parametrize(("concerns", "emotion", "why"), EMOTIONS, ids=[row[2] for row in EMOTIONS])
def test_emotion(concerns: set[str], emotion: Emotion, why: str) -> None:
    assert emotion_of(concerns) is emotion, why
